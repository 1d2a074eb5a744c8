/* Messages: waiting receivers and senders, interruption, removal. */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/msg.h>

static struct { long type; char text[8192]; } m;
static void nothing(int signo) { (void)signo; }

TOPIC(ipc_msg_wait)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	pid_t pid = fork();
	long n;

	if (!pid) {
		R(msgrcv(id, &m, 100, 7, 0));
		S(m.text);
		fflush(stdout);
		_exit(0);
	}
	sleep_ms(50);
	m.type = 3;
	R(msgsnd(id, &m, 4, 0));
	m.type = 7;
	strcpy(m.text, "seven");
	n = msgsnd(id, &m, 6, 0);
	reap(pid);
	V(n);
	m.type = 1;
	R(msgsnd(id, &m, 8192, 0));
	pid = fork();
	if (!pid) {
		R(msgsnd(id, &m, 8190, 0));
		fflush(stdout);
		_exit(0);
	}
	sleep_ms(50);
	n = msgrcv(id, &m, 8192, 1, 0);
	reap(pid);
	V(n);
	sigaction(SIGUSR1, &action, NULL);
	pid = fork();
	if (!pid) {
		R(msgrcv(id, &m, 8192, 99, 0));
		fflush(stdout);
		_exit(0);
	}
	sleep_ms(100);
	kill(pid, SIGUSR1);
	reap(pid);
	pid = fork();
	if (!pid) {
		R(msgrcv(id, &m, 8192, 99, 0));
		fflush(stdout);
		_exit(0);
	}
	sleep_ms(100);
	n = msgctl(id, IPC_RMID, NULL);
	reap(pid);
	V(n);
}

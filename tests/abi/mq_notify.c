/* mq_notify: one signal when a message comes into an empty queue; a receiver that waits goes first. */
#include "abi.h"
#include <mqueue.h>

static volatile sig_atomic_t got, code, value;

static void handler(int signo, siginfo_t *info, void *context)
{
	got++;
	code = info->si_code;
	value = info->si_value.sival_int;
}

TOPIC(mq_notify)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42 };
	char name[40], buf[16];
	mqd_t q;
	pid_t pid;

	sprintf(name, "/hearth-abin-%d", getpid());
	q = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
	mq_unlink(name);
	sigaction(SIGUSR1, &action, NULL);
	R(mq_notify(q, &ev));
	R(mq_notify(q, &ev));
	CHILD(R(mq_notify(q, &ev)));
	R(mq_send(q, "a", 1, 0));
	V(got);
	V(code == SI_MESGQ);
	V(value);
	R(mq_send(q, "b", 1, 0));
	V(got);
	R(mq_notify(q, &ev));
	R(mq_receive(q, buf, 16, NULL));
	R(mq_receive(q, buf, 16, NULL));
	R(mq_send(q, "c", 1, 0));
	V(got);
	R(mq_receive(q, buf, 16, NULL));
	R(mq_notify(q, &ev));
	R(mq_notify(q, NULL));
	R(mq_send(q, "d", 1, 0));
	V(got);
	ev.sigev_signo = 100;
	R(mq_notify(q, &ev));
	R(mq_receive(q, buf, 16, NULL));
	pid = fork();
	if (!pid) {
		R(mq_receive(q, buf, 16, NULL));
		fflush(stdout);
		_exit(0);
	}
	sleep_ms(50);
	got = mq_send(q, "ee", 2, 0);
	reap(pid);
	V(got);
	R(mq_notify(999, NULL));
	R(mq_notify(1, NULL));
}

/* Semaphores: waiting, waiting for zero, counts of waiters, removal, signals, undo at exit. */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/sem.h>

union arg { int val; struct semid_ds *buf; unsigned short *array; };

static int op(int id, int num, int value, int flags)
{
	struct sembuf b = { num, value, flags };

	return semop(id, &b, 1);
}

static void nothing(int signo) { (void)signo; }

static void until(int id, int what, int n)
{
	while (semctl(id, 0, what) != n)
		sleep_ms(2);
}

TOPIC(ipc_sem_wait)
{
	int id = semget(IPC_PRIVATE, 1, 0600);
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	union arg a = { .val = 0 };
	pid_t pid;
	int n;

	pid = fork();
	if (!pid) {
		R(op(id, 0, -2, 0));
		fflush(stdout);
		_exit(0);
	}
	until(id, GETNCNT, 1);
	R(op(id, 0, 1, 0));
	V(semctl(id, 0, GETNCNT));
	n = op(id, 0, 1, 0);
	reap(pid);
	V(n);
	V(semctl(id, 0, GETVAL));
	op(id, 0, 1, 0);
	pid = fork();
	if (!pid) {
		R(op(id, 0, 0, 0));
		fflush(stdout);
		_exit(0);
	}
	until(id, GETZCNT, 1);
	V(semctl(id, 0, GETNCNT));
	n = op(id, 0, -1, 0);
	reap(pid);
	V(n);
	sigaction(SIGUSR1, &action, NULL);
	pid = fork();
	if (!pid) {
		R(op(id, 0, -1, 0));
		fflush(stdout);
		_exit(0);
	}
	until(id, GETNCNT, 1);
	kill(pid, SIGUSR1);
	reap(pid);
	a.val = 4;
	semctl(id, 0, SETVAL, a);
	CHILD(R(op(id, 0, -3, SEM_UNDO)); V(semctl(id, 0, GETVAL)));
	V(semctl(id, 0, GETVAL));
	CHILD(R(op(id, 0, 2, SEM_UNDO)); R(op(id, 0, -1, SEM_UNDO)); V(semctl(id, 0, GETVAL)));
	V(semctl(id, 0, GETVAL));
	a.val = 0;
	semctl(id, 0, SETVAL, a);
	pid = fork();
	if (!pid) {
		R(op(id, 0, -1, 0));
		fflush(stdout);
		_exit(0);
	}
	until(id, GETNCNT, 1);
	n = semctl(id, 0, IPC_RMID);
	reap(pid);
	V(n);
}

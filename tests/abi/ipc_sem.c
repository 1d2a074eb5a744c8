/* System V semaphores: values, all-or-nothing, limits, errors. */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/sem.h>

union arg { int val; struct semid_ds *buf; unsigned short *array; };

static int op(int id, int num, int value, int flags)
{
	struct sembuf b = { num, value, flags };

	return semop(id, &b, 1);
}

TOPIC(ipc_sem)
{
	int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
	unsigned short values[3] = { 1, 2, 3 }, back[3] = { 0 }, high[3] = { 1, 2, 40000 };
	struct semid_ds ds;
	struct sembuf two[2] = { { 0, -1, IPC_NOWAIT }, { 1, -5, IPC_NOWAIT } };
	struct timespec soon = { 0, 20000000 }, wrong = { 0, -1 };
	union arg a;

	V(id >= 0);
	R(semctl(id, 0, SETALL, (a.array = values, a)));
	R(semctl(id, 0, GETALL, (a.array = back, a)));
	printf("%d %d %d\n", back[0], back[1], back[2]);
	R(semop(id, two, 2));
	R(semctl(id, 0, GETVAL));
	two[1].sem_op = -2;
	R(semop(id, two, 2));
	R(semctl(id, 0, GETVAL));
	R(semctl(id, 1, GETVAL));
	V(semctl(id, 1, GETPID) == getpid());
	R(op(id, 0, -1, IPC_NOWAIT));
	R(op(id, 2, 0, IPC_NOWAIT));
	R(op(id, 0, 0, IPC_NOWAIT));
	R(op(id, 0, 32767, 0));
	R(op(id, 0, 1, 0));
	R(op(id, 3, 1, 0));
	R(op(id, -1, 1, 0));
	R(semctl(id, 0, SETVAL, (a.val = 5, a)));
	R(semctl(id, 0, SETVAL, (a.val = -1, a)));
	R(semctl(id, 0, SETVAL, (a.val = 32768, a)));
	R(semctl(id, 3, SETVAL, (a.val = 1, a)));
	R(semctl(id, 3, GETVAL));
	R(semctl(id, 0, SETALL, (a.array = high, a)));
	R(semctl(id, 0, IPC_STAT, (a.buf = &ds, a)));
	printf("mode %o nsems %lu otime %d\n", ds.sem_perm.mode, (long)ds.sem_nsems, ds.sem_otime != 0);
	R(semctl(id, 0, 99));
	R(semop(id, BAD, 1));
	R(semop(id, two, 0));
	R(semop(id, two, 501));
	two[0] = (struct sembuf){ 0, -9, 0 };
	R(semtimedop(id, two, 1, &soon));
	R(semtimedop(id, two, 1, &wrong));
	R(semget(IPC_PRIVATE, 0, 0600));
	R(semget(IPC_PRIVATE, -1, 0600));
	R(semget(IPC_PRIVATE, 32001, 0600));
	R(semctl(id, 0, IPC_RMID));
	R(semctl(id, 0, GETVAL));
	R(op(id, 0, 1, 0));
}

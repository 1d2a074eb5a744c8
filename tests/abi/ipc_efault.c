/* System V IPC: EFAULT. needs: 64 bits (musl's RV32 functions look at the structures themselves) */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

union arg { int val; struct semid_ds *buf; unsigned short *array; };

TOPIC(ipc_efault)
{
	int q = msgget(IPC_PRIVATE, 0600), s = semget(IPC_PRIVATE, 2, 0600), m = shmget(IPC_PRIVATE, 100, 0600);
	union arg a = { .buf = BAD };

	R(msgctl(q, IPC_STAT, BAD));
	R(msgctl(q, IPC_SET, BAD));
	R(msgctl(q, IPC_INFO, BAD));
	R(msgsnd(q, BAD, 1, 0));
	R(semctl(s, 0, IPC_STAT, a));
	R(semctl(s, 0, IPC_SET, a));
	R(semctl(s, 0, IPC_INFO, a));
	R(semctl(s, 0, GETALL, a));
	R(semctl(s, 0, SETALL, a));
	R(semop(s, BAD, 1));
	R(semtimedop(s, (struct sembuf[]){ { 0, 1, 0 } }, 1, BAD));
	R(shmctl(m, IPC_STAT, BAD));
	R(shmctl(m, IPC_SET, BAD));
	R(shmctl(m, IPC_INFO, BAD));
	R(msgctl(q, IPC_RMID, NULL));
	R(semctl(s, 0, IPC_RMID));
	R(shmctl(m, IPC_RMID, NULL));
}

/* IPC objects: what IPC_STAT says of the owner, IPC_SET, the sequence of ids. needs: privileges */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

union arg { int val; struct semid_ds *buf; unsigned short *array; };

static void show(const char *what, const struct ipc_perm *p)
{
	printf("%s: mode %o mine %d %d %d %d key %d\n", what, p->mode, p->uid == geteuid(), p->gid == getegid(),
	       p->cuid == geteuid(), p->cgid == getegid(), p->__key != 0);
}

TOPIC(ipc_perm)
{
	key_t key = 0x49000000 + getpid();
	int q = msgget(key, IPC_CREAT | 0764), s = semget(key, 1, IPC_CREAT | 0751), old;
	struct msqid_ds mds;
	struct semid_ds sds;
	union arg a = { .buf = &sds };

	R(msgctl(q, IPC_STAT, &mds));
	show("queue", &mds.msg_perm);
	R(semctl(s, 0, IPC_STAT, a));
	show("set", &sds.sem_perm);
	mds.msg_perm.mode = 07123;
	R(msgctl(q, IPC_SET, &mds));
	R(msgctl(q, IPC_STAT, &mds));
	show("queue", &mds.msg_perm);
	sds.sem_perm.uid = -1;
	R(semctl(s, 0, IPC_SET, a));
	old = q;
	R(msgctl(q, IPC_RMID, NULL));
	q = msgget(key, IPC_CREAT | 0600);
	V(q != old);
	R(msgctl(old, IPC_STAT, &mds));
	R(msgctl(q, IPC_RMID, NULL));
	R(semctl(s, 0, IPC_RMID));
}

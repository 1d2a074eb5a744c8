/* IPC name spaces: System V objects and message queues of one's own. needs: privileges */
#include "abi.h"

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static pid_t waiter;

static void *wait_for_second(void *sem)
{
	waiter = syscall(SYS_gettid);
	return (void *)(long)semop(*(int *)sem, &(struct sembuf){ 1, -1, SEM_UNDO }, 1);
}

/* Threads owe to semaphores together: one of them that leaves the name space pays nothing, and who waits
 * for a semaphore goes on waiting. */
static void one_thread_leaves(void)
{
	int sem = semget(IPC_PRIVATE, 2, 0600), go[2], outside = open("/proc/self/ns/ipc", O_RDONLY), pid;
	pthread_t t;
	void *result;
	char c;

	R(semop(sem, &(struct sembuf){ 0, 3, SEM_UNDO }, 1));
	pipe(go);
	pid = fork();
	if (!pid) {
		read(go[0], &c, 1);
		V(semctl(sem, 0, GETVAL));
		R(semop(sem, &(struct sembuf){ 1, 1, 0 }, 1));
		fflush(stdout);
		_exit(0);
	}
	pthread_create(&t, NULL, wait_for_second, &sem);
	while (semctl(sem, 1, GETNCNT) != 1)
		sched_yield();
	R(unshare(CLONE_NEWIPC));
	write(go[1], "", 1);
	reap(pid);
	pthread_join(t, &result);
	V((long)result);
	/* It is joined as soon as it leaves our memory, and pays what it owes only then. */
	while (!syscall(SYS_tgkill, getpid(), waiter, 0))
		sched_yield();
	R(setns(outside, CLONE_NEWIPC));
	V(semctl(sem, 0, GETVAL)); V(semctl(sem, 1, GETVAL));
	CHILD(V(semctl(sem, 0, GETVAL)));
	R(semctl(sem, 0, IPC_RMID));
}

TOPIC(ns_ipc)
{
	key_t key = 0x68000000 + getpid();
	int shm, sem, msg, outside, inner;
	struct shmid_ds d;
	char was[64] = "", is[64] = "", name[64], *at;
	mqd_t q;

	R(shm = shmget(key, 4096, IPC_CREAT | 0600) >= 0);
	shm = shmget(key, 0, 0);
	R(sem = semget(key, 1, IPC_CREAT | 0600) >= 0);
	sem = semget(key, 0, 0);
	R(semop(sem, &(struct sembuf){ 0, 3, SEM_UNDO }, 1));
	R((msg = msgget(key, IPC_CREAT | 0600)) >= 0);
	snprintf(name, sizeof(name), "/hearth-%d", getpid());
	R((q = mq_open(name, O_CREAT | O_RDWR, 0600, NULL)) >= 0);
	at = shmat(shm, NULL, 0);
	strcpy(at, "outside");
	R(outside = open("/proc/self/ns/ipc", O_RDONLY));
	readlink("/proc/self/ns/ipc", was, 63);
	R(unshare(CLONE_NEWIPC));
	readlink("/proc/self/ns/ipc", is, 63);
	V(strcmp(was, is) != 0);
	R(shmget(key, 0, 0));
	R(semget(key, 0, 0));
	R(msgget(key, 0));
	R(shmctl(shm, IPC_STAT, &d));
	R(shmat(shm, NULL, 0) == (void *)-1);
	R(mq_open(name, O_RDWR));
	S(at);
	R((inner = shmget(key, 8192, IPC_CREAT | IPC_EXCL | 0600)) >= 0);
	R(mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, NULL) >= 0);
	R(mq_unlink(name));
	CHILD(S(shmat(inner, NULL, 0)); R(shmget(key, 0, 0) == inner));
	R(setns(outside, CLONE_NEWIPC));
	R(shmget(key, 0, 0) == shm);
	/* Leaving the name space, what was to be undone was. */
	R(semctl(sem, 0, GETVAL));
	R(shmctl(shm, IPC_STAT, &d));
	V(d.shm_nattch);
	R(shmctl(shm, IPC_RMID, NULL));
	R(semctl(sem, 0, IPC_RMID));
	R(msgctl(msg, IPC_RMID, NULL));
	R(mq_unlink(name));
	CHILD(one_thread_leaves());
	CHILD(
		int id;
		R(unshare(CLONE_NEWIPC));
		R((id = shmget(key, 4096, IPC_CREAT | 0600)) >= 0);
		/* Attached when its name space goes. */
		at = shmat(id, NULL, 0);
		strcpy(at, "alone");
		R(setns(outside, 0));
		S(at);
		R(shmdt(at));
		R(setns(outside, CLONE_NEWNET)));
}

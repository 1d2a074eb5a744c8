/* SECCOMP_FILTER_FLAG_TSYNC: a filter for all threads, or none; KILL_THREAD ends one thread.
 * needs: 64 bits (musl would wait for a killed thread for ever) */
#include "abi.h"
#include "seccomp.h"

static pthread_barrier_t barrier;

static long install(unsigned flags, unsigned answer, long call)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, answer), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog p = { COUNT(f), f };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}

static void *other(void *arg)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	R(syscall(SYS_getppid));
	V(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	return arg;
}

static void *astray(void *arg)
{
	install(0, SECCOMP_RET_ERRNO | 5, SYS_getgid);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return arg;
}

static void *victim(void *arg)
{
	syscall(SYS_getppid);
	printf("not reached\n");
	return arg;
}

static void sync_all(void)
{
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, other, NULL);
	pthread_barrier_wait(&barrier);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	R(install(SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_RET_ERRNO | 66, SYS_getppid));
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	R(syscall(SYS_getppid));
}

static void one_astray(void)
{
	pthread_t thread;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, astray, NULL);
	pthread_barrier_wait(&barrier);
	V(install(SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_RET_ERRNO | 66, SYS_getppid) > 0);
	R(install(SECCOMP_FILTER_FLAG_TSYNC | 16, SECCOMP_RET_ERRNO | 66, SYS_getppid));
	V(syscall(SYS_getppid) >= 0);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

static void kill_thread(void)
{
	pthread_t thread;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	R(install(0, SECCOMP_RET_KILL_THREAD, SYS_getppid));
	pthread_create(&thread, NULL, victim, NULL);
	pthread_join(thread, NULL);
	printf("the process goes on\n");
}

TOPIC(seccomp_tsync)
{
	CHILD(sync_all());
	CHILD(one_astray());
	CHILD(kill_thread());
}

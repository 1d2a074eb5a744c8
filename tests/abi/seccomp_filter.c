/* seccomp filters: every action, several filters, inheritance, and what is refused. */
#include "abi.h"
#include "seccomp.h"

#define FILTER(...) ({                                                            \
	struct sock_filter f_[] = { __VA_ARGS__ };                                \
	struct sock_fprog p_ = { COUNT(f_), f_ };                                 \
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p_); })
#define LOAD_NR  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ON(call, action) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, (action))
#define ALLOW    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	printf("%s code %d errno %d getppid %d\n", signal_name(signo), info->si_code, info->si_errno,
	       info->si_syscall == SYS_getppid);
}

static void refused(void)
{
	struct sock_fprog none = { 0, NULL }, bad = { 1, BAD };
	unsigned action = SECCOMP_RET_ERRNO;

	R(syscall(SYS_seccomp, 99, 0, NULL));
	R(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
	R(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, &none));
	R(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x1000, &none));
	R(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD));
	R(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &none));
	R(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	R(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &bad));
	R(prctl(PR_SET_SECCOMP, 7, 0, 0, 0));
	R(FILTER(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), ALLOW));
	R(FILTER(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), ALLOW));
	R(FILTER(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), ALLOW));
	R(FILTER(LOAD_NR));
	R(FILTER(BPF_JUMP(BPF_JMP | BPF_JA, 5, 0, 0), ALLOW));
	R(FILTER(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5, 1, 0), ALLOW));
	R(FILTER(BPF_STMT(BPF_LD | BPF_MEM, 3), ALLOW));
	R(FILTER(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ALLOW));
	R(FILTER(BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ALLOW));
	R(FILTER(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), ALLOW));
	R(FILTER(BPF_STMT(BPF_ST, 16), ALLOW));
	R(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	action = 0x12340000;
	R(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	R(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &action));
	R(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, BAD));
	R(prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
}

static void errnos(void)
{
	R(FILTER(LOAD_NR, ON(SYS_getppid, SECCOMP_RET_ERRNO | 77), ON(SYS_getuid, SECCOMP_RET_ERRNO | 5000), ALLOW));
	R(prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	R(syscall(SYS_getppid));
	R(syscall(SYS_getuid));
	V(getpid() > 0);
	/* A later one may only add; the strictest counts. */
	R(FILTER(LOAD_NR, ON(SYS_getppid, SECCOMP_RET_ALLOW), ON(SYS_getgid, SECCOMP_RET_ERRNO | 1), ALLOW));
	R(syscall(SYS_getppid));
	R(syscall(SYS_getgid));
	CHILD(R(syscall(SYS_getppid)));
	R(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL));
}

/* Every kind of arithmetic, with an answer that tells. */
static void machine(void)
{
	R(FILTER(
		BPF_STMT(BPF_LD | BPF_IMM, 100), BPF_STMT(BPF_ST, 2), BPF_STMT(BPF_LDX | BPF_IMM, 7),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),          /* 14 */
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),          /* 56 */
		BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),          /* 49 */
		BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 1),          /* 48 */
		BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_LD | BPF_MEM, 2),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x64),       /* 100 */
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),          /* 148 */
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1),          /* 74 */
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_ST, 0), LOAD_NR, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0), ALLOW,
		BPF_STMT(BPF_LD | BPF_MEM, 0), BPF_STMT(BPF_RET | BPF_A, 0)));
	R(syscall(SYS_getppid));
}

static void arguments(void)
{
	R(FILTER(LOAD_NR, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 3),
		 BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		 ON(55, SECCOMP_RET_ERRNO | 99), ALLOW));
	R(syscall(SYS_close, 55));
	R(syscall(SYS_close, 56));
}

static void trap(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &action, NULL);
	R(FILTER(LOAD_NR, ON(SYS_getppid, SECCOMP_RET_TRAP | 21), ALLOW));
	syscall(SYS_getppid);
	printf("and on\n");
}

static void kill_by(unsigned action)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSYS, SIG_IGN);
	R(FILTER(LOAD_NR, ON(SYS_getppid, action), ALLOW));
	fflush(stdout);
	syscall(SYS_getppid);
	printf("not reached\n");
}

TOPIC(seccomp_filter)
{
	CHILD(refused());
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	CHILD(errnos());
	CHILD(machine());
	CHILD(arguments());
	CHILD(trap());
	CHILD(kill_by(0x80000000u));
	CHILD(kill_by(SECCOMP_RET_KILL));
	CHILD(kill_by(SECCOMP_RET_TRAP));
	CHILD(R(FILTER(LOAD_NR, ON(SYS_getppid, SECCOMP_RET_TRACE | 3), ALLOW)); R(syscall(SYS_getppid)));
	CHILD(R(FILTER(LOAD_NR, ON(SYS_getppid, 0x7ffc0000u), ALLOW)); V(syscall(SYS_getppid) > 0));
}

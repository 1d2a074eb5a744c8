/* Signals as a RISC-V Linux program sees them (uapi asm-generic/signal.h, siginfo.h,
 * riscv asm/sigcontext.h, asm/ucontext.h), and the kernel's own width-neutral siginfo.
 *
 * RISC-V uses the generic numbers, which x86-64 and AArch64 hosts share; the names are
 * therefore Linux' plain ones, guarded so that a host header seen earlier does no harm.
 * A file that includes this one must not include the host's <signal.h> after it.
 *
 * The frame that a handler runs on (arch/riscv/kernel/signal.c, struct rt_sigframe):
 *
 *     higher   ucontext   flags link stack sigmask (1024 bits reserved)
 *                         regs[32]: pc, x1 .. x31
 *                         fp state: 528 bytes; d: f[32], fcsr; the last 12 bytes hold the
 *                                   header chain of further extensions: reserved, magic, size
 *     sp ->    siginfo    128 bytes
 */
#ifndef ABI_SIGNAL_H
#define ABI_SIGNAL_H

#include "abi/types.h"

#define ABI_NSIG 64
/* Handler values that are not addresses. */
#define ABI_SIG_DFL ((uint64_t)0)
#define ABI_SIG_IGN ((uint64_t)1)

#ifndef SIGHUP
#define SIGHUP		1
#define SIGINT		2
#define SIGQUIT		3
#define SIGILL		4
#define SIGTRAP		5
#define SIGABRT		6
#define SIGBUS		7
#define SIGFPE		8
#define SIGKILL		9
#define SIGUSR1		10
#define SIGSEGV		11
#define SIGUSR2		12
#define SIGPIPE		13
#define SIGALRM		14
#define SIGTERM		15
#define SIGSTKFLT	16
#define SIGCHLD		17
#define SIGCONT		18
#define SIGSTOP		19
#define SIGTSTP		20
#define SIGTTIN		21
#define SIGTTOU		22
#define SIGURG		23
#define SIGXCPU		24
#define SIGXFSZ		25
#define SIGVTALRM	26
#define SIGPROF		27
#define SIGWINCH	28
#define SIGIO		29
#define SIGPOLL		SIGIO
#define SIGPWR		30
#define SIGSYS		31
#endif
/* The kernel's first real-time signal; libc takes some for itself and says 34 or 35. */
#define ABI_SIGRTMIN	32
#define ABI_SIGRTMAX	64

/* Bit of a signal in a 64-bit set. */
static inline uint64_t abi_sigmask(int signo) { return (uint64_t)1 << (signo - 1); }

/* ---- sigaction ----------------------------------------------------------- */
#ifndef SA_NOCLDSTOP
#define SA_NOCLDSTOP	1
#define SA_NOCLDWAIT	2
#define SA_SIGINFO	4
#define SA_ONSTACK	0x08000000
#define SA_RESTART	0x10000000
#define SA_NODEFER	0x40000000
#define SA_RESETHAND	0x80000000
#endif
#ifndef SA_UNSUPPORTED
#define SA_UNSUPPORTED	0x00000400	/* always reads back clear: "flag bits are checked" */
#define SA_EXPOSE_TAGBITS 0x00000800
#endif
#define ABI_SA_FLAGS	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | \
			 SA_NODEFER | SA_RESETHAND | SA_EXPOSE_TAGBITS)

/* rt_sigaction's argument. RISC-V has no sa_restorer: the vDSO returns from handlers. */
struct abi_sigaction64 { uint64_t handler, flags, mask; };
struct abi_sigaction32 { uint32_t handler, flags; uint32_t mask[2]; };
_Static_assert(sizeof(struct abi_sigaction64) == 24, "layout");
_Static_assert(sizeof(struct abi_sigaction32) == 16, "layout");

#ifndef SIG_BLOCK
#define SIG_BLOCK	0
#define SIG_UNBLOCK	1
#define SIG_SETMASK	2
#endif

/* ---- alternate stack ------------------------------------------------------ */
#ifndef SS_ONSTACK
#define SS_ONSTACK	1
#define SS_DISABLE	2
#endif
#define ABI_SS_AUTODISARM	0x80000000u
#define ABI_MINSIGSTKSZ	2048
struct abi_stack64 { uint64_t sp; int32_t flags; uint32_t pad; uint64_t size; };
struct abi_stack32 { uint32_t sp; int32_t flags; uint32_t size; };
_Static_assert(sizeof(struct abi_stack64) == 24, "layout");
_Static_assert(sizeof(struct abi_stack32) == 12, "layout");

/* ---- siginfo --------------------------------------------------------------- */
#ifndef SI_USER
#define SI_USER		0
#define SI_KERNEL	0x80
#define SI_QUEUE	-1
#define SI_TIMER	-2
#define SI_MESGQ	-3
#define SI_ASYNCIO	-4
#define SI_SIGIO	-5
#define SI_TKILL	-6

#define ILL_ILLOPC	1
#define ILL_ILLOPN	2
#define ILL_ILLADR	3
#define ILL_ILLTRP	4
#define ILL_PRVOPC	5
#define ILL_PRVREG	6

#define FPE_INTDIV	1
#define FPE_INTOVF	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
#define FPE_FLTSUB	8

#define SEGV_MAPERR	1
#define SEGV_ACCERR	2

#define BUS_ADRALN	1
#define BUS_ADRERR	2
#define BUS_OBJERR	3

#define TRAP_BRKPT	1
#define TRAP_TRACE	2

#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_DUMPED	3
#define CLD_TRAPPED	4
#define CLD_STOPPED	5
#define CLD_CONTINUED	6

#define POLL_IN		1
#define POLL_OUT	2
#define POLL_MSG	3
#define POLL_ERR	4
#define POLL_PRI	5
#define POLL_HUP	6
#endif
#ifndef SIGEV_SIGNAL
#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2
#define SIGEV_THREAD_ID	4
#endif

/* The kernel's own form: every field any signal can carry, side by side. Which of them
 * reach the guest follows from signo and code (abi_siginfo_to64, Linux' siginfo_layout). */
struct abi_siginfo {
	int32_t signo, code, errno_;
	int32_t pid;
	uint32_t uid;
	int32_t status;              /* SIGCHLD: exit code or signal */
	int64_t utime, stime;        /* SIGCHLD: in clock ticks */
	uint64_t addr;               /* SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP */
	int16_t addr_lsb;            /* BUS_MCEERR_* */
	uint64_t value;              /* sigqueue, timers: sigval */
	int32_t timerid, overrun;    /* SI_TIMER */
	int64_t band;                /* SIGPOLL */
	int32_t fd;
	uint64_t call_addr;          /* SIGSYS */
	int32_t syscall;
	uint32_t arch;
	/* A siginfo that a guest made itself (rt_sigqueueinfo with an own code) travels
	 * unread: bytes 12.. of its struct. */
	bool opaque;
	uint8_t raw[116];
};

struct abi_siginfo64 {
	int32_t signo, errno_, code, pad;
	union {
		struct { int32_t pid; uint32_t uid; } kill;
		struct { int32_t tid, overrun; uint64_t value; } timer;
		struct { int32_t pid; uint32_t uid; uint64_t value; } rt;
		struct { int32_t pid; uint32_t uid; int32_t status, pad; int64_t utime, stime; } chld;
		struct { uint64_t addr; int16_t addr_lsb; } fault;
		struct { int64_t band; int32_t fd; } poll;
		struct { uint64_t call_addr; int32_t syscall; uint32_t arch; } sys;
		uint8_t bytes[112];
	};
};
_Static_assert(sizeof(struct abi_siginfo64) == 128, "layout");
_Static_assert(offsetof(struct abi_siginfo64, kill) == 16, "layout");
_Static_assert(offsetof(struct abi_siginfo64, chld.utime) == 32, "layout");

struct abi_siginfo32 {
	int32_t signo, errno_, code;
	union {
		struct { int32_t pid; uint32_t uid; } kill;
		struct { int32_t tid, overrun; uint32_t value; } timer;
		struct { int32_t pid; uint32_t uid; uint32_t value; } rt;
		struct { int32_t pid; uint32_t uid; int32_t status, utime, stime; } chld;
		struct { uint32_t addr; int16_t addr_lsb; } fault;
		struct { int32_t band; int32_t fd; } poll;
		struct { uint32_t call_addr; int32_t syscall; uint32_t arch; } sys;
		uint8_t bytes[116];
	};
};
_Static_assert(sizeof(struct abi_siginfo32) == 128, "layout");
_Static_assert(offsetof(struct abi_siginfo32, chld.utime) == 24, "layout");

void abi_siginfo_to64(const struct abi_siginfo *in, struct abi_siginfo64 *out);
void abi_siginfo_to32(const struct abi_siginfo *in, struct abi_siginfo32 *out);
void abi_siginfo_from64(const struct abi_siginfo64 *in, struct abi_siginfo *out);
void abi_siginfo_from32(const struct abi_siginfo32 *in, struct abi_siginfo *out);

/* signalfd's record (uapi/linux/signalfd.h), the same for both widths. */
struct abi_signalfd_siginfo {
	uint32_t signo;
	int32_t errno_, code;
	uint32_t pid, uid;
	int32_t fd;
	uint32_t tid, band, overrun, trapno;
	int32_t status, int_;
	uint64_t ptr, utime, stime, addr;
	uint16_t addr_lsb, pad2;
	int32_t syscall;
	uint64_t call_addr;
	uint32_t arch;
	uint8_t pad[28];
};
_Static_assert(sizeof(struct abi_signalfd_siginfo) == 128, "layout");
void abi_siginfo_to_signalfd(const struct abi_siginfo *in, struct abi_signalfd_siginfo *out);

/* sigevent of timer_create. */
struct abi_sigevent64 { uint64_t value; int32_t signo, notify, tid; uint8_t pad[44]; };
struct abi_sigevent32 { uint32_t value; int32_t signo, notify, tid; uint8_t pad[48]; };
_Static_assert(sizeof(struct abi_sigevent64) == 64, "layout");
_Static_assert(sizeof(struct abi_sigevent32) == 64, "layout");

/* ---- the frame --------------------------------------------------------------- */
/* Extensions beyond F/D/Q append records after the fp state, found through this header
 * (Linux 6.5, asm/sigcontext.h). A chain ends with magic 0 and size 0. */
#define ABI_RISCV_V_MAGIC	0x53465457u
#define ABI_END_MAGIC		0u
#define ABI_END_HDR_SIZE	0u
struct abi_ctx_hdr { uint32_t magic, size; };

union abi_fp_state {
	struct { uint32_t f[32]; uint32_t fcsr; } f;
	struct { uint64_t f[32]; uint32_t fcsr; } d;
	/* The Q layout gives the union its size; its reserved words must be zero. */
	struct { uint64_t f[64]; uint32_t fcsr; uint32_t reserved[3]; } __attribute__((aligned(16))) q;
	struct { uint32_t padding[129]; uint32_t reserved; struct abi_ctx_hdr hdr; } ext;
};
_Static_assert(sizeof(union abi_fp_state) == 528, "layout");
_Static_assert(offsetof(union abi_fp_state, ext.reserved) == 516, "layout");

/* regs[0] is pc, regs[1..31] are x1..x31 (asm/ptrace.h, struct user_regs_struct). */
struct abi_sigcontext64 { uint64_t regs[32]; union abi_fp_state fp; };
struct abi_sigcontext32 { uint32_t regs[32]; union abi_fp_state fp; };
_Static_assert(sizeof(struct abi_sigcontext64) == 784, "layout");
_Static_assert(sizeof(struct abi_sigcontext32) == 656, "layout");

struct abi_ucontext64 {
	uint64_t flags, link;
	struct abi_stack64 stack;
	uint64_t sigmask;
	uint8_t unused[120];
	struct abi_sigcontext64 mcontext;    /* 16-byte aligned: 8 bytes of padding before */
};
struct abi_ucontext32 {
	uint32_t flags, link;
	struct abi_stack32 stack;
	uint32_t sigmask[2];
	uint8_t unused[120];
	struct abi_sigcontext32 mcontext;
};
_Static_assert(offsetof(struct abi_ucontext64, sigmask) == 40, "layout");
_Static_assert(offsetof(struct abi_ucontext64, mcontext) == 176, "layout");
_Static_assert(sizeof(struct abi_ucontext64) == 960, "layout");
_Static_assert(offsetof(struct abi_ucontext32, sigmask) == 20, "layout");
_Static_assert(offsetof(struct abi_ucontext32, mcontext) == 160, "layout");
_Static_assert(sizeof(struct abi_ucontext32) == 816, "layout");

struct abi_rt_sigframe64 { struct abi_siginfo64 info; struct abi_ucontext64 uc; };
struct abi_rt_sigframe32 { struct abi_siginfo32 info; struct abi_ucontext32 uc; };
_Static_assert(sizeof(struct abi_rt_sigframe64) == 1088, "layout");
_Static_assert(sizeof(struct abi_rt_sigframe32) == 944, "layout");

#endif

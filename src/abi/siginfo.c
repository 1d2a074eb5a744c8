/* Conversions of siginfo between the kernel's form and the guests' two layouts.
 *
 * Which member of the union is meant follows from signo and code: Linux kernel/signal.c,
 * siginfo_layout(). A code the kernel does not know was made by a guest (rt_sigqueueinfo):
 * its bytes are carried unread. */
#include "abi/signal.h"

#include <string.h>

enum layout { LAYOUT_KILL, LAYOUT_TIMER, LAYOUT_RT, LAYOUT_CHLD, LAYOUT_FAULT, LAYOUT_POLL, LAYOUT_SYS };

static enum layout layout_positive(int signo, int code)
{
	switch (signo) {
	case SIGILL: case SIGFPE: case SIGSEGV: case SIGBUS: case SIGTRAP:
		return LAYOUT_FAULT;
	case SIGCHLD:
		return LAYOUT_CHLD;
	case SIGSYS:
		return LAYOUT_SYS;
	default:
		return code <= POLL_HUP ? LAYOUT_POLL : LAYOUT_KILL;
	}
}

static enum layout siginfo_layout(int signo, int code)
{
	if (code > SI_USER && code < SI_KERNEL)
		return layout_positive(signo, code);
	switch (code) {
	case SI_TIMER:
		return LAYOUT_TIMER;
	case SI_SIGIO:
		return LAYOUT_POLL;
	case SI_USER: case SI_KERNEL: case SI_TKILL:
		return LAYOUT_KILL;
	default:
		return code < 0 ? LAYOUT_RT : LAYOUT_KILL;
	}
}

/* Both layouts have the same member names; only the offsets and widths differ. */
#define FILL_SIGINFO(in, out) do {                                              \
		memset((out), 0, sizeof(*(out)));                               \
		(out)->signo = (in)->signo;                                     \
		(out)->errno_ = (in)->errno_;                                   \
		(out)->code = (in)->code;                                       \
		if ((in)->opaque) {                                             \
			memcpy((out)->bytes, (in)->raw, sizeof((out)->bytes));  \
			break;                                                  \
		}                                                               \
		switch (siginfo_layout((in)->signo, (in)->code)) {              \
		case LAYOUT_TIMER:                                              \
			(out)->timer.tid = (in)->timerid;                       \
			(out)->timer.overrun = (in)->overrun;                   \
			(out)->timer.value = (in)->value;                       \
			break;                                                  \
		case LAYOUT_RT:                                                 \
			(out)->rt.value = (in)->value;                          \
			/* fall through */                                      \
		case LAYOUT_KILL:                                               \
			(out)->kill.pid = (in)->pid;                            \
			(out)->kill.uid = (in)->uid;                            \
			break;                                                  \
		case LAYOUT_CHLD:                                               \
			(out)->chld.pid = (in)->pid;                            \
			(out)->chld.uid = (in)->uid;                            \
			(out)->chld.status = (in)->status;                      \
			(out)->chld.utime = (in)->utime;                        \
			(out)->chld.stime = (in)->stime;                        \
			break;                                                  \
		case LAYOUT_FAULT:                                              \
			(out)->fault.addr = (in)->addr;                         \
			(out)->fault.addr_lsb = (in)->addr_lsb;                 \
			break;                                                  \
		case LAYOUT_POLL:                                               \
			(out)->poll.band = (in)->band;                          \
			(out)->poll.fd = (in)->fd;                              \
			break;                                                  \
		case LAYOUT_SYS:                                                \
			(out)->sys.call_addr = (in)->call_addr;                 \
			(out)->sys.syscall = (in)->syscall;                     \
			(out)->sys.arch = (in)->arch;                           \
			break;                                                  \
		}                                                               \
	} while (0)

/* What a guest hands in carries pid, uid and value where sigqueue puts them; the bytes are
 * kept as well, so that any other code comes out as it went in. */
#define READ_SIGINFO(in, out) do {                                              \
		memset((out), 0, sizeof(*(out)));                               \
		(out)->signo = (in)->signo;                                     \
		(out)->errno_ = (in)->errno_;                                   \
		(out)->code = (in)->code;                                       \
		(out)->pid = (in)->rt.pid;                                      \
		(out)->uid = (in)->rt.uid;                                      \
		(out)->value = (in)->rt.value;                                  \
		(out)->opaque = true;                                           \
		memcpy((out)->raw, (in)->bytes, sizeof((in)->bytes));           \
	} while (0)

void abi_siginfo_to64(const struct abi_siginfo *in, struct abi_siginfo64 *out)   { FILL_SIGINFO(in, out); }
void abi_siginfo_to32(const struct abi_siginfo *in, struct abi_siginfo32 *out)   { FILL_SIGINFO(in, out); }
void abi_siginfo_from64(const struct abi_siginfo64 *in, struct abi_siginfo *out) { READ_SIGINFO(in, out); }
void abi_siginfo_from32(const struct abi_siginfo32 *in, struct abi_siginfo *out) { READ_SIGINFO(in, out); }

void abi_siginfo_to_signalfd(const struct abi_siginfo *in, struct abi_signalfd_siginfo *out)
{
	*out = (struct abi_signalfd_siginfo){
		.signo = (uint32_t)in->signo, .errno_ = in->errno_, .code = in->code,
		.pid = (uint32_t)in->pid, .uid = in->uid, .fd = in->fd,
		.tid = (uint32_t)in->timerid, .band = (uint32_t)in->band,
		.overrun = (uint32_t)in->overrun, .status = in->status,
		.int_ = (int32_t)in->value, .ptr = in->value,
		.utime = (uint64_t)in->utime, .stime = (uint64_t)in->stime,
		.addr = in->addr, .addr_lsb = (uint16_t)in->addr_lsb,
		.syscall = in->syscall, .call_addr = in->call_addr, .arch = in->arch,
	};
}

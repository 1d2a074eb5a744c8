/* The text of structs in guest memory, for strace. Each function prints what is at `addr`, or
 * the address itself when that cannot be read. Nothing here changes the guest. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/stat.h"
#include "abi/system.h"
#include "abi/time.h"

#define LL(x) ((long long)(x))
#define UL(x) ((unsigned long long)(x))

/* Read the struct, or print the bare address and say so. */
static bool fetch(struct show *s, gva_t addr, void *to, size_t len)
{
	if (!mm_copy_from(s->mm, to, addr, len))
		return true;
	strbuf_printf(s->out, "0x%llx", UL(addr));
	return false;
}

static void print_timespec(struct strbuf *out, const struct abi_timespec64 *t)
{
	if (t->nsec == ABI_UTIME_NOW)
		strbuf_printf(out, "UTIME_NOW");
	else if (t->nsec == ABI_UTIME_OMIT)
		strbuf_printf(out, "UTIME_OMIT");
	else
		strbuf_printf(out, "{tv_sec=%lld, tv_nsec=%lld}", LL(t->sec), LL(t->nsec));
}

void show_timespec(struct show *s, gva_t addr)
{
	struct abi_timespec64 t;

	if (fetch(s, addr, &t, sizeof(t)))
		print_timespec(s->out, &t);
}

void show_utimes(struct show *s, gva_t addr)
{
	struct abi_timespec64 t[2];

	if (!fetch(s, addr, t, sizeof(t)))
		return;
	strbuf_putc(s->out, '[');
	print_timespec(s->out, &t[0]);
	strbuf_printf(s->out, ", ");
	print_timespec(s->out, &t[1]);
	strbuf_putc(s->out, ']');
}

void show_itimerspec(struct show *s, gva_t addr)
{
	struct abi_itimerspec t;

	if (!fetch(s, addr, &t, sizeof(t)))
		return;
	strbuf_printf(s->out, "{it_interval=");
	print_timespec(s->out, &t.interval);
	strbuf_printf(s->out, ", it_value=");
	print_timespec(s->out, &t.value);
	strbuf_putc(s->out, '}');
}

void show_timeval(struct show *s, gva_t addr)
{
	struct abi_timeval64 t;

	if (fetch(s, addr, &t, sizeof(t)))
		strbuf_printf(s->out, "{tv_sec=%lld, tv_usec=%lld}", LL(t.sec), LL(t.usec));
}

void show_itimerval(struct show *s, gva_t addr)
{
	struct abi_itimerval64 t;
	struct abi_itimerval32 n;

	if (s->xlen == XLEN_32) {
		if (!fetch(s, addr, &n, sizeof(n)))
			return;
		t = (struct abi_itimerval64){ { n.interval.sec, n.interval.usec }, { n.value.sec, n.value.usec } };
	} else if (!fetch(s, addr, &t, sizeof(t))) {
		return;
	}
	strbuf_printf(s->out, "{it_interval={tv_sec=%lld, tv_usec=%lld}, it_value={tv_sec=%lld, tv_usec=%lld}}",
		      LL(t.interval.sec), LL(t.interval.usec), LL(t.value.sec), LL(t.value.usec));
}

/* ---- files ----------------------------------------------------------------------------------- */

static void print_mode(struct strbuf *out, uint32_t mode)
{
	static const struct { uint32_t type; const char *name; } types[] = {
		{ S_IFREG, "S_IFREG" }, { S_IFDIR, "S_IFDIR" }, { S_IFLNK, "S_IFLNK" }, { S_IFCHR, "S_IFCHR" },
		{ S_IFBLK, "S_IFBLK" }, { S_IFIFO, "S_IFIFO" }, { S_IFSOCK, "S_IFSOCK" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		if ((mode & S_IFMT) == types[i].type)
			strbuf_printf(out, "%s|", types[i].name);
	strbuf_printf(out, "%#o", mode & 07777);
}

static void print_file(struct strbuf *out, uint32_t mode, uint64_t size, uint32_t major, uint32_t minor)
{
	strbuf_printf(out, "st_mode=");
	print_mode(out, mode);
	if (S_ISCHR(mode) || S_ISBLK(mode))
		strbuf_printf(out, ", st_rdev=makedev(%#x, %#x)", major, minor);
	else
		strbuf_printf(out, ", st_size=%llu", UL(size));
}

void show_stat(struct show *s, gva_t addr)
{
	struct abi_stat64 st;

	if (!fetch(s, addr, &st, sizeof(st)))
		return;
	strbuf_putc(s->out, '{');
	print_file(s->out, st.mode, (uint64_t)st.size, abi_dev_major(st.rdev), abi_dev_minor(st.rdev));
	strbuf_printf(s->out, ", ...}");
}

void show_statx(struct show *s, gva_t addr)
{
	struct abi_statx x;

	if (!fetch(s, addr, &x, sizeof(x)))
		return;
	strbuf_printf(s->out, "{stx_mask=");
	show_flags(s->out, names_statx_mask, x.mask);
	strbuf_printf(s->out, ", ");
	print_file(s->out, x.mode, x.size, x.rdev_major, x.rdev_minor);
	strbuf_printf(s->out, ", ...}");
}

void show_statfs(struct show *s, gva_t addr)
{
	uint64_t type = 0;

	if (fetch(s, addr, &type, s->xlen == XLEN_32 ? 4 : 8))
		strbuf_printf(s->out, "{f_type=0x%llx, ...}", UL(type));
}

void show_dirents(struct show *s, gva_t addr)
{
	unsigned n = 0;

	if (s->ret < 0) {
		strbuf_printf(s->out, "0x%llx", UL(addr));
		return;
	}
	for (int64_t at = 0; at < s->ret; n++) {
		struct abi_dirent64 head;

		if (mm_copy_from(s->mm, &head, addr + (uint64_t)at, offsetof(struct abi_dirent64, name)) || !head.reclen)
			break;
		at += head.reclen;
	}
	strbuf_printf(s->out, "0x%llx /* %u entries */", UL(addr), n);
}

void show_fd_pair(struct show *s, gva_t addr)
{
	int32_t fds[2];

	if (fetch(s, addr, fds, sizeof(fds)))
		strbuf_printf(s->out, "[%d, %d]", fds[0], fds[1]);
}

static const struct sys_name poll_events[] = {
	{ 1, "POLLIN" }, { 2, "POLLPRI" }, { 4, "POLLOUT" }, { 8, "POLLERR" }, { 16, "POLLHUP" }, { 32, "POLLNVAL" },
	{ 64, "POLLRDNORM" }, { 128, "POLLRDBAND" }, { 256, "POLLWRNORM" }, { 512, "POLLWRBAND" },
	{ 0x2000, "POLLRDHUP" }, { 0, NULL }
};

enum { POLLFDS_SHOWN = 16 };

void show_pollfds(struct show *s, gva_t addr)
{
	unsigned n = (unsigned)MIN(s->v[1], (uint64_t)POLLFDS_SHOWN);

	strbuf_putc(s->out, '[');
	for (unsigned i = 0; i < n; i++) {
		struct abi_pollfd p;

		if (mm_copy_from(s->mm, &p, addr + i * sizeof(p), sizeof(p)))
			break;
		strbuf_printf(s->out, "%s{fd=%d, events=", i ? ", " : "", p.fd);
		show_flags(s->out, poll_events, (uint16_t)p.events);
		if (p.revents) {
			strbuf_printf(s->out, ", revents=");
			show_flags(s->out, poll_events, (uint16_t)p.revents);
		}
		strbuf_putc(s->out, '}');
	}
	strbuf_printf(s->out, "%s]", s->v[1] > n ? ", ..." : "");
}

void show_epoll_event(struct show *s, gva_t addr)
{
	struct abi_epoll_event e;

	if (fetch(s, addr, &e, sizeof(e)))
		strbuf_printf(s->out, "{events=0x%x, data=0x%llx}", e.events, UL(e.data));
}

/* ---- signals ------------------------------------------------------------------------------------ */

static void print_signal(struct strbuf *out, int sig)
{
	if (sig > 0 && sig < ABI_SIGRTMIN && signal_names[sig])
		strbuf_printf(out, "%s", signal_names[sig]);
	else if (sig >= ABI_SIGRTMIN && sig <= ABI_SIGRTMAX)
		strbuf_printf(out, "SIGRT_%d", sig - ABI_SIGRTMIN);
	else
		strbuf_printf(out, "%d", sig);
}

/* "[CHLD INT]", or "~[KILL STOP]" when most are in the set, as strace writes it. */
static void print_sigset(struct strbuf *out, uint64_t set)
{
	bool inverted = __builtin_popcountll(set) > 32;
	const char *sep = "";

	strbuf_printf(out, inverted ? "~[" : "[");
	for (int sig = 1; sig <= ABI_NSIG; sig++) {
		if (!(set & abi_sigmask(sig)) != inverted)
			continue;
		strbuf_printf(out, "%s", sep);
		if (sig < ABI_SIGRTMIN && signal_names[sig])
			strbuf_printf(out, "%s", signal_names[sig] + 3);
		else
			strbuf_printf(out, "RT_%d", sig - ABI_SIGRTMIN);
		sep = " ";
	}
	strbuf_putc(out, ']');
}

void show_sigset(struct show *s, gva_t addr)
{
	uint64_t set;

	if (fetch(s, addr, &set, sizeof(set)))
		print_sigset(s->out, set);
}

static const struct sys_name sa_flags[] = {
	{ SA_NOCLDSTOP, "SA_NOCLDSTOP" }, { SA_NOCLDWAIT, "SA_NOCLDWAIT" }, { SA_SIGINFO, "SA_SIGINFO" },
	{ SA_ONSTACK, "SA_ONSTACK" }, { SA_RESTART, "SA_RESTART" }, { SA_NODEFER, "SA_NODEFER" },
	{ SA_RESETHAND, "SA_RESETHAND" }, { 0, NULL }
};

void show_sigaction(struct show *s, gva_t addr)
{
	struct abi_sigaction64 a;
	struct abi_sigaction32 n;

	if (s->xlen == XLEN_32) {
		if (!fetch(s, addr, &n, sizeof(n)))
			return;
		a = (struct abi_sigaction64){ n.handler, n.flags, n.mask[0] | (uint64_t)n.mask[1] << 32 };
	} else if (!fetch(s, addr, &a, sizeof(a))) {
		return;
	}
	if (a.handler <= ABI_SIG_IGN)
		strbuf_printf(s->out, "{sa_handler=%s", a.handler == ABI_SIG_DFL ? "SIG_DFL" : "SIG_IGN");
	else
		strbuf_printf(s->out, "{sa_handler=0x%llx", UL(a.handler));
	strbuf_printf(s->out, ", sa_mask=");
	print_sigset(s->out, a.mask);
	strbuf_printf(s->out, ", sa_flags=");
	show_flags(s->out, sa_flags, a.flags);
	strbuf_putc(s->out, '}');
}

void show_siginfo(struct show *s, gva_t addr)
{
	int32_t head[3];                         /* signo, errno, code: the same place in both layouts */

	if (!fetch(s, addr, head, sizeof(head)))
		return;
	if (!head[0]) {
		strbuf_printf(s->out, "{}");
		return;
	}
	strbuf_printf(s->out, "{si_signo=");
	print_signal(s->out, head[0]);
	strbuf_printf(s->out, ", si_code=%d", head[2]);
	if (head[0] == SIGCHLD) {
		int32_t child[3];                /* pid, uid, status */

		if (!mm_copy_from(s->mm, child, addr + (s->xlen == XLEN_32 ? 12 : 16), sizeof(child)))
			strbuf_printf(s->out, ", si_pid=%d, si_uid=%d, si_status=%d", child[0], child[1], child[2]);
	}
	strbuf_putc(s->out, '}');
}

void show_stack(struct show *s, gva_t addr)
{
	struct abi_stack64 st;
	struct abi_stack32 n;

	if (s->xlen == XLEN_32) {
		if (!fetch(s, addr, &n, sizeof(n)))
			return;
		st = (struct abi_stack64){ .sp = n.sp, .flags = n.flags, .size = n.size };
	} else if (!fetch(s, addr, &st, sizeof(st))) {
		return;
	}
	strbuf_printf(s->out, "{ss_sp=0x%llx, ss_flags=%s, ss_size=%llu}", UL(st.sp),
		      st.flags & SS_DISABLE ? "SS_DISABLE" : st.flags & SS_ONSTACK ? "SS_ONSTACK" : "0", UL(st.size));
}

/* ---- processes ------------------------------------------------------------------------------------ */

static void print_limit(struct strbuf *out, uint64_t v)
{
	if (v == ABI_RLIM_INFINITY)
		strbuf_printf(out, "RLIM64_INFINITY");
	else if (v && v % 1024 == 0)
		strbuf_printf(out, "%llu*1024", UL(v / 1024));
	else
		strbuf_printf(out, "%llu", UL(v));
}

void show_rlimit(struct show *s, gva_t addr)
{
	struct abi_rlimit64 r;

	if (!fetch(s, addr, &r, sizeof(r)))
		return;
	strbuf_printf(s->out, "{rlim_cur=");
	print_limit(s->out, r.cur);
	strbuf_printf(s->out, ", rlim_max=");
	print_limit(s->out, r.max);
	strbuf_putc(s->out, '}');
}

void show_rusage(struct show *s, gva_t addr)
{
	int64_t w[4] = { 0 };

	if (s->xlen == XLEN_32) {
		int32_t n[4];

		if (!fetch(s, addr, n, sizeof(n)))
			return;
		for (int i = 0; i < 4; i++)
			w[i] = n[i];
	} else if (!fetch(s, addr, w, sizeof(w))) {
		return;
	}
	strbuf_printf(s->out, "{ru_utime={tv_sec=%lld, tv_usec=%lld}, ru_stime={tv_sec=%lld, tv_usec=%lld}, ...}",
		      LL(w[0]), LL(w[1]), LL(w[2]), LL(w[3]));
}

void show_utsname(struct show *s, gva_t addr)
{
	struct abi_utsname u;

	if (fetch(s, addr, &u, sizeof(u)))
		strbuf_printf(s->out, "{sysname=\"%.64s\", nodename=\"%.64s\", ...}", u.sysname, u.nodename);
}

void show_wait_status(struct show *s, gva_t addr)
{
	uint32_t w;

	if (!fetch(s, addr, &w, sizeof(w)))
		return;
	if ((w & 0x7f) == 0) {
		strbuf_printf(s->out, "[{WIFEXITED(s) && WEXITSTATUS(s) == %u}]", w >> 8 & 0xff);
	} else if (w == ABI_STATUS_CONTINUED) {
		strbuf_printf(s->out, "[{WIFCONTINUED(s)}]");
	} else if ((w & 0xff) == 0x7f) {
		strbuf_printf(s->out, "[{WIFSTOPPED(s) && WSTOPSIG(s) == ");
		print_signal(s->out, (int)(w >> 8 & 0xff));
		strbuf_printf(s->out, "}]");
	} else {
		strbuf_printf(s->out, "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
		print_signal(s->out, (int)(w & 0x7f));
		strbuf_printf(s->out, "%s}]", w & ABI_STATUS_CORE ? " && WCOREDUMP(s)" : "");
	}
}

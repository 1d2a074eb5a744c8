/* --strace: one line a call, as strace(1) -f writes it.
 *
 *   [pid 3] openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
 *
 * Everything up to the first argument that the call fills in is written when the call
 * begins, so that a call that sleeps can be seen; the rest when it returns. If another
 * task's line comes between, the first ends with "<unfinished ...>" and goes on later
 * with "<... name resumed>". */
#include "syscall.h"

#include <stdio.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/tty.h"
#include "host/host.h"

enum { STRING_CUT = 32, STRINGS_SHOWN = 32, IOVECS_SHOWN = 8 };

bool strace_enabled;
static int out_fd = 2;
static int open_line_tid;        /* the task whose line has no end yet; 0: none */
static bool several_tasks;       /* name the task on each line */

#define UL(x) ((unsigned long long)(x))

/* ---- strings ----------------------------------------------------------------------------- */

static void show_char(struct strbuf *out, const char *s, size_t i, size_t len)
{
	static const char plain[] = "\n\t\r\v\f\"\\", letter[] = "ntrvf\"\\";
	unsigned char c = (unsigned char)s[i];
	const char *p = c ? strchr(plain, c) : NULL;
	bool digit_next = i + 1 < len && s[i + 1] >= '0' && s[i + 1] <= '7';

	if (p)
		strbuf_printf(out, "\\%c", letter[p - plain]);
	else if (c >= ' ' && c < 0x7f)
		strbuf_putc(out, (char)c);
	else
		strbuf_printf(out, digit_next ? "\\%03o" : "\\%o", c);
}

void show_string(struct strbuf *out, const char *s, size_t len, bool cut)
{
	strbuf_putc(out, '"');
	for (size_t i = 0; i < len; i++)
		show_char(out, s, i, len);
	strbuf_printf(out, cut ? "\"..." : "\"");
}

static void show_pointer(struct show *s, gva_t addr)
{
	if (addr)
		strbuf_printf(s->out, "0x%llx", UL(addr));
	else
		strbuf_printf(s->out, "NULL");
}

/* `len` bytes of guest memory. */
static void show_bytes(struct show *s, gva_t addr, uint64_t len)
{
	char buf[STRING_CUT];
	size_t n = (size_t)MIN(len, (uint64_t)STRING_CUT);

	if (!addr || mm_copy_from(s->mm, buf, addr, n))
		show_pointer(s, addr);
	else
		show_string(s->out, buf, n, len > n);
}

/* A NUL-terminated one: paths in full, other strings cut. */
static void show_cstring(struct show *s, gva_t addr, bool whole)
{
	char buf[ABI_PATH_MAX];
	size_t cap = whole ? sizeof(buf) : STRING_CUT + 1;
	int64_t len = addr ? mm_copy_string(s->mm, buf, addr, cap) : -EFAULT;

	if (len == -ENAMETOOLONG)
		show_bytes(s, addr, STRING_CUT + 1);
	else if (len < 0)
		show_pointer(s, addr);
	else
		show_string(s->out, buf, (size_t)len, false);
}

static gva_t read_word(struct show *s, gva_t addr, bool *ok)
{
	uint64_t w = 0;

	*ok = !mm_copy_from(s->mm, &w, addr, s->xlen == XLEN_32 ? 4 : 8);
	return w;
}

static void show_strings(struct show *s, gva_t addr, bool count_only)
{
	unsigned n = 0, word = s->xlen == XLEN_32 ? 4 : 8;
	bool ok = true;
	gva_t str;

	if (!addr) {
		show_pointer(s, addr);
		return;
	}
	if (!count_only)
		strbuf_putc(s->out, '[');
	for (; (str = read_word(s, addr + (gva_t)n * word, &ok)) && ok; n++) {
		if (count_only || n > STRINGS_SHOWN)
			continue;
		strbuf_printf(s->out, n ? ", " : "");
		if (n == STRINGS_SHOWN)
			strbuf_printf(s->out, "...");
		else
			show_cstring(s, str, false);
	}
	if (count_only)
		strbuf_printf(s->out, "0x%llx /* %u vars */", UL(addr), n);
	else
		strbuf_putc(s->out, ']');
}

static void show_iov(struct show *s, gva_t addr, uint64_t count, uint64_t bytes)
{
	unsigned word = s->xlen == XLEN_32 ? 4 : 8;

	strbuf_putc(s->out, '[');
	for (uint64_t i = 0; i < count; i++) {
		bool ok, ok2;
		gva_t base = read_word(s, addr + i * 2 * word, &ok);
		uint64_t len = read_word(s, addr + i * 2 * word + word, &ok2);

		strbuf_printf(s->out, i ? ", " : "");
		if (i == IOVECS_SHOWN || !ok || !ok2) {
			strbuf_printf(s->out, "...");
			break;
		}
		strbuf_printf(s->out, "{iov_base=");
		show_bytes(s, base, MIN(len, bytes));
		strbuf_printf(s->out, ", iov_len=%llu}", UL(len));
		bytes -= MIN(len, bytes);
	}
	strbuf_putc(s->out, ']');
}

/* ---- numbers with names --------------------------------------------------------------------- */

static void show_name(struct strbuf *out, const struct sys_name *names, int64_t value)
{
	for (const struct sys_name *n = names; n->name; n++)
		if ((int32_t)n->value == value) {
			strbuf_printf(out, "%s", n->name);
			return;
		}
	strbuf_printf(out, "%lld", (long long)value);
}

static const struct sys_name ioctls[] = {
	{ ABI_TCGETS, "TCGETS" }, { ABI_TCSETS, "TCSETS" }, { ABI_TCSETSW, "TCSETSW" }, { ABI_TCSETSF, "TCSETSF" },
	{ ABI_TIOCSCTTY, "TIOCSCTTY" }, { ABI_TIOCGPGRP, "TIOCGPGRP" }, { ABI_TIOCSPGRP, "TIOCSPGRP" },
	{ ABI_TIOCGWINSZ, "TIOCGWINSZ" }, { ABI_TIOCSWINSZ, "TIOCSWINSZ" }, { ABI_FIONREAD, "FIONREAD" },
	{ ABI_FIONBIO, "FIONBIO" }, { ABI_FIOCLEX, "FIOCLEX" }, { ABI_FIONCLEX, "FIONCLEX" },
	{ ABI_TIOCNOTTY, "TIOCNOTTY" }, { ABI_TIOCGSID, "TIOCGSID" }, { ABI_TIOCGPTN, "TIOCGPTN" },
	{ ABI_TIOCSPTLCK, "TIOCSPTLCK" }, { ABI_TIOCGPTPEER, "TIOCGPTPEER" }, { ABI_TCGETS2, "TCGETS2" },
	{ ABI_TCSETS2, "TCSETS2" }, { 0, NULL }
};

static const char *const futex_ops[] = {
	"FUTEX_WAIT", "FUTEX_WAKE", "FUTEX_FD", "FUTEX_REQUEUE", "FUTEX_CMP_REQUEUE", "FUTEX_WAKE_OP",
	"FUTEX_LOCK_PI", "FUTEX_UNLOCK_PI", "FUTEX_TRYLOCK_PI", "FUTEX_WAIT_BITSET", "FUTEX_WAKE_BITSET",
	"FUTEX_WAIT_REQUEUE_PI", "FUTEX_CMP_REQUEUE_PI", "FUTEX_LOCK_PI2",
};

static void show_futex_op(struct strbuf *out, uint32_t op)
{
	uint32_t cmd = op & ~(uint32_t)(ABI_FUTEX_PRIVATE_FLAG | ABI_FUTEX_CLOCK_REALTIME);

	if (cmd < ARRAY_SIZE(futex_ops))
		strbuf_printf(out, "%s", futex_ops[cmd]);
	else
		strbuf_printf(out, "%u", cmd);
	strbuf_printf(out, "%s%s", op & ABI_FUTEX_PRIVATE_FLAG ? "_PRIVATE" : "",
		      op & ABI_FUTEX_CLOCK_REALTIME ? "|FUTEX_CLOCK_REALTIME" : "");
}

static void show_signal(struct strbuf *out, int sig)
{
	if (sig > 0 && sig < ABI_SIGRTMIN && signal_names[sig])
		strbuf_printf(out, "%s", signal_names[sig]);
	else if (sig >= ABI_SIGRTMIN && sig <= ABI_SIGRTMAX)
		strbuf_printf(out, "SIGRT_%d", sig - ABI_SIGRTMIN);
	else
		strbuf_printf(out, "%d", sig);
}

static void show_dirfd(struct strbuf *out, int fd)
{
	if (fd == ABI_AT_FDCWD)
		strbuf_printf(out, "AT_FDCWD");
	else
		strbuf_printf(out, "%d", fd);
}

static void show_clone_flags(struct strbuf *out, uint64_t flags)
{
	if (flags & ~(uint64_t)CSIGNAL)
		show_flags(out, names_clone_flags, flags & ~(uint64_t)CSIGNAL);
	if (!(flags & CSIGNAL))
		return;
	strbuf_printf(out, flags & ~(uint64_t)CSIGNAL ? "|" : "");
	show_signal(out, (int)(flags & CSIGNAL));
}

static void show_open_flags(struct strbuf *out, uint32_t flags)
{
	flags &= ~(uint32_t)ABI_O_LARGEFILE;
	if (!(flags & ABI_O_ACCMODE))
		strbuf_printf(out, flags ? "O_RDONLY|" : "O_RDONLY");
	if (flags)
		show_flags(out, names_open_flags, flags);
}

/* ---- one argument --------------------------------------------------------------------------------- */

static bool is_output(const struct sys_arg *a)
{
	return a->kind == ARG_OUT || a->kind == ARG_IOV_OUT || a->kind == ARG_OUT_STRUCT;
}

static void show_memory(struct show *s, const struct sys_arg *a, gva_t addr)
{
	uint64_t len = s->v[a->len_arg], got = s->ret > 0 ? (uint64_t)s->ret : 0;
	bool failed = is_output(a) && s->ret < 0;

	if (!addr || failed) {
		show_pointer(s, addr);
		return;
	}
	switch (a->kind) {
	case ARG_IN:      show_bytes(s, addr, len); break;
	case ARG_OUT:     show_bytes(s, addr, MIN(got, len)); break;
	case ARG_IOV_IN:  show_iov(s, addr, len, UINT64_MAX); break;
	case ARG_IOV_OUT: show_iov(s, addr, len, got); break;
	default:          sys_shows[a->show](s, addr); break;
	}
}

static void show_arg(struct show *s, const struct sys_row *row, unsigned i)
{
	const struct sys_arg *a = &row->args[i];
	uint64_t v = s->v[i];

	switch (a->kind) {
	case ARG_FD: case ARG_INT:      strbuf_printf(s->out, "%lld", (long long)v); break;
	case ARG_DFD:                   show_dirfd(s->out, (int)v); break;
	case ARG_ID:                    strbuf_printf(s->out, "%d", (int)v); break;
	case ARG_LONG: case ARG_I64:
	case ARG_HILO:                  strbuf_printf(s->out, "%lld", (long long)v); break;
	case ARG_UINT: case ARG_SIZE:   strbuf_printf(s->out, "%llu", UL(v)); break;
	case ARG_ULONG:                 strbuf_printf(s->out, v > 9999 ? "0x%llx" : "%llu", UL(v)); break;
	case ARG_MODE:                  strbuf_printf(s->out, "%#llo", UL(v)); break;
	case ARG_SIGNAL:                show_signal(s->out, (int)v); break;
	case ARG_ENUM:                  show_name(s->out, sys_names[a->names], (int64_t)v); break;
	case ARG_FLAGS:                 show_flags(s->out, sys_names[a->names], v); break;
	case ARG_OPEN_FLAGS:            show_open_flags(s->out, (uint32_t)v); break;
	case ARG_IOCTL:                 show_name(s->out, ioctls, (int32_t)v); break;
	case ARG_FUTEX_OP:              show_futex_op(s->out, (uint32_t)v); break;
	case ARG_CLONE_FLAGS:           show_clone_flags(s->out, v); break;
	case ARG_PTR:                   show_pointer(s, v); break;
	case ARG_PATH:                  show_cstring(s, v, true); break;
	case ARG_STR:                   show_cstring(s, v, false); break;
	case ARG_STRV:                  show_strings(s, v, false); break;
	case ARG_STRV_COUNT:            show_strings(s, v, true); break;
	default:                        show_memory(s, a, v); break;
	}
}

/* openat's mode is written only when it means something, as strace does. */
static unsigned shown_args(const struct sys_row *row, const uint64_t v[6])
{
	if (row->nargs == 4 && row->args[2].kind == ARG_OPEN_FLAGS &&
	    !(v[2] & ABI_O_CREAT) && (v[2] & ABI_O_TMPFILE) != ABI_O_TMPFILE)
		return 3;
	return row->nargs;
}

/* The first argument that waits for the result. */
static unsigned first_output(const struct sys_row *row, unsigned nargs)
{
	unsigned i = 0;

	while (row->result != NORET && i < nargs && !is_output(&row->args[i]))
		i++;
	return row->result == NORET ? nargs : i;
}

static void show_args(struct show *s, const struct sys_row *row, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		strbuf_printf(s->out, i > from ? ", " : "");
		show_arg(s, row, i);
	}
}

/* ---- lines -------------------------------------------------------------------------------------------- */

static void write_out(struct strbuf *b)
{
	host_write(out_fd, b->data, b->len);
	strbuf_reset(b);
}

/* Begin a line of this task, ending another's that is open. */
static void begin_line(struct strbuf *b, const struct task *t)
{
	if (open_line_tid && open_line_tid != t->tid)
		strbuf_printf(b, " <unfinished ...>\n");
	else if (open_line_tid)
		strbuf_printf(b, "\n");
	open_line_tid = 0;
	several_tasks |= t->tid != 1 || task_count() > 1;
	if (several_tasks)
		strbuf_printf(b, "[pid %d] ", t->tid);
}

static struct strbuf line;       /* guarded by the kernel lock, as everything here */

void strace_enter(struct task *t, const struct sys_row *row, const uint64_t v[6])
{
	struct show s = { .out = &line, .mm = t->mm, .xlen = task_xlen(t), .v = v };
	unsigned n = shown_args(row, v);

	begin_line(&line, t);
	strbuf_printf(&line, "%s(", row->name);
	show_args(&s, row, 0, first_output(row, n));
	if (!sys_row_handled(row))
		strbuf_printf(&line, "...");     /* its arguments are nobody's business here */
	else if (first_output(row, n) && first_output(row, n) < n)
		strbuf_printf(&line, ", ");
	open_line_tid = t->tid;
	if (row->result == NORET) {
		strbuf_printf(&line, ") = ?\n");
		open_line_tid = 0;
	}
	write_out(&line);
}

static void show_result(struct strbuf *out, const struct sys_row *row, int64_t ret)
{
	const char *name = ret < 0 ? sys_errno_name((int)-ret) : NULL;

	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK)
		strbuf_printf(out, "? %s (To be restarted)", name ? name : "ERESTART");
	else if (name && ret > -4096)
		strbuf_printf(out, "-1 %s (%s)", name, strerror((int)-ret));
	else if (row->result == HEX)
		strbuf_printf(out, "0x%llx", UL(ret));
	else
		strbuf_printf(out, "%lld", (long long)ret);
}

void strace_exit(struct task *t, const struct sys_row *row, const uint64_t v[6], int64_t ret)
{
	struct show s = { .out = &line, .mm = t->mm, .xlen = task_xlen(t), .v = v, .ret = ret };
	unsigned n = shown_args(row, v);

	if (open_line_tid != t->tid) {
		begin_line(&line, t);
		strbuf_printf(&line, "<... %s resumed>", row->name);
	}
	show_args(&s, row, first_output(row, n), n);
	strbuf_printf(&line, ") = ");
	show_result(&line, row, ret);
	strbuf_putc(&line, '\n');
	open_line_tid = 0;
	write_out(&line);
}

void sys_show_call(struct strbuf *out, struct task *t, uint64_t nr, const uint64_t args[6], int64_t ret)
{
	const struct sys_row *row = sys_find_row(nr, task_xlen(t));
	uint64_t v[6] = { 0 };
	struct show s = { .out = out, .mm = t->mm, .xlen = task_xlen(t), .v = v, .ret = ret };

	if (!row) {
		strbuf_printf(out, "call %llu (unknown)", UL(nr));
		return;
	}
	sys_decode_args(row, s.xlen, args, v);
	strbuf_printf(out, "%s(", row->name);
	show_args(&s, row, 0, shown_args(row, v));
	strbuf_printf(out, ") = ");
	show_result(out, row, ret);
}

/* A number that no row has, as strace names it. */
void strace_unknown(struct task *t, uint64_t nr, const uint64_t args[6])
{
	begin_line(&line, t);
	strbuf_printf(&line, "syscall_%#llx(%#llx, %#llx, %#llx, %#llx, %#llx, %#llx) = -1 ENOSYS (%s)\n",
		      UL(nr), UL(args[0]), UL(args[1]), UL(args[2]), UL(args[3]), UL(args[4]), UL(args[5]),
		      strerror(ENOSYS));
	write_out(&line);
}

/* ---- what else strace tells ------------------------------------------------------------------------------ */

static void on_signal(struct task *t, int signo, const struct abi_siginfo *info, gva_t handler)
{
	begin_line(&line, t);
	strbuf_printf(&line, "--- ");
	show_signal(&line, signo);
	strbuf_printf(&line, " {si_code=%d, si_pid=%d, si_addr=0x%llx} ---\n", info->code, info->pid, UL(info->addr));
	write_out(&line);
}

static void on_exit_process(struct process *p)
{
	struct task *t = task_current();

	begin_line(&line, t);
	if (p->exit_code & 0x7f) {
		strbuf_printf(&line, "+++ killed by ");
		show_signal(&line, p->exit_code & 0x7f);
	} else {
		strbuf_printf(&line, "+++ exited with %d", p->exit_code >> 8 & 0xff);
	}
	strbuf_printf(&line, " +++\n");
	write_out(&line);
}

void sys_strace_enable(int host_fd)
{
	out_fd = host_fd;
	strace_enabled = true;
	kernel_tracepoints.signal_delivered = on_signal;
	kernel_tracepoints.process_exited = on_exit_process;
}

/* The system-call table in memory, argument decoding, dispatch, and the counters of --report.
 *
 * One row of syscalls.def becomes a struct sys_row and a small function that
 * calls the handler with the types its prototype has. Numbers are looked up in
 * an index per width, filled once at start. */
#include "syscall.h"

#include <stdio.h>

#include "abi/fcntl.h"
#include "base/log.h"
#include "base/trace.h"

/* call_N(v): the handler of line N of the table behind its decoded arguments. */
#define CALLER__(line) call_##line
#define CALLER_(line)  CALLER__(line)
#define CALLER         CALLER_(__LINE__)

#define ROW(nr, abi, name, h, res, note, n, proto, values, ...) \
	static int64_t CALLER(const uint64_t v[6]) { return h values; }
#define ROW_REFUSED(nr, abi, name, err, note)
#define ROW_ABSENT(nr, abi, name, note)
#include "syscalls.def"
#undef ROW
#undef ROW_REFUSED
#undef ROW_ABSENT

#define ROW(nr, abi_, name_, h, res, note_, n, proto, values, ...) \
	{ .number = nr, .abi = abi_, .result = res, .nargs = n, .name = #name_,                  \
	  .support = sizeof(note_) > 1 ? SUPPORT_PARTIAL : SUPPORT_FULL, .args = __VA_ARGS__ },
#define ROW_REFUSED(nr, abi_, name_, err, note_) \
	{ .number = nr, .abi = abi_, .name = #name_, .error = err, .support = SUPPORT_REFUSED },
#define ROW_ABSENT(nr, abi_, name_, note_) \
	{ .number = nr, .abi = abi_, .name = #name_, .error = ENOSYS, .support = SUPPORT_ABSENT },
const struct sys_row sys_rows[] = {
#include "syscalls.def"
};
#undef ROW
#undef ROW_REFUSED
#undef ROW_ABSENT
const unsigned sys_row_count = ARRAY_SIZE(sys_rows);

/* By row: the handler behind its decoded arguments (NULL: none), and the note. */
#define ROW(nr, abi, name, h, res, note, n, proto, values, ...) CALLER,
#define ROW_REFUSED(nr, abi, name, err, note) NULL,
#define ROW_ABSENT(nr, abi, name, note) NULL,
static int64_t (*const calls[])(const uint64_t v[6]) = {
#include "syscalls.def"
};
#undef ROW
#undef ROW_REFUSED
#undef ROW_ABSENT

#define ROW(nr, abi, name, h, res, note, n, proto, values, ...) note,
#define ROW_REFUSED(nr, abi, name, err, note) note,
#define ROW_ABSENT(nr, abi, name, note) note,
static const char *const row_notes[] = {
#include "syscalls.def"
};
#undef ROW
#undef ROW_REFUSED
#undef ROW_ABSENT

#define X(s) show_##s,
void (*const sys_shows[])(struct show *s, gva_t addr) = { NULL, SHOW_STRUCTS(X) };
#undef X
#define X(n) names_##n,
const struct sys_name *const sys_names[] = { NULL, SHOW_NAMES(X) };
#undef X

const char *sys_row_note(const struct sys_row *row)
{
	return row_notes[row - sys_rows];
}

bool sys_row_handled(const struct sys_row *row)
{
	return calls[row - sys_rows] != NULL;
}

/* ---- lookup --------------------------------------------------------------------------- */

enum { NUMBER_MAX = 512 };                       /* above every number Linux has given out */
static uint16_t row_index[2][NUMBER_MAX];        /* [is RV32][number]: row + 1; 0: none */

static void index_rows(void)
{
	for (unsigned i = 0; i < sys_row_count; i++) {
		const struct sys_row *r = &sys_rows[i];

		ASSERT(r->number < NUMBER_MAX);
		if (r->abi & RV64)
			row_index[0][r->number] = (uint16_t)(i + 1);
		if (r->abi & RV32)
			row_index[1][r->number] = (uint16_t)(i + 1);
	}
}

const struct sys_row *sys_find_row(uint64_t nr, enum xlen xlen)
{
	unsigned i = nr < NUMBER_MAX ? row_index[xlen == XLEN_32][nr] : 0;

	return i ? &sys_rows[i - 1] : NULL;
}

const char *sys_name(uint64_t nr, enum xlen xlen)
{
	const struct sys_row *r = sys_find_row(nr, xlen);

	return r ? r->name : NULL;
}

/* ---- arguments ---------------------------------------------------------------------------- */

/* The kernel's C functions take what the psABI puts into the registers: an int is
 * the low half of its register whatever the upper half holds, a 64-bit value on
 * RV32 is two consecutive registers, low half first. */
void sys_decode_args(const struct sys_row *row, enum xlen xlen, const uint64_t regs[6], uint64_t v[6])
{
	unsigned reg = 0;

	for (unsigned i = 0; i < row->nargs; i++) {
		unsigned kind = row->args[i].kind;
		uint64_t low = reg < 6 ? regs[reg] : 0, high = reg < 5 ? regs[reg + 1] : 0;

		reg++;
		if (kind <= ARG_ENUM) {
			v[i] = (uint64_t)(int64_t)(int32_t)low;
		} else if (kind <= ARG_FLAGS) {
			v[i] = (uint32_t)low;
		} else if (kind == ARG_I64 || kind == ARG_HILO) {
			bool pair = xlen == XLEN_32;

			v[i] = pair ? (uint32_t)low | high << 32 : low;
			reg += pair || kind == ARG_HILO;
		} else if (xlen == XLEN_32) {
			v[i] = kind == ARG_LONG ? (uint64_t)(int64_t)(int32_t)low : (uint32_t)low;
		} else {
			v[i] = low;
		}
	}
}

/* ---- counters ------------------------------------------------------------------------------- */

static struct { uint64_t calls, errors; } counters[ARRAY_SIZE(sys_rows)];
static struct { uint64_t nr, calls; enum xlen xlen; } unknown[32];
static struct { const char *text; uint64_t count; } notes[64];

void sys_count(const struct sys_row *row, int64_t ret)
{
	unsigned i = (unsigned)(row - sys_rows);

	counters[i].calls++;
	counters[i].errors += ret < 0 && ret > -ERESTARTSYS;
}

void sys_count_unknown(uint64_t nr, enum xlen xlen)
{
	for (unsigned i = 0; i < ARRAY_SIZE(unknown); i++) {
		if (unknown[i].calls && (unknown[i].nr != nr || unknown[i].xlen != xlen))
			continue;
		unknown[i].nr = nr;
		unknown[i].xlen = xlen;
		unknown[i].calls++;
		return;
	}
}

void sys_note(const char *text)
{
	for (unsigned i = 0; i < ARRAY_SIZE(notes); i++) {
		if (notes[i].text && notes[i].text != text)
			continue;
		notes[i].text = text;
		notes[i].count++;
		return;
	}
}

static void report_rows(struct strbuf *out, bool lacking)
{
	for (unsigned i = 0; i < sys_row_count; i++) {
		const struct sys_row *r = &sys_rows[i];

		if (!counters[i].calls || lacking != (r->support == SUPPORT_ABSENT))
			continue;
		strbuf_printf(out, "%10llu %10llu  %s%s%s\n", (unsigned long long)counters[i].calls,
			      (unsigned long long)counters[i].errors, r->name, *sys_row_note(r) ? "  # " : "", sys_row_note(r));
	}
}

void sys_report(struct strbuf *out)
{
	strbuf_printf(out, "system calls:\n     calls     errors  name\n");
	report_rows(out, false);
	strbuf_printf(out, "answered with ENOSYS:\n");
	report_rows(out, true);
	for (unsigned i = 0; i < ARRAY_SIZE(unknown) && unknown[i].calls; i++)
		strbuf_printf(out, "%10llu             number %llu of riscv%d\n",
			      (unsigned long long)unknown[i].calls, (unsigned long long)unknown[i].nr,
			      (int)unknown[i].xlen);
	strbuf_printf(out, "accepted without effect:\n");
	for (unsigned i = 0; i < ARRAY_SIZE(notes) && notes[i].text; i++)
		strbuf_printf(out, "%10llu  %s\n", (unsigned long long)notes[i].count, notes[i].text);
}

/* ---- dispatch ----------------------------------------------------------------------------------- */

static int64_t row_call(struct task *t, const struct sys_row *row, const uint64_t v[6])
{
	int64_t ret;

	if (unlikely(strace_enabled))
		strace_enter(t, row, v);
	if (row->result == NORET)
		sys_count(row, 0);
	ret = sys_row_handled(row) ? calls[row - sys_rows](v) : -row->error;
	sys_count(row, ret);
	if (unlikely(strace_enabled))
		strace_exit(t, row, v, ret);
	return ret;
}

static int64_t dispatch(struct task *t, uint64_t nr, const uint64_t args[6])
{
	/* The number is an int to Linux' entry code: on RV64 the whole register counts, so that
	 * garbage above is ENOSYS as well; on RV32 the upper half is always zero. */
	enum xlen xlen = task_xlen(t);
	const struct sys_row *row = sys_find_row(nr, xlen);
	uint64_t v[6] = { 0 };

	if (unlikely(!row)) {
		sys_count_unknown(nr, xlen);
		if (strace_enabled)
			strace_unknown(t, nr, args);
		return -ENOSYS;
	}
	sys_decode_args(row, xlen, args, v);
	return row_call(t, row, v);
}

void sys_init(void)
{
	index_rows();
	kernel_syscall = dispatch;
	mqueue_install_hooks();
}

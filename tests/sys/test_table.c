/* The system-call table: consistent rows, argument decoding of both widths, names in strace text. */
#include "../unit.h"

#include "../../src/sys/syscall.h"
#include "abi/fcntl.h"
#include "abi/mman.h"

static bool overlap(const struct sys_row *a, const struct sys_row *b)
{
	return a->number == b->number && (a->abi & b->abi);
}

static void numbers_are_unique_and_rise(void)
{
	for (unsigned i = 1; i < sys_row_count; i++) {
		UNIT_CONTEXT("%s", sys_rows[i].name);
		CHECK(sys_rows[i].number >= sys_rows[i - 1].number);
		CHECK(!overlap(&sys_rows[i], &sys_rows[i - 1]));
	}
}

static void names_are_unique(void)
{
	for (unsigned i = 0; i < sys_row_count; i++)
		for (unsigned j = 0; j < i; j++)
			if (!strcmp(sys_rows[i].name, sys_rows[j].name))
				UNIT_FAIL("%s is there twice", sys_rows[i].name);
}

static void every_row_is_complete(void)
{
	for (unsigned i = 0; i < sys_row_count; i++) {
		const struct sys_row *r = &sys_rows[i];
		bool handled = r->support == SUPPORT_FULL || r->support == SUPPORT_PARTIAL;

		UNIT_CONTEXT("%s", r->name);
		CHECK_EQ(handled, sys_row_handled(r));
		CHECK_EQ(handled, r->error == 0);
		CHECK(handled || *sys_row_note(r));
		CHECK(r->nargs <= 6);
		for (unsigned a = 0; a < r->nargs; a++) {
			const struct sys_arg *arg = &r->args[a];
			bool sized = arg->kind >= ARG_IN && arg->kind <= ARG_IOV_OUT;

			CHECK(arg->kind != ARG_NONE && arg->name[0]);
			CHECK(!sized || (arg->len_arg < r->nargs && arg->len_arg != a));
			CHECK((arg->kind != ARG_FLAGS && arg->kind != ARG_ENUM) || arg->names);
			CHECK(arg->kind < ARG_IN_STRUCT || arg->show);
		}
	}
}

static void rows_are_found_by_number(void)
{
	CHECK_STR(sys_name(63, XLEN_64), "read");
	CHECK_STR(sys_name(25, XLEN_64), "fcntl");
	CHECK_STR(sys_name(25, XLEN_32), "fcntl64");
	CHECK(!sys_name(80, XLEN_32));           /* RV32 has no fstat */
	CHECK(!sys_name(403, XLEN_64));          /* RV64 has no clock_gettime64 */
	CHECK(!sys_name(1000, XLEN_64));
	CHECK(!sys_name((uint64_t)1 << 32 | 63, XLEN_64));
}

static void integers_are_narrowed(void)
{
	uint64_t v[6] = { 0 }, regs[6] = { 0xdeadbeeffffffffeull, 0x1000, 0xffffffffull };

	/* read(int fd, void *buf, size_t count) */
	sys_decode_args(sys_find_row(63, XLEN_64), XLEN_64, regs, v);
	CHECK_EQ((int64_t)v[0], -2);
	CHECK_EQ(v[1], 0x1000);
	CHECK_EQ(v[2], 0xffffffffull);
	sys_decode_args(sys_find_row(63, XLEN_32), XLEN_32, regs, v);
	CHECK_EQ((int64_t)v[0], -2);
	CHECK_EQ(v[2], 0xffffffffull);
}

static void wide_arguments_take_two_registers_on_rv32(void)
{
	uint64_t v[6] = { 0 }, regs[6] = { 5, 0x1000, 16, 0x89abcdef, 0x01234567, 7 };

	/* pread64(fd, buf, count, pos): a3 and a4, though a3 is odd */
	sys_decode_args(sys_find_row(67, XLEN_32), XLEN_32, regs, v);
	CHECK_EQ(v[3], 0x0123456789abcdefull);
	sys_decode_args(sys_find_row(67, XLEN_64), XLEN_64, regs, v);
	CHECK_EQ(v[3], 0x89abcdef);
	/* pwritev2(fd, iov, count, low, high, flags): two registers on RV64, too */
	sys_decode_args(sys_find_row(287, XLEN_64), XLEN_64, regs, v);
	CHECK_EQ(v[3], 0x89abcdef);
	CHECK_EQ(v[4], 7);
	sys_decode_args(sys_find_row(287, XLEN_32), XLEN_32, regs, v);
	CHECK_EQ(v[3], 0x0123456789abcdefull);
	CHECK_EQ(v[4], 7);
}

static void two_wide_arguments_fit(void)
{
	/* fallocate(fd, mode, offset, len) */
	uint64_t v[6] = { 0 }, regs[6] = { 5, 1, 0xffffffff, 0xffffffff, 2, 0 };

	sys_decode_args(sys_find_row(47, XLEN_32), XLEN_32, regs, v);
	CHECK_EQ((int64_t)v[2], -1);
	CHECK_EQ(v[3], 2);
}

static const char *flags_text(const struct sys_name *names, uint64_t value)
{
	static struct strbuf b;

	strbuf_reset(&b);
	show_flags(&b, names, value);
	return b.data;
}

static void flags_have_names(void)
{
	CHECK_STR(flags_text(names_mmap_prot, PROT_READ | PROT_EXEC), "PROT_READ|PROT_EXEC");
	CHECK_STR(flags_text(names_mmap_prot, 0), "PROT_NONE");
	CHECK_STR(flags_text(names_at_flags, 0), "0");
	CHECK_STR(flags_text(names_at_flags, ABI_AT_EMPTY_PATH | 0x80000000u), "AT_EMPTY_PATH|0x80000000");
	CHECK_STR(flags_text(names_open_flags, ABI_O_WRONLY | ABI_O_CREAT | ABI_O_TRUNC), "O_WRONLY|O_CREAT|O_TRUNC");
	CHECK_STR(flags_text(names_access_modes, 0), "F_OK");
}

static void strings_are_quoted_as_strace_does(void)
{
	struct strbuf b = { 0 };

	show_string(&b, "a\n\t\"\\\0001\1z", 9, true);
	CHECK_STR(b.data, "\"a\\n\\t\\\"\\\\\\0001\\1z\"...");
	strbuf_free(&b);
}

static void errors_have_names(void)
{
	CHECK_STR(sys_errno_name(ENOENT), "ENOENT");
	CHECK_STR(sys_errno_name(ENOSYS), "ENOSYS");
	CHECK(!sys_errno_name(0));
	CHECK(!sys_errno_name(100000));
	for (unsigned i = 0; i < sys_row_count; i++)
		CHECK(!sys_rows[i].error || sys_errno_name(sys_rows[i].error));
}

int main(void)
{
	sys_init();
	RUN(numbers_are_unique_and_rise);
	RUN(names_are_unique);
	RUN(every_row_is_complete);
	RUN(rows_are_found_by_number);
	RUN(integers_are_narrowed);
	RUN(wide_arguments_take_two_registers_on_rv32);
	RUN(two_wide_arguments_fit);
	RUN(flags_have_names);
	RUN(strings_are_quoted_as_strace_does);
	RUN(errors_have_names);
	return unit_done();
}

/* docs/syscalls.md from src/sys/syscalls.def.
 *
 *     gen-syscall-doc > docs/syscalls.md
 *     gen-syscall-doc --check docs/syscalls.md      status 1 when the file is not current */
#include <stdio.h>
#include <string.h>

#include "../src/sys/syscall.h"
#include "abi/system.h"

static const char *const support_names[] = {
	[SUPPORT_FULL] = "full", [SUPPORT_PARTIAL] = "partial",
	[SUPPORT_REFUSED] = "refused", [SUPPORT_ABSENT] = "absent",
};

#define X(n) #n,
static const char *const names_of[] = { "", SHOW_NAMES(X) };
static const char *const structs[] = { "", SHOW_STRUCTS(X) };
#undef X

/* How an argument is written in the table: its name, with what it is where the name does not say. */
static void put_arg(struct strbuf *b, const struct sys_row *r, const struct sys_arg *a)
{
	switch (a->kind) {
	case ARG_FLAGS: case ARG_ENUM: case ARG_OPEN_FLAGS:
		strbuf_printf(b, "%s: %s", a->name, names_of[a->names]);
		break;
	case ARG_IN_STRUCT:
		strbuf_printf(b, "%s: in %s", a->name, structs[a->show]);
		break;
	case ARG_OUT_STRUCT:
		strbuf_printf(b, "%s: out %s", a->name, structs[a->show]);
		break;
	case ARG_INOUT_STRUCT:
		strbuf_printf(b, "%s: in/out %s", a->name, structs[a->show]);
		break;
	case ARG_IN: case ARG_OUT:
		strbuf_printf(b, "%s: %s[%s]", a->name, a->kind == ARG_IN ? "in" : "out", r->args[a->len_arg].name);
		break;
	case ARG_IOV_IN: case ARG_IOV_OUT:
		strbuf_printf(b, "%s: %s iovec[%s]", a->name, a->kind == ARG_IOV_IN ? "in" : "out",
			      r->args[a->len_arg].name);
		break;
	default:
		strbuf_printf(b, "%s", a->name);
		break;
	}
}

static void put_row(struct strbuf *b, const struct sys_row *r)
{
	static const char *const abis[] = { [RV64] = "RV64", [RV32] = "RV32", [BOTH] = "both" };

	strbuf_printf(b, "| %u | `%s` | %s | ", r->number, r->name, abis[r->abi]);
	for (unsigned i = 0; i < r->nargs; i++) {
		strbuf_printf(b, i ? ", " : "");
		put_arg(b, r, &r->args[i]);
	}
	strbuf_printf(b, " | %s", support_names[r->support]);
	if (r->support == SUPPORT_REFUSED)
		strbuf_printf(b, " (%s)", sys_errno_name(r->error));
	strbuf_printf(b, " | %s |\n", sys_row_note(r));
}

static void make_document(struct strbuf *b)
{
	unsigned count[4] = { 0 };

	for (unsigned i = 0; i < sys_row_count; i++)
		count[sys_rows[i].support]++;
	strbuf_printf(b,
		"# System calls\n\n"
		"Generated from `src/sys/syscalls.def` by `tools/gen-syscall-doc.c`; do not edit.\n\n"
		"hearth says it is Linux %s. Of %u calls, %u are there as Linux has them, %u with "
		"the limits noted, %u are refused with the errno Linux gives to a process without the "
		"privilege or the hardware, and %u are ENOSYS (`hearth run --report` counts who tried). "
		"RV32 is the generic 32-bit table: 64-bit time only; a 64-bit argument takes two "
		"registers, low half first.\n\n"
		"| Number | Name | ABI | Arguments | Support | Note |\n|---|---|---|---|---|---|\n",
		ABI_LINUX_RELEASE, sys_row_count, count[SUPPORT_FULL], count[SUPPORT_PARTIAL],
		count[SUPPORT_REFUSED], count[SUPPORT_ABSENT]);
	for (unsigned i = 0; i < sys_row_count; i++)
		put_row(b, &sys_rows[i]);
}

static int check(const struct strbuf *want, const char *path)
{
	static char have[1 << 20];
	FILE *in = fopen(path, "rb");
	size_t n = in ? fread(have, 1, sizeof(have), in) : 0;

	if (in)
		fclose(in);
	if (n == want->len && memcmp(have, want->data, n) == 0)
		return 0;
	fprintf(stderr, "%s is not current: gen-syscall-doc > %s\n", path, path);
	return 1;
}

int main(int argc, char **argv)
{
	struct strbuf b = { 0 };
	int status = 0;

	make_document(&b);
	if (argc == 3 && strcmp(argv[1], "--check") == 0)
		status = check(&b, argv[2]);
	else
		fwrite(b.data, 1, b.len, stdout);
	strbuf_free(&b);
	return status;
}

/* Writes docs/instructions.md from the rows of isa/insn.def.
 *
 *     gen-insn-doc > docs/instructions.md
 *     gen-insn-doc --check docs/instructions.md      status 1 when the file is not current */
#include <stdio.h>
#include <string.h>
#include "base/strbuf.h"
#include "isa/isa.h"

static void put_encoding(struct strbuf *b, const struct isa_row *row)
{
	int top = (row->match & 3) == 3 ? 31 : 15;

	for (int bit = top; bit >= 0; bit--) {
		uint32_t m = 1u << bit;

		strbuf_putc(b, !(row->mask & m) ? '.' : row->match & m ? '1' : '0');
		if (bit && bit % 8 == 0)
			strbuf_putc(b, ' ');
	}
}

static const char *widths(const struct isa_row *row)
{
	return row->xlens == ISA_RV ? "both" : row->xlens == ISA_RV64 ? "RV64" : "RV32";
}

static void put_row(struct strbuf *b, unsigned op)
{
	const struct isa_row *row = &isa_rows[op];

	strbuf_printf(b, "| `%s` | %s | `", row->mnemonic, widths(row));
	put_encoding(b, row);
	if (op < ISA_BASE_COUNT)
		strbuf_printf(b, "` | `%s` | `%s` |\n", isa_operands[row->fmt], row->semantics);
	else
		strbuf_printf(b, "` | %s | `%s` |\n", row->format, isa_rows[row->base].mnemonic);
}

static void put_extension(struct strbuf *b, const char *extension, unsigned first)
{
	bool compressed = first >= ISA_BASE_COUNT;

	strbuf_printf(b, "\n## %s\n\n| Instruction | XLEN | Encoding | %s | %s |\n|---|---|---|---|---|\n",
	              extension, compressed ? "Operands' layout" : "Operands", compressed ? "Expands to" : "Semantics");
	for (unsigned op = first; op < ISA_ROW_COUNT; op++)
		if (isa_rows[op].mnemonic && strcmp(isa_rows[op].extension, extension) == 0)
			put_row(b, op);
}

static bool seen_before(unsigned op)
{
	for (unsigned i = 0; i < op; i++)
		if (isa_rows[i].mnemonic && strcmp(isa_rows[i].extension, isa_rows[op].extension) == 0)
			return true;
	return false;
}

static void make_document(struct strbuf *b)
{
	unsigned rows = 0;

	for (unsigned op = 0; op < ISA_ROW_COUNT; op++)
		rows += isa_rows[op].mnemonic != NULL;
	strbuf_printf(b,
		"# Instructions\n\n"
		"Generated from `src/isa/include/isa/insn.def` by `tools/gen-insn-doc.c`; do not edit. %u rows.\n\n"
		"In encodings a `.` is a free bit. Operand letters and the language of the semantics column are "
		"explained at the top of `insn.def`. A compressed instruction behaves as the instruction it "
		"expands to. Where the disassembler differs from objdump: "
		"[disassembler-differences.md](disassembler-differences.md).\n\n"
		"ISA strings: `%s`, `%s`.\n", rows, isa_string(64), isa_string(32));
	for (unsigned op = 0; op < ISA_ROW_COUNT; op++)
		if (isa_rows[op].mnemonic && !seen_before(op))
			put_extension(b, isa_rows[op].extension, op);
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
	fprintf(stderr, "%s is not current: make docs\n", path);
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

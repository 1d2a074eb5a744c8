/* Decoder and disassembler on any bits, both widths: they agree on length and
 * legality, the operation fits the row, and the text ends inside its buffer. */
#include <string.h>
#include "base/log.h"
#include "isa/isa.h"

static void check_one(uint32_t bits, int xlen)
{
	struct isa_insn d;
	char text[96];
	int length;

	memset(text, 'x', sizeof(text));
	isa_decode(&d, bits, xlen);
	length = isa_disassemble(text, sizeof(text) - 1, bits, 0x10000, xlen);
	ASSERT(memchr(text, 0, sizeof(text) - 1));
	ASSERT(text[sizeof(text) - 1] == 'x');
	ASSERT(length == d.len && d.len == isa_length(bits));
	ASSERT(d.op < ISA_BASE_COUNT);
	ASSERT(d.rd < 32 && d.rs1 < 32 && d.rs2 < 32 && d.rs3 < 32 && d.rm < 8);
	if (d.op != ISA_ILLEGAL) {
		ASSERT(d.row < ISA_ROW_COUNT && isa_rows[d.row].base == d.op);
		ASSERT(isa_row_matches(&isa_rows[d.row], d.len == 2 ? bits & 0xffff : bits));
		ASSERT(isa_rows[d.row].xlens & (xlen == 32 ? ISA_RV32 : ISA_RV64));
	}
	/* A buffer that is too small is filled and ended, never overrun. */
	isa_disassemble(text, 4, bits, 0x10000, xlen);
	ASSERT(memchr(text, 0, 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (; size >= 4; data += 4, size -= 4) {
		uint32_t bits;

		memcpy(&bits, data, sizeof(bits));
		check_one(bits, 32);
		check_one(bits, 64);
	}
	return 0;
}

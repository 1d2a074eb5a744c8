/* The decoder: no two rows recognise the same bits, the index finds what a linear search
 * finds, and the fields come out right. */
#include "tests/unit.h"

#include "isa/isa.h"

/* Rows that may match the same words: none. A pair that must (an encoding that one extension
 * carves out of another's) would be listed here, with the earlier row winning. */
static const struct { enum isa_op first, second; } may_overlap[] = { { ISA_ILLEGAL, ISA_ILLEGAL } };

static bool listed(unsigned a, unsigned b)
{
	for (unsigned i = 0; i < ARRAY_SIZE(may_overlap); i++)
		if (may_overlap[i].first == a && may_overlap[i].second == b)
			return true;
	return false;
}

static void wide_rows_do_not_overlap(void)
{
	for (unsigned a = 1; a < ISA_BASE_COUNT; a++) {
		for (unsigned b = a + 1; b < ISA_BASE_COUNT; b++) {
			const struct isa_row *ra = &isa_rows[a], *rb = &isa_rows[b];

			UNIT_CONTEXT("%s and %s", ra->id, rb->id);
			if (ra->mnemonic && rb->mnemonic && (ra->xlens & rb->xlens) && !listed(a, b))
				CHECK(((ra->match ^ rb->match) & ra->mask & rb->mask) != 0);
		}
	}
}

static void compressed_rows_do_not_overlap(void)
{
	for (uint32_t bits = 0; bits < 65536; bits++) {
		for (int xlen = 32; xlen <= 64; xlen += 32) {
			unsigned matches = 0, row = ISA_ILLEGAL;
			struct isa_insn d;

			if (isa_length((uint16_t)bits) != 2)
				continue;
			for (unsigned r = ISA_BASE_COUNT; r < ISA_ROW_COUNT; r++) {
				if (isa_rows[r].mnemonic && (isa_rows[r].xlens & (xlen == 64 ? ISA_RV64 : ISA_RV32)) &&
				    isa_row_matches(&isa_rows[r], bits)) {
					matches++;
					row = r;
				}
			}
			UNIT_CONTEXT("%#x, RV%d", bits, xlen);
			CHECK(matches <= 1);
			isa_decode(&d, bits, xlen);
			CHECK_EQ(d.row, row);
			CHECK_EQ(d.len, 2);
			CHECK_EQ(d.op, matches ? isa_rows[row].base : ISA_ILLEGAL);
		}
	}
}

static void rows_are_sane(void)
{
	for (unsigned r = 1; r < ISA_ROW_COUNT; r++) {
		const struct isa_row *row = &isa_rows[r];
		struct isa_insn d;

		if (!row->mnemonic)
			continue;
		UNIT_CONTEXT("%s", row->id);
		CHECK_EQ(row->match & ~row->mask, 0);
		CHECK((row->mask & 3) == 3);
		CHECK((row->xlens & isa_rows[row->base].xlens) == row->xlens);
		if (r < ISA_BASE_COUNT) {
			isa_decode(&d, row->match, row->xlens & ISA_RV64 ? 64 : 32);
			CHECK_EQ(d.op, r);
			isa_decode(&d, row->match, row->xlens & ISA_RV32 ? 64 : 32);
			CHECK(row->xlens == ISA_RV ? d.op == r : d.op != r);
		}
	}
}

static void text_is(uint32_t bits, uint64_t pc, int xlen, const char *want)
{
	char got[80];

	isa_disassemble(got, sizeof(got), bits, pc, xlen);
	CHECK_STR(got, want);
}

static void texts(void)
{
	text_is(0x00a58533, 0, 64, "add\ta0,a1,a0");
	text_is(0xfe000ee3, 0x1000, 64, "beqz\tzero,0xffc");
	text_is(0xfe000ee3, 0, 32, "beqz\tzero,0xfffffffc");
	text_is(0x8082, 0, 64, "ret");
	text_is(0xdeadbeef, 0, 64, "jal\tt4,0xfffffffffffdb5ea");
	text_is(0xffffffff, 0, 64, ".4byte\t0xffffffff");
	text_is(0, 0, 64, "unimp");
	text_is(0x1405b52f, 0, 64, "lr.d.aq\ta0,(a1)");
	text_is(0xc0102573, 0, 64, "rdtime\ta0");
	text_is(0x00159053, 0, 64, "fadd.s\tft0,fa1,ft1,rtz");
}

static void small_buffer(void)
{
	char got[6] = "xxxxx";

	CHECK_EQ(isa_disassemble(got, 5, 0x00a58533, 0, 64), 4);
	CHECK_STR(got, "add\t");
	CHECK_EQ(got[5], 0);
	CHECK_EQ(isa_disassemble(got, 0, 0x8082, 0, 64), 2);
}

static void immediates(void)
{
	struct isa_insn d;

	isa_decode(&d, 0x800000b7, 64);
	CHECK_EQ(d.imm, INT32_MIN);
	isa_decode(&d, 0x80000fe3, 64);                   /* bits 12, 11 and 4:1 */
	CHECK_EQ(d.imm, -4096 + 2048 + 30);
	isa_decode(&d, 0x7ff0006f, 64);
	CHECK_EQ(d.imm, 0xffe);
	isa_decode(&d, 0x7139, 64);                       /* c.addi16sp -64 */
	CHECK_EQ(d.imm, -64);
	CHECK_EQ(d.rd, 2);
}

int main(void)
{
	RUN(wide_rows_do_not_overlap);
	RUN(compressed_rows_do_not_overlap);
	RUN(rows_are_sane);
	RUN(texts);
	RUN(small_buffer);
	RUN(immediates);
	return unit_done();
}

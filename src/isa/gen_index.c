/* Build tool: prints the decoder's index of isa/insn.def (see decode.c) as C:
 *
 *     index_start[xlen == 64][bucket]      where its candidates begin
 *     index_rows_32[], index_rows_64[]     the candidates
 *
 * Made at run time it would be as long as the rest of decoding what a small program runs. */
#define ISA_GENERATES_INDEX
#include "decode.c"

#include <stdio.h>

/* Is the word's opcode, or quadrant, and funct3 one the row may match? */
static bool row_in_bucket(const struct isa_row *row, unsigned bucket)
{
	bool wide = (row->match & 3) == 3;
	unsigned shift = wide ? 12 : 13;

	for (uint32_t funct3 = 0; funct3 < 8; funct3++)
		if (((row->match ^ funct3 << shift) & row->mask & 7u << shift) == 0 &&
		    bucket_of((row->match & ~(7u << shift)) | funct3 << shift) == bucket)
			return true;
	return false;
}

static unsigned print_bucket(unsigned bucket, unsigned xlen_bit)
{
	unsigned n = 0;

	for (unsigned r = ISA_ILLEGAL + 1; r < ISA_ROW_COUNT; r++) {
		const struct isa_row *row = &isa_rows[r];

		if (!row->mnemonic || !(row->xlens & xlen_bit) || !row_in_bucket(row, bucket))
			continue;
		printf("\t{ 0x%x, 0x%x, %u, %u, %u, %u, %u },\n", row->mask, row->match, r, row->base,
		       row->fmt, row->cfmt, row->valid);
		n++;
	}
	return n;
}

static void print_rows(int xlen, unsigned start[BUCKETS + 1])
{
	printf("static const struct candidate index_rows_%d[] = {\n", xlen);
	for (unsigned b = 0; b < BUCKETS; b++)
		start[b + 1] = start[b] + print_bucket(b, xlen == 64 ? ISA_RV64 : ISA_RV32);
	printf("};\n");
}

int main(void)
{
	unsigned start[2][BUCKETS + 1] = { 0 };

	printf("/* Generated from isa/insn.def by gen_index.c. */\n");
	print_rows(32, start[0]);
	print_rows(64, start[1]);
	printf("static const uint16_t index_start[2][BUCKETS + 1] = {\n");
	for (unsigned i = 0; i < 2; i++) {
		printf("\t{ ");
		for (unsigned b = 0; b <= BUCKETS; b++)
			printf("%u,%s", start[i][b], b % 24 == 23 ? "\n\t  " : " ");
		printf("},\n");
	}
	printf("};\n");
	return 0;
}

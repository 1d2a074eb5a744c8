/* Prints what the disassembler makes of instruction words, one line each, for comparison
 * with objdump.
 *
 *     disasm XLEN all16                 every 16-bit word
 *     disasm XLEN random COUNT SEED     random 32-bit words
 *
 * With -w FILE before these, the words are also written to FILE as bytes, in the same order,
 * for objdump to read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "isa/isa.h"

static FILE *words;
static uint64_t pc;

static void show(uint32_t bits, int xlen)
{
	char text[128];
	int len = isa_disassemble(text, sizeof(text), bits, pc, xlen);

	if (words && fwrite(&bits, 1, (size_t)len, words) != (size_t)len)
		exit(2);
	printf("%0*x\t%s\n", 2 * len, len == 2 ? bits & 0xffff : bits, text);
	pc += (uint64_t)len;
}

static uint32_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state * 0x2545f4914f6cdd1dull >> 32);
}

/* Half of the words are a row of insn.def with its free bits random: purely random ones rarely
 * are instructions. Words that begin one of 48 bits or more (low five bits set) are
 * left out: objdump takes their length, we call them illegal at 4 bytes. */
static void show_random(int xlen, unsigned long count, uint64_t seed)
{
	uint64_t state = seed * 2 + 1;

	for (unsigned i = 0; i < 10; i++)
		next_random(&state);
	while (count) {
		uint32_t bits = next_random(&state) | 3;

		if (next_random(&state) & 1) {
			const struct isa_row *row = &isa_rows[next_random(&state) % ISA_BASE_COUNT];

			if (!row->mnemonic)
				continue;
			bits = (bits & ~row->mask) | row->match;
		}
		if ((bits & 0x1f) == 0x1f)
			continue;
		show(bits, xlen);
		count--;
	}
}

int main(int argc, char **argv)
{
	int xlen;

	if (argc > 3 && strcmp(argv[1], "-w") == 0) {
		words = fopen(argv[2], "wb");
		argc -= 2;
		argv += 2;
		if (!words)
			return 2;
	}
	xlen = argc > 2 && strcmp(argv[1], "32") == 0 ? 32 : 64;
	if (argc == 3 && strcmp(argv[2], "all16") == 0) {
		for (uint32_t w = 0; w < 65536; w++)
			if (isa_length((uint16_t)w) == 2)
				show(w, xlen);
	} else if (argc == 5 && strcmp(argv[2], "random") == 0) {
		show_random(xlen, strtoul(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
	} else {
		fprintf(stderr, "usage: disasm [-w FILE] 32|64 all16 | random COUNT SEED\n");
		return 2;
	}
	return words && fclose(words) != 0 ? 2 : 0;
}

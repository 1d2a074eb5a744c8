/* Build tool: prints, for every base row of isa/insn.def, its semantics as a macro of its own
 *
 *     #define SEM_add SET_RD(ADD(RS1, RS2))
 *     #define IFX_add(...) IF_XLEN_RV(__VA_ARGS__)
 *
 * so that the interpreter can put several instructions into one handler (fused.def): the
 * preprocessor cannot make a #define out of a row. IFX_id(text) is text if the
 * interpreter's xlen has the instruction. */
#include <stdio.h>

static const struct { const char *id, *xlen, *semantics; } rows[] = {
#define INSN(id, mnemonic, xlen, extension, mask, match, format, ...) { #id, #xlen, #__VA_ARGS__ },
#include "isa/insn.def"
};

int main(void)
{
	printf("/* Generated from isa/insn.def by gen_semantics.c. */\n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("#define SEM_%s %s\n#define IFX_%s(...) IF_XLEN_%s(__VA_ARGS__)\n",
		       rows[i].id, rows[i].semantics, rows[i].id, rows[i].xlen);
	return 0;
}

/* The host's instructions as text, through capstone: a part of hearth-asm (disassembler_beside.c). */
#include "cli.h"

#include <stdio.h>
#include <capstone/capstone.h>

static csh handle;

/* jit_disassemble_host: one caller at a time. */
static unsigned disassemble(const uint8_t *code, size_t size, uint64_t at, char *text, size_t cap)
{
	cs_insn *insn;
	unsigned length;

	if (!cs_disasm(handle, code, size, at, 1, &insn))
		return 0;
	snprintf(text, cap, "%s %s", insn->mnemonic, insn->op_str);
	length = insn->size;
	cs_free(insn, 1);
	return length;
}

void disassembler_get(char **argv)
{
	(void)argv;
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) == CS_ERR_OK)
		jit_disassemble_host = disassemble;
}

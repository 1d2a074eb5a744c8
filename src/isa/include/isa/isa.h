/* isa: what RISC-V is. One row an instruction in insn.def; decoder, disassembler,
 * and (in cpu) the interpreter are made from it. Knows nothing of memory or Linux. */
#ifndef ISA_ISA_H
#define ISA_ISA_H

#include "base/types.h"

/* ABI register names: "zero", "ra", "sp", ... and "ft0", ... */
extern const char *const isa_xreg_name[32];
extern const char *const isa_freg_name[32];

/* The text of the instruction at pc as objdump prints it (with pseudo-instructions), into
 * buf[cap]; its length in bytes (2 or 4). An illegal one is ".4byte\t0x..." / ".2byte". */
int isa_disassemble(char *buf, size_t cap, uint32_t bits, uint64_t pc, int xlen);

/* "rv64imafdc_zicsr_..." as /proc/cpuinfo and hwprobe report it. */
const char *isa_string(int xlen);

#endif

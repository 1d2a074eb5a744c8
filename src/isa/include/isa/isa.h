/* isa: what RISC-V is. One row an instruction in isa/insn.def; decoder, disassembler,
 * and (in cpu) the interpreter are made from it. Knows nothing of memory or Linux. */
#ifndef ISA_ISA_H
#define ISA_ISA_H

#include "base/types.h"

/* ABI register names: "zero", "ra", "sp", ... and "ft0", ... */
extern const char *const isa_xreg_name[32];
extern const char *const isa_freg_name[32];

/* One value a row of insn.def, in its order; compressed rows after the base rows. */
enum isa_op {
	ISA_ILLEGAL,
#define INSN(id, ...) ISA_##id,
#include "isa/insn.def"
	ISA_BASE_COUNT,                /* operations below this have semantics */
	ISA_LAST_BASE = ISA_BASE_COUNT - 1,
#define CINSN(id, ...) ISA_##id,
#include "isa/insn.def"
	ISA_ROW_COUNT
};

enum isa_format {
#define FORMAT(name, ...) ISA_FMT_##name,
#include "isa/insn.def"
	ISA_FORMAT_COUNT
};

/* Where the immediate of a 32-bit instruction is (manual, "Immediate Encoding Variants"). */
enum isa_imm { ISA_IMM_NONE, ISA_IMM_I, ISA_IMM_S, ISA_IMM_B, ISA_IMM_U, ISA_IMM_J,
	ISA_IMM_SH, ISA_IMM_CSR };

/* The rounding mode field's values (manual, "Floating-Point Control and Status Register"). */
enum isa_rm { ISA_RM_RNE, ISA_RM_RTZ, ISA_RM_RDN, ISA_RM_RUP, ISA_RM_RMM, ISA_RM_DYN = 7 };

/* One instruction, taken apart. */
struct isa_insn {
	uint16_t op;                   /* enum isa_op, always a base operation (or ISA_ILLEGAL) */
	uint16_t row;                  /* the row that matched: op, or a compressed one */
	uint8_t len;                   /* 2 or 4 */
	uint8_t rd, rs1, rs2, rs3;     /* fields as they stand, whether the format uses them or not */
	uint8_t rm;                    /* bits 14:12 of a 32-bit one */
	int32_t imm;                   /* sign-extended; U: already shifted left by 12 */
};

/* What a row of insn.def says, for tools and tests. */
struct isa_row {
	const char *id, *mnemonic, *extension, *format, *semantics;
	uint32_t mask, match;
	uint8_t xlens;                 /* ISA_RV32 | ISA_RV64 */
	uint8_t fmt;                   /* enum isa_format; of the base row for a compressed one */
	uint8_t cfmt, valid;           /* compressed rows: decode.c's operand layout and reserved forms */
	uint16_t base;                 /* the row it expands to; itself when not compressed */
};
enum { ISA_RV32 = 1, ISA_RV64 = 2, ISA_RV = 3 };
extern const struct isa_row isa_rows[ISA_ROW_COUNT];   /* [ISA_ILLEGAL] is empty */
extern const char *const isa_operands[ISA_FORMAT_COUNT];

/* Length in bytes of the instruction that starts with these 16 bits. Encodings of 48 bits
 * and more are reserved; they count as 4 bytes, and are illegal. */
static inline unsigned isa_length(uint16_t low) { return (low & 3) == 3 ? 4 : 2; }

/* Take apart the instruction in the low bits; upper bits of a compressed one are ignored.
 * d->op is ISA_ILLEGAL when no row matches; d->len is right then too. */
void isa_decode(struct isa_insn *d, uint32_t bits, int xlen);

/* True if this row alone recognises the bits: mask, match, and for compressed rows the
 * fields that must not be zero. (Reserved rounding modes are isa_decode's business.) */
bool isa_row_matches(const struct isa_row *row, uint32_t bits);

/* The text of the instruction at pc as objdump prints it (with pseudo-instructions), into
 * buf[cap]; its length in bytes (2 or 4). An illegal one is ".4byte\t0x..." / ".2byte". */
int isa_disassemble(char *buf, size_t cap, uint32_t bits, uint64_t pc, int xlen);

/* "rv64imafdc_zicsr_..." as /proc/cpuinfo and hwprobe report it. */
const char *isa_string(int xlen);

#endif

/* The decoder: tables made from insn.def, searched through an index.
 *
 * A 32-bit instruction is found by opcode (bits 6:2) and funct3 (bits 14:12), 256
 * buckets; a 16-bit one by quadrant (1:0) and funct3 (15:13), 32 buckets. A row
 * is in every bucket its mask does not exclude. Buckets hold a handful of rows,
 * tried in the order of insn.def. The index is made when hearth is built, by
 * gen_index.c, which includes this file for its tables and without the decoder. */
#include "isa/isa.h"

const char *const isa_xreg_name[32] = {
	"zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
	"a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};
const char *const isa_freg_name[32] = {
	"ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3",
	"fa4", "fa5", "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11",
	"ft8", "ft9", "ft10", "ft11",
};

/* Where a compressed instruction has its operands; the manual's format names. */
enum cformat {
	CIW, CL_W, CL_D, CL_FW, CL_FD, CS_W, CS_D, CS_FW, CS_FD, CI, CI_LI, CI_SP, CI_LUI, CI_SH,
	CI_LWSP, CI_LDSP, CSS_W, CSS_D, CB, CB_SH, CB_I, CA, CJ, CJAL, CR_JR, CR_JALR, CR_MV, CR_ADD, CNONE,
};
/* Which matching words are reserved nevertheless. */
enum cvalid { ANY, RD, RS1, RS2, IMM, LUI };

enum { RV32 = ISA_RV32, RV64 = ISA_RV64, RV = ISA_RV };

const char *const isa_operands[ISA_FORMAT_COUNT] = {
#define FORMAT(name, imm, operands) [ISA_FMT_##name] = operands,
#include "isa/insn.def"
};
static const uint8_t format_imm[ISA_FORMAT_COUNT] = {
#define FORMAT(name, imm, operands) [ISA_FMT_##name] = ISA_IMM_##imm,
#include "isa/insn.def"
};
/* The format of each base row by id, for the compressed rows that expand to it. */
enum {
#define INSN(id, mn, xl, ext, mask, match, fmt, ...) FMT_OF_##id = ISA_FMT_##fmt,
#include "isa/insn.def"
};

const struct isa_row isa_rows[ISA_ROW_COUNT] = {
#define INSN(id_, mn, xl, ext, mask_, match_, fmt_, ...) \
	[ISA_##id_] = { .id = #id_, .mnemonic = mn, .extension = #ext, .format = #fmt_, \
		.semantics = #__VA_ARGS__, .mask = mask_, .match = match_, .xlens = xl, \
		.fmt = ISA_FMT_##fmt_, .base = ISA_##id_ },
#define CINSN(id_, mn, xl, ext, mask_, match_, cfmt_, valid_, base_) \
	[ISA_##id_] = { .id = #id_, .mnemonic = mn, .extension = #ext, .format = #cfmt_, \
		.semantics = #base_, .mask = mask_, .match = match_, .xlens = xl, \
		.fmt = FMT_OF_##base_, .cfmt = cfmt_, .valid = valid_, .base = ISA_##base_ },
#include "isa/insn.def"
};

static inline int32_t sign_extend(uint32_t v, unsigned bits)
{
	return (int32_t)(v << (32 - bits)) >> (32 - bits);
}

/* Bits [lo, lo + n) of v, placed at `to`. */
static inline uint32_t field(uint32_t v, unsigned lo, unsigned n, unsigned to)
{
	return (v >> lo & ((1u << n) - 1)) << to;
}

/* ---- 32-bit instructions ------------------------------------------------------- */

static int32_t immediate(uint32_t b, enum isa_imm kind)
{
	switch (kind) {
	case ISA_IMM_NONE: return 0;
	case ISA_IMM_I:    return (int32_t)b >> 20;
	case ISA_IMM_S:    return sign_extend(field(b, 25, 7, 5) | field(b, 7, 5, 0), 12);
	case ISA_IMM_B:
		return sign_extend(field(b, 31, 1, 12) | field(b, 7, 1, 11) | field(b, 25, 6, 5) |
		                   field(b, 8, 4, 1), 13);
	case ISA_IMM_U:    return (int32_t)(b & 0xfffff000u);
	case ISA_IMM_J:
		return sign_extend(field(b, 31, 1, 20) | field(b, 12, 8, 12) | field(b, 20, 1, 11) |
		                   field(b, 21, 10, 1), 21);
	case ISA_IMM_SH:   return (int32_t)field(b, 20, 6, 0);
	case ISA_IMM_CSR:  return (int32_t)field(b, 20, 12, 0);
	}
	return 0;
}

/* Formats with an operand "m": rounding modes 5 and 6 are reserved. */
static inline bool format_rounds(unsigned fmt)
{
	return fmt == ISA_FMT_FRM || fmt == ISA_FMT_FR1M || fmt == ISA_FMT_FR4M ||
	       fmt == ISA_FMT_FXM || fmt == ISA_FMT_XFM;
}

static bool take_apart(struct isa_insn *d, uint32_t b, unsigned fmt)
{
	d->rd = field(b, 7, 5, 0);
	d->rs1 = field(b, 15, 5, 0);
	d->rs2 = field(b, 20, 5, 0);
	d->rs3 = field(b, 27, 5, 0);
	d->rm = field(b, 12, 3, 0);
	d->imm = immediate(b, format_imm[fmt]);
	return !(format_rounds(fmt) && (d->rm == 5 || d->rm == 6));
}

/* ---- 16-bit instructions --------------------------------------------------------- */

static int32_t c_imm_branch(uint32_t b)
{
	return sign_extend(field(b, 12, 1, 8) | field(b, 10, 2, 3) | field(b, 5, 2, 6) |
	                   field(b, 3, 2, 1) | field(b, 2, 1, 5), 9);
}

static int32_t c_imm_jump(uint32_t b)
{
	return sign_extend(field(b, 12, 1, 11) | field(b, 11, 1, 4) | field(b, 9, 2, 8) |
	                   field(b, 8, 1, 10) | field(b, 7, 1, 6) | field(b, 6, 1, 7) |
	                   field(b, 3, 3, 1) | field(b, 2, 1, 5), 12);
}

static int32_t c_imm_addi16sp(uint32_t b)
{
	return sign_extend(field(b, 12, 1, 9) | field(b, 6, 1, 4) | field(b, 5, 1, 6) |
	                   field(b, 3, 2, 7) | field(b, 2, 1, 5), 10);
}

static inline void set_c(struct isa_insn *d, unsigned rd, unsigned rs1, unsigned rs2, int32_t imm)
{
	d->rd = rd;
	d->rs1 = rs1;
	d->rs2 = rs2;
	d->imm = imm;
}

static void expand(struct isa_insn *d, uint32_t b, enum cformat cfmt)
{
	unsigned r7 = field(b, 7, 5, 0), r2 = field(b, 2, 5, 0);         /* full register fields */
	unsigned p7 = 8 + field(b, 7, 3, 0), p2 = 8 + field(b, 2, 3, 0); /* x8..x15 */
	int32_t imm6 = sign_extend(field(b, 12, 1, 5) | field(b, 2, 5, 0), 6);
	int32_t uimm6 = (int32_t)(field(b, 12, 1, 5) | field(b, 2, 5, 0));
	int32_t off_w = (int32_t)(field(b, 10, 3, 3) | field(b, 6, 1, 2) | field(b, 5, 1, 6));
	int32_t off_d = (int32_t)(field(b, 10, 3, 3) | field(b, 5, 2, 6));

	switch (cfmt) {
	case CIW:
		set_c(d, p2, 2, 0, (int32_t)(field(b, 11, 2, 4) | field(b, 7, 4, 6) |
		                             field(b, 6, 1, 2) | field(b, 5, 1, 3)));
		break;
	case CL_W: case CL_FW: set_c(d, p2, p7, 0, off_w); break;
	case CL_D: case CL_FD: set_c(d, p2, p7, 0, off_d); break;
	case CS_W: case CS_FW: set_c(d, 0, p7, p2, off_w); break;
	case CS_D: case CS_FD: set_c(d, 0, p7, p2, off_d); break;
	case CI:      set_c(d, r7, r7, 0, imm6); break;
	case CI_LI:   set_c(d, r7, 0, 0, imm6); break;
	case CI_SP:   set_c(d, 2, 2, 0, c_imm_addi16sp(b)); break;
	case CI_LUI:  set_c(d, r7, 0, 0, (int32_t)((uint32_t)imm6 << 12)); break;
	case CI_SH:   set_c(d, r7, r7, 0, uimm6); break;
	case CI_LWSP:
		set_c(d, r7, 2, 0, (int32_t)(field(b, 12, 1, 5) | field(b, 4, 3, 2) | field(b, 2, 2, 6)));
		break;
	case CI_LDSP:
		set_c(d, r7, 2, 0, (int32_t)(field(b, 12, 1, 5) | field(b, 5, 2, 3) | field(b, 2, 3, 6)));
		break;
	case CSS_W:   set_c(d, 0, 2, r2, (int32_t)(field(b, 9, 4, 2) | field(b, 7, 2, 6))); break;
	case CSS_D:   set_c(d, 0, 2, r2, (int32_t)(field(b, 10, 3, 3) | field(b, 7, 3, 6))); break;
	case CB:      set_c(d, 0, p7, 0, c_imm_branch(b)); break;
	case CB_SH:   set_c(d, p7, p7, 0, uimm6); break;
	case CB_I:    set_c(d, p7, p7, 0, imm6); break;
	case CA:      set_c(d, p7, p7, p2, 0); break;
	case CJ:      set_c(d, 0, 0, 0, c_imm_jump(b)); break;
	case CJAL:    set_c(d, 1, 0, 0, c_imm_jump(b)); break;
	case CR_JR:   set_c(d, 0, r7, 0, 0); break;
	case CR_JALR: set_c(d, 1, r7, 0, 0); break;
	case CR_MV:   set_c(d, r7, 0, r2, 0); break;
	case CR_ADD:  set_c(d, r7, r7, r2, 0); break;
	case CNONE:   set_c(d, 0, 0, 0, 0); break;
	}
	d->rs3 = 0;
	d->rm = 0;
}

static inline bool is_valid(const struct isa_insn *d, enum cvalid valid)
{
	switch (valid) {
	case RD:  return d->rd != 0;
	case RS1: return d->rs1 != 0;
	case RS2: return d->rs2 != 0;
	case IMM: return d->imm != 0;
	case LUI: return d->imm != 0 && d->rd != 2;
	case ANY: break;
	}
	return true;
}

bool isa_row_matches(const struct isa_row *row, uint32_t bits)
{
	struct isa_insn d = { 0 };

	if ((bits & row->mask) != row->match)
		return false;
	if (row->valid == ANY)
		return true;
	expand(&d, bits, row->cfmt);
	return is_valid(&d, row->valid);
}

/* ---- the index -------------------------------------------------------------------- */

enum { BUCKETS = 256 + 32 };

static inline unsigned bucket_of(uint32_t bits)
{
	if ((bits & 3) == 3)
		return field(bits, 2, 5, 3) | field(bits, 12, 3, 0);
	return 256 + (field(bits, 0, 2, 3) | field(bits, 13, 3, 0));
}

/* Candidates of bucket b: rows[start[b]] up to rows[start[b + 1]], each with all that decides, side by
 * side in memory: a row of isa_rows is mostly text. One index per xlen. */
struct candidate {
	uint32_t mask, match;
	uint16_t row, base;
	uint8_t fmt, cfmt, valid;      /* as in struct isa_row */
};

#ifndef ISA_GENERATES_INDEX
#include "decode_index.h"

void isa_decode(struct isa_insn *d, uint32_t bits, int xlen)
{
	const uint16_t *start = index_start[xlen == 64];
	const struct candidate *rows = xlen == 64 ? index_rows_64 : index_rows_32;
	unsigned b = bucket_of(bits);

	*d = (struct isa_insn){ .op = ISA_ILLEGAL, .len = isa_length((uint16_t)bits) };
	for (unsigned i = start[b]; i < start[b + 1]; i++) {
		const struct candidate *c = &rows[i];

		if ((bits & c->mask) != c->match)
			continue;
		if (d->len == 2) {
			expand(d, bits, c->cfmt);
			if (!is_valid(d, c->valid))
				continue;
		}
		d->row = c->row;
		if (d->len == 4 && !take_apart(d, bits, c->fmt))
			return;
		d->op = c->base;
		return;
	}
}

const char *isa_string(int xlen)
{
	return xlen == 64 ? "rv64imafdc_zicntr_zicond_zicsr_zifencei_zba_zbb_zbs"
	                  : "rv32imafdc_zicntr_zicond_zicsr_zifencei_zba_zbb_zbs";
}
#endif

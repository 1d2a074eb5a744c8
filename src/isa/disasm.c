/* The disassembler: objdump's text (binutils 2.40) from the rows and aliases of insn.def.
 *
 * What it prints differently, and why, is listed in docs/instructions.md. */
#include "isa/isa.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
	char *at;
	size_t room;                   /* with the final NUL */
};

static void __attribute__((format(printf, 2, 3))) put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->at, t->room, fmt, ap);
	va_end(ap);
	if (n < 0 || t->room == 0)
		return;
	n = MIN(n, (int)t->room - 1);
	t->at += n;
	t->room -= (size_t)n;
}

/* ---- names ---------------------------------------------------------------------- */

struct csr_names { uint16_t first, count; const char *format; unsigned index; };
static const struct csr_names csr_names[] = {
#define CSR_NAMES(first, count, format, index) { first, count, format, index },
#include "csr.def"
};

static void put_csr(struct text *t, unsigned csr)
{
	for (unsigned i = 0; i < ARRAY_SIZE(csr_names); i++) {
		const struct csr_names *n = &csr_names[i];
		const char *number = strstr(n->format, "%u");

		if (csr < n->first || csr >= n->first + n->count)
			continue;
		if (!number)
			put(t, "%s", n->format);
		else
			put(t, "%.*s%u%s", (int)(number - n->format), n->format,
			    n->index + csr - n->first, number + 2);
		return;
	}
	put(t, "0x%x", csr);
}

static void put_rounding(struct text *t, unsigned rm)
{
	static const char *const names[8] = { "rne", "rtz", "rdn", "rup", "rmm", "unknown", "unknown", "dyn" };

	put(t, "%s", names[rm]);
}

/* fence's sets: bits i o r w from 3 down. */
static void put_fence_set(struct text *t, unsigned set)
{
	if (!set)
		put(t, "unknown");
	for (int i = 3; i >= 0; i--)
		if (set & 1u << i)
			put(t, "%c", "wroi"[i]);
}

/* ---- operands ------------------------------------------------------------------------ */

static void put_operand(struct text *t, char letter, const struct isa_insn *d, uint64_t pc, int xlen)
{
	uint64_t target = pc + (uint64_t)(int64_t)d->imm;

	switch (letter) {
	case 'd': put(t, "%s", isa_xreg_name[d->rd]); break;
	case 's': put(t, "%s", isa_xreg_name[d->rs1]); break;
	case 't': put(t, "%s", isa_xreg_name[d->rs2]); break;
	case 'D': put(t, "%s", isa_freg_name[d->rd]); break;
	case 'S': put(t, "%s", isa_freg_name[d->rs1]); break;
	case 'T': put(t, "%s", isa_freg_name[d->rs2]); break;
	case 'R': put(t, "%s", isa_freg_name[d->rs3]); break;
	case 'j': case 'o': case 'q': put(t, "%d", d->imm); break;
	case '>': put(t, "0x%x", (unsigned)d->imm); break;
	case 'u': put(t, "0x%x", (unsigned)d->imm >> 12); break;
	case 'p': case 'a':
		put(t, "0x%llx", (unsigned long long)(xlen == 32 ? (uint32_t)target : target));
		break;
	case 'P': put_fence_set(t, (unsigned)d->imm >> 4 & 15); break;
	case 'Q': put_fence_set(t, (unsigned)d->imm & 15); break;
	case 'E': put_csr(t, (unsigned)d->imm); break;
	case 'Z': put(t, "%u", d->rs1); break;
	case 'm': put_rounding(t, d->rm); break;
	default:  put(t, "%c", letter); break;
	}
}

static void put_operands(struct text *t, const char *operands, const struct isa_insn *d, uint64_t pc, int xlen)
{
	const char *end = operands + strlen(operands);

	/* The dynamic rounding mode is not written. */
	if (end - operands >= 2 && end[-1] == 'm' && d->rm == ISA_RM_DYN)
		end -= 2;
	for (const char *p = operands; p < end; p++)
		put_operand(t, *p, d, pc, xlen);
}

/* aq and rl of atomics are part of the mnemonic. */
static const char *ordering_suffix(const struct isa_insn *d, uint32_t bits)
{
	static const char *const suffixes[4] = { "", ".rl", ".aq", ".aqrl" };
	unsigned fmt = isa_rows[d->op].fmt;

	return fmt == ISA_FMT_AMO || fmt == ISA_FMT_LR ? suffixes[bits >> 25 & 3] : "";
}

static void choose_alias(const struct isa_insn *d, uint32_t bits, const char **mnemonic, const char **operands)
{
#define RD d->rd
#define RS1 d->rs1
#define RS2 d->rs2
#define IMM d->imm
#define RM d->rm
#define BITS bits
#define COMPRESSED (d->len == 2)
#define SAME_ROW(id) (d->row == ISA_##id)
#define ALIAS(base, name, ops, condition)                       \
	if (d->op == ISA_##base && (condition)) {               \
		*mnemonic = name;                               \
		*operands = ops;                                \
		return;                                         \
	}
#include "isa/insn.def"
}

int isa_disassemble(char *buf, size_t cap, uint32_t bits, uint64_t pc, int xlen)
{
	struct text t = { buf, cap };
	const char *mnemonic, *operands;
	struct isa_insn d;

	isa_decode(&d, bits, xlen);
	if (cap)
		*buf = 0;
	if (d.len == 2)
		bits &= 0xffff;
	if (d.op == ISA_ILLEGAL) {
		if (bits == 0)         /* all zeros is the defined illegal instruction */
			put(&t, "unimp");
		else
			put(&t, ".%dbyte\t0x%x", d.len, bits);
		return d.len;
	}
	mnemonic = isa_rows[d.op].mnemonic;
	operands = isa_operands[isa_rows[d.op].fmt];
	choose_alias(&d, bits, &mnemonic, &operands);
	put(&t, "%s%s", mnemonic, ordering_suffix(&d, bits));
	if (*operands)
		put(&t, "\t");
	put_operands(&t, operands, &d, pc, xlen);
	return d.len;
}

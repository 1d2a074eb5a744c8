/* The assembler. Encoding: Intel's manual, volume 2, chapter 2: prefixes, REX or VEX, opcode,
 * ModRM, SIB, displacement, immediate. */
#include "x86.h"

#include <string.h>
#include "internal.h"

void x86_byte(struct asm_buf *a, unsigned b)
{
	if (a->len == a->cap) {
		a->full = true;
		return;
	}
	a->bytes[a->len++] = (uint8_t)b;
}

void x86_imm32(struct asm_buf *a, uint32_t v)
{
	if (a->cap - a->len < sizeof(v)) {
		a->full = true;
		return;
	}
	memcpy(a->bytes + a->len, &v, sizeof(v));
	a->len += sizeof(v);
}

static void modrm(struct asm_buf *a, unsigned mod, unsigned reg, unsigned rm)
{
	x86_byte(a, mod << 6 | (reg & 7) << 3 | (rm & 7));
}

/* ModRM, SIB and displacement of a memory operand. Base and index numbers 4 and 5 have meanings
 * of their own in these fields: hence the cases. */
static void modrm_mem(struct asm_buf *a, unsigned reg, const struct x86_mem *m)
{
	bool sib = m->index != HOST_NONE || m->base == HOST_NONE || (m->base & 7) == RSP;
	unsigned mod, index = m->index == HOST_NONE ? RSP : m->index;

	if (m->base == HOST_NONE) {
		modrm(a, 0, reg, RSP);
		modrm(a, m->scale, index, RBP);
		x86_imm32(a, (uint32_t)m->disp);
		return;
	}
	mod = m->disp == 0 && (m->base & 7) != RBP ? 0 : m->disp == (int8_t)m->disp ? 1 : 2;
	modrm(a, mod, reg, sib ? RSP : m->base);
	if (sib)
		modrm(a, m->index == HOST_NONE ? 0 : m->scale, index, m->base);
	if (mod == 1)
		x86_byte(a, (uint8_t)m->disp);
	else if (mod == 2)
		x86_imm32(a, (uint32_t)m->disp);
}

static void mem_prefixes(struct asm_buf *a, const struct x86_mem *m)
{
	if (m->gs)
		x86_byte(a, 0x65);
	if (m->addr32)
		x86_byte(a, 0x67);
}

static unsigned high(unsigned reg) { return reg != HOST_NONE && reg >= 8; }

static void opcode(struct asm_buf *a, uint32_t op, unsigned rex)
{
	if (op >> 16)
		x86_byte(a, op >> 16);
	if (rex)
		x86_byte(a, 0x40 | (rex & 15));
	if (op >> 8 & 255)
		x86_byte(a, op >> 8 & 255);
	x86_byte(a, op & 255);
}

/* Bit 4 asks for a REX prefix without any of its bits. */
static unsigned rex_bits(bool w, unsigned reg, unsigned index, unsigned base)
{
	return (unsigned)w << 3 | high(reg) << 2 | high(index) << 1 | high(base);
}

void x86_rr(struct asm_buf *a, uint32_t op, bool w, unsigned reg, unsigned rm)
{
	opcode(a, op, rex_bits(w, reg, 0, rm));
	modrm(a, 3, reg, rm);
}

void x86_rm(struct asm_buf *a, uint32_t op, bool w, unsigned reg, const struct x86_mem *m)
{
	mem_prefixes(a, m);
	opcode(a, op, rex_bits(w, reg, m->index, m->base));
	modrm_mem(a, reg, m);
}

void x86_rr8(struct asm_buf *a, uint32_t op, unsigned reg, unsigned rm)
{
	opcode(a, op, rex_bits(false, reg, 0, rm) | 16);
	modrm(a, 3, reg, rm);
}

void x86_rm8(struct asm_buf *a, uint32_t op, unsigned reg, const struct x86_mem *m)
{
	mem_prefixes(a, m);
	opcode(a, op, rex_bits(false, reg, m->index, m->base) | 16);
	modrm_mem(a, reg, m);
}

void x86_alu_imm(struct asm_buf *a, unsigned ext, bool w, unsigned rm, int32_t imm)
{
	bool small = imm == (int8_t)imm;

	x86_rr(a, small ? 0x83 : 0x81, w, ext, rm);
	if (small)
		x86_byte(a, (uint8_t)imm);
	else
		x86_imm32(a, (uint32_t)imm);
}

void x86_alu_mem_imm(struct asm_buf *a, unsigned ext, bool w, const struct x86_mem *m, int32_t imm)
{
	bool small = imm == (int8_t)imm;

	x86_rm(a, small ? 0x83 : 0x81, w, ext, m);
	if (small)
		x86_byte(a, (uint8_t)imm);
	else
		x86_imm32(a, (uint32_t)imm);
}

void x86_shift_imm(struct asm_buf *a, unsigned ext, bool w, unsigned rm, unsigned n)
{
	x86_rr(a, 0xc1, w, ext, rm);
	x86_byte(a, n);
}

/* The flags are kept: no xor for zero. */
void x86_mov_imm(struct asm_buf *a, unsigned reg, int64_t imm)
{
	if (imm == (int64_t)(uint32_t)imm) {
		opcode(a, 0xb8 | (reg & 7), high(reg));
		x86_imm32(a, (uint32_t)imm);
	} else if (imm == (int32_t)imm) {
		x86_rr(a, 0xc7, true, 0, reg);
		x86_imm32(a, (uint32_t)imm);
	} else {
		opcode(a, 0xb8 | (reg & 7), 8 | high(reg));
		x86_imm32(a, (uint32_t)imm);
		x86_imm32(a, (uint32_t)((uint64_t)imm >> 32));
	}
}

void x86_mov(struct asm_buf *a, bool w, unsigned to, unsigned from)
{
	if (to != from || !w)
		x86_rr(a, 0x8b, w, to, from);
}

static void vex(struct asm_buf *a, unsigned pp, unsigned map, unsigned op, bool w, unsigned rxb, unsigned v)
{
	x86_byte(a, 0xc4);
	x86_byte(a, (~rxb & 7) << 5 | map);
	x86_byte(a, (unsigned)w << 7 | (~v & 15) << 3 | pp);
	x86_byte(a, op);
}

void x86_vex_rr(struct asm_buf *a, unsigned pp, unsigned map, unsigned op, bool w, unsigned reg,
                unsigned v, unsigned rm)
{
	if (map == 1 && !w && !high(rm)) {      /* the two-byte form */
		x86_byte(a, 0xc5);
		x86_byte(a, (high(reg) ^ 1) << 7 | (~v & 15) << 3 | pp);
		x86_byte(a, op);
	} else {
		vex(a, pp, map, op, w, high(reg) << 2 | high(rm), v);
	}
	modrm(a, 3, reg, rm);
}

void x86_vex_rm(struct asm_buf *a, unsigned pp, unsigned map, unsigned op, bool w, unsigned reg,
                unsigned v, const struct x86_mem *m)
{
	mem_prefixes(a, m);
	vex(a, pp, map, op, w, high(reg) << 2 | high(m->index) << 1 | high(m->base), v);
	modrm_mem(a, reg, m);
}

uint32_t x86_jcc(struct asm_buf *a, enum x86_cc cc)
{
	x86_byte(a, 0x0f);
	x86_byte(a, 0x80 | cc);
	x86_imm32(a, 0);
	return a->len - 4;
}

uint32_t x86_jmp(struct asm_buf *a)
{
	x86_byte(a, 0xe9);
	x86_imm32(a, 0);
	return a->len - 4;
}

void x86_patch(struct asm_buf *a, uint32_t at, uint32_t target)
{
	uint32_t rel = target - (at + 4);

	if (!a->full)
		memcpy(a->bytes + at, &rel, 4);
}

/* The assembler. Encoding: Intel's manual, volume 2, chapter 2: prefixes, REX or VEX, opcode,
 * ModRM, SIB, displacement, immediate. */
#include "x86.h"

#include <string.h>
#include "base/log.h"
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

/* ---- jumps and their lengths ---------------------------------------------------------------- */

static uint32_t add_ref(struct asm_buf *a, enum x86_ref_kind kind, uint32_t at)
{
	if (a->nr_refs == X86_REFS) {
		a->full = true;
		return 0;
	}
	a->refs[a->nr_refs] = (struct x86_ref){ .kind = kind, .at = at, .target = UINT32_MAX };
	return a->nr_refs++;
}

static uint32_t add_displacement(struct asm_buf *a, enum x86_ref_kind kind)
{
	x86_imm32(a, 0);
	return add_ref(a, kind, a->len - 4);
}

uint32_t x86_jcc(struct asm_buf *a, enum x86_cc cc)
{
	x86_byte(a, 0x0f);
	x86_byte(a, 0x80 | cc);
	return add_displacement(a, X86_JCC);
}

uint32_t x86_jmp(struct asm_buf *a)
{
	x86_byte(a, 0xe9);
	return add_displacement(a, X86_JMP);
}

uint32_t x86_rip(struct asm_buf *a)
{
	return add_displacement(a, X86_RIP);
}

void x86_patch(struct asm_buf *a, uint32_t ref, uint32_t target)
{
	a->refs[ref].target = target;
}

static void add_padding(struct asm_buf *a, enum x86_ref_kind kind, unsigned what)
{
	a->refs[add_ref(a, kind, a->len)].target = what;
}

void x86_align(struct asm_buf *a, unsigned power) { add_padding(a, X86_ALIGN, power); }
void x86_fit(struct asm_buf *a, unsigned size) { add_padding(a, X86_FIT, size); }

static bool is_padding(const struct x86_ref *r) { return r->kind == X86_ALIGN || r->kind == X86_FIT; }
static bool is_jump(const struct x86_ref *r) { return r->kind == X86_JCC || r->kind == X86_JMP; }
static uint32_t end_of(const struct x86_ref *r) { return is_padding(r) ? r->at : r->at + 4; }
static unsigned opcode_bytes(const struct x86_ref *r) { return r->kind == X86_JCC ? 2 : 1; }
/* A jump to what follows it is none. */
static bool is_void(const struct x86_ref *r) { return r->kind == X86_JMP && r->target == end_of(r); }

/* How many refs end at this offset or before. */
static unsigned refs_before(const struct asm_buf *a, uint32_t offset)
{
	unsigned lo = 0, hi = a->nr_refs;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (end_of(&a->refs[mid]) <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint32_t moved(const struct asm_buf *a, uint32_t offset, unsigned before)
{
	return offset + (before ? (uint32_t)a->refs[before - 1].shift : 0);
}

uint32_t x86_place(const struct asm_buf *a, uint32_t offset)
{
	return moved(a, offset, refs_before(a, offset));
}

/* By how much it makes the code longer. */
static int32_t growth(const struct x86_ref *r, uint32_t at)
{
	if (r->kind == X86_ALIGN)
		return (int32_t)(-at & ((1u << r->target) - 1));
	if (r->kind == X86_FIT)
		return at % 8 + r->target > 8 ? (int32_t)(8 - at % 8) : 0;
	if (r->is_long)
		return 0;
	return is_void(r) ? -5 : -3 - (r->kind == X86_JCC);
}

static void shift_all(struct asm_buf *a)
{
	int32_t shift = 0;

	for (unsigned k = 0; k < a->nr_refs; k++) {
		struct x86_ref *r = &a->refs[k];

		shift += growth(r, r->at + (uint32_t)shift);
		r->shift = shift;
	}
	a->size = a->len + (uint32_t)shift;
}

static int32_t distance(const struct asm_buf *a, const struct x86_ref *r)
{
	return (int32_t)(moved(a, r->target, r->before) - (end_of(r) + (uint32_t)r->shift));
}

/* All jumps begin short; those that do not reach become long, which may keep others from reaching. */
void x86_settle(struct asm_buf *a)
{
	bool more = true;

	for (unsigned k = 0; k < a->nr_refs; k++) {
		struct x86_ref *r = &a->refs[k];

		ASSERT(r->target <= a->len);
		r->is_long = r->kind == X86_RIP;
		r->before = is_padding(r) ? 0 : (uint16_t)refs_before(a, r->target);
	}
	while (more) {
		more = false;
		shift_all(a);
		for (unsigned k = 0; k < a->nr_refs; k++) {
			struct x86_ref *r = &a->refs[k];

			if (!is_jump(r) || r->is_long || distance(a, r) == (int8_t)distance(a, r))
				continue;
			r->is_long = more = true;
		}
	}
}

/* Nothing comes to more than 15 bytes of padding: single nops will do. */
static uint8_t *write_ref(const struct asm_buf *a, const struct x86_ref *r, uint8_t *out)
{
	int32_t to = distance(a, r);

	if (r->is_long) {
		memcpy(out, a->bytes + r->at - opcode_bytes(r), opcode_bytes(r));
		out += opcode_bytes(r);
		memcpy(out, &to, sizeof(to));
		return out + sizeof(to);
	}
	if (is_void(r))
		return out;
	*out++ = r->kind == X86_JCC ? 0x70 | (a->bytes[r->at - 1] & 15) : 0xeb;
	*out++ = (uint8_t)to;
	return out;
}

void x86_write(const struct asm_buf *a, uint8_t *out)
{
	uint32_t from = 0;
	const uint8_t *start = out;

	for (unsigned k = 0; k < a->nr_refs; k++) {
		const struct x86_ref *r = &a->refs[k];
		uint32_t until = is_padding(r) ? r->at : r->at - opcode_bytes(r), pad;

		memcpy(out, a->bytes + from, until - from);
		out += until - from;
		from = end_of(r);
		if (!is_padding(r)) {
			out = write_ref(a, r, out);
			continue;
		}
		pad = from + (uint32_t)r->shift - (uint32_t)(out - start);
		memset(out, 0x90, pad);
		out += pad;
	}
	memcpy(out, a->bytes + from, a->len - from);
	ASSERT((uint32_t)(out - start) + a->len - from == a->size);
}

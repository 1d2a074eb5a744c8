/* An assembler for the part of x86-64 that the back end uses: functions that append one
 * instruction. Registers are x86 numbers; w says 64-bit operands. Opcodes are written as in the
 * manual: 0x03, 0x0faf, and with a mandatory prefix 0xf30fb8. */
#ifndef JIT_X86_H
#define JIT_X86_H

#include "base/types.h"

/* What is made first has long jumps and no padding; once all of it is there, x86_settle() decides which
 * jumps can be short, and x86_write() makes the code so. Until then offsets are those of the
 * long form, x86_place() tells where they have gone. */
enum { X86_REFS = 4096 };
struct asm_buf {
	uint8_t *bytes;
	uint32_t len, cap;
	bool full;                     /* something did not fit: the code is void */
	unsigned nr_refs;
	uint32_t size;                 /* of the code, once it is settled */
	struct x86_ref {               /* X86_REFS of them */
		enum x86_ref_kind { X86_JCC, X86_JMP, X86_RIP, X86_ALIGN, X86_FIT } kind;
		bool is_long;
		uint16_t before;       /* of the target: 1 + the last ref that lies before it; 0: none does */
		uint32_t at;           /* the displacement; X86_ALIGN, X86_FIT: where padding goes */
		/* X86_ALIGN: what follows is at a multiple of 1 << this; X86_FIT: so many bytes are in one word of 8. */
		uint32_t target;
		int32_t shift;         /* how far what lies behind it has moved */
	} *refs;
};

struct x86_mem {
	uint8_t base, index, scale;    /* HOST_NONE: absent; scale 0-3 */
	bool gs, addr32;
	int32_t disp;
};

void x86_byte(struct asm_buf *a, unsigned b);
void x86_imm32(struct asm_buf *a, uint32_t v);
void x86_rr(struct asm_buf *a, uint32_t op, bool w, unsigned reg, unsigned rm);
void x86_rm(struct asm_buf *a, uint32_t op, bool w, unsigned reg, const struct x86_mem *m);
/* The register is a byte one: spl to dil need a prefix. */
void x86_rr8(struct asm_buf *a, uint32_t op, unsigned reg, unsigned rm);
void x86_rm8(struct asm_buf *a, uint32_t op, unsigned reg, const struct x86_mem *m);
/* Group 1 with an immediate (ext: 0 add, 1 or, 4 and, 5 sub, 6 xor, 7 cmp), shifts by an
 * immediate (ext: 0 rol, 1 ror, 4 shl, 5 shr, 7 sar). */
void x86_alu_imm(struct asm_buf *a, unsigned ext, bool w, unsigned rm, int32_t imm);
void x86_alu_mem_imm(struct asm_buf *a, unsigned ext, bool w, const struct x86_mem *m, int32_t imm);
void x86_shift_imm(struct asm_buf *a, unsigned ext, bool w, unsigned rm, unsigned n);
void x86_mov_imm(struct asm_buf *a, unsigned reg, int64_t imm);
void x86_mov(struct asm_buf *a, bool w, unsigned to, unsigned from);       /* nothing if the same and w */
/* VEX: pp 0 none, 1 66, 2 f3, 3 f2; map 1 0f, 2 0f38, 3 0f3a. */
void x86_vex_rr(struct asm_buf *a, unsigned pp, unsigned map, unsigned op, bool w, unsigned reg,
                unsigned v, unsigned rm);
void x86_vex_rm(struct asm_buf *a, unsigned pp, unsigned map, unsigned op, bool w, unsigned reg,
                unsigned v, const struct x86_mem *m);
/* Jumps, to be patched. Returns what x86_patch() takes. */
enum x86_cc { CC_B = 2, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G };
uint32_t x86_jcc(struct asm_buf *a, enum x86_cc cc);
uint32_t x86_jmp(struct asm_buf *a);
uint32_t x86_rip(struct asm_buf *a);              /* the displacement, at the end of its instruction, of [rip + ...] */
void x86_patch(struct asm_buf *a, uint32_t ref, uint32_t target);
/* Padding so that what follows is at a multiple of 1 << power; so that the `size` bytes that follow do not cross one of 8. */
void x86_align(struct asm_buf *a, unsigned power);
void x86_fit(struct asm_buf *a, unsigned size);

void x86_settle(struct asm_buf *a);                          /* all that was to be patched is */
uint32_t x86_place(const struct asm_buf *a, uint32_t offset); /* where it is now */
void x86_write(const struct asm_buf *a, uint8_t *out);       /* a->size bytes */

#endif

/* Integer operations that are more than one C operator: division with RISC-V's
 * results for zero and overflow (manual, chapter "M"), high products, bit
 * counting (Zbb), and the read-modify-write of AMOs. */
#ifndef CPU_ALU_H
#define CPU_ALU_H

#include "base/types.h"

#define ALU_DIVISION(W)                                                                     \
	static inline uint##W##_t alu_div_##W(uint##W##_t a, uint##W##_t b)                 \
	{                                                                                   \
		if (b == 0)                                                                 \
			return (uint##W##_t)-1;                                             \
		if (a == (uint##W##_t)1 << (W - 1) && b == (uint##W##_t)-1)                 \
			return a;                                                           \
		return (uint##W##_t)((int##W##_t)a / (int##W##_t)b);                        \
	}                                                                                   \
	static inline uint##W##_t alu_rem_##W(uint##W##_t a, uint##W##_t b)                 \
	{                                                                                   \
		if (b == 0)                                                                 \
			return a;                                                           \
		if (b == (uint##W##_t)-1) /* the overflowing one among them */              \
			return 0;                                                           \
		return (uint##W##_t)((int##W##_t)a % (int##W##_t)b);                        \
	}                                                                                   \
	static inline uint##W##_t alu_divu_##W(uint##W##_t a, uint##W##_t b)                \
	{                                                                                   \
		return b == 0 ? (uint##W##_t)-1 : a / b;                                    \
	}                                                                                   \
	static inline uint##W##_t alu_remu_##W(uint##W##_t a, uint##W##_t b)                \
	{                                                                                   \
		return b == 0 ? a : a % b;                                                  \
	}                                                                                   \
	static inline uint##W##_t alu_min_##W(uint##W##_t a, uint##W##_t b)                 \
	{                                                                                   \
		return (int##W##_t)a < (int##W##_t)b ? a : b;                               \
	}                                                                                   \
	static inline uint##W##_t alu_max_##W(uint##W##_t a, uint##W##_t b)                 \
	{                                                                                   \
		return (int##W##_t)a > (int##W##_t)b ? a : b;                               \
	}                                                                                   \
	static inline uint##W##_t alu_minu_##W(uint##W##_t a, uint##W##_t b) { return a < b ? a : b; } \
	static inline uint##W##_t alu_maxu_##W(uint##W##_t a, uint##W##_t b) { return a > b ? a : b; } \
	static inline uint##W##_t alu_rol_##W(uint##W##_t a, uint##W##_t n)                 \
	{                                                                                   \
		return a << (n & (W - 1)) | a >> (-n & (W - 1));                            \
	}                                                                                   \
	static inline uint##W##_t alu_ror_##W(uint##W##_t a, uint##W##_t n)                 \
	{                                                                                   \
		return a >> (n & (W - 1)) | a << (-n & (W - 1));                            \
	}
ALU_DIVISION(32)
ALU_DIVISION(64)

static inline uint32_t alu_mulh_32(uint32_t a, uint32_t b) { return (uint32_t)((int64_t)(int32_t)a * (int32_t)b >> 32); }
static inline uint32_t alu_mulhsu_32(uint32_t a, uint32_t b) { return (uint32_t)((int64_t)(int32_t)a * (int64_t)(uint64_t)b >> 32); }
static inline uint32_t alu_mulhu_32(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a * b >> 32); }
static inline uint64_t alu_mulhu_64(uint64_t a, uint64_t b) { return (uint64_t)((unsigned __int128)a * b >> 64); }
static inline uint64_t alu_mulh_64(uint64_t a, uint64_t b) { return (uint64_t)((__int128)(int64_t)a * (int64_t)b >> 64); }
/* a signed: a negative one counts 2^64 too much as unsigned. */
static inline uint64_t alu_mulhsu_64(uint64_t a, uint64_t b) { return alu_mulhu_64(a, b) - ((int64_t)a < 0 ? b : 0); }

static inline uint32_t alu_clz_32(uint32_t a) { return a ? (uint32_t)__builtin_clz(a) : 32; }
static inline uint64_t alu_clz_64(uint64_t a) { return a ? (uint64_t)__builtin_clzll(a) : 64; }
static inline uint32_t alu_ctz_32(uint32_t a) { return a ? (uint32_t)__builtin_ctz(a) : 32; }
static inline uint64_t alu_ctz_64(uint64_t a) { return a ? (uint64_t)__builtin_ctzll(a) : 64; }
static inline uint32_t alu_cpop_32(uint32_t a) { return (uint32_t)__builtin_popcount(a); }
static inline uint64_t alu_cpop_64(uint64_t a) { return (uint64_t)__builtin_popcountll(a); }
static inline uint32_t alu_rev8_32(uint32_t a) { return __builtin_bswap32(a); }
static inline uint64_t alu_rev8_64(uint64_t a) { return __builtin_bswap64(a); }
/* Each byte: all ones if any bit of it is set. */
static inline uint64_t alu_orcb(uint64_t a)
{
	const uint64_t low7 = 0x7f7f7f7f7f7f7f7full;
	uint64_t top = (((a & low7) + low7) | a) & ~low7;   /* bit 7 of each non-zero byte */

	return (top >> 7) * 255;
}

#define ALU_AMO(W)                                                                          \
	static inline uint##W##_t alu_amo_SWAP_##W(void *p, uint##W##_t v)                  \
	{ return __atomic_exchange_n((uint##W##_t *)p, v, __ATOMIC_SEQ_CST); }              \
	static inline uint##W##_t alu_amo_ADD_##W(void *p, uint##W##_t v)                   \
	{ return __atomic_fetch_add((uint##W##_t *)p, v, __ATOMIC_SEQ_CST); }               \
	static inline uint##W##_t alu_amo_AND_##W(void *p, uint##W##_t v)                   \
	{ return __atomic_fetch_and((uint##W##_t *)p, v, __ATOMIC_SEQ_CST); }               \
	static inline uint##W##_t alu_amo_OR_##W(void *p, uint##W##_t v)                    \
	{ return __atomic_fetch_or((uint##W##_t *)p, v, __ATOMIC_SEQ_CST); }                \
	static inline uint##W##_t alu_amo_XOR_##W(void *p, uint##W##_t v)                   \
	{ return __atomic_fetch_xor((uint##W##_t *)p, v, __ATOMIC_SEQ_CST); }
#define ALU_AMO_CHOICE(W, NAME, choose)                                                     \
	static inline uint##W##_t alu_amo_##NAME##_##W(void *p, uint##W##_t v)              \
	{                                                                                   \
		uint##W##_t old = __atomic_load_n((uint##W##_t *)p, __ATOMIC_SEQ_CST);      \
		while (!__atomic_compare_exchange_n((uint##W##_t *)p, &old, choose(old, v), \
		                                    true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) \
			;                                                                   \
		return old;                                                                 \
	}
ALU_AMO(32)
ALU_AMO(64)
ALU_AMO_CHOICE(32, MIN, alu_min_32)
ALU_AMO_CHOICE(32, MAX, alu_max_32)
ALU_AMO_CHOICE(32, MINU, alu_minu_32)
ALU_AMO_CHOICE(32, MAXU, alu_maxu_32)
ALU_AMO_CHOICE(64, MIN, alu_min_64)
ALU_AMO_CHOICE(64, MAX, alu_max_64)
ALU_AMO_CHOICE(64, MINU, alu_minu_64)
ALU_AMO_CHOICE(64, MAXU, alu_maxu_64)

#endif

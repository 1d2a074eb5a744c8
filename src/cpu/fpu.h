/* RISC-V float operations on the host's SSE unit.
 *
 * Operands and results are bit patterns. The host does the arithmetic with its
 * own rounding mode and sticky flags (MXCSR), which hold the guest's while
 * guest code runs; what differs from RISC-V is put right here:
 *   - a NaN result is the canonical NaN (manual, "NaN Generation and Propagation");
 *   - conversions to integers saturate, NaN to the largest, and raise only NV;
 *   - minimum and maximum are IEEE 754-2019's, comparisons quiet or signaling;
 *   - an fma of infinity times zero raises NV even if the addend is a quiet NaN.
 * Underflow is detected after rounding by both. Every operation that can set a flag is
 * an asm volatile: the compiler neither moves, folds nor drops it. */
#ifndef CPU_FPU_H
#define CPU_FPU_H

#include <string.h>
#include "base/types.h"

#define F32_NAN 0x7fc00000u
#define F64_NAN 0x7ff8000000000000ull

/* fflags bits */
enum { FFLAG_NX = 1, FFLAG_UF = 2, FFLAG_OF = 4, FFLAG_DZ = 8, FFLAG_NV = 16 };
/* MXCSR: flags IE DE ZE OE UE PE in bits 0-5, masks in 7-12, rounding control in 13-14. */
enum { MXCSR_MASKS = 0x1f80, MXCSR_FLAGS = 0x3f, MXCSR_RC_SHIFT = 13, MXCSR_RC = 3 << 13 };

static inline uint32_t mxcsr_read(void)
{
	uint32_t v;
	__asm__ volatile("stmxcsr %0" : "=m"(v));
	return v;
}
static inline void mxcsr_write(uint32_t v)
{
	__asm__ volatile("ldmxcsr %0" : : "m"(v));
}
/* Raise NV in the host's sticky flags. */
static inline void float_raise_invalid(void)
{
	mxcsr_write(mxcsr_read() | 1);
}

static inline float f32_value(uint32_t b) { float v; memcpy(&v, &b, 4); return v; }
static inline double f64_value(uint64_t b) { double v; memcpy(&v, &b, 8); return v; }
static inline uint32_t f32_bits(float v) { uint32_t b; memcpy(&b, &v, 4); return b; }
static inline uint64_t f64_bits(double v) { uint64_t b; memcpy(&b, &v, 8); return b; }
static inline bool f32_is_nan(uint32_t b) { return (b & 0x7fffffffu) > 0x7f800000u; }
static inline bool f64_is_nan(uint64_t b) { return (b & INT64_MAX) > 0x7ff0000000000000ull; }
static inline bool f32_is_snan(uint32_t b) { return f32_is_nan(b) && !(b & 0x00400000u); }
static inline bool f64_is_snan(uint64_t b) { return f64_is_nan(b) && !(b & 0x0008000000000000ull); }

/* A single in a 64-bit register is valid only when boxed (manual, "NaN Boxing of Narrower Values"). */
static inline uint32_t f32_unbox(uint64_t f)
{
	return likely(f >> 32 == 0xffffffffu) ? (uint32_t)f : F32_NAN;
}

/* Results of arithmetic are quiet NaNs at worst: comparing one with itself raises nothing. */
static inline uint32_t f32_result(float v) { return unlikely(v != v) ? F32_NAN : f32_bits(v); }
static inline uint64_t f64_result(double v) { return unlikely(v != v) ? F64_NAN : f64_bits(v); }

#define HOST_BINARY(name, insn32, insn64)                                                   \
	static inline uint32_t f32_##name(uint32_t a, uint32_t b)                           \
	{                                                                                   \
		float x = f32_value(a);                                                     \
		__asm__ volatile(insn32 " %1, %0" : "+x"(x) : "x"(f32_value(b)));           \
		return f32_result(x);                                                       \
	}                                                                                   \
	static inline uint64_t f64_##name(uint64_t a, uint64_t b)                           \
	{                                                                                   \
		double x = f64_value(a);                                                    \
		__asm__ volatile(insn64 " %1, %0" : "+x"(x) : "x"(f64_value(b)));           \
		return f64_result(x);                                                       \
	}
HOST_BINARY(add, "addss", "addsd")
HOST_BINARY(sub, "subss", "subsd")
HOST_BINARY(mul, "mulss", "mulsd")
HOST_BINARY(div, "divss", "divsd")

static inline uint32_t f32_sqrt(uint32_t a)
{
	float x;
	__asm__ volatile("sqrtss %1, %0" : "=x"(x) : "x"(f32_value(a)));
	return f32_result(x);
}
static inline uint64_t f64_sqrt(uint64_t a)
{
	double x;
	__asm__ volatile("sqrtsd %1, %0" : "=x"(x) : "x"(f64_value(a)));
	return f64_result(x);
}

/* Only with the host's FMA instructions; a * b + c. */
static inline uint32_t f32_fma(uint32_t a, uint32_t b, uint32_t c)
{
	float x = f32_value(a);
	__asm__ volatile("vfmadd213ss %2, %1, %0" : "+x"(x) : "x"(f32_value(b)), "x"(f32_value(c)));
	if (likely(x == x))
		return f32_bits(x);
	uint32_t ma = a & 0x7fffffffu, mb = b & 0x7fffffffu;
	if ((ma == 0x7f800000u && mb == 0) || (ma == 0 && mb == 0x7f800000u))
		float_raise_invalid();
	return F32_NAN;
}
static inline uint64_t f64_fma(uint64_t a, uint64_t b, uint64_t c)
{
	double x = f64_value(a);
	__asm__ volatile("vfmadd213sd %2, %1, %0" : "+x"(x) : "x"(f64_value(b)), "x"(f64_value(c)));
	if (likely(x == x))
		return f64_bits(x);
	uint64_t ma = a & INT64_MAX, mb = b & INT64_MAX, inf = 0x7ff0000000000000ull;
	if ((ma == inf && mb == 0) || (ma == 0 && mb == inf))
		float_raise_invalid();
	return F64_NAN;
}

/* Comparisons: comis raises NV for any NaN, ucomis for signaling ones only. Both set the
 * carry flag for "below" and for "unordered" alike, so a < b is asked as b above a. */
#define HOST_COMPARE(name, insn32, insn64, cond, x, y)                                      \
	static inline bool f32_##name(uint32_t a, uint32_t b)                               \
	{                                                                                   \
		bool r;                                                                     \
		__asm__ volatile(insn32 " %2, %1" : "=@cc" cond (r)                         \
		                 : "x"(f32_value(x)), "x"(f32_value(y)));                   \
		return r;                                                                   \
	}                                                                                   \
	static inline bool f64_##name(uint64_t a, uint64_t b)                               \
	{                                                                                   \
		bool r;                                                                     \
		__asm__ volatile(insn64 " %2, %1" : "=@cc" cond (r)                         \
		                 : "x"(f64_value(x)), "x"(f64_value(y)));                   \
		return r;                                                                   \
	}
HOST_COMPARE(lt, "comiss", "comisd", "a", b, a)
HOST_COMPARE(le, "comiss", "comisd", "ae", b, a)

#define HOST_EQUAL(W, T, insn)                                                              \
	static inline bool f##W##_eq(T a, T b)                                              \
	{                                                                                   \
		bool equal, ordered;                                                        \
		__asm__ volatile(insn " %3, %2" : "=@cce"(equal), "=@ccnp"(ordered)         \
		                 : "x"(f##W##_value(a)), "x"(f##W##_value(b)));             \
		return equal & ordered;                                                     \
	}
HOST_EQUAL(32, uint32_t, "ucomiss")
HOST_EQUAL(64, uint64_t, "ucomisd")

/* fmin, fmax: -0 is less than +0, a NaN loses, two give the canonical one; signaling ones raise NV. */
#define MINMAX(name, W, T, S, less_wins)                                                    \
	static inline T f##W##_##name(T a, T b)                                             \
	{                                                                                   \
		if (unlikely(f##W##_is_nan(a) || f##W##_is_nan(b))) {                       \
			if (f##W##_is_snan(a) || f##W##_is_snan(b))                         \
				float_raise_invalid();                                      \
			return !f##W##_is_nan(a) ? a : !f##W##_is_nan(b) ? b : F##W##_NAN;  \
		}                                                                           \
		/* Sign-magnitude to two's complement order. */                             \
		S ia = (S)a < 0 ? (S)(~a ^ (T)1 << (W - 1)) : (S)a;                         \
		S ib = (S)b < 0 ? (S)(~b ^ (T)1 << (W - 1)) : (S)b;                         \
		return (ia < ib) == less_wins ? a : b;                                      \
	}
MINMAX(min, 32, uint32_t, int32_t, true)
MINMAX(min, 64, uint64_t, int64_t, true)
MINMAX(max, 32, uint32_t, int32_t, false)
MINMAX(max, 64, uint64_t, int64_t, false)

/* fclass' ten bits: -inf -normal -subnormal -0 +0 +subnormal +normal +inf sNaN qNaN */
#define CLASSIFY(W, T, MANTISSA)                                                            \
	static inline unsigned f##W##_class(T b)                                            \
	{                                                                                   \
		bool neg = b >> (W - 1);                                                    \
		T exp = (b & ~((T)1 << (W - 1))) >> MANTISSA, man = b & (((T)1 << MANTISSA) - 1); \
		if (exp == ((T)1 << (W - 1 - MANTISSA)) - 1) {                              \
			if (man)                                                            \
				return man >> (MANTISSA - 1) ? 1 << 9 : 1 << 8;             \
			return neg ? 1 << 0 : 1 << 7;                                       \
		}                                                                           \
		if (exp)                                                                    \
			return neg ? 1 << 1 : 1 << 6;                                       \
		if (man)                                                                    \
			return neg ? 1 << 2 : 1 << 5;                                       \
		return neg ? 1 << 3 : 1 << 4;                                               \
	}
CLASSIFY(32, uint32_t, 23)
CLASSIFY(64, uint64_t, 52)

static inline uint32_t f64_to_f32(uint64_t a)
{
	float r;
	__asm__ volatile("cvtsd2ss %1, %0" : "=x"(r) : "x"(f64_value(a)));
	return f32_result(r);
}
static inline uint64_t f32_to_f64(uint32_t a)
{
	double r;
	__asm__ volatile("cvtss2sd %1, %0" : "=x"(r) : "x"(f32_value(a)));
	return f64_result(r);
}

/* Integers to floats. cvtsi2s? keeps the destination's upper half: start from zero. An unsigned
 * 64-bit value above the signed range is halved with its lost bit kept sticky. */
#define FROM_INT(W, T, FT, suffix)                                                          \
	static inline T f##W##_from_i64(int64_t v)                                          \
	{                                                                                   \
		FT r = 0;                                                                   \
		__asm__ volatile("cvtsi2" suffix "q %1, %0" : "+x"(r) : "r"(v));            \
		return f##W##_bits(r);                                                      \
	}                                                                                   \
	static inline T f##W##_from_i32(uint64_t v) { return f##W##_from_i64((int32_t)v); } \
	static inline T f##W##_from_u32(uint64_t v) { return f##W##_from_i64((uint32_t)v); }\
	static inline T f##W##_from_u64(uint64_t v)                                         \
	{                                                                                   \
		if (likely((int64_t)v >= 0))                                                \
			return f##W##_from_i64((int64_t)v);                                 \
		FT r = f##W##_value(f##W##_from_i64((int64_t)(v >> 1 | (v & 1))));          \
		return f##W##_bits(r + r);                                                  \
	}
FROM_INT(32, uint32_t, float, "ss")
FROM_INT(64, uint64_t, double, "sd")

/* Floats to integers. The host answers "integer indefinite" (the most negative) and raises
 * IE alone when the value does not fit, which is right already when it was meant. */
#define TO_INT(W, T, suffix, how, tag)                                                      \
	static inline int64_t f##W##_##tag##host_i64(T a)                                   \
	{                                                                                   \
		int64_t r;                                                                  \
		__asm__ volatile(how suffix "2siq %1, %0" : "=r"(r) : "x"(f##W##_value(a)));\
		return r;                                                                   \
	}                                                                                   \
	static inline int32_t f##W##_##tag##host_i32(T a)                                   \
	{                                                                                   \
		int32_t r;                                                                  \
		__asm__ volatile(how suffix "2sil %1, %0" : "=r"(r) : "x"(f##W##_value(a)));\
		return r;                                                                   \
	}                                                                                   \
	static inline int64_t f##W##_##tag##to_i64(T a)                                     \
	{                                                                                   \
		int64_t r = f##W##_##tag##host_i64(a);                                      \
		if (unlikely(r == INT64_MIN))                                               \
			return f##W##_is_nan(a) || !(a >> (W - 1)) ? INT64_MAX : INT64_MIN; \
		return r;                                                                   \
	}                                                                                   \
	static inline int32_t f##W##_##tag##to_i32(T a)                                     \
	{                                                                                   \
		int32_t r = f##W##_##tag##host_i32(a);                                      \
		if (unlikely(r == INT32_MIN))                                               \
			return f##W##_is_nan(a) || !(a >> (W - 1)) ? INT32_MAX : INT32_MIN; \
		return r;                                                                   \
	}                                                                                   \
	static inline uint64_t f##W##_##tag##to_u64(T a)                                    \
	{                                                                                   \
		int64_t r;                                                                  \
		uint32_t before = mxcsr_read();                                             \
		if (f##W##_value_at_least_2_63(a)) {                                        \
			r = f##W##_##tag##host_i64(f##W##_less_2_63(a));                    \
			if (r == INT64_MIN)                                                 \
				mxcsr_write(before | 1);                                    \
			return r == INT64_MIN ? UINT64_MAX : (uint64_t)r ^ (uint64_t)1 << 63; \
		}                                                                           \
		r = f##W##_##tag##host_i64(a);                                              \
		if (likely(r >= 0))                                                         \
			return (uint64_t)r;                                                 \
		mxcsr_write(before | 1);                                                    \
		return f##W##_is_nan(a) ? UINT64_MAX : 0;                                   \
	}                                                                                   \
	static inline uint32_t f##W##_##tag##to_u32(T a)                                    \
	{                                                                                   \
		uint32_t before = mxcsr_read();                                             \
		int64_t r = f##W##_##tag##host_i64(a);                                      \
		if (likely((uint64_t)r <= UINT32_MAX))                                      \
			return (uint32_t)r;                                                 \
		mxcsr_write(before | 1);                                                    \
		return f##W##_is_nan(a) || !(a >> (W - 1)) ? UINT32_MAX : 0;                \
	}

/* 2^63 has exponent 63: compared as integers, NaNs and infinities count as larger. */
static inline bool f32_value_at_least_2_63(uint32_t a) { return (int32_t)a >= 0x5f000000; }
static inline bool f64_value_at_least_2_63(uint64_t a) { return (int64_t)a >= 0x43e0000000000000ll; }
/* Exact below 2^64; above, still too large; a NaN stays one. */
static inline uint32_t f32_less_2_63(uint32_t a) { return f32_is_nan(a) ? a : f32_sub(a, 0x5f000000u); }
static inline uint64_t f64_less_2_63(uint64_t a) { return f64_is_nan(a) ? a : f64_sub(a, 0x43e0000000000000ull); }

TO_INT(32, uint32_t, "ss", "cvt", )
TO_INT(64, uint64_t, "sd", "cvt", )
/* Towards zero, whatever the rounding mode. */
TO_INT(32, uint32_t, "ss", "cvtt", rtz_)
TO_INT(64, uint64_t, "sd", "cvtt", rtz_)

#endif

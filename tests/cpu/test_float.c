/* The host's float unit as RISC-V's (fpu.h) against the software reference (softfloat.c): the
 * same bits and the same flags, for random and special operands in every rounding mode.
 *
 *     test_float [ROUNDS]      operand sets per operation, mode and width */
#include "tests/unit.h"

#include <stdlib.h>
#include "cpu/fpu.h"
#include "cpu/softfloat.h"
#include "isa/isa.h"

static uint64_t seed = 88172645463325252ull;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1dull;
}

/* Values near the borders of everything: zeros, subnormals, powers of two and their
 * neighbours, infinities, NaNs, integers' limits. */
static uint64_t operand(unsigned width)
{
	unsigned fraction = width == 64 ? 52 : 23;
	uint64_t bias = width == 64 ? 1023 : 127, r = next_random();
	uint64_t man = next_random() & (((uint64_t)1 << fraction) - 1), exp = 0;

	switch (r % 16) {
	case 0: exp = 0; break;
	case 1: exp = 2 * bias + 1; break;
	case 2: exp = 2 * bias; break;
	case 3: exp = 1; break;
	case 4: exp = bias + 62 + (r >> 16) % 3; break;
	case 5: exp = bias + 30 + (r >> 16) % 3; break;
	case 6: case 7: case 8: exp = bias + (r >> 16) % 5 - 2; break;
	case 9: exp = bias + (r >> 16) % (2 * fraction) - fraction; break;
	case 10: exp = (r >> 16) % (fraction + 4); break;
	default: exp = next_random() % (2 * bias + 2); break;
	}
	switch (r >> 32 & 7) {
	case 0: man = 0; break;
	case 1: man = (uint64_t)1 << (r >> 40) % fraction; break;
	case 2: man = (((uint64_t)1 << fraction) - 1) & ~(r >> 60); break;
	case 3: man = r >> 62; break;
	case 4: man &= ~(((uint64_t)1 << (r >> 40) % fraction) - 1); break;
	default: break;
	}
	return (r >> 63) << (width - 1) | exp << fraction | man;
}

static uint32_t host_flags(void)
{
	uint32_t v = mxcsr_read();

	return (v & 1 ? FFLAG_NV : 0) | (v & 4 ? FFLAG_DZ : 0) | (v & 8 ? FFLAG_OF : 0) |
	       (v & 16 ? FFLAG_UF : 0) | (v & 32 ? FFLAG_NX : 0);
}

enum op { ADD, SUB, MUL, DIV, SQRT, FMA, TO_I32, TO_U32, TO_I64, TO_U64,
	FROM_I32, FROM_U32, FROM_I64, FROM_U64, CONVERT, OP_COUNT };
static const char *const op_names[OP_COUNT] = { "add", "sub", "mul", "div", "sqrt", "fma", "to i32",
	"to u32", "to i64", "to u64", "from i32", "from u32", "from i64", "from u64", "convert" };


#define HOST_OP(W)                                                                          \
	static uint64_t host_op_##W(enum op op, uint64_t a, uint64_t b, uint64_t c, int rtz)\
	{                                                                                   \
		switch (op) {                                                               \
		case ADD: return f##W##_add(a, b);                                          \
		case SUB: return f##W##_sub(a, b);                                          \
		case MUL: return f##W##_mul(a, b);                                          \
		case DIV: return f##W##_div(a, b);                                          \
		case SQRT: return f##W##_sqrt(a);                                           \
		case FMA: return f##W##_fma(a, b, c);                                       \
		case TO_I32: return (uint64_t)(int64_t)(rtz ? f##W##_rtz_to_i32(a) : f##W##_to_i32(a)); \
		case TO_U32: return (uint64_t)(int64_t)(int32_t)(rtz ? f##W##_rtz_to_u32(a) : f##W##_to_u32(a)); \
		case TO_I64: return (uint64_t)(rtz ? f##W##_rtz_to_i64(a) : f##W##_to_i64(a)); \
		case TO_U64: return rtz ? f##W##_rtz_to_u64(a) : f##W##_to_u64(a);          \
		case FROM_I32: return f##W##_from_i32(a);                                   \
		case FROM_U32: return f##W##_from_u32(a);                                   \
		case FROM_I64: return f##W##_from_i64((int64_t)a);                          \
		case FROM_U64: return f##W##_from_u64(a);                                   \
		default: return W == 32 ? f64_to_f32(a) : f32_to_f64((uint32_t)a);          \
		}                                                                           \
	}
HOST_OP(32)
HOST_OP(64)

static uint64_t soft_op(unsigned w, enum op op, uint64_t a, uint64_t b, uint64_t c, unsigned rm, uint32_t *flags)
{
	switch (op) {
	case ADD: return soft_add(w, a, b, rm, flags);
	case SUB: return soft_sub(w, a, b, rm, flags);
	case MUL: return soft_mul(w, a, b, rm, flags);
	case DIV: return soft_div(w, a, b, rm, flags);
	case SQRT: return soft_sqrt(w, a, rm, flags);
	case FMA: return soft_fma(w, a, b, c, rm, flags);
	case TO_I32: case TO_U32: return soft_to_int(w, a, 32, op == TO_I32, rm, flags);
	case TO_I64: case TO_U64: return soft_to_int(w, a, 64, op == TO_I64, rm, flags);
	case FROM_I32: case FROM_U32: return soft_from_int(w, a, 32, op == FROM_I32, rm, flags);
	case FROM_I64: case FROM_U64: return soft_from_int(w, a, 64, op == FROM_I64, rm, flags);
	default: return soft_convert(96 - w, w, a, rm, flags);
	}
}

static const uint8_t rounding_control[] = { 0, 3, 1, 2 };

static void compare(unsigned w, enum op op, unsigned rm)
{
	bool from_int = op >= FROM_I32 && op <= FROM_U64, to_int = op >= TO_I32 && op <= TO_U64;
	bool rtz = to_int && rm == ISA_RM_RTZ && (next_random() & 1);
	uint64_t a = from_int ? next_random() >> next_random() % 64 : operand(op == CONVERT ? 96 - w : w);
	uint64_t b = operand(w), c = operand(w), host, soft;
	uint32_t saved = mxcsr_read(), flags = 0, got;

	if (from_int && (next_random() & 1))
		a = -a;
	mxcsr_write(MXCSR_MASKS | (uint32_t)rounding_control[rtz ? ISA_RM_RNE : rm] << MXCSR_RC_SHIFT);
	host = w == 32 ? host_op_32(op, a, b, c, rtz) : host_op_64(op, a, b, c, rtz);
	got = host_flags();
	mxcsr_write(saved);
	soft = soft_op(w, op, a, b, c, rm, &flags);
	unit_checks++;
	if (host != soft || got != flags)
		UNIT_FAIL("%s, width %u, mode %u%s: a %#llx b %#llx c %#llx: host %#llx flags %#x, software %#llx flags %#x",
		          op_names[op], w, rm, rtz ? " (truncating form)" : "", (unsigned long long)a,
		          (unsigned long long)b, (unsigned long long)c, (unsigned long long)host, got,
		          (unsigned long long)soft, flags);
}

static void check_ordering(unsigned w, uint64_t a, uint64_t b, bool eq, bool lt, uint32_t eq_flags, uint32_t lt_flags)
{
	uint32_t saved = mxcsr_read();

	mxcsr_write(MXCSR_MASKS);
	CHECK_EQ(w == 32 ? f32_eq(a, b) : f64_eq(a, b), eq);
	CHECK_EQ(host_flags(), eq_flags);
	mxcsr_write(MXCSR_MASKS);
	CHECK_EQ(w == 32 ? f32_lt(a, b) : f64_lt(a, b), lt);
	CHECK_EQ(host_flags(), lt_flags);
	mxcsr_write(MXCSR_MASKS);
	CHECK_EQ(w == 32 ? f32_le(a, b) : f64_le(a, b), eq || lt);
	CHECK_EQ(host_flags(), lt_flags);
	mxcsr_write(saved);
}

static void orders(void)
{
	const uint64_t one = 0x3ff0000000000000, two = 0x4000000000000000, inf = 0x7ff0000000000000;
	const uint64_t neg = (uint64_t)1 << 63, snan = inf + 1, qnan = F64_NAN;

	check_ordering(64, one, two, false, true, 0, 0);
	check_ordering(64, two, one, false, false, 0, 0);
	check_ordering(64, one, one, true, false, 0, 0);
	check_ordering(64, 0, neg, true, false, 0, 0);
	check_ordering(64, neg | inf, inf, false, true, 0, 0);
	check_ordering(64, qnan, one, false, false, 0, FFLAG_NV);
	check_ordering(64, one, snan, false, false, FFLAG_NV, FFLAG_NV);
	check_ordering(32, 0x3f800000, 0x40000000, false, true, 0, 0);
	check_ordering(32, 0x80000000, 0, true, false, 0, 0);
	check_ordering(32, F32_NAN, F32_NAN, false, false, 0, FFLAG_NV);
	check_ordering(32, 0x7f800001, 0, false, false, FFLAG_NV, FFLAG_NV);
}

static void minimum_and_maximum(void)
{
	const uint64_t one = 0x3ff0000000000000, neg = (uint64_t)1 << 63, snan = 0x7ff0000000000001;
	uint32_t saved = mxcsr_read();

	mxcsr_write(MXCSR_MASKS);
	CHECK_EQ(f64_min(0, neg), neg);
	CHECK_EQ(f64_min(neg, 0), neg);
	CHECK_EQ(f64_max(0, neg), 0);
	CHECK_EQ(f64_max(neg, 0), 0);
	CHECK_EQ(f64_min(one, neg | one), neg | one);
	CHECK_EQ(f64_max(neg | one, one), one);
	CHECK_EQ(f64_min(neg | one, neg), neg | one);
	CHECK_EQ(f64_min(F64_NAN, one), one);
	CHECK_EQ(f64_max(one, F64_NAN), one);
	CHECK_EQ(f64_max(~0ull, F64_NAN), F64_NAN);
	CHECK_EQ(host_flags(), 0);
	CHECK_EQ(f64_max(snan, one), one);
	CHECK_EQ(host_flags(), FFLAG_NV);
	CHECK_EQ(f32_min(0x7fc12345, 0xff812345), F32_NAN);
	CHECK_EQ(f32_max(0x80000001, 0x00000001), 1);
	mxcsr_write(saved);
}

static void classes(void)
{
	static const uint64_t values[10] = { 0xfff0000000000000, 0xbff0000000000000, 0x8000000000000001,
		0x8000000000000000, 0, 1, 0x3ff0000000000000, 0x7ff0000000000000,
		0x7ff0000000000001, 0xfff8000000000000 };
	static const uint32_t singles[10] = { 0xff800000, 0xbf800000, 0x80000001, 0x80000000, 0, 1,
		0x3f800000, 0x7f800000, 0xff800001, 0x7fc00000 };

	for (unsigned i = 0; i < 10; i++) {
		CHECK_EQ(f64_class(values[i]), 1 << i);
		CHECK_EQ(f32_class(singles[i]), 1 << i);
	}
}

/* The one mode the host has not: ties go away from zero, nothing else differs. */
static void ties_away(void)
{
	uint32_t flags = 0;
	const uint64_t one = 0x3ff0000000000000, half_ulp = 0x3ca0000000000000;

	CHECK_EQ(soft_add(64, one, half_ulp, ISA_RM_RNE, &flags), one);
	CHECK_EQ(soft_add(64, one, half_ulp, ISA_RM_RMM, &flags), one + 1);
	CHECK_EQ(soft_add(64, one, half_ulp - 1, ISA_RM_RMM, &flags), one);
	CHECK_EQ(flags, FFLAG_NX);
	CHECK_EQ(soft_to_int(64, 0x4004000000000000 /* 2.5 */, 64, true, ISA_RM_RMM, &flags), 3);
	CHECK_EQ(soft_to_int(64, 0xc004000000000000, 64, true, ISA_RM_RMM, &flags), -3);
	CHECK_EQ(soft_to_int(64, 0x4004000000000000, 64, true, ISA_RM_RNE, &flags), 2);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 5000;
	bool have_fma = __builtin_cpu_supports("fma");

	RUN(orders);
	RUN(minimum_and_maximum);
	RUN(classes);
	RUN(ties_away);
	for (enum op op = 0; op < OP_COUNT && unit_failures < 50; op++)
		for (unsigned long i = 0; i < rounds * 8; i++)
			if (op != FMA || have_fma)
				compare(i & 1 ? 64 : 32, op, (unsigned)(i / 2 % 4));
	return unit_done();
}

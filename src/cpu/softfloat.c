/* IEEE 754 arithmetic in integers, for what the host's float unit cannot do: round to
 * nearest with ties away from zero (RMM), and fused multiply-add on hosts without it. It is
 * written to be obviously right rather than fast; the tests also use it as
 * the reference that the host's results are compared with.
 *
 * A finite non-zero number is sign, exponent and a 128-bit integer significand:
 *
 *     (-1)^negative * sig * 2^exp
 *
 * Operations compute the exact result, or one that is exact but for a sticky
 * lowest bit, far below the precision; round_pack() does everything that is
 * rounding: mode, subnormals, overflow, flags. Tininess is detected after rounding. */
#include "interp.h"
#include "softfloat.h"

#include "fpu.h"

typedef unsigned __int128 u128;

struct format {
	int width, fraction;           /* fraction bits; the significand has one more */
	int max_exp;                   /* bias; the largest exponent */
};
static const struct format formats[2] = { { 32, 23, 127 }, { 64, 52, 1023 } };

static const struct format *format_of(unsigned width)
{
	return &formats[width == 64];
}

enum number_class { ZERO, FINITE, INFINITE, NAN_QUIET, NAN_SIGNALING };
struct number {
	enum number_class class;
	bool negative;
	int exp;
	u128 sig;
};

static struct number unpack(const struct format *f, uint64_t bits)
{
	uint64_t fraction = bits & (((uint64_t)1 << f->fraction) - 1);
	int biased = (int)(bits >> f->fraction) & (2 * f->max_exp + 1);
	struct number n = { .negative = bits >> (f->width - 1) & 1 };

	if (biased == 2 * f->max_exp + 1) {
		n.class = !fraction ? INFINITE : fraction >> (f->fraction - 1) ? NAN_QUIET : NAN_SIGNALING;
	} else if (biased == 0 && fraction == 0) {
		n.class = ZERO;
	} else {
		n.class = FINITE;
		n.sig = biased ? fraction | (uint64_t)1 << f->fraction : fraction;
		n.exp = (biased ? biased : 1) - f->max_exp - f->fraction;
	}
	return n;
}

static uint64_t pack(const struct format *f, bool negative, uint64_t biased, uint64_t fraction)
{
	return (uint64_t)negative << (f->width - 1) | biased << f->fraction | fraction;
}
static uint64_t pack_zero(const struct format *f, bool negative) { return pack(f, negative, 0, 0); }
static uint64_t pack_infinity(const struct format *f, bool negative)
{
	return pack(f, negative, (uint64_t)(2 * f->max_exp + 1), 0);
}
static uint64_t pack_nan(const struct format *f)
{
	return f->width == 64 ? F64_NAN : F32_NAN;
}
static uint64_t invalid(const struct format *f, uint32_t *flags)
{
	*flags |= FFLAG_NV;
	return pack_nan(f);
}

static int top_bit(u128 v)
{
	uint64_t high = (uint64_t)(v >> 64);

	return high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)v);
}

/* sig / 2^shift as an integer, rounded; *inexact if anything was lost. */
static u128 round_shift(u128 sig, int shift, bool negative, unsigned rm, bool *inexact)
{
	u128 q, rest, half;
	bool up;

	if (shift <= 0) {
		*inexact = false;
		return sig << -shift;
	}
	if (shift > 127) {             /* less than half of the last place: all sticky */
		q = 0;
		rest = 1;
		half = 2;
	} else {
		q = sig >> shift;
		rest = sig & (((u128)1 << shift) - 1);
		half = (u128)1 << (shift - 1);
	}
	*inexact = rest != 0;
	switch (rm) {
	case ISA_RM_RNE: up = rest > half || (rest == half && (q & 1)); break;
	case ISA_RM_RMM: up = rest >= half; break;
	case ISA_RM_RDN: up = rest && negative; break;
	case ISA_RM_RUP: up = rest && !negative; break;
	default:         up = false; break;
	}
	return q + up;
}

static uint64_t overflow(const struct format *f, bool negative, unsigned rm, uint32_t *flags)
{
	bool to_infinity = rm == ISA_RM_RNE || rm == ISA_RM_RMM || rm == (negative ? ISA_RM_RDN : ISA_RM_RUP);

	*flags |= FFLAG_OF | FFLAG_NX;
	if (to_infinity)
		return pack_infinity(f, negative);
	return pack_infinity(f, negative) - 1;   /* the largest finite number */
}

/* The number nearest to +-sig * 2^exp; sig is not 0. */
static uint64_t round_pack(const struct format *f, bool negative, int exp, u128 sig, unsigned rm, uint32_t *flags)
{
	int top = exp + top_bit(sig), min_exp = 1 - f->max_exp;
	int lsb = MAX(top, min_exp) - f->fraction;      /* weight of the result's last bit */
	u128 one = (u128)1 << f->fraction, q;
	bool inexact, ignored, tiny = false;

	if (top > f->max_exp)
		return overflow(f, negative, rm, flags);
	if (top < min_exp)                              /* as if exponents had no lower end */
		tiny = top < min_exp - 1 ||
		       round_shift(sig, top - f->fraction - exp, negative, rm, &ignored) < 2 * one;
	q = round_shift(sig, lsb - exp, negative, rm, &inexact);
	if (inexact)
		*flags |= FFLAG_NX | (tiny ? FFLAG_UF : 0);
	if (q == 2 * one) {
		q = one;
		lsb++;
	}
	if (lsb + f->fraction > f->max_exp)
		return overflow(f, negative, rm, flags);
	if (q < one)
		return pack(f, negative, 0, (uint64_t)q);
	return pack(f, negative, (uint64_t)(lsb + f->fraction + f->max_exp), (uint64_t)(q - one));
}

/* A NaN among the operands: the result is the canonical one, signaling ones are invalid. */
static bool any_nan(const struct number *n, int count, uint32_t *flags)
{
	bool any = false;

	for (int i = 0; i < count; i++) {
		any |= n[i].class >= NAN_QUIET;
		if (n[i].class == NAN_SIGNALING)
			*flags |= FFLAG_NV;
	}
	return any;
}

/* ---- addition ---------------------------------------------------------------------- */

/* Shift so that the highest bit is bit 125: room for a carry. */
static void normalise(struct number *n)
{
	int shift = 125 - top_bit(n->sig);

	n->sig <<= shift;
	n->exp -= shift;
}

static u128 shift_sticky(u128 v, int by)
{
	if (by > 127)
		return 1;
	return v >> by | ((v & (((u128)1 << by) - 1)) != 0);
}

/* The exact sum's sign when it is zero: minus only when rounding down. */
static uint64_t sum_zero(const struct format *f, unsigned rm)
{
	return pack_zero(f, rm == ISA_RM_RDN);
}

/* Both finite and non-zero. Operands have at most 106 bits: what an alignment makes
 * sticky lies at least 20 bits below the smaller one's last place, and more than
 * one place of alignment leaves no deep cancellation. */
static uint64_t add_finite(const struct format *f, struct number a, struct number b, unsigned rm, uint32_t *flags)
{
	normalise(&a);
	normalise(&b);
	if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig)) {
		struct number t = a;
		a = b;
		b = t;
	}
	b.sig = shift_sticky(b.sig, a.exp - b.exp);
	if (a.negative == b.negative)
		return round_pack(f, a.negative, a.exp, a.sig + b.sig, rm, flags);
	if (a.sig == b.sig)
		return sum_zero(f, rm);
	return round_pack(f, a.negative, a.exp, a.sig - b.sig, rm, flags);
}

/* a + b, not NaNs. */
static uint64_t add_numbers(const struct format *f, struct number a, struct number b, unsigned rm, uint32_t *flags)
{
	if (a.class == INFINITE || b.class == INFINITE) {
		if (a.class == b.class && a.negative != b.negative)
			return invalid(f, flags);
		return pack_infinity(f, a.class == INFINITE ? a.negative : b.negative);
	}
	if (a.class == ZERO && b.class == ZERO)
		return a.negative == b.negative ? pack_zero(f, a.negative) : sum_zero(f, rm);
	if (a.class == ZERO)
		return round_pack(f, b.negative, b.exp, b.sig, rm, flags);
	if (b.class == ZERO)
		return round_pack(f, a.negative, a.exp, a.sig, rm, flags);
	return add_finite(f, a, b, rm, flags);
}

uint64_t soft_add(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags)
{
	const struct format *f = format_of(width);
	struct number n[2] = { unpack(f, a), unpack(f, b) };

	if (any_nan(n, 2, flags))
		return pack_nan(f);
	return add_numbers(f, n[0], n[1], rm, flags);
}

uint64_t soft_sub(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags)
{
	return soft_add(width, a, b ^ (uint64_t)1 << (width - 1), rm, flags);
}

/* ---- multiplication and division ------------------------------------------------------- */

/* a * b exactly; NAN_QUIET for infinity times zero. */
static struct number multiply(struct number a, struct number b)
{
	struct number p = { .negative = a.negative != b.negative };

	if (a.class == INFINITE || b.class == INFINITE) {
		p.class = a.class == ZERO || b.class == ZERO ? NAN_QUIET : INFINITE;
	} else if (a.class == ZERO || b.class == ZERO) {
		p.class = ZERO;
	} else {
		p.class = FINITE;
		p.sig = a.sig * b.sig;
		p.exp = a.exp + b.exp;
	}
	return p;
}

uint64_t soft_mul(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags)
{
	const struct format *f = format_of(width);
	struct number n[2] = { unpack(f, a), unpack(f, b) }, p;

	if (any_nan(n, 2, flags))
		return pack_nan(f);
	p = multiply(n[0], n[1]);
	switch (p.class) {
	case FINITE:   return round_pack(f, p.negative, p.exp, p.sig, rm, flags);
	case INFINITE: return pack_infinity(f, p.negative);
	case ZERO:     return pack_zero(f, p.negative);
	default:       return invalid(f, flags);
	}
}

uint64_t soft_fma(unsigned width, uint64_t a, uint64_t b, uint64_t c, unsigned rm, uint32_t *flags)
{
	const struct format *f = format_of(width);
	struct number n[3] = { unpack(f, a), unpack(f, b), unpack(f, c) }, p;
	bool nan = any_nan(n, 3, flags);

	/* Infinity times zero is invalid even when c is a quiet NaN. */
	p = multiply(n[0], n[1]);
	if (p.class == NAN_QUIET && n[0].class < NAN_QUIET && n[1].class < NAN_QUIET)
		return invalid(f, flags);
	if (nan)
		return pack_nan(f);
	return add_numbers(f, p, n[2], rm, flags);
}

uint64_t soft_div(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags)
{
	const struct format *f = format_of(width);
	struct number n[2] = { unpack(f, a), unpack(f, b) };
	bool negative = n[0].negative != n[1].negative;
	u128 q;

	if (any_nan(n, 2, flags))
		return pack_nan(f);
	if (n[0].class == n[1].class && n[0].class != FINITE)   /* 0/0, inf/inf */
		return invalid(f, flags);
	if (n[0].class == INFINITE || n[1].class == ZERO) {
		if (n[0].class == FINITE)
			*flags |= FFLAG_DZ;
		return pack_infinity(f, negative);
	}
	if (n[0].class == ZERO || n[1].class == INFINITE)
		return pack_zero(f, negative);
	normalise(&n[0]);                    /* 126 bits / at most 53: a quotient of 73 or more */
	q = n[0].sig / n[1].sig;
	q |= n[0].sig % n[1].sig != 0;
	return round_pack(f, negative, n[0].exp - n[1].exp, q, rm, flags);
}

uint64_t soft_sqrt(unsigned width, uint64_t a, unsigned rm, uint32_t *flags)
{
	const struct format *f = format_of(width);
	struct number n = unpack(f, a);
	u128 root = 0, rest;

	if (any_nan(&n, 1, flags))
		return pack_nan(f);
	if (n.class == ZERO)
		return a;
	if (n.negative)
		return invalid(f, flags);
	if (n.class == INFINITE)
		return a;
	normalise(&n);
	if (n.exp & 1) {
		n.sig <<= 1;
		n.exp--;
	}
	/* Digit by digit: the largest root with root * root <= sig, 63 or 64 bits. */
	rest = n.sig;
	for (u128 bit = (u128)1 << 126; bit; bit >>= 2) {
		bool digit = rest >= root + bit;

		if (digit)
			rest -= root + bit;
		root = digit ? (root >> 1) + bit : root >> 1;
	}
	return round_pack(f, false, n.exp / 2 - 1, root << 1 | (rest != 0), rm, flags);
}

/* ---- conversions --------------------------------------------------------------------------- */

uint64_t soft_convert(unsigned from, unsigned to, uint64_t a, unsigned rm, uint32_t *flags)
{
	const struct format *f = format_of(to);
	struct number n = unpack(format_of(from), a);

	if (any_nan(&n, 1, flags))
		return pack_nan(f);
	switch (n.class) {
	case FINITE:   return round_pack(f, n.negative, n.exp, n.sig, rm, flags);
	case INFINITE: return pack_infinity(f, n.negative);
	default:       return pack_zero(f, n.negative);
	}
}

uint64_t soft_to_int(unsigned width, uint64_t a, unsigned bits, bool is_signed, unsigned rm, uint32_t *flags)
{
	struct number n = unpack(format_of(width), a);
	uint64_t all = bits == 64 ? UINT64_MAX : UINT32_MAX;
	uint64_t largest = is_signed ? all >> 1 : all, smallest = is_signed ? ~largest : 0;
	bool inexact = false, below = n.negative && n.class < NAN_QUIET;
	uint64_t limit = below ? (is_signed ? largest + 1 : 0) : largest;
	u128 q = 0;

	if (n.class == FINITE)   /* 2^64 and more: any number that is too large */
		q = n.exp + top_bit(n.sig) > 64 ? (u128)1 << 65
		                                : round_shift(n.sig, -n.exp, n.negative, rm, &inexact);
	else if (n.class != ZERO)
		q = (u128)1 << 65;
	if (q > limit) {
		*flags |= FFLAG_NV;
		q = below ? smallest : largest;
	} else {
		*flags |= inexact ? FFLAG_NX : 0;
		q = below ? -q : q;
	}
	return bits == 64 ? (uint64_t)q : (uint64_t)(int64_t)(int32_t)q;
}

uint64_t soft_from_int(unsigned width, uint64_t v, unsigned bits, bool is_signed, unsigned rm, uint32_t *flags)
{
	const struct format *f = format_of(width);
	bool negative;

	if (bits == 32)
		v = is_signed ? (uint64_t)(int64_t)(int32_t)v : (uint32_t)v;
	negative = is_signed && (int64_t)v < 0;
	if (v == 0)
		return 0;
	return round_pack(f, negative, 0, negative ? -v : v, rm, flags);
}

/* ---- instructions ------------------------------------------------------------------------------ */

enum kind { NOT_SOFT, K_ADD, K_SUB, K_MUL, K_DIV, K_SQRT, K_FMA, K_CONVERT, K_TO_INT, K_FROM_INT };
enum { NEG_A = 1, NEG_C = 2 };           /* K_FMA: which operands are negated */

struct soft_row {
	uint8_t kind, width;             /* of the float operand and result; K_CONVERT: of the result */
	uint8_t detail;                  /* NEG_*, or width of the integer */
	bool is_signed;
};

#define SOFT_BOTH(suffix, W)                                                     \
	[ISA_fadd_##suffix] = { K_ADD, W }, [ISA_fsub_##suffix] = { K_SUB, W },  \
	[ISA_fmul_##suffix] = { K_MUL, W }, [ISA_fdiv_##suffix] = { K_DIV, W },  \
	[ISA_fsqrt_##suffix] = { K_SQRT, W },                                    \
	[ISA_fmadd_##suffix] = { K_FMA, W }, [ISA_fmsub_##suffix] = { K_FMA, W, NEG_C }, \
	[ISA_fnmsub_##suffix] = { K_FMA, W, NEG_A },                             \
	[ISA_fnmadd_##suffix] = { K_FMA, W, NEG_A | NEG_C },                     \
	[ISA_fcvt_w_##suffix] = { K_TO_INT, W, 32, true }, [ISA_fcvt_wu_##suffix] = { K_TO_INT, W, 32 }, \
	[ISA_fcvt_l_##suffix] = { K_TO_INT, W, 64, true }, [ISA_fcvt_lu_##suffix] = { K_TO_INT, W, 64 }, \
	[ISA_fcvt_##suffix##_w] = { K_FROM_INT, W, 32, true }, [ISA_fcvt_##suffix##_wu] = { K_FROM_INT, W, 32 }, \
	[ISA_fcvt_##suffix##_l] = { K_FROM_INT, W, 64, true }, [ISA_fcvt_##suffix##_lu] = { K_FROM_INT, W, 64 },

static const struct soft_row soft_rows[ISA_BASE_COUNT] = {
	SOFT_BOTH(s, 32)
	SOFT_BOTH(d, 64)
	[ISA_fcvt_s_d] = { K_CONVERT, 32 },
	[ISA_fcvt_d_s] = { K_CONVERT, 64 },
};

static uint64_t operand(const struct cpu_regs *regs, unsigned n, unsigned width)
{
	return width == 64 ? regs->f[n] : f32_unbox(regs->f[n]);
}

void float_soft(struct cpu_regs *regs, const struct isa_insn *d, int xlen)
{
	const struct soft_row *row = &soft_rows[d->op];
	unsigned w = row->width, rm = d->rm == ISA_RM_DYN ? regs->fcsr >> 5 & 7 : d->rm;
	uint64_t sign = (uint64_t)1 << (w - 1), v = 0;
	uint64_t a = operand(regs, d->rs1, row->kind == K_CONVERT ? 96 - w : w);
	uint64_t b = operand(regs, d->rs2, w), c = operand(regs, d->rs3, w);
	uint32_t *flags = &regs->fcsr;

	switch ((enum kind)row->kind) {
	case K_ADD:     v = soft_add(w, a, b, rm, flags); break;
	case K_SUB:     v = soft_sub(w, a, b, rm, flags); break;
	case K_MUL:     v = soft_mul(w, a, b, rm, flags); break;
	case K_DIV:     v = soft_div(w, a, b, rm, flags); break;
	case K_SQRT:    v = soft_sqrt(w, a, rm, flags); break;
	case K_FMA:
		v = soft_fma(w, a ^ (row->detail & NEG_A ? sign : 0), b,
		             c ^ (row->detail & NEG_C ? sign : 0), rm, flags);
		break;
	case K_CONVERT: v = soft_convert(96 - w, w, a, rm, flags); break;
	case K_FROM_INT: v = soft_from_int(w, regs->x[d->rs1], row->detail, row->is_signed, rm, flags); break;
	case K_TO_INT:
		v = soft_to_int(w, a, row->detail, row->is_signed, rm, flags);
		if (d->rd)
			regs->x[d->rd] = xlen == 64 ? v : (uint32_t)v;
		return;
	case NOT_SOFT:
		return;
	}
	regs->f[d->rd] = w == 64 ? v : 0xffffffff00000000ull | v;
}

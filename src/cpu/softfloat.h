/* IEEE 754 arithmetic in integers: see softfloat.c. width is 32 or 64; operands and results are
 * bit patterns in the low bits; rm is enum isa_rm; fflags are or-ed into *flags. */
#ifndef CPU_SOFTFLOAT_H
#define CPU_SOFTFLOAT_H

#include "base/types.h"

uint64_t soft_add(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags);
uint64_t soft_sub(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags);
uint64_t soft_mul(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags);
uint64_t soft_div(unsigned width, uint64_t a, uint64_t b, unsigned rm, uint32_t *flags);
uint64_t soft_sqrt(unsigned width, uint64_t a, unsigned rm, uint32_t *flags);
/* a * b + c, rounded once. */
uint64_t soft_fma(unsigned width, uint64_t a, uint64_t b, uint64_t c, unsigned rm, uint32_t *flags);
uint64_t soft_convert(unsigned from, unsigned to, uint64_t a, unsigned rm, uint32_t *flags);
/* To and from integers of `bits` bits. Signed results are sign-extended to 64 bits, as 32-bit
 * unsigned ones are (manual: fcvt.wu.x sign-extends). */
uint64_t soft_to_int(unsigned width, uint64_t a, unsigned bits, bool is_signed, unsigned rm, uint32_t *flags);
uint64_t soft_from_int(unsigned width, uint64_t v, unsigned bits, bool is_signed, unsigned rm, uint32_t *flags);

#endif

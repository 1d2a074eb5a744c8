/* Floating point through the C library: formatting, functions, special values, rounding. needs: 64 bits */
#include "abi.h"

#include <fenv.h>
#include <math.h>

TOPIC(lib_float)
{
	volatile double values[] = { 0.0, -0.0, 1.0 / 3, 1e308, 4.9e-324, -2.5, 3.5, 1e16 };
	volatile double zero = 0, one = 1, inf = 1e308 * 10;
	double (*volatile round_it)(double) = rint;
	static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };

	for (int i = 0; i < COUNT(values); i++)
		printf("%a %g %.3f %lld\n", values[i], values[i] * 3, (double)(float)values[i],
		       (long long)rint(fabs(values[i]) < 1e18 ? values[i] : 0));
	for (int i = 0; i < 4; i++) {
		fesetround(modes[i]);
		printf("%a %a %g\n", one / 3, -one / 3, round_it(values[5]));
	}
	fesetround(FE_TONEAREST);
	feclearexcept(FE_ALL_EXCEPT);
	V(isinf(one / zero));
	V(fetestexcept(FE_DIVBYZERO) != 0);
	V(isnan(zero / zero));
	V(fetestexcept(FE_INVALID) != 0);
	V(isnan(inf - inf));
	V(sqrt(2.0 * one) == M_SQRT2);
	printf("%.10f %.10f %.10f %.10f\n", sin(one), exp(one), log(one + 1), pow(one + 1, 0.5));
	printf("%.20Lg\n", (long double)one / 3 == 0 ? 0.0L : 1.0L);
	V(fma(one, 3, 4));
	V(strtod("0x1.8p3", NULL));
	V(lround(-2.5 * one));
}

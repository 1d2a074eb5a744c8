/* Floating point, by soft float (ilp32) or in registers (ilp32d): the same results. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <stdint.h>

static double sum(int count, ...)
{
	va_list list;
	double total = 0;

	va_start(list, count);
	for (int i = 0; i < count; i++)
		total += va_arg(list, double);
	va_end(list);
	return total;
}

struct pair { float x; double y; };

static struct pair mix(float a, double b, int c, float d, struct pair e)
{
	return (struct pair){ a * d + c, b / (e.y + 1) + e.x };
}

static uint64_t bits(double value)
{
	uint64_t result;

	memcpy(&result, &value, 8);
	return result;
}

int main(void)
{
	volatile double values[] = { 0.0, -0.0, 1.0, -1.5, 1.0 / 3, 1e300, 1e-300, 4.9e-324, 123456789.125, INFINITY };
	volatile float floats[] = { 0.1f, 3.14159f, -2.5e30f, 1e-40f };
	uint64_t hash = 0;

	for (int i = 0; i < 10; i++) {
		for (int j = 0; j < 10; j++) {
			double results[] = { values[i] + values[j], values[i] - values[j], values[i] * values[j], sqrt(fabs(values[i])),
					     values[j] != 0 ? values[i] / values[j] : 1, values[i] < values[j], floats[i % 4] * (float)values[j] };

			for (int k = 0; k < 7; k++)
				hash = hash * 31 + (results[k] != results[k] ? 77 : bits(results[k]));
		}
		printf("%g %.17g %d\n", values[i], values[i], values[i] < 1e9 ? (int)values[i] : 0);
	}
	printf("%016llx\n", (unsigned long long)hash);
	printf("%.6f %.6f %.6f %.6f\n", sin(1), exp(1), log(10), pow(2, 0.5));
	printf("%g\n", sum(5, 1.5, 2.5, 3.5, 4.5, 5.5));
	struct pair p = mix(1.5f, 2.5, 3, 4.5f, (struct pair){ 5.5f, 6.5 });
	printf("%g %g\n", p.x, p.y);
	printf("%.9g %.9g %lld %lu\n", floats[0] + floats[1], floats[2] * floats[3], (long long)-1.9e15, (unsigned long)4e9);
	printf("%a %.3e %5.1f|%-8.2f|\n", 1.0 / 3, 12345.678, 99.95, 2.005);
	return 0;
}

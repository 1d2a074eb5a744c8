/* Integer and float registers survive a handler that uses them all. */
#include "abi.h"

static void handler(int signo)
{
	volatile double x = signo, y = 1;

	for (int i = 0; i < 50; i++)
		y = y * 1.1 + x / 3;
	printf("handler %.3f\n", y);
}

TOPIC(sig_registers)
{
	double sum = 0, a = 1.5, b = 2.25, c = -3.125, d = 4.0625;
	long long i, j = 1, k = 2, l = 3, m = 4, n = 5;

	signal(SIGUSR1, handler);
	for (i = 0; i < 1000; i++) {
		j += k * 3 + i;
		k ^= l + j;
		l = l * 5 + m;
		m += n ^ i;
		n = n * 7 + 1;
		a = a * 0.5 + b;
		b = b * 0.25 - c;
		c = c * 0.125 + d;
		sum += a + b + c + d;
		if (i % 250 == 100)
			raise(SIGUSR1);
	}
	printf("%llx %llx %llx %llx %llx %.15g %.15g %.15g %.15g\n", j, k, l, m, n, a, b, c, sum);
}

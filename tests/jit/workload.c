/* Work of many kinds for the comparison of the two engines: sorting, strings, floats and their text,
 * allocation, jumps through tables, long jumps, signals, system calls. Prints what it found. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static void sorting(void)
{
	enum { N = 4000 };
	int *v = malloc(N * sizeof(int));
	unsigned x = 1;
	double sum = 0;

	for (int i = 0; i < N; i++) {
		x = x * 1103515245 + 12345;
		v[i] = (int)(x >> 3);
		sum += v[i] * 0.5;
	}
	qsort(v, N, sizeof(int), compare);
	printf("%d %d %.17g\n", v[0], v[N - 1], sum);
	free(v);
}

static void floats(void)
{
	float f = 0.1f, narrow = 0;
	double d = 0, e = 1;

	for (int i = 1; i < 400; i++) {
		f = f * 1.01f + 0.001f * (float)i;
		narrow += (float)(1.0 / f);
		d += sqrt((double)i) / (double)f;
		e = fma(e, 1.0000001, -d * 1e-9);
	}
	printf("%.9g %.9g %.17g %.17g %d %lld\n", (double)f, (double)narrow, d, e, (int)d, (long long)(e * 1e15));
	printf("%d %d %d\n", (int)NAN == (int)INFINITY, isnan(0.0 * INFINITY) != 0, signbit(-0.0) != 0);
}

static void strings(void)
{
	char text[4096] = "", part[64];
	unsigned long hash = 5381;

	for (int i = 0; i < 150; i++) {
		snprintf(part, sizeof(part), "%d:%x:%.3f;", i, i * 2654435761u, i / 7.0);
		if (strlen(text) + strlen(part) < sizeof(text))
			strcat(text, part);
	}
	for (char *p = strtok(text, ";"); p; p = strtok(NULL, ";"))
		for (; *p; p++)
			hash = (hash * 33 ^ (unsigned char)*p) & 0xffffffff;
	printf("%lx\n", hash);
}

/* An interpreter's loop: one indirect jump. */
static long machine(const unsigned char *code, long n)
{
	long acc = 0, counter = n;

	for (const unsigned char *pc = code;;) {
		switch (*pc++) {
		case 0: acc += counter; break;
		case 1: acc ^= acc << 3; break;
		case 2: acc = (acc >> 1) + 7; break;
		case 3: acc *= 13; break;
		case 4: acc -= counter * 5; break;
		case 5: acc %= 1000003; break;
		case 6: if (--counter) pc = code; break;
		case 7: return acc;
		}
	}
}

static jmp_buf back;
static volatile sig_atomic_t seen;
static void on_signal(int sig) { seen++; if (sig == SIGUSR2) siglongjmp(back, 1); }

static void jumps(void)
{
	volatile int n = 0;

	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	while (n < 100) {
		n++;
		if (sigsetjmp(back, 1) == 0)
			kill(getpid(), n % 2 ? SIGUSR1 : SIGUSR2);
	}
	printf("%d %d\n", n, (int)seen);
}

int main(void)
{
	static const unsigned char code[] = { 0, 1, 5, 4, 2, 3, 5, 6, 7 };

	for (int i = 0; i < 3; i++)
		sorting();
	for (int i = 0; i < 5; i++) {
		floats();
		strings();
	}
	printf("%ld\n", machine(code, 6000));
	jumps();
	return 0;
}

/* Threads that come to the same new code at the same time: what one hart translates and links another one is
 * about to link as well. Many small functions, each with exits of its own; prints what they make of a number. */
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 900 };

static __attribute__((noinline)) unsigned long leaf(unsigned long x) { __asm__ volatile(""); return x * 3 + 1; }

#define F1(n) static __attribute__((noinline)) unsigned long f##n(unsigned long x) \
	{ for (int i = 0; i < 3; i++) { x = x * 6364136223846793005u + 0x##n; if (x >> 60 & 1) x ^= leaf(x); else if (x >> 59 & 1) \
		x += leaf(x ^ 5); } return x; }
#define F4(n) F1(n##0) F1(n##1) F1(n##2) F1(n##3)
#define F16(n) F4(n##0) F4(n##1) F4(n##2) F4(n##3)
#define F64(n) F16(n##0) F16(n##1) F16(n##2) F16(n##3)
#define F256(n) F64(n##0) F64(n##1) F64(n##2) F64(n##3)
F256(0) F256(1)
#define N1(n) f##n,
#define N4(n) N1(n##0) N1(n##1) N1(n##2) N1(n##3)
#define N16(n) N4(n##0) N4(n##1) N4(n##2) N4(n##3)
#define N64(n) N16(n##0) N16(n##1) N16(n##2) N16(n##3)
#define N256(n) N64(n##0) N64(n##1) N64(n##2) N64(n##3)
static unsigned long (*const functions[])(unsigned long) = { N256(0) N256(1) };
enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

static pthread_barrier_t together;
static unsigned long result[THREADS];

static void *run(void *arg)
{
	unsigned long *x = arg;

	*x = 1;
	for (int from = 0; from < FUNCTIONS; from += 16) {
		pthread_barrier_wait(&together);
		for (int round = 0; round < ROUNDS; round++)
			for (int i = from; i < from + 16; i++)
				*x = functions[i](*x);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&together, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run, &result[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		if (result[i] != result[0])
			printf("thread %d: %#lx\n", i, result[i]);
	printf("%#lx\n", result[0]);
	return 0;
}

/* qsort, bsearch, strtol, printf, setjmp, getenv, random: the library on top of the machine. */
#include "abi.h"

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static jmp_buf env;

static void jump(int n)
{
	if (n > 0)
		jump(n - 1);
	else
		longjmp(env, 42);
}

TOPIC(lib_misc)
{
	static int numbers[2000];
	volatile int bad = 0;
	int key;
	char *end, text[64];

	srand(1);
	srandom(7);
	for (int i = 0; i < COUNT(numbers); i++)
		numbers[i] = (i * 7919) % 10007;
	qsort(numbers, COUNT(numbers), sizeof(int), compare);
	for (int i = 1; i < COUNT(numbers); i++)
		bad += numbers[i - 1] > numbers[i];
	V(bad);
	key = numbers[777];
	V((int *)bsearch(&key, numbers, COUNT(numbers), sizeof(int), compare) - numbers);
	V(strtol("-0x7fz", &end, 0));
	S(end);
	V(strtoull("18446744073709551616", NULL, 10) == ULLONG_MAX && errno == ERANGE);
	snprintf(text, sizeof(text), "%08.3f|%-6s|%+d|%#o|%c|%5.2e", 3.14159, "ab", 5, 8, 'x', 12345.678);
	S(text);
	key = setjmp(env);
	if (key == 0)
		jump(20);
	V(key);
	setenv("X", "1", 1);
	setenv("X", "2", 0);
	S(getenv("X"));
	unsetenv("X");
	V(getenv("X") == NULL);
	for (int i = 0; i < 200; i++) {
		char *p = malloc(i * 1000 + 1);

		memset(p, i, i * 1000 + 1);
		p = realloc(p, i * 2000 + 1);
		bad += p[i * 500] != (char)i;
		free(p);
	}
	V(bad);
}

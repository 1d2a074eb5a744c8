/* qsort, setjmp, strings, printf, scanf, environment, sorting by callback, recursion. */
#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf env;

static int compare(const void *a, const void *b)
{
	return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static void hanoi(int n, int from, int to, int via, unsigned *moves)
{
	if (n == 0)
		return;
	hanoi(n - 1, from, via, to, moves);
	*moves = *moves * 31 + from * 3 + to;
	hanoi(n - 1, via, to, from, moves);
}

static void fall(int n)
{
	if (n == 0)
		longjmp(env, 9);
	fall(n - 1);
}

int main(void)
{
	static int numbers[3000];
	char text[100], word[20];
	unsigned moves = 0, seed = 7;
	int x, y;

	for (int i = 0; i < 3000; i++)
		numbers[i] = (int)(seed = seed * 1664525 + 1013904223);
	qsort(numbers, 3000, sizeof(int), compare);
	for (int i = 0; i < 3000; i += 500)
		printf("%d ", numbers[i]);
	hanoi(12, 0, 2, 1, &moves);
	printf("\n%u\n", moves);
	if ((x = setjmp(env)) == 0)
		fall(30);
	printf("%d\n", x);
	snprintf(text, sizeof(text), "%5d|%-5d|%05d|%x|%o|%c|%s|%lld|%p", 42, 42, 42, 255u, 8u, 'c', "string", -5000000000LL, (void *)0x1234);
	puts(text);
	printf("%d ", sscanf("17 words -3", "%d %19s %d", &x, word, &y));
	printf("%d %s %d\n", x, word, y);
	strcpy(text, "b,a;;c");
	for (char *part = strtok(text, ",;"); part; part = strtok(NULL, ",;"))
		printf("[%s]", part);
	printf(" %s %ld %lu\n", strstr("haystack", "st"), strtol("-77x", NULL, 10), strtoul("ffffffff", NULL, 16));
	return 0;
}

/* The mix that Dhrystone made famous, written anew: records copied and linked
 * through pointers, short strings copied and compared, small procedures with
 * parameters by value and by reference, enumerations, one- and two-dimensional
 * arrays. Every procedure is a real call. */
#include <stdlib.h>
#include <string.h>
#include "bench.h"

#define CALLED __attribute__((noipa))

enum { ROUNDS = 10000000, TEXT = 31, SIDE = 50 };
enum colour { RED, GREEN, BLUE, WHITE, BLACK };

struct record {
	struct record *next;
	enum colour first, second;
	int number;
	char text[TEXT];
};

static int counter, row[SIDE], table[SIDE][SIDE];
static char mark;
static enum colour last;

CALLED static enum colour paint(enum colour from, int deep)
{
	switch (from) {
	case RED:   return deep > 10 ? GREEN : RED;
	case GREEN: return BLUE;
	case BLUE:  return counter & 1 ? WHITE : BLACK;
	case WHITE: return RED;
	default:    return from;
	}
}

CALLED static void add_to(int a, int b, int *out)
{
	*out = a + b + 2;
}

CALLED static void fill_arrays(int *line, int (*square)[SIDE], int at, int value)
{
	int i = at + 5;

	line[i] = value;
	line[i + 1] = line[i];
	line[i + 30] = i;
	for (int j = i; j <= i + 1; j++)
		square[i][j] = i;
	square[i][i - 1] += 1;
	square[i + 10][i] = line[i];
	counter += 5;
}

CALLED static int letters_agree(char a, char b)
{
	char copy = a;

	if (copy != b)
		return 0;
	mark = copy;
	return 1;
}

CALLED static int text_is_greater(const char *a, const char *b)
{
	int i = 2;

	while (i <= 2)
		if (letters_agree(a[i], b[i + 1]))
			break;
		else
			i++;
	if (strcmp(a, b) <= 0)
		return 0;
	counter += i;
	return 1;
}

CALLED static void follow(struct record *head)
{
	struct record *next = head->next;

	*next = *head;
	head->number = 5;
	next->number = head->number;
	next->next = head->next;
	next->second = paint(head->second, next->number);
	add_to(next->number, 10, &next->number);
	last = next->second;
}

int main(void)
{
	struct record *head = calloc(1, sizeof(*head)), *next = calloc(1, sizeof(*next));
	char first[TEXT], second[TEXT];
	double began = bench_now();
	uint64_t sum = 0;

	if (!head || !next)
		return 1;
	head->next = next;
	strcpy(head->text, "a record with some text in it");
	strcpy(first, "the first of several strings.");
	for (int i = 0; i < ROUNDS; i++) {
		int a = 2, b = 3, c = 0;

		counter = i;
		head->second = i % 5;
		strcpy(second, i & 1 ? "the next of several strings.." : "the first of several stringz.");
		if (!text_is_greater(second, first))
			b++;
		while (a < b) {
			c = 5 * a - b;
			add_to(a, b, &c);
			a++;
		}
		fill_arrays(row, table, a, c);
		follow(head);
		for (char letter = 'A'; letter <= 'A' + i % 3; letter++)
			if (letters_agree(letter, 'C'))
				sum += paint(last, c);
		b = b * a;
		a = b / (c ? c : 1);
		b = 7 * (b - c) - a;
		sum = sum * 31 + a + b + c + next->number + last + counter;
	}
	return bench_done(sum + row[35] + table[8][7] + mark, began);
}

/* Integer code of the kind embedded benchmarks use: a linked list that is
 * searched, reversed and sorted; a matrix product; a state machine over text;
 * a bitwise CRC over all results. */
#include <stdlib.h>
#include <string.h>
#include "bench.h"

enum { NODES = 400, ORDER = 24, TEXT = 2000, ROUNDS = 1600 };

struct node { struct node *next; int key, value; };

static uint16_t crc16(uint16_t crc, uint32_t word)
{
	for (int i = 0; i < 32; i++) {
		unsigned bit = (crc ^ word >> i) & 1;

		crc = crc >> 1 ^ (bit ? 0xa001 : 0);
	}
	return crc;
}

static struct node *merge(struct node *a, struct node *b)
{
	struct node head, *tail = &head;

	while (a && b) {
		struct node **least = a->key <= b->key ? &a : &b;

		tail = tail->next = *least;
		*least = (*least)->next;
	}
	tail->next = a ? a : b;
	return head.next;
}

static struct node *sort(struct node *list)
{
	struct node *slow = list, *fast, *half;

	if (!list || !list->next)
		return list;
	for (fast = list->next; fast && fast->next; fast = fast->next->next)
		slow = slow->next;
	half = slow->next;
	slow->next = NULL;
	return merge(sort(list), sort(half));
}

static uint16_t list_work(uint64_t *seed, uint16_t crc)
{
	static struct node nodes[NODES];
	struct node *list = NULL, *reversed = NULL;

	for (int i = 0; i < NODES; i++) {
		nodes[i] = (struct node){ list, bench_random(seed) % 1000, i };
		list = &nodes[i];
	}
	for (int key = 0; key < 100; key++) {
		struct node *n = list;

		while (n && n->key != key)
			n = n->next;
		crc = crc16(crc, n ? n->value : -1);
	}
	list = sort(list);
	while (list) {
		struct node *next = list->next;

		list->next = reversed;
		reversed = list;
		list = next;
	}
	for (; reversed; reversed = reversed->next)
		crc = crc16(crc, reversed->value);
	return crc;
}

static uint16_t matrix_work(uint64_t *seed, uint16_t crc)
{
	static int16_t a[ORDER][ORDER], b[ORDER][ORDER];
	static int32_t c[ORDER][ORDER];

	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++) {
			a[i][j] = bench_random(seed);
			b[i][j] = bench_random(seed);
		}
	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++) {
			uint32_t sum = 0;

			for (int k = 0; k < ORDER; k++)
				sum += (uint32_t)(a[i][k] * b[k][j]) >> (k & 3);
			c[i][j] = sum;
			crc = crc16(crc, c[i][j]);
		}
	return crc;
}

/* Which words of the text are integers, which are decimals, which are neither? */
static uint16_t text_work(uint64_t *seed, uint16_t crc)
{
	enum state { START, INTEGER, DECIMAL, OTHER, STATES };
	static const char letters[] = "0123456789.,,,+-x";
	static char text[TEXT];
	uint32_t count[STATES] = { 0 };
	enum state state = START;

	for (int i = 0; i < TEXT; i++)
		text[i] = letters[bench_random(seed) % (sizeof(letters) - 1)];
	for (int i = 0; i < TEXT; i++) {
		char c = text[i];

		if (c == ',') {
			count[state]++;
			state = START;
		} else if (c >= '0' && c <= '9') {
			state = state == START ? INTEGER : state;
		} else if (c == '.') {
			state = state == INTEGER || state == START ? DECIMAL : OTHER;
		} else {
			state = state == START && c != 'x' ? INTEGER : OTHER;
		}
	}
	for (int i = 0; i < STATES; i++)
		crc = crc16(crc, count[i]);
	return crc;
}

int main(void)
{
	double began = bench_now();
	uint64_t seed = 88172645463325252u;
	uint16_t crc = 0;

	for (int i = 0; i < ROUNDS; i++) {
		crc = list_work(&seed, crc);
		crc = matrix_work(&seed, crc);
		crc = text_work(&seed, crc);
	}
	return bench_done(crc, began);
}

/* Pointer chasing through 4 MiB in random order: one dependent load after another. */
#include "bench.h"

enum { NODES = 1 << 16, STEPS = 400000 };

static struct node { struct node *next; uint64_t pad[7]; } nodes[NODES];

int main(void)
{
	static uint32_t order[NODES];
	uint64_t state = 88172645463325252u, sum = 0;
	struct node *at = nodes;
	double began;

	for (uint32_t i = 0; i < NODES; i++)
		order[i] = i;
	for (uint32_t i = NODES - 1; i > 0; i--) {
		uint32_t j = bench_random(&state) % i, swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
	for (uint32_t i = 0; i < NODES; i++)
		nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
	began = bench_now();
	for (int i = 0; i < STEPS; i++)
		at = at->next;
	sum = (uint64_t)(at - nodes);
	return bench_done(sum, began);
}

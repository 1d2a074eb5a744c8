/* Pointer chasing in random order through 64 MiB (4 MiB with -DNODES=65536): one
 * dependent load after another, most of them far from any cache. */
#include <stdlib.h>
#include "bench.h"

#ifndef NODES
#define NODES (1 << 20)
#endif
#ifndef STEPS
#define STEPS 2000000
#endif

struct node { struct node *next; uint64_t pad[7]; };

int main(void)
{
	struct node *nodes = calloc(NODES, sizeof(*nodes)), *at = nodes;
	uint32_t *order = calloc(NODES, sizeof(*order));
	uint64_t state = 88172645463325252u;
	double began;

	if (!nodes || !order)
		return 1;
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
	return bench_done(at - nodes, began);
}

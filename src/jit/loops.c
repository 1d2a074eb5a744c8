/* The loops of a region: back edges of a depth-first walk from the entries, and for each header
 * the blocks from which its back edges can be reached without passing it. Every cycle has a header,
 * which is where the budget is looked at. (A region that is entered in the middle of a loop has
 * no dominators to speak of; for what this is used for, that does not matter.) */
#include "internal.h"

#include <string.h>

struct walk {
	uint8_t state[MAX_BLOCKS];     /* 0 new, 1 on the path, 2 done */
	uint16_t path[MAX_BLOCKS];
	uint8_t next[MAX_BLOCKS];      /* successor to look at next */
	uint16_t todo[MAX_BLOCKS];
};

static bool in_loop(const struct loop *l, unsigned block) { return l->blocks[block / 64] >> block % 64 & 1; }

static struct loop *loop_of(struct region *r, unsigned header)
{
	struct loop *l;

	for (unsigned k = 0; k < r->nr_loops; k++)
		if (r->loop[k].header == header)
			return &r->loop[k];
	if (r->nr_loops == MAX_LOOPS)
		return NULL;
	l = &r->loop[r->nr_loops++];
	memset(l, 0, sizeof(*l));
	l->header = header;
	l->blocks[header / 64] = UINT64_C(1) << header % 64;
	l->size = 1;
	l->parent = -1;
	return l;
}

/* Whatever reaches `from` without passing the header belongs to the loop. */
static void flood(struct region *r, struct walk *w, struct loop *l, unsigned from)
{
	unsigned n = 0;

	w->todo[n++] = (uint16_t)from;
	while (n) {
		unsigned at = w->todo[--n];

		if (in_loop(l, at))
			continue;
		l->blocks[at / 64] |= UINT64_C(1) << at % 64;
		l->size++;
		for (unsigned k = 0; k < r->nr_blocks; k++)
			for (unsigned m = 0; m < r->block[k].nr_succs; m++)
				if (r->block[k].succ[m] == (int)at && !in_loop(l, k) && n < MAX_BLOCKS)
					w->todo[n++] = (uint16_t)k;
	}
}

static void walk_from(struct region *r, struct walk *w, unsigned start)
{
	unsigned n = 0;

	if (w->state[start])
		return;
	w->path[n++] = (uint16_t)start;
	w->state[start] = 1;
	while (n) {
		unsigned at = w->path[n - 1];
		const struct block *b = &r->block[at];
		int to;

		if (w->next[at] == b->nr_succs) {
			w->state[at] = 2;
			n--;
			continue;
		}
		to = b->succ[w->next[at]++];
		if (to < 0 || w->state[to] == 2)
			continue;
		if (w->state[to] == 1) {
			struct loop *l = loop_of(r, (unsigned)to);

			r->block[to].header = true;
			if (l)
				flood(r, w, l, at);
			continue;
		}
		w->state[to] = 1;
		w->path[n++] = (uint16_t)to;
	}
}

void region_find_loops(struct region *r)
{
	struct walk w;

	r->nr_loops = 0;
	memset(w.state, 0, r->nr_blocks);
	memset(w.next, 0, r->nr_blocks);
	for (unsigned k = 0; k < r->nr_blocks; k++)
		if (r->block[k].entry && r->block[k].pc == r->req->pc)
			walk_from(r, &w, k);
	for (unsigned k = 0; k < r->nr_blocks; k++)
		if (r->block[k].entry)
			walk_from(r, &w, k);
	for (unsigned k = 0; k < r->nr_loops; k++) {
		struct loop *l = &r->loop[k];

		for (unsigned b = 0; b < r->nr_blocks; b++)
			r->block[b].depth += in_loop(l, b);
		for (unsigned m = 0; m < r->nr_loops; m++) {
			const struct loop *o = &r->loop[m];

			if (m != k && in_loop(o, l->header) && o->size > l->size &&
			    (l->parent < 0 || o->size < r->loop[l->parent].size))
				l->parent = (int)m;
		}
	}
}

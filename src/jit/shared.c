/* Which code of other regions becomes part of this one as well.
 *
 * What several regions have takes memory and time several times, so a region ends where another one
 * goes on, which gets an entry there (cache.c, find_around). But a loop that leaves its region and comes
 * back in each round would have all its registers go through memory. So region.c first looks a little way
 * into what others have; what of it leads back to the region's own code stays, and what only leads away
 * goes. */
#include "internal.h"

#include <string.h>

/* A jump by a table: where it leads is not known. In an interpreter's loop it is back, and each instruction's
 * code does well to have a jump of its own. */
static bool is_table_jump(const struct region *r, const struct block *b)
{
	const struct isa_insn *d = &r->insn[b->first_insn + b->nr_insns - 1].d;

	return isa_rows[d->op].fmt == ISA_FMT_JR && d->rd == 0 && !region_is_return(d);
}

/* Marks what is reached from the marked blocks; `through`: by way of others' code, too. */
static void spread(const struct region *r, bool marked[], bool through)
{
	bool more = true;

	while (more) {
		more = false;
		for (unsigned k = 0; k < r->nr_blocks; k++) {
			const struct block *b = &r->block[k];

			for (unsigned i = 0; marked[k] && i < b->nr_succs; i++) {
				int to = b->succ[i];

				if (to < 0 || marked[to] || (!through && r->block[to].shared))
					continue;
				marked[to] = more = true;
			}
		}
	}
}

/* Marks what leads to a marked block. */
static void spread_back(const struct region *r, bool marked[])
{
	bool more = true;

	while (more) {
		more = false;
		for (unsigned k = r->nr_blocks; k-- > 0;) {
			const struct block *b = &r->block[k];

			for (unsigned i = 0; !marked[k] && i < b->nr_succs; i++)
				if (b->succ[i] >= 0 && marked[b->succ[i]])
					marked[k] = more = true;
		}
	}
}

static bool is_among(const struct places *p, gva_t pc)
{
	for (unsigned k = 0; k < p->nr; k++)
		if (p->pc[k] == pc)
			return true;
	return false;
}

/* A callee's copy goes with the call. What others' code alone leads to may be without an entry. */
static void sort_out(struct finder *f, const struct block *b, bool stays)
{
	struct places *p = stays ? &f->kept : &f->left;

	if (b->context == 0 && b->shared == stays && p->nr < ARRAY_SIZE(p->pc))
		p->pc[p->nr++] = b->pc;
}

bool shared_choose(const struct region *r, struct finder *f)
{
	bool reached[MAX_BLOCKS], leads[MAX_BLOCKS];
	unsigned nr = 0;

	f->kept.nr = f->left.nr = 0;
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		nr += r->block[k].shared;
		leads[k] = r->block[k].entry && !r->block[k].shared;
	}
	if (nr == 0)
		return false;
	spread(r, leads, false);
	memcpy(reached, leads, sizeof(reached));
	spread(r, reached, true);
	for (unsigned k = 0; k < r->nr_blocks; k++)
		leads[k] |= is_table_jump(r, &r->block[k]);
	spread_back(r, leads);
	for (unsigned k = 0; k < r->nr_blocks; k++)
		sort_out(f, &r->block[k], reached[k] && leads[k]);
	return true;
}

bool shared_is_wanted(const struct finder *f, gva_t pc, bool is_taken)
{
	return is_taken ? is_among(&f->kept, pc) : !is_among(&f->left, pc);
}

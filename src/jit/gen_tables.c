/* The result of a translation: the code and its tables in one block of memory, without pointers. */
#include "gen.h"

#include <stdlib.h>
#include <string.h>

static uint32_t place(uint32_t *at, size_t size)
{
	uint32_t here = (*at + 7) & ~7u;

	*at = here + (uint32_t)size;
	return here;
}

static void fill_pins(const struct region *r, struct jit_pins *pins)
{
	memset(pins, 0xff, r->nr_zones * sizeof(*pins));
	for (unsigned z = 0; z < r->nr_zones; z++) {
		for (unsigned v = 0; v < 32; v++) {
			unsigned x = r->zone[z][v], f = r->zone[z][V_F0 + v];

			if (x != HOST_NONE)
				pins[z].x[x] = (uint8_t)v;
			if (f != HOST_NONE)
				pins[z].f[f] = (uint8_t)v;
		}
	}
}

/* Runs of blocks that follow each other; of some no code was made. Returns how many there are. */
static uint32_t fill_ranges(const struct region *r, struct jit_range *out)
{
	gva_t end = 0;
	uint32_t n = 0;

	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		if (!b->in.reached)
			continue;
		if (n == 0 || b->pc != end)
			out[n++] = (struct jit_range){ .pc_delta = (int32_t)(b->pc - r->insn[0].pc) };
		out[n - 1].size += (uint32_t)(b->end - b->pc);
		end = b->end;
	}
	return n;
}

/* Their offsets become those of the settled code. */
static void place_tables(struct gen *g)
{
	for (unsigned k = 0; k < g->nr_entries; k++)
		g->entries[k].offset = x86_place(&g->a, g->entries[k].offset);
	for (unsigned k = 0; k < g->nr_exits; k++)
		g->exits[k].offset = x86_place(&g->a, g->exits[k].offset);
	for (unsigned k = 0; k < g->nr_sites; k++) {
		struct jit_site *s = &g->sites[k];

		s->offset = x86_place(&g->a, s->offset);
		if (s->pending == JIT_SITE_RESUMES)
			s->pc_delta = 2 * (int32_t)(x86_place(&g->a, (uint32_t)s->pc_delta) - s->offset);
	}
	for (unsigned k = 0; k < g->nr_rooms; k++)
		g->rooms[k] = x86_place(&g->a, g->rooms[k]);
	if (unlikely(g->r->dumping))
		dump_place(&g->a);
}

struct jit_code *gen_assemble(struct gen *g)
{
	struct region *r = g->r;
	struct jit_code h = { .version = JIT_VERSION, .code_size = g->a.size, .nr_entries = g->nr_entries,
		.nr_exits = g->nr_exits, .nr_sites = g->nr_sites, .nr_states = g->nr_states, .nr_pages = r->nr_pages,
		.nr_pins = r->nr_zones, .nr_traps = g->nr_rooms, .xlen = (uint32_t)r->xlen,
		.effort = r->req->effort, .guest_insns = r->nr_insns, .guest_blocks = r->nr_blocks,
		.pc_base = r->insn[0].pc, .total = sizeof(h) };
	struct jit_range ranges[MAX_BLOCKS];
	struct jit_code *out;

	place_tables(g);
	h.nr_ranges = fill_ranges(r, ranges);
	h.timers = g->timer_label ? x86_place(&g->a, g->timer_label) : 0;
	h.entries = place(&h.total, g->nr_entries * sizeof(g->entries[0]));
	h.exits = place(&h.total, g->nr_exits * sizeof(g->exits[0]));
	h.sites = place(&h.total, g->nr_sites * sizeof(g->sites[0]));
	h.pages = place(&h.total, r->nr_pages * sizeof(gva_t));
	h.pins = place(&h.total, r->nr_zones * sizeof(struct jit_pins));
	h.ranges = place(&h.total, h.nr_ranges * sizeof(ranges[0]));
	h.traps = place(&h.total, g->nr_rooms * sizeof(g->rooms[0]));
	h.states = place(&h.total, g->nr_states * sizeof(g->states[0]));
	h.total = (h.total + 15) & ~15u;
	h.code = place(&h.total, g->a.size);
	out = calloc(1, h.total);
	if (!out)
		return NULL;
	*out = h;
	x86_write(&g->a, JIT_TABLE(out, code, uint8_t));
	memcpy(JIT_TABLE(out, entries, uint8_t), g->entries, g->nr_entries * sizeof(g->entries[0]));
	if (g->nr_exits)
		memcpy(JIT_TABLE(out, exits, uint8_t), g->exits, g->nr_exits * sizeof(g->exits[0]));
	if (g->nr_sites)
		memcpy(JIT_TABLE(out, sites, uint8_t), g->sites, g->nr_sites * sizeof(g->sites[0]));
	memcpy(JIT_TABLE(out, states, uint8_t), g->states, g->nr_states * sizeof(g->states[0]));
	memcpy(JIT_TABLE(out, ranges, uint8_t), ranges, h.nr_ranges * sizeof(ranges[0]));
	memcpy(JIT_TABLE(out, traps, uint8_t), g->rooms, g->nr_rooms * sizeof(g->rooms[0]));
	fill_pins(r, JIT_TABLE(out, pins, struct jit_pins));
	memcpy(JIT_TABLE(out, pages, uint8_t), r->page_va, r->nr_pages * sizeof(gva_t));
	return out;
}

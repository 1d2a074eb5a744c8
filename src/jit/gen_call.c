/* The back end's calls, returns and indirect jumps.
 *
 * A guest call is made with a host call, so that the guest's return can be a host ret, which the host
 * predicts without fail where a jump through a table would be a guess, and a load that misses the caches:
 *
 *     caller   push  return address           the guest's, as it is in the link register's slot
 *              call  callee ─────────┐
 *              pop   rax             │  <─┐
 *              entry of what follows │    │
 *                                    v    │
 *     callee                       code   │
 *              cmp   rdx, [rsp + 8]       │   rdx: where the guest wants to go
 *              jne   engine.lookup        │
 *              ret ───────────────────────┘
 *
 * The stack is the hart's own (enter.S) and a guess all the way: a return to another place than the last
 * call's leaves it as it is and goes through the jump table, and leaving translated code forgets it. So what a
 * longjmp or a switch of coroutines leaves on it is in nobody's way for longer than a slice, and it
 * needs no more room than the calls of one (JIT_RETURNS_SIZE).
 * What stands on it are addresses in translations, good until the hart leaves the guest: what is
 * taken away is taken only then. */
#include "gen.h"

enum { JUMP_TABLE_MASK = (JIT_JUMP_ENTRIES - 1) * 16 };
_Static_assert(sizeof(struct jit_jump) == 16, "indexed by generated code, and by enter.S");

static uint32_t call(struct gen *g)
{
	x86_byte(&g->a, 0xe8);
	return x86_rip(&g->a);
}

static void push_link(struct gen *g, unsigned link)
{
	struct x86_mem m = gen_slot(link);

	x86_rm(&g->a, 0xff, false, 6, &m);
}

/* The entry that the guest comes back to; -1: it is not in this region. */
static int entry_after(const struct gen *g)
{
	const struct region *r = g->r;

	for (unsigned k = 0; k < r->nr_blocks; k++)
		if (r->block[k].entry && r->block[k].in.reached && r->block[k].pc == g->b->end)
			return (int)k;
	return -1;
}

/* Where the host's ret comes back to. Everything is in memory, as at any entry. */
static void landing(struct gen *g)
{
	int to = entry_after(g);
	struct snap nothing = { 0 };

	x86_byte(&g->a, 0x58);                           /* pop rax */
	if (to < 0)
		gen_direct_exit(g, &nothing, g->b->end);
	else if (g->r->block[to].entry_label)
		x86_patch(&g->a, x86_jmp(&g->a), g->r->block[to].entry_label - 1);
	else if (to == g->next)
		g->falls_in = true;
	else
		gen_add_cold(g, COLD_LANDING, x86_jmp(&g->a))->to = (unsigned)to;
}

/* The direct exit is out of line: it is what can be linked. */
void gen_call(struct gen *g, const struct snap *snap, unsigned link)
{
	struct cold *s;

	gen_write_back(g, snap);
	push_link(g, link);
	s = gen_add_cold(g, COLD_CALL, call(g));
	s->snap.pc_delta = snap->pc_delta;
	landing(g);
}

/* A jump to the code whose address is there; with a link register, a call. */
static void go(struct gen *g, const struct x86_mem *to, unsigned link)
{
	if (link == V_NONE) {
		x86_rm(&g->a, 0xff, false, 4, to);
		return;
	}
	push_link(g, link);
	x86_rm(&g->a, 0xff, false, 2, to);
	landing(g);
}

/* To the guest's address in rdx: a jump, or a call with this link register. */
void gen_go_indirect(struct gen *g, const struct snap *snap, unsigned link)
{
	struct x86_mem table = gen_engine(offsetof(struct cpu_regs, engine.jumps));
	struct x86_mem lookup = gen_engine(offsetof(struct cpu_regs, engine.lookup));
	struct x86_mem entry = { .base = RAX, .index = HOST_NONE };

	gen_write_back(g, snap);
	/* Quick code is to be short: the jump table is looked at elsewhere. */
	if (g->r->bare) {
		go(g, &lookup, link);
		return;
	}
	x86_mov(&g->a, false, RAX, RDX);
	x86_shift_imm(&g->a, 4, false, RAX, 3);
	x86_alu_imm(&g->a, 4, false, RAX, JUMP_TABLE_MASK);
	x86_rm(&g->a, 0x03, true, RAX, &table);
	x86_rm(&g->a, 0x3b, true, RDX, &entry);
	gen_add_cold(g, COLD_MISSED, x86_jcc(&g->a, CC_NE));
	entry.disp = offsetof(struct jit_jump, entry);
	go(g, &entry, link);
}

/* To the guest's address in rdx, which most likely is where the last call came from. */
void gen_return(struct gen *g, const struct snap *snap)
{
	struct x86_mem top = { .base = RSP, .index = HOST_NONE, .disp = 8 };

	gen_write_back(g, snap);
	x86_rm(&g->a, 0x3b, g->r->xlen == 64, RDX, &top);
	gen_add_cold(g, COLD_LOOKUP, x86_jcc(&g->a, CC_NE));
	x86_byte(&g->a, 0xc3);
}

/* What all of a region's jumps and returns share, by kind. */
void gen_make_shared(struct gen *g, const struct cold *s)
{
	uint32_t *label = s->kind == COLD_MISSED ? &g->missed : &g->lookup;
	struct x86_mem way = gen_engine(s->kind == COLD_MISSED ? offsetof(struct cpu_regs, engine.indirect)
	                                                       : offsetof(struct cpu_regs, engine.lookup));

	if (!*label) {
		*label = g->a.len;
		x86_rm(&g->a, 0xff, false, 4, &way);
	}
	x86_patch(&g->a, s->at, *label);
}

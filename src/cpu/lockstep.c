/* Both engines over the same instructions, from trap to trap: the interpreter's run is the
 * answer, the translator's is compared with it.
 *
 *   1. the interpreter runs alone; each page is copied before it is first written
 *   2. what it wrote is kept aside, memory and registers are as before again
 *   3. both engines run, as they do without this file, to the same instruction
 *   4. trap, its address, instruction count, registers and every page that was written must be equal
 *
 * A page that only the second run writes is seen as well: during it the view admits no store to a
 * page that the first has not written, and the interpreter's writing translations pass by here.
 * The clock stands still meanwhile. One hart only: another one's stores would look like differences.
 *
 * When there is a difference, the shortest run that still shows it is searched for by bisection;
 * the report names both engines' states after it, and hearth ends. */
#include "interp.h"

#include <string.h>
#include "base/alloc.h"
#include "base/log.h"
#include "isa/isa.h"
#include "sched/sched.h"

/* MARGIN: translated code looks at the budget at its entries and loops, and may overdraw it by
 * what lies between them; the interpreter can be stopped at the instruction. */
enum { HASH = 8192, SPARE = 1 << 20, MARGIN = 600 };

struct written {
	struct written *next;          /* of its hash chain */
	uint8_t *host;
	uint8_t before[PAGE_SIZE], after[PAGE_SIZE];
};

static struct {
	struct written **pages, *hash[HASH];
	unsigned nr, cap;
	enum { IDLE, FIRST, SECOND } phase;
	uint64_t now;
	const char *foreign;           /* the second run wrote a page that the first did not */
	uint64_t left_pc;              /* where the second run went on in the interpreter */
} steps;

bool cpu_lockstep;
uint64_t cpu_lockstep_compared;

/* How a run ended. */
struct outcome {
	struct cpu_regs regs;
	enum trap trap;
	uint64_t tval, ran;
};

/* What a run starts from, beside memory. */
struct origin {
	struct cpu_regs regs;
	uint64_t instret, reserved_addr, reserved_value;
	unsigned reserved_size;
};

/* ---- pages ------------------------------------------------------------------------------- */

static struct written **chain(const uint8_t *host)
{
	return &steps.hash[((uintptr_t)host >> PAGE_SHIFT) * 0x9e3779b1u % HASH];
}

static struct written *find(const uint8_t *host)
{
	struct written *w = *chain(host);

	while (w && w->host != host)
		w = w->next;
	return w;
}

void lockstep_writes(uint8_t *host)
{
	struct written *w;

	if (steps.phase == IDLE || find(host))
		return;
	if (steps.phase == SECOND) {
		steps.foreign = "the interpreter, called by the translator, writes a page that it does not write alone";
		return;
	}
	if (steps.nr == steps.cap) {
		unsigned cap = MAX(64u, 2 * steps.cap);

		steps.pages = xrealloc(steps.pages, cap * sizeof(w));
		for (; steps.cap < cap; steps.cap++)
			steps.pages[steps.cap] = xalloc(sizeof(*w));
	}
	w = steps.pages[steps.nr++];
	w->host = host;
	w->next = *chain(host);
	*chain(host) = w;
	guest_copy_page(w->before, host);
}

/* mm_view_may_write */
static bool may_write(const uint8_t *host)
{
	return steps.phase != SECOND || find(host);
}

static void forget_pages(void)
{
	for (unsigned i = 0; i < steps.nr; i++)
		*chain(steps.pages[i]->host) = NULL;
	steps.nr = 0;
}

static void restore_pages(void)
{
	for (unsigned i = 0; i < steps.nr; i++)
		memcpy(steps.pages[i]->host, steps.pages[i]->before, PAGE_SIZE);
}

uint64_t lockstep_now(void)
{
	return steps.phase == IDLE ? sched_clock_ns() : steps.now;
}

/* ---- the two runs --------------------------------------------------------------------------- */

static void go_back(struct cpu *cpu, struct cpu_regs *regs, const struct origin *o)
{
	*regs = o->regs;
	cpu->instret = o->instret;
	cpu->reserved_addr = o->reserved_addr;
	cpu->reserved_value = o->reserved_value;
	cpu->reserved_size = o->reserved_size;
}

static void note_outcome(struct outcome *out, struct cpu *cpu, const struct cpu_regs *regs,
			 const struct origin *o, enum trap trap, uint64_t tval)
{
	*out = (struct outcome){ *regs, trap, tval, cpu->instret - o->instret };
}

static void run_first(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget,
		      const struct origin *o, struct outcome *out)
{
	uint64_t tval = 0;
	int64_t left = budget;
	enum trap trap;

	steps.phase = FIRST;
	trap = cpu_run_engines(cpu, regs, mm, &left, &tval, false, false);
	note_outcome(out, cpu, regs, o, trap, tval);
	for (unsigned i = 0; i < steps.nr; i++)
		guest_copy_page(steps.pages[i]->after, steps.pages[i]->host);
	restore_pages();
	go_back(cpu, regs, o);
}

/* To the same instruction: a run that ended for its budget is over at a taken branch, and both count
 * alike. The translator stops a little before, the interpreter does the rest. */
static void run_second(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, const struct origin *o,
		       const struct outcome *first, struct outcome *out)
{
	/* Code of a shared page runs translated before this process has touched the page. */
	bool exact = first->trap == TRAP_TIMER || first->trap == TRAP_FETCH_FAULT;
	int64_t left = (int64_t)first->ran + (exact ? -MARGIN : SPARE);
	bool offer = true;
	uint64_t tval = 0;
	enum trap trap = TRAP_TIMER;

	steps.phase = SECOND;
	steps.foreign = NULL;
	mm_view_empty(mm);
	while (trap == TRAP_TIMER && left > 0) {
		int64_t before = left;

		trap = cpu_run_engines(cpu, regs, mm, &left, &tval, true, offer);
		offer = left != before;
	}
	steps.left_pc = regs->pc;
	left += exact ? MARGIN : 0;
	left += first->trap == TRAP_FETCH_FAULT ? SPARE : 0;
	if (trap == TRAP_TIMER && left > 0)
		trap = cpu_run_engines(cpu, regs, mm, &left, &tval, false, false);
	steps.phase = IDLE;
	note_outcome(out, cpu, regs, o, trap, tval);
}

/* ---- the comparison --------------------------------------------------------------------------- */

static const struct written *different_page(void)
{
	for (unsigned i = 0; i < steps.nr; i++)
		if (!guest_page_is(steps.pages[i]->after, steps.pages[i]->host))
			return steps.pages[i];
	return NULL;
}

static bool has_tval(enum trap trap)
{
	return trap == TRAP_FETCH_FAULT || trap == TRAP_LOAD_FAULT || trap == TRAP_STORE_FAULT ||
	       trap == TRAP_MISALIGNED_AMO || trap == TRAP_ILLEGAL;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->trap == b->trap && a->ran == b->ran && (!has_tval(a->trap) || a->tval == b->tval) &&
	       a->regs.pc == b->regs.pc && a->regs.fcsr == b->regs.fcsr &&
	       memcmp(a->regs.x, b->regs.x, sizeof(a->regs.x)) == 0 &&
	       memcmp(a->regs.f, b->regs.f, sizeof(a->regs.f)) == 0 && !steps.foreign && !different_page();
}

/* Both runs of at most `budget` instructions; are they the same? Memory is the second's. */
static bool compare(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget,
		    const struct origin *o, struct outcome out[2])
{
	run_first(cpu, regs, mm, budget, o, &out[0]);
	run_second(cpu, regs, mm, o, &out[0], &out[1]);
	return same(&out[0], &out[1]);
}

/* ---- what is said about a difference --------------------------------------------------------------- */

static void show_code(struct mm *mm, gva_t pc, int n)
{
	while (n-- > 0) {
		struct translation t;
		char text[100];
		uint32_t bits = 0;
		struct isa_insn d;

		for (unsigned i = 0; i < 2; i++) {
			uint16_t half;

			if (mm_translate(mm, pc + 2 * i, ACCESS_EXEC, &t) != 0)
				return;
			memcpy(&half, t.host + ((pc + 2 * i) & PAGE_MASK), 2);
			bits |= (uint32_t)half << 16 * i;
		}
		isa_decode(&d, bits, mm_xlen(mm));
		isa_disassemble(text, sizeof(text), bits, pc, mm_xlen(mm));
		log_error("  %#llx: %s", (unsigned long long)pc, text);
		pc += (bits & 3) == 3 ? 4 : 2;
	}
}

static void show_difference(const struct outcome out[2], const struct cpu_regs *start)
{
	const struct outcome *a = &out[0], *b = &out[1];
	const struct written *w = different_page();

	log_error("  from pc %#llx: interpreter: %s, tval %#llx, %llu instructions, pc %#llx; translator: "
		  "%s, tval %#llx, %llu instructions, pc %#llx", (unsigned long long)start->pc, trap_names[a->trap],
		  (unsigned long long)a->tval, (unsigned long long)a->ran, (unsigned long long)a->regs.pc,
		  b->trap < TRAP_COUNT ? trap_names[b->trap] : "?", (unsigned long long)b->tval,
		  (unsigned long long)b->ran, (unsigned long long)b->regs.pc);
	for (int i = 0; i < 32; i++) {
		if (a->regs.x[i] != b->regs.x[i])
			log_error("  %s: %#llx, %#llx (before: %#llx)", isa_xreg_name[i], (unsigned long long)a->regs.x[i],
				  (unsigned long long)b->regs.x[i], (unsigned long long)start->x[i]);
		if (a->regs.f[i] != b->regs.f[i])
			log_error("  %s: %#llx, %#llx (before: %#llx)", isa_freg_name[i], (unsigned long long)a->regs.f[i],
				  (unsigned long long)b->regs.f[i], (unsigned long long)start->f[i]);
	}
	if (a->regs.fcsr != b->regs.fcsr)
		log_error("  fcsr: %#x, %#x (before: %#x)", a->regs.fcsr, b->regs.fcsr, start->fcsr);
	for (unsigned i = 0; w && i < PAGE_SIZE; i++)
		if (w->after[i] != w->host[i])
			log_error("  memory at page offset %#x: %#x, %#x (before: %#x)", i, w->after[i], w->host[i], w->before[i]);
	if (steps.foreign)
		log_error("  %s", steps.foreign);
}

/* The shortest run that differs, if they still do when they are shorter. */
static void report(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, const struct origin *o,
		   struct outcome out[2])
{
	int64_t good = 0, bad = (int64_t)out[0].ran;
	struct cpu_regs start = o->regs;
	gva_t suspect = start.pc;

	log_error("lock step: the translator differs from the interpreter:");
	show_difference(out, &o->regs);
	while (good + 1 < bad) {
		int64_t mid = good + (bad - good) / 2;
		bool ok;

		restore_pages();
		go_back(cpu, regs, o);
		ok = compare(cpu, regs, mm, mid, o, out);
		if (ok)
			start = out[0].regs, suspect = steps.left_pc;
		else
			show_difference(out, &start);
		*(ok ? &good : &bad) = mid;
	}
	log_error("  the last run that agrees had left translated code at %#llx:", (unsigned long long)suspect);
	show_code(mm, suspect, 60);
	fatal("lock step: interpreter and translator differ");
}

enum trap lockstep_run(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget, uint64_t *tval)
{
	struct origin o = { *regs, cpu->instret, cpu->reserved_addr, cpu->reserved_value, cpu->reserved_size };
	struct outcome out[2];

	mm_view_may_write = may_write;
	forget_pages();
	steps.now = sched_clock_ns();
	if (!compare(cpu, regs, mm, budget, &o, out))
		report(cpu, regs, mm, &o, out);
	cpu_lockstep_compared += out[0].ran;
	*tval = out[0].tval;
	return out[0].trap;
}

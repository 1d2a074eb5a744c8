/* The translator at run time: from the interpreter into translations and back.
 *
 *        cpu_run ──> interpreter ── hot place, or known entry ──> run()
 *                        ^                                          │  jump table, else cache
 *                        └── no translation, or one instruction ────┤
 *                            it does not do, or a page fault        v
 *        kernel <── system call, timer, fault ───────────────── jit_enter()
 *
 * A process gets a view, and translations, once it has run long enough to be worth it
 * (cpu_translator.warm_up). Everything that changes the cache, or a view, is done with the
 * kernel lock, outside the guest as sched sees it; so after each such thing all that was known
 * before is looked at again (sync()).
 *
 * Lock: struct hart_space is its hart's. Counters are only counters: harts may lose one. */
#include "cache_private.h"

#include <string.h>
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"
#include "sched/sched.h"
#include "store.h"

enum {
	THRESHOLD_DEFAULT = 50,
	THRESHOLD_MAX = 255,
	/* Instructions a process has run when it is offered: about 9 ms of the interpreter. Less is
	 * not worth a view and translations. */
	WARM_UP_PER_COUNT = 60000,
	/* And when it is asked whether there are translations already: later than a small program's end. */
	EARLY_PER_COUNT = 4000,
	FIRST_LOOK = 2,                /* a place that is reached again: is there a translation of it on disk, say? */
	CACHE_DEFAULT = 128 << 20,
	SLICE = 16384,                 /* instructions between looks at the interrupt flag, at least: 5 us */
	/* A larger budget is cut into so many. To come out and in again costs 0.3 us, 5 % of a compiler's time at
	 * eight. Who interrupts waits, mostly for a page that goes, and the next time is soon: so many runs are in short slices after one. */
	SLICES = 2, SLICES_HURRIED = 8, HURRIED = 64,
	MISSES = 4096,
	LINKED = 8,                    /* the threshold's part that suffices behind a direct exit */
	NO_PC = 1,                     /* odd: no instruction is there */
	JUMPS_LISTED = JIT_JUMP_ENTRIES / 8,
	VICTIMS = 1 << 15,
	/* How often a quick translation is entered before its place is worth the full effort, for each
	 * of the threshold's counts, if there is a processor for that; else, and before it is asked again. */
	PROMOTE = 10, PROMOTE_ALONE = 40, PROMOTE_AGAIN = 2000,
	/* A view miss costs what translating so many instructions saves. Looked at each so many misses: a
	 * shell that forks all the time loses its view's pages as often. */
	MISS_COSTS = 4000, MISSES_LOOKED_AT = 256,
};

/* Places that had no translation when they were looked up, and how often since. */
struct miss {
	gva_t pc;
	uint32_t count;
	bool refused;
};

/* What had to make way in the jump table. A large program has several places to a slot, and looking one up
 * in the cache takes the kernel lock. */
struct victim {
	gva_t pc;
	const void *entry;
	uint64_t era;                  /* of the table it was in */
};

/* What a hart keeps for an address space. */
struct hart_space {
	uint64_t mm_id, generation, epoch, fences;
	/* Entries of the jump table that are in use, as far as they are listed: emptying costs what
	 * filling did. */
	unsigned nr_jumps;
	uint16_t jumps[JUMPS_LISTED];
	uint8_t *view;
	void *returns;                 /* the stack of generated code, JIT_RETURNS_SIZE */
	uint64_t view_misses, ran;     /* since both were looked at last */
	unsigned hurried;              /* runs left in short slices */
	struct miss misses[MISSES];
	uint64_t era;                  /* counts how often the jump table was emptied */
	struct victim victims[VICTIMS];
	struct jit_tables tables;
};

static struct jit_config config;
static struct cpu_translator translator;
static int32_t promote_per_count;
static enum { IDLE, STARTED, FAILED } state;   /* atomically; written with the kernel lock */
static __thread void *fault_stack;     /* of the hart; it never leaves its thread */

/* Without a lock, and without the price of one. */
static void count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

/* ---- a hart and an address space ------------------------------------------------------- */

/* No pc but an even one has an index: 1 is in no slot's way, and 0 only in the first's. */
static void empty_jump(struct hart_space *hs, unsigned slot)
{
	hs->tables.jumps[slot].pc = slot ? 0 : NO_PC;
}

static void empty_jumps(struct hart_space *hs)
{
	if (hs->nr_jumps <= JUMPS_LISTED) {
		for (unsigned i = 0; i < hs->nr_jumps; i++)
			empty_jump(hs, hs->jumps[i]);
	} else {
		memset(hs->tables.jumps, 0, sizeof(hs->tables.jumps));
		empty_jump(hs, 0);
	}
	hs->nr_jumps = 0;
	hs->era++;
}

static int32_t promote_at(void)
{
	return (int32_t)config.threshold * promote_per_count;
}

static struct hart_space *hart_space_new(void)
{
	struct hart_space *hs = host_pages_alloc(sizeof(*hs));

	if (!hs)
		return NULL;
	hs->returns = host_stack_alloc(JIT_RETURNS_SIZE);
	if (!hs->returns) {
		host_pages_free(hs, sizeof(*hs));
		return NULL;
	}
	empty_jump(hs, 0);
	for (unsigned i = 0; i < JIT_HEAT_ENTRIES; i++)
		hs->tables.heat[i] = promote_at();
	if (!fault_stack)
		fault_stack = host_fault_stack_enter();
	return hs;
}

/* Is what the hart knows still so? Whatever is taken away is taken only while no hart is in
 * the guest, so the answer holds until it leaves. */
static bool in_sync(const struct cpu_translated *t, const struct hart_space *hs)
{
	return hs->mm_id == mm_id(t->mm) && hs->generation == mm_code_generation(t->mm) &&
	       hs->epoch == __atomic_load_n(&cache_epoch, __ATOMIC_ACQUIRE) && hs->fences == t->fences;
}

/* false: there is no view to be had. */
static bool sync(struct cpu_translated *t, struct hart_space *hs)
{
	while (unlikely(!in_sync(t, hs))) {
		bool other = hs->mm_id != mm_id(t->mm), fenced = other || hs->fences != t->fences;

		empty_jumps(hs);
		hs->mm_id = mm_id(t->mm);
		hs->generation = mm_code_generation(t->mm);
		hs->epoch = __atomic_load_n(&cache_epoch, __ATOMIC_ACQUIRE);
		hs->fences = t->fences;
		if (other)
			memset(hs->misses, 0, sizeof(hs->misses));
		if (!fenced)
			continue;
		sched_leave_guest();
		cache_recheck(t->mm);
		hs->view = mm_view_create(t->mm) == 0 ? mm_view_base(t->mm) : NULL;
		sched_enter_guest(t->mm);
	}
	return hs->view != NULL;
}

static struct jit_jump *jump_slot(struct hart_space *hs, gva_t pc)
{
	return &hs->tables.jumps[pc / 2 % JIT_JUMP_ENTRIES];
}

static struct victim *victim_slot(struct hart_space *hs, gva_t pc)
{
	return &hs->victims[(uint32_t)(pc >> 1) * 0x9e3779b1u / (UINT32_MAX / VICTIMS + 1)];
}

static void remember(struct hart_space *hs, gva_t pc, const void *entry)
{
	struct jit_jump *j = jump_slot(hs, pc);

	if (j->pc != pc && j->entry && j->pc)
		*victim_slot(hs, j->pc) = (struct victim){ j->pc, j->entry, hs->era };
	if (j->pc != pc && hs->nr_jumps <= JUMPS_LISTED) {
		if (hs->nr_jumps < JUMPS_LISTED)
			hs->jumps[hs->nr_jumps] = (uint16_t)(j - hs->tables.jumps);
		hs->nr_jumps++;
	}
	*j = (struct jit_jump){ pc, entry };
}

/* ---- finding where to go on --------------------------------------------------------------- */

/* Quick first, then full where it is worth it. A threshold of 1 asks for the one effort at once. */
static bool tiers(void)
{
	return config.mode == JIT_MODE_FULL && config.threshold > 1;
}

/* How often a place is reached before it is translated. What translated code leads to is as warm as
 * that: each time it is left for the interpreter costs more than a good part of the translation. */
static unsigned enough(const uint8_t *link)
{
	return link ? MAX(1u, config.threshold / LINKED) : config.threshold;
}

/* With the kernel lock, outside the guest. */
static const void *find_or_translate(struct cpu_translated *t, struct miss *m, const uint8_t *link)
{
	enum jit_effort effort = config.mode == JIT_MODE_FULL && !tiers() ? JIT_FULL : JIT_QUICK;
	gva_t pc = t->regs->pc;
	const void *entry = link ? cache_link(t->mm, link, pc) : cache_find(t->mm, pc);

	if (entry || (t->hot && cpu_offer_later(t->cpu, pc)))
		return entry;
	if (m->pc != pc)
		*m = (struct miss){ .pc = pc };
	if (!t->hot && m->count < enough(link))
		return NULL;
	m->count = 0;
	return cache_translate(t->mm, pc, effort, tiers(), &m->refused);
}

/* The entry for regs->pc. NULL: none (*again: or all has changed meanwhile). */
static const void *next_entry(struct cpu_translated *t, struct hart_space *hs, const uint8_t *link, bool *again)
{
	gva_t pc = t->regs->pc;
	const struct jit_jump *j = jump_slot(hs, pc);
	const struct victim *v = victim_slot(hs, pc);
	struct miss *m = &hs->misses[pc / 2 % MISSES];
	const void *entry;

	*again = false;
	if (!link && j->pc == pc)
		return j->entry;
	if (!link && v->pc == pc && v->era == hs->era) {
		entry = v->entry;
		remember(hs, pc, entry);
		return entry;
	}
	/* The instruction that had faulted is no place that control comes to more than once. */
	if (t->faulted) {
		t->faulted = false;
		return NULL;
	}
	/* A place that was looked up in vain is not looked up each time. */
	if (m->pc == pc && (m->refused || (!t->hot && ++m->count < enough(link)))) {
		if (t->hot)
			cpu_never_offer(t->cpu, pc);
		return NULL;
	}
	sched_leave_guest();
	entry = find_or_translate(t, m, link);
	sched_enter_guest(t->mm);
	t->hot = false;
	*again = !in_sync(t, hs);
	if (*again || !entry)
		return NULL;
	remember(hs, pc, entry);
	return entry;
}

/* The quick translation of regs->pc is hot. */
static void promote(struct cpu_translated *t, struct hart_space *hs, const void *hot)
{
	gva_t pc = t->regs->pc;
	int32_t *heat = &hs->tables.heat[jit_heat_slot(hot)];
	const void *entry;
	bool final;

	sched_leave_guest();
	entry = cache_promote(t->mm, pc, &final);
	sched_enter_guest(t->mm);
	*heat = final ? promote_at() : MIN(promote_at(), (int32_t)PROMOTE_AGAIN);
	if (entry && in_sync(t, hs))
		remember(hs, pc, entry);
}

/* ---- leaving translated code ---------------------------------------------------------------- */

/* What happened is not for this function to go on with. */
#define RUN_ON ((enum trap)(TRAP_COUNT + 1))
#define INTERPRET TRAP_COUNT

/* Address spaces that translated code was not worth its view for, by id: what is on disk for their
 * programs warms them no more. Atomically. */
static uint64_t cooled[64];

static uint64_t *cooled_slot(const struct mm *mm)
{
	return &cooled[mm_id(mm) % ARRAY_SIZE(cooled)];
}

/* Is translated code worth its view to this process? If not, the process has to get warm again; until
 * then the view would only make each fork and each copied page dearer. With the kernel lock. */
static bool is_worth_it(struct cpu_translated *t, struct hart_space *hs)
{
	bool worth;

	if (hs->view_misses < MISSES_LOOKED_AT)
		return true;
	worth = hs->ran >= hs->view_misses * MISS_COSTS || config.threshold <= 1;
	hs->view_misses = hs->ran = 0;
	/* Misses on pages that were never there come to an end. */
	if (worth || !mm_view_lost(t->mm))
		return true;
	__atomic_store_n(&mm_engine(t->mm)->ran, 0, __ATOMIC_RELAXED);
	__atomic_store_n(cooled_slot(t->mm), mm_id(t->mm), __ATOMIC_RELAXED);
	mm_view_rest(t->mm);
	jit_counts.cooled++;
	return false;
}

/* A page is not in the view: bring it there, or let the kernel have a look at it. */
static enum trap view_miss(struct cpu_translated *t, struct hart_space *hs, enum trap trap)
{
	enum access access = trap == TRAP_STORE_FAULT ? ACCESS_WRITE : ACCESS_READ;
	gva_t va = t->regs->engine.tval, size = mm_xlen(t->mm) == XLEN_64 ? JIT_VIEW_SIZE_64 : JIT_VIEW_SIZE_32;
	struct translation tr;
	bool ok, moved = false;

	if (va + JIT_GUARD >= size + 2 * JIT_GUARD)
		fatal("generated code has left its view: guest pc %#llx, address %#llx",
		      (unsigned long long)t->regs->pc, (unsigned long long)va);
	count(&jit_counts.view_misses, 1);
	hs->view_misses++;
	sched_leave_guest();
	ok = mm_translate(t->mm, va, access, &tr) == 0;
	if (is_worth_it(t, hs) && ok) {
		moved = mm_collapse(t->mm, va);
		if (!moved && !mm_view_fill(t->mm, va))
			jit_counts.view_refused++;
	}
	sched_enter_guest(t->mm);
	if (moved)
		return TRAP_TIMER;     /* the interpreter would go by what it remembers of the page table */
	if (ok || va >= size)
		return INTERPRET;
	t->tval = va;
	return trap;
}

/* Code leaves before a block that the budget no longer covers: what is left may be positive. */
static enum trap timer(struct cpu_translated *t, struct hart_space *hs)
{
	if (unlikely(__atomic_load_n(t->interrupt, __ATOMIC_RELAXED)) &&
	    __atomic_exchange_n(t->interrupt, false, __ATOMIC_ACQUIRE)) {
		hs->hurried = HURRIED;
		return TRAP_TIMER;
	}
	return t->budget < SLICE ? TRAP_TIMER : RUN_ON;
}

/* Instructions until code comes out to see whether it is interrupted. */
static int64_t slice_size(const struct cpu_translated *t, struct hart_space *hs)
{
	unsigned slices = hs->hurried ? SLICES_HURRIED : SLICES;

	hs->hurried -= hs->hurried != 0;
	return MIN(MAX(t->budget / slices, (int64_t)SLICE), (int64_t)JIT_BUDGET_MAX);
}

/* Where to go on, and what happened, if that is not in the registers yet: the translation's tables tell. */
static void look_up(struct cpu_translated *t, struct jit_left *l)
{
	bool timer = false;

	if (l->kind == JIT_EXIT_DIRECT)
		t->regs->pc = cache_exit_pc(l->link, &timer);
	else if (l->kind == JIT_EXIT_HOT || (l->kind == JIT_EXIT_TIMER && l->link))
		t->regs->pc = cache_begins(l->link);
	if (timer)
		l->kind = JIT_EXIT_TIMER;
}

static enum trap left(struct cpu_translated *t, struct hart_space *hs, const struct jit_left *l)
{
	count(&jit_counts.exits[l->kind], 1);
	switch (l->kind) {
	case JIT_EXIT_SYSCALL:
		return TRAP_SYSCALL;
	case JIT_EXIT_BREAKPOINT:
		return TRAP_BREAKPOINT;
	case JIT_EXIT_TIMER:
		return timer(t, hs);
	case JIT_EXIT_FAULT:
		return view_miss(t, hs, (enum trap)l->arg);
	case JIT_EXIT_INTERPRET:
		if (l->arg < JIT_REFUSAL_COUNT)
			count(&jit_counts.left_to[l->arg], 1);
		return INTERPRET;
	case JIT_EXIT_DIRECT:
	case JIT_EXIT_HOT:
	case JIT_EXIT_INDIRECT:
	case JIT_EXIT_COUNT:
		break;
	}
	return RUN_ON;
}

static void prepare(struct cpu_translated *t, const struct hart_space *hs, int64_t slice)
{
	struct cpu_engine *e = &t->regs->engine;

	e->budget = slice;
	t->regs->limit = mm_xlen(t->mm) == XLEN_64 ? JIT_VIEW_SIZE_64 : JIT_VIEW_SIZE_32;
	e->jumps = &hs->tables;
	e->returns = jit_returns_top(hs->returns);
	e->pc_mask = mm_xlen(t->mm) == XLEN_64 ? UINT64_MAX : UINT32_MAX;
	e->misrounds = jit_misrounds(t->regs->fcsr);
}

/* Nothing is mapped for the translator until there is something to translate. */
static bool start(const struct cpu_translated *t)
{
	sched_leave_guest();
	if (state == IDLE) {
		int err = cache_init(config.cache_bytes);

		if (err)
			log_warn("no memory for translated code (%d): the interpreter runs everything", -err);
		else
			host_faults_watch(cache_fault);
		if (config.perf_map)
			perfmap_start();
		__atomic_store_n(&state, err ? FAILED : STARTED, __ATOMIC_RELEASE);
	}
	sched_enter_guest(t->mm);
	return state == STARTED;
}

static bool ready(struct cpu_translated *t)
{
	int now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);

	if (unlikely(now != STARTED) && (now == FAILED || !start(t)))
		return false;
	if (unlikely(!*t->state))
		*t->state = hart_space_new();
	return *t->state != NULL;
}

/* cpu_translator.knows: the disk cache does. */
static bool knows(struct mm *mm, gva_t pc)
{
	bool known;

	if (__atomic_load_n(cooled_slot(mm), __ATOMIC_RELAXED) == mm_id(mm))
		return false;
	sched_leave_guest();
	known = cache_knows(mm, pc);
	sched_enter_guest(mm);
	return known;
}

/* As far as can be told without a price in the code itself: a run counts for the code that it began in. */
static void count_effort(const void *entry, int64_t ran)
{
	enum jit_effort effort = cache_effort_at(entry);

	count(&jit_counts.entered_by[effort], 1);
	count(&jit_counts.ran_by[effort], (uint64_t)ran);
}

static enum trap run(struct cpu_translated *t)
{
	struct hart_space *hs;
	const uint8_t *link = NULL;
	int64_t most;

	if (!ready(t))
		return INTERPRET;
	hs = *t->state;
	most = slice_size(t, hs);
	while (sync(t, hs)) {
		bool again;
		const void *entry = next_entry(t, hs, link, &again);
		int64_t slice = MIN(t->budget, most);
		struct jit_left l;
		enum trap trap;

		link = NULL;
		if (again)
			continue;
		if (!entry)
			return INTERPRET;
		prepare(t, hs, slice);
		count(&jit_counts.entered, 1);
		l = jit_enter(t->regs, entry, hs->view);
		t->budget -= slice - t->regs->engine.budget;
		count(&jit_counts.ran, (uint64_t)(slice - t->regs->engine.budget));
		hs->ran += (uint64_t)(slice - t->regs->engine.budget);
		if (unlikely(config.by_effort))
			count_effort(entry, slice - t->regs->engine.budget);
		look_up(t, &l);
		trap = left(t, hs, &l);
		if (trap != RUN_ON)
			return trap;
		if (t->budget <= 0)
			return TRAP_TIMER;
		link = l.kind == JIT_EXIT_DIRECT ? l.link : NULL;
		if (l.kind == JIT_EXIT_HOT)
			promote(t, hs, l.link);
	}
	return INTERPRET;
}

/* ---- starting and stopping --------------------------------------------------------------------- */

static void free_hart_space(void *state)
{
	struct hart_space *hs = state;

	host_stack_free(hs->returns, JIT_RETURNS_SIZE);
	host_pages_free(hs, sizeof(struct hart_space));
}

static void print_dump(const char *text)
{
	(void)host_write(2, text, strlen(text));
}

int jit_start(const struct jit_config *wanted, const char **why)
{
	config = *wanted;
	if (config.mode == JIT_OFF)
		return 0;
	if (!jit_supported(why))
		return -EOPNOTSUPP;
	if (!config.threshold)
		config.threshold = THRESHOLD_DEFAULT;
	config.threshold = MIN(config.threshold, (unsigned)THRESHOLD_MAX);
	if (!config.cache_bytes)
		config.cache_bytes = CACHE_DEFAULT;
	memset(&jit_counts, 0, sizeof(jit_counts));
	store_start(config.disk, config.disk_chosen, (uint64_t)config.mode << 1 | tiers());
	jit_set_dump(config.dump, print_dump);
	jit_set_dump_pc(config.dump_pc);
	names_start(&config);
	promote_per_count = host_cpu_count() > 1 ? PROMOTE : PROMOTE_ALONE;
	cache_prepare();
	translator = (struct cpu_translator){
		.threshold = config.threshold, .first_look = config.threshold > FIRST_LOOK ? FIRST_LOOK : 0,
		/* Who wants to see translations does not want to wait for them. */
		.warm_up = config.dump != JIT_DUMP_NONE ? 0 : (uint64_t)(config.threshold - 1) * WARM_UP_PER_COUNT,
		.early = store_usable() ? (uint64_t)(config.threshold - 1) * EARLY_PER_COUNT : 0, .knows = knows,
		.run = run, .free_state = free_hart_space,
	};
	cpu_translator = &translator;
	cpu_lockstep = config.check;
	return 0;
}

bool jit_kept_number(unsigned which, uint64_t *out)
{
	return cpu_translator && config.disk_addresses && store_number(which, out);
}

void jit_stop(void)
{
	if (!cpu_translator)
		return;
	cpu_translator = NULL;
	if (state != STARTED) {
		cache_abandon();
		store_stop();
		return;
	}
	state = IDLE;
	host_faults_unwatch();
	host_fault_stack_leave(fault_stack);
	fault_stack = NULL;
	perfmap_stop();
	cache_shutdown();
	store_stop();
	jit_compile_done();
}

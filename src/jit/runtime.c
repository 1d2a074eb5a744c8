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
#include "cache.h"

#include <string.h>
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"
#include "sched/sched.h"

enum {
	THRESHOLD_DEFAULT = 50,
	THRESHOLD_MAX = 255,
	/* Instructions a process has run when it is offered: about 3 ms of the interpreter. */
	WARM_UP_PER_COUNT = 20000,
	CACHE_DEFAULT = 128 << 20,
	SLICE = 16384,                 /* instructions between looks at the interrupt flag: 5 us */
	MISSES = 1024,
	NO_PC = 1,                     /* odd: no instruction is there */
};

/* Places that had no translation when they were looked up, and how often since. */
struct miss {
	gva_t pc;
	uint32_t count;
	bool refused;
};

/* What a hart keeps for an address space. */
struct hart_space {
	uint64_t mm_id, generation, epoch, fences;
	bool dirty;                    /* the jump table is not empty */
	uint8_t *view;
	struct miss misses[MISSES];
	struct jit_jump jumps[JIT_JUMP_ENTRIES];
};

static struct jit_config config;
static struct cpu_translator translator;
static __thread void *fault_stack;     /* of the hart; it never leaves its thread */

/* ---- a hart and an address space ------------------------------------------------------- */

static void empty_jumps(struct hart_space *hs)
{
	if (!hs->dirty)
		return;
	for (unsigned i = 0; i < JIT_JUMP_ENTRIES; i++)
		hs->jumps[i].pc = NO_PC;
	hs->dirty = false;
}

static struct hart_space *hart_space_new(void)
{
	struct hart_space *hs = xnew(struct hart_space);

	hs->dirty = true;
	if (!fault_stack)
		fault_stack = host_fault_stack_enter();
	return hs;
}

static void reset_misses(struct hart_space *hs)
{
	for (unsigned i = 0; i < MISSES; i++)
		hs->misses[i].pc = NO_PC;
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
			reset_misses(hs);
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
	return &hs->jumps[pc / 2 % JIT_JUMP_ENTRIES];
}

static void remember(struct hart_space *hs, gva_t pc, const void *entry)
{
	*jump_slot(hs, pc) = (struct jit_jump){ pc, entry };
	hs->dirty = true;
}

/* ---- finding where to go on --------------------------------------------------------------- */

/* With the kernel lock, outside the guest. */
static const void *find_or_translate(struct cpu_translated *t, struct miss *m, int32_t *link)
{
	enum jit_effort effort = config.mode == JIT_MODE_FULL ? JIT_FULL : JIT_QUICK;
	gva_t pc = t->regs->pc;
	const void *entry = link ? cache_link(t->mm, link, pc) : cache_find(t->mm, pc);

	if (entry)
		return entry;
	if (m->pc != pc)
		*m = (struct miss){ .pc = pc };
	if (!t->hot && m->count < config.threshold)
		return NULL;
	m->count = 0;
	return cache_translate(t->mm, pc, effort, &m->refused);
}

/* The entry for regs->pc. NULL: none (*again: or all has changed meanwhile). */
static const void *next_entry(struct cpu_translated *t, struct hart_space *hs, int32_t *link, bool *again)
{
	gva_t pc = t->regs->pc;
	const struct jit_jump *j = jump_slot(hs, pc);
	struct miss *m = &hs->misses[pc / 2 % MISSES];
	const void *entry;

	*again = false;
	if (!link && j->pc == pc)
		return j->entry;
	/* A place that was looked up in vain is not looked up each time. */
	if (m->pc == pc && (m->refused || (!t->hot && ++m->count < config.threshold))) {
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

/* ---- leaving translated code ---------------------------------------------------------------- */

/* What happened is not for this function to go on with. */
#define RUN_ON ((enum trap)(TRAP_COUNT + 1))
#define INTERPRET TRAP_COUNT

/* A page is not in the view: bring it there, or let the kernel have a look at it. */
static enum trap view_miss(struct cpu_translated *t, enum trap trap)
{
	enum access access = trap == TRAP_STORE_FAULT ? ACCESS_WRITE : ACCESS_READ;
	gva_t va = t->regs->engine.tval, size = mm_xlen(t->mm) == XLEN_64 ? JIT_VIEW_SIZE_64 : JIT_VIEW_SIZE_32;
	struct translation tr;
	bool ok;

	if (va + JIT_GUARD >= size + 2 * JIT_GUARD)
		fatal("generated code has left its view: guest pc %#llx, address %#llx",
		      (unsigned long long)t->regs->pc, (unsigned long long)va);
	jit_counts.view_misses++;
	sched_leave_guest();
	ok = mm_translate(t->mm, va, access, &tr) == 0;
	if (ok && !mm_view_fill(t->mm, va))
		jit_counts.view_refused++;
	sched_enter_guest(t->mm);
	if (ok || va >= size)
		return INTERPRET;
	t->tval = va;
	return trap;
}

/* Code leaves before a block that the budget no longer covers: what is left may be positive. */
static enum trap timer(struct cpu_translated *t)
{
	if (t->budget < SLICE)
		return TRAP_TIMER;
	if (unlikely(__atomic_load_n(t->interrupt, __ATOMIC_RELAXED)) &&
	    __atomic_exchange_n(t->interrupt, false, __ATOMIC_ACQUIRE))
		return TRAP_TIMER;
	return RUN_ON;
}

static enum trap left(struct cpu_translated *t, const struct jit_left *l)
{
	jit_counts.exits[l->kind]++;
	switch (l->kind) {
	case JIT_EXIT_SYSCALL:
		return TRAP_SYSCALL;
	case JIT_EXIT_BREAKPOINT:
		return TRAP_BREAKPOINT;
	case JIT_EXIT_TIMER:
		return timer(t);
	case JIT_EXIT_FAULT:
		return view_miss(t, (enum trap)l->arg);
	case JIT_EXIT_INTERPRET:
		if (l->arg < JIT_REFUSAL_COUNT)
			jit_counts.left_to[l->arg]++;
		return INTERPRET;
	case JIT_EXIT_DIRECT:
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
	e->limit = mm_xlen(t->mm) == XLEN_64 ? JIT_VIEW_SIZE_64 : JIT_VIEW_SIZE_32;
	e->jumps = hs->jumps;
	e->round_nearest = (t->regs->fcsr >> 5 & 7) == 0;
}

static enum trap run(struct cpu_translated *t)
{
	struct hart_space *hs = *t->state;
	int32_t *link = NULL;

	if (!hs)
		hs = *t->state = hart_space_new();
	while (sync(t, hs)) {
		bool again;
		const void *entry = next_entry(t, hs, link, &again);
		int64_t slice = MIN(t->budget, (int64_t)SLICE);
		struct jit_left l;
		enum trap trap;

		link = NULL;
		if (again)
			continue;
		if (!entry)
			return INTERPRET;
		prepare(t, hs, slice);
		jit_counts.entered++;
		l = jit_enter(t->regs, entry, hs->view);
		t->budget -= slice - t->regs->engine.budget;
		jit_counts.ran += (uint64_t)(slice - t->regs->engine.budget);
		trap = left(t, &l);
		if (trap != RUN_ON)
			return trap;
		if (t->budget <= 0)
			return TRAP_TIMER;
		link = l.kind == JIT_EXIT_DIRECT ? l.link : NULL;
	}
	return INTERPRET;
}

/* ---- starting and stopping --------------------------------------------------------------------- */

static void free_hart_space(void *state)
{
	free(state);
}

int jit_start(const struct jit_config *wanted, const char **why)
{
	int err;

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
	err = cache_init(config.cache_bytes);
	if (err) {
		*why = "memory for code";
		return err;
	}
	memset(&jit_counts, 0, sizeof(jit_counts));
	host_faults_watch(cache_fault);
	translator = (struct cpu_translator){
		.threshold = config.threshold,
		.warm_up = (uint64_t)(config.threshold - 1) * WARM_UP_PER_COUNT,
		.run = run, .free_state = free_hart_space,
	};
	cpu_translator = &translator;
	return 0;
}

void jit_stop(void)
{
	if (!cpu_translator)
		return;
	cpu_translator = NULL;
	host_faults_unwatch();
	host_fault_stack_leave(fault_stack);
	fault_stack = NULL;
	cache_shutdown();
}

/* A hart's life between two traps: choose the caches of the address space, enter the inner
 * loop, account what it ran. */
#include "interp.h"

#include "base/alloc.h"
#include "base/log.h"

/* What glibc found at its start. __builtin_cpu_supports would ask the CPU again, which a virtual
 * machine pays for with an exit to its host for each question. */
#include <sys/platform/x86.h>

const char *const trap_names[TRAP_COUNT] = {
	[TRAP_TIMER] = "timer", [TRAP_SYSCALL] = "syscall", [TRAP_BREAKPOINT] = "breakpoint",
	[TRAP_ILLEGAL] = "illegal instruction", [TRAP_FETCH_FAULT] = "fetch fault",
	[TRAP_LOAD_FAULT] = "load fault", [TRAP_STORE_FAULT] = "store fault",
	[TRAP_MISALIGNED_AMO] = "misaligned atomic",
};

struct cpu *cpu_create(void)
{
	struct cpu *cpu = xnew(struct cpu);

	code_init();
	cpu->reserved_addr = RESERVED_NONE;
	cpu->run_epoch = RUN_NONE;
	code_add_cpu(cpu);
	return cpu;
}

static struct space *space_create(struct cpu *cpu)
{
	struct space *s = code_space_alloc();

	tlb_init(s);
	code_init_space(s);
	s->cpu = cpu;
	s->skip = s->faulted = TAG_NONE;
	s->have_fma = CPU_FEATURE_ACTIVE(FMA);
	return s;
}

void cpu_destroy(struct cpu *cpu)
{
	code_remove_cpu(cpu);
	for (unsigned i = 0; i < ARRAY_SIZE(cpu->spaces) && cpu->spaces[i]; i++) {
		if (cpu->spaces[i]->translated)
			cpu_translator->free_state(cpu->spaces[i]->translated);
		code_space_free(cpu->spaces[i]);
	}
	free(cpu);
}

void cpu_interrupt(struct cpu *cpu)
{
	__atomic_store_n(&cpu->interrupt, true, __ATOMIC_RELEASE);
}

void cpu_flush_icache(struct cpu *cpu)
{
	for (unsigned i = 0; i < ARRAY_SIZE(cpu->spaces) && cpu->spaces[i]; i++) {
		code_flush_space(cpu->spaces[i]);
		cpu->spaces[i]->fences++;
	}
}

void cpu_clear_reservation(struct cpu *cpu)
{
	cpu->reserved_addr = RESERVED_NONE;
}

uint64_t cpu_instret(const struct cpu *cpu)
{
	return cpu->instret;
}

/* The caches of this address space, as valid as they are: the least recently used ones are
 * given to one that has none. They are made as they are needed: a program that does not fork
 * needs one. */
static struct space *choose_space(struct cpu *cpu, struct mm *mm)
{
	struct space *s = cpu->spaces[0];
	uint64_t id = mm_id(mm), generation = mm_tlb_generation(mm);

	for (unsigned i = 0; i < ARRAY_SIZE(cpu->spaces); i++) {
		if (!cpu->spaces[i]) {
			s = cpu->spaces[i] = space_create(cpu);
			break;
		}
		if (cpu->spaces[i]->mm_id == id) {
			s = cpu->spaces[i];
			break;
		}
		if (cpu->spaces[i]->used < s->used)
			s = cpu->spaces[i];
	}
	if (s->mm_id != id || s->generation != generation) {
		tlb_flush(s);
		code_flush_space(s);
		s->mm_id = id;
		s->generation = generation;
	} else if (s->code_epoch != cpu->run_epoch) {
		code_flush_space(s);
	}
	s->mm = mm;
	s->used = ++cpu->use_counter;
	return s;
}

int64_t cpu_next_slice(struct space *s, int64_t left)
{
	int64_t slice;

	s->budget_left += left;
	if (s->budget_left <= 0)
		return 0;
	if (unlikely(__atomic_load_n(&s->cpu->interrupt, __ATOMIC_RELAXED)) &&
	    __atomic_exchange_n(&s->cpu->interrupt, false, __ATOMIC_ACQUIRE))
		return 0;
	slice = MIN(s->budget_left, (int64_t)SLICE);
	s->budget_left -= slice;
	s->instret_end += (uint64_t)(slice - left);
	return slice - left;
}

/* From here on no decoded page that is dropped will be reused until the run ends. Looked at
 * twice: who has dropped one in between may have thought that nobody runs. */
static void begin_run(struct cpu *cpu)
{
	uint64_t epoch;

	do {
		epoch = __atomic_load_n(&code_epoch, __ATOMIC_RELAXED);
		__atomic_store_n(&cpu->run_epoch, epoch, __ATOMIC_SEQ_CST);
	} while (unlikely(__atomic_load_n(&code_epoch, __ATOMIC_SEQ_CST) != epoch));
}

static void note_fault(struct space *s, enum trap trap, const struct cpu_regs *regs)
{
	s->faulted = trap == TRAP_LOAD_FAULT || trap == TRAP_STORE_FAULT ? regs->pc : TAG_NONE;
}

static enum trap run_once(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget,
			  uint64_t *tval, bool translating)
{
	uint32_t host_control;
	struct space *s;
	enum trap trap;

	begin_run(cpu);
	s = choose_space(cpu, mm);
	s->budget_left = budget;
	s->instret_end = cpu->instret;
	s->tval = 0;
	s->translating = translating;
	if (unlikely(cpu_lockstep))
		tlb_forget_writes(s);
	host_control = float_enter(s, regs);
	trap = mm_xlen(mm) == XLEN_64 ? interp64_run(s, regs, NULL) : interp32_run(s, regs, NULL);
	float_leave(s, regs, host_control);
	__atomic_store_n(&cpu->run_epoch, RUN_NONE, __ATOMIC_RELEASE);
	*tval = s->tval;
	note_fault(s, trap, regs);
	return trap;
}

/* ---- with the translator ------------------------------------------------------------------ */

const struct cpu_translator *cpu_translator;

/* Is this address space worth it? A budget of 1 asks for the next branch (kernel's tracing). */
static bool is_warm(struct mm *mm, int64_t budget)
{
	return cpu_translator && budget > 1 &&
	       __atomic_load_n(&mm_engine(mm)->ran, __ATOMIC_RELAXED) >= cpu_translator->warm_up;
}

void cpu_lend_reservation(const struct cpu *cpu, struct cpu_regs *regs)
{
	regs->engine.reserved_addr = cpu->reserved_addr;
	regs->engine.reserved_value = cpu->reserved_value;
	regs->engine.reserved_size = cpu->reserved_size;
}

void cpu_take_reservation(struct cpu *cpu, const struct cpu_regs *regs)
{
	cpu->reserved_addr = regs->engine.reserved_addr;
	cpu->reserved_value = regs->engine.reserved_value;
	cpu->reserved_size = regs->engine.reserved_size;
}

/* A trap, or TRAP_COUNT: the interpreter goes on. */
static enum trap translate(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t *left,
			   uint64_t *tval, bool hot)
{
	struct cpu_translated t = { .cpu = cpu, .regs = regs, .mm = mm, .budget = *left, .hot = hot,
		.interrupt = &cpu->interrupt };
	uint32_t host_control;
	struct space *s;
	enum trap trap;

	begin_run(cpu);
	s = choose_space(cpu, mm);
	__atomic_store_n(&cpu->run_epoch, RUN_NONE, __ATOMIC_RELEASE);
	t.state = &s->translated;
	t.fences = s->fences;
	t.faulted = !hot && s->faulted == regs->pc;
	host_control = float_enter(s, regs);
	cpu_lend_reservation(cpu, regs);
	regs->engine.time = csr_time;
	trap = cpu_translator->run(&t);
	cpu_take_reservation(cpu, regs);
	float_leave(s, regs, host_control);
	cpu->instret += (uint64_t)(*left - t.budget);
	*left = t.budget;
	*tval = t.tval;
	note_fault(s, trap, regs);
	s->skip = regs->pc;    /* not what has just been declined: the interpreter must get on */
	return trap;
}

/* What the hart runs in now. */
static struct space *space_in_use(const struct cpu *cpu)
{
	for (unsigned i = 0; i < ARRAY_SIZE(cpu->spaces) && cpu->spaces[i]; i++)
		if (cpu->spaces[i]->used == cpu->use_counter)
			return cpu->spaces[i];
	return NULL;
}

void cpu_never_offer(struct cpu *cpu, gva_t pc)
{
	struct space *s = space_in_use(cpu);

	if (s)
		code_stop_counting(s, pc);
}

bool cpu_offer_later(struct cpu *cpu, gva_t pc)
{
	struct space *s = space_in_use(cpu);

	return s && code_offer_later(s, pc);
}

enum trap cpu_run_engines(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t *left,
			  uint64_t *tval, bool translating, bool offer)
{
	enum trap trap = TRAP_TIMER;
	bool hot = false;
	uint64_t before;

	do {
		if (offer) {
			trap = translate(cpu, regs, mm, left, tval, hot);
			if (trap != TRAP_COUNT)
				return trap;
			if (*left <= 0)
				return TRAP_TIMER;
		}
		before = cpu->instret;
		trap = run_once(cpu, regs, mm, *left, tval, translating);
		*left -= (int64_t)(cpu->instret - before);
		offer = hot = trap == TRAP_HOT;
		if (unlikely(cpu->code_full)) {
			cpu->code_full = false;
			trap = TRAP_TIMER;
			/* No progress: other harts have not left the old code yet. Let them, and whoever
			 * waits for this one. */
			if (cpu->instret == before)
				return trap;
		} else if (trap != TRAP_HOT) {
			return trap;
		}
		trap = TRAP_TIMER;
	} while (*left > 0);
	return trap;
}

/* The address space gets warm. */
static void count_run(struct mm *mm, gva_t pc, uint64_t n)
{
	const struct cpu_translator *t = cpu_translator;
	uint64_t *ran = &mm_engine(mm)->ran, before = __atomic_fetch_add(ran, n, __ATOMIC_RELAXED);

	if (t->early && before / t->early != (before + n) / t->early && t->knows(mm, pc))
		__atomic_store_n(ran, t->warm_up, __ATOMIC_RELAXED);
}

enum trap cpu_run(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget, uint64_t *tval)
{
	bool warm = is_warm(mm, budget);
	uint64_t began = cpu->instret;
	enum trap trap;

	if (unlikely(cpu_lockstep) && warm)
		return lockstep_run(cpu, regs, mm, budget, tval);
	trap = cpu_run_engines(cpu, regs, mm, &budget, tval, warm, warm);
	if (cpu_translator && !warm)
		count_run(mm, regs->pc, cpu->instret - began);
	return trap;
}

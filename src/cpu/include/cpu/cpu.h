/* cpu: the interpreter. Runs guest instructions until a trap; never sees a task.
 *
 * struct cpu_regs is the guest-visible state of one hart, saved with the task;
 * struct cpu is what belongs to the hart itself: its translation buffer,
 * its LR/SC reservation and where its pre-decoded code is. */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "base/types.h"
#include "mm/mm.h"

/* Integer, float and pc state. For RV32 the upper halves of x and pc are zero at
 * every trap. f registers are NaN-boxed as the ISA says. */
struct cpu_regs {
	/* The translator's, as `engine`, and used most: a way to `exit`, the first guest address past the view. */
	const void *direct;
	uint64_t limit;
	uint64_t x[32];          /* x[0] stays 0 */
	uint64_t pc;
	uint64_t f[32];
	uint32_t fcsr;           /* frm << 5 | fflags */
	/* Not state of the guest: what the translator's code reaches through the pointer to the
	 * registers. Set up at each entry (jit/jit.h); means nothing while the task is in the kernel. */
	struct cpu_engine {
		int64_t budget;          /* instructions that may still run */
		const void *exit;        /* where generated code goes when it leaves */
		const void *jumps;       /* struct jit_tables */
		uint64_t view;           /* host address of guest address 0 */
		uint64_t tval;           /* of a fault */
		uint64_t scratch[2];
		uint32_t misrounds;      /* JIT_MISROUNDS_*: how the host does not round */
		uint32_t reserved_size;  /* LR's reservation: cpu_lend_reservation() */
		uint64_t reserved_addr, reserved_value;
		const void *packed, *indirect;   /* ways to `exit`, see enter.S */
		uint64_t pc_mask;        /* what of an address is a pc */
		uint64_t (*time)(void);  /* the time CSR */
		const void *lookup;      /* through the jump table, see enter.S */
		void *returns;           /* the stack for calls inside generated code; its top */
		void *host_stack;        /* the host's own, meanwhile */
		const void *counted;     /* where a quick translation begins, see enter.S */
	} engine;
};

/* Why guest code stopped. `pc` is that of the instruction that trapped (for ecall
 * and ebreak too: the kernel advances it), except TRAP_TIMER: the next one. */
enum trap {
	TRAP_TIMER,              /* the budget is spent, or cpu_interrupt() was called */
	TRAP_SYSCALL,            /* ecall */
	TRAP_BREAKPOINT,         /* ebreak, c.ebreak */
	TRAP_ILLEGAL,            /* tval: the instruction bits */
	TRAP_FETCH_FAULT,        /* tval: the faulting address (may be pc + 2) */
	TRAP_LOAD_FAULT,         /* tval: the first byte that could not be accessed */
	TRAP_STORE_FAULT,
	TRAP_MISALIGNED_AMO,     /* LR/SC/AMO on a misaligned address; tval: the address */
	TRAP_COUNT
};
extern const char *const trap_names[TRAP_COUNT];

/* The `time` CSR is CLOCK_MONOTONIC of the machine counted at this rate: time = ns * HZ / 1e9.
 * The vDSO computes the clocks from it; at 1 GHz (as the RISC-V server platform asks for) it
 * agrees with the kernel's clock to the nanosecond. */
enum { CPU_TIMEBASE_HZ = 1000000000 };

struct cpu;
struct cpu *cpu_create(void);
void cpu_destroy(struct cpu *cpu);

/* Run at most about `budget` instructions (a block may overshoot by its own length) of
 * the address space `mm` from regs->pc. Called without the kernel lock's protection of the
 * regs: they belong to the caller. *tval as enum trap says. */
enum trap cpu_run(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget, uint64_t *tval);
/* Make a cpu_run in progress return TRAP_TIMER soon. Async-signal-safe. */
void cpu_interrupt(struct cpu *cpu);
/* The flush_icache call and vDSO entry: pre-decoded copies of writable code are dropped. */
void cpu_flush_icache(struct cpu *cpu);
/* A trap into the kernel that changes tasks, and sigreturn, kill the LR/SC reservation. */
void cpu_clear_reservation(struct cpu *cpu);
/* The hart's reservation, while generated code runs with these registers; and back. */
#define CPU_RESERVED_NONE UINT64_MAX
void cpu_lend_reservation(const struct cpu *cpu, struct cpu_regs *regs);
void cpu_take_reservation(struct cpu *cpu, const struct cpu_regs *regs);
/* ---- the other engine ------------------------------------------------------------------ */
/* cpu_run asks the translator, if one is installed, to go on where the interpreter finds code hot:
 * places that are jumped to are counted, and a place that has been reached
 * `threshold` times is offered each time. */
struct cpu_translated {
	struct cpu *cpu;
	struct cpu_regs *regs;
	struct mm *mm;
	int64_t budget;                /* instructions left; counted down */
	uint64_t tval;
	uint64_t fences;               /* changes when a fence.i was executed, or the flush call */
	bool hot;                      /* the interpreter found pc hot */
	bool faulted;                  /* pc is that of a fault, resolved meanwhile: no place of interest */
	void **state;                  /* what the translator keeps for this hart and address space */
	bool *interrupt;               /* cpu_interrupt() was called: atomically, cleared when taken */
};
struct cpu_translator {
	unsigned threshold;            /* 1 to 255 */
	/* Reached so often, less than the threshold, a place is offered for the first time: there may be a translation
	 * already. 0: it is not. */
	unsigned first_look;
	uint64_t warm_up;              /* instructions an address space runs before anything is offered */
	/* Each so many instructions it is asked whether there is something for the space already: then it
	 * is warm at once. 0: not asked. */
	uint64_t early;
	bool (*knows)(struct mm *mm, gva_t pc);
	/* Run translated code from regs->pc. A trap, or TRAP_COUNT: the interpreter is to go on. May give
	 * up the guest (sched_leave_guest) and come back to it. */
	enum trap (*run)(struct cpu_translated *t);
	void (*free_state)(void *state);
};
extern const struct cpu_translator *cpu_translator;   /* NULL: none */
/* Everything the translator runs is run by the interpreter as well, and compared. One hart only. */
extern bool cpu_lockstep;
extern uint64_t cpu_lockstep_compared;         /* instructions */
/* pc has no translation and will have none: do not offer it any more. */
void cpu_never_offer(struct cpu *cpu, gva_t pc);
/* pc, just offered, has no translation: was it for the first look? Then it will be offered at the threshold. */
bool cpu_offer_later(struct cpu *cpu, gva_t pc);

uint64_t cpu_instret(const struct cpu *cpu);   /* instructions retired by this hart, exact */

#endif

/* jit: the translator. RISC-V code in, x86-64 code and its tables out; also the way into
 * and out of that code. Knows nothing of tasks; does not store, share or choose
 * translations (that is the runtime's: jit/runtime.h).
 *
 * What generated code is made of, and what it assumes:
 *
 *   rbp          &regs->x[16] of the struct cpu_regs it works on: guest registers that have no
 *                host register, and regs->engine, are reached through it
 *   gs base      host address of guest address 0: the view (design D4)
 *   r15          the instruction budget: counted down, negative at an exit's check: TRAP_TIMER
 *   MXCSR        the guest's rounding mode (frm) and sticky flags, as float_enter sets them up
 *   the rest     guest registers ("pins": fixed for a whole translation) and scratch
 *
 * At every entry and exit of a translation all guest registers are in memory (struct
 * cpu_regs), so any translation can be entered from any exit. No absolute host address is in the
 * code: it may be copied anywhere, shared by all address spaces that have the same guest code at
 * the same place, and kept on disk. It may contain guest addresses.
 *
 * The view. RV64: 2^38 bytes with JIT_GUARD bytes that are never accessible on both sides; code
 * checks that a base register is below 2^38 and then reaches less than JIT_GUARD around it.
 * RV32: 2^32 bytes (addresses wrap in hardware) and a page behind it. A host page fault inside
 * generated code is an ordinary guest fault: the handler calls jit_fault(). */
#ifndef JIT_JIT_H
#define JIT_JIT_H

#include "base/types.h"
#include "cpu/cpu.h"
#include "jit/runtime.h"

enum { JIT_VERSION = 14 };             /* of the generated code; counts up with every change of it */
#define JIT_GUARD (UINT64_C(1) << 32)
#define JIT_VIEW_SIZE_64 (UINT64_C(1) << 38)
#define JIT_VIEW_SIZE_32 (UINT64_C(1) << 32)

/* Can this host run it? It needs BMI1/2, LZCNT, POPCNT, FMA (x86-64-v3) and FSGSBASE. If not,
 * *why is what is missing. */
bool jit_supported(const char **why);

/* ---- compiling ------------------------------------------------------------------------ */

enum jit_effort { JIT_QUICK, JIT_FULL };

enum jit_seen { JIT_SEEN_NEVER, JIT_SEEN_OFTEN, JIT_SEEN_TAKEN };

/* --dump: what the guest's code is called, and which of it is asked for. */
struct jit_looks {
	char name[120];                /* of the request's pc; "": not known */
	bool only;                     /* what overlaps none of these is not printed */
	unsigned nr;
	struct { gva_t start, end; } wanted[8];
};

struct jit_request {
	int xlen;                      /* 32 or 64 */
	enum jit_effort effort;
	gva_t pc;                      /* where the hot code begins; any even address */
	/* The 4096 bytes of the guest page at page_va, to be the same until jit_compile
	 * returns, or NULL: no executable code there (or none that may be used). */
	const uint8_t *(*page)(void *ctx, gva_t page_va);
	void *ctx;
	/* What was seen of the instruction at pc. The translation ends before what is taken: has an entry (quick), or
	 * is part of another translation (full; shared.c). Full effort leaves out what was never run. NULL:
	 * nothing is known. */
	enum jit_seen (*seen)(void *ctx, gva_t pc);
	/* Quick: count down the entry's jit_tables.heat, and leave (JIT_EXIT_HOT) below zero. */
	bool counts;
	/* Further places in the region to be entries; -ENOENT if the first of them is not in it. */
	const gva_t *more;
	unsigned nr_more;
	const struct jit_looks *looks; /* NULL: nobody looks, or all is printed, without a name */
};

/* A place where a translation can be entered: regs in memory, pc implied. The first is the request's. */
struct jit_entry {
	gva_t pc;
	uint32_t offset;               /* in the code */
	uint32_t reserved;
};

/* A direct exit: the JIT_LINK_SIZE bytes at `offset`, in one aligned word of 8, so that storing them is atomic. As made
 * they are JIT_UNLINKED, a call that leaves (JIT_EXIT_DIRECT). The runtime may make a `jmp rel32` of them, to
 * an entry of any translation for `pc`, and must undo that before it drops that one. */
struct jit_exit {
	gva_t pc;
	uint32_t offset;
	uint32_t reserved;
};
enum { JIT_LINK_SIZE = 5, JIT_LINK_JMP = 0xe9 };
#define JIT_UNLINKED UINT64_C(0xcccc8055ff)   /* call *(regs->direct), and two bytes that are never run */

/* An instruction of the code that may fault (and every place the handler may find it in). */
struct jit_site {
	uint32_t offset;               /* of the host instruction; sorted */
	int32_t pc_delta;              /* guest pc - jit_code.pc_base */
	int16_t pending;               /* guest instructions executed and not yet subtracted from r15 */
	uint16_t state;                /* index in the states, JIT_SITE_* */
};
enum {
	JIT_SITE_STORE = 1 << 15,
	/* Its address is checked: if it is out of bounds, the code comes to a trap (hlt) instead. These lie together,
	 * in the order of their sites, where the first of jit_code.traps is that is behind the site. */
	JIT_SITE_TRAPS = 1 << 14,
	JIT_SITE_STATE = JIT_SITE_TRAPS - 1,
	JIT_TRAP_SIZE = 1,
	/* As .pending: nothing of the guest's has changed; the code goes on pc_delta / 2 bytes behind the instruction. */
	JIT_SITE_RESUMES = INT16_MIN,
};

/* Where everything is; shared by the sites for which it is the same. By host register: changed since
 * entry; its value is the sign extension of 32 bits; xmm: the single in it is not boxed; it
 * may hold a NaN that is not yet the canonical one. */
struct jit_state { uint16_t dirty_x, dirty_f, narrow_x, narrow_f, loose_f, zone; };

/* Host register -> guest register it holds, 0xff: none. */
struct jit_pins { uint8_t x[16], f[16]; };

struct jit_range { int32_t pc_delta; uint32_t size; };   /* pc - jit_code.pc_base */

/* One translation. A single block of memory of `total` bytes without pointers: may be copied,
 * written to disk and mapped from there. Tables are found through offsets from its start. */
struct jit_code {
	uint32_t total, version;
	uint32_t code, code_size;      /* the bytes to be made executable, 16-byte aligned; behind all tables */
	uint32_t entries, nr_entries;  /* struct jit_entry[] */
	uint32_t exits, nr_exits;      /* struct jit_exit[] */
	uint32_t sites, nr_sites;      /* struct jit_site[] */
	uint32_t pages, nr_pages;      /* gva_t[]: the pages whose bytes it was made from */
	uint32_t xlen, effort;
	uint32_t guest_insns, guest_blocks;
	gva_t pc_base;
	uint32_t states, nr_states;    /* struct jit_state[] */
	uint32_t pins, nr_pins;        /* struct jit_pins[]: by struct jit_state.zone */
	uint32_t ranges, nr_ranges;    /* struct jit_range[]: the guest code in it, by address */
	uint32_t traps, nr_traps;      /* uint32_t[]: where the code has some, sorted */
	/* In the code: the calls, one behind the other in the order of the entries, by which these leave if the budget is
	 * spent. 0: the one entry begins with a call (jit_request.counts). */
	uint32_t timers;
};
#define JIT_TABLE(code_, field, type) ((type *)((uint8_t *)(code_) + (code_)->field))

/* Translate. *out: from malloc, to be freed by the caller. 0; -EOPNOTSUPP: the first
 * instruction is one that the interpreter keeps (counted in jit_refusals); -EFAULT: no code at pc; -ENOENT: see `more`;
 * -ENOMEM. Touches no global state but counters: may run in any thread. */
int jit_compile(const struct jit_request *req, struct jit_code **out);
/* No more for now: memory that is kept from one translation to the next is freed. */
void jit_compile_done(void);

/* ---- running ----------------------------------------------------------------------------- */

/* Why generated code was left. regs->pc is where to go on, all registers are in *regs. */
enum jit_exit_kind {
	JIT_EXIT_DIRECT,       /* not linked yet; struct jit_left.link is its address, and
	                        * where to go on is in the exits' table instead of regs->pc. Or an entry's budget is
	                        * spent: jit_code.timers */
	JIT_EXIT_INDIRECT,     /* the jump table has no entry for regs->pc */
	JIT_EXIT_TIMER,        /* the budget is negative. If link is not NULL: as JIT_EXIT_HOT */
	JIT_EXIT_SYSCALL,      /* ecall: pc is its own address */
	JIT_EXIT_BREAKPOINT,   /* ebreak, likewise */
	JIT_EXIT_INTERPRET,    /* the interpreter must do the instruction at pc; arg: enum jit_refusal */
	JIT_EXIT_FAULT,        /* arg: enum trap; regs->engine.tval. Made by jit_fault */
	JIT_EXIT_HOT,          /* the counter is below zero; nothing was run. link: the entry; instead of regs->pc */
	JIT_EXIT_COUNT
};
extern const char *const jit_exit_names[JIT_EXIT_COUNT];

/* What the translator leaves to the interpreter, and why. */
enum jit_refusal {
#define REFUSAL(id, text) JIT_REFUSE_##id,
#include "jit/refusals.def"
	JIT_REFUSAL_COUNT
};
extern const char *const jit_refusal_text[JIT_REFUSAL_COUNT];
extern uint64_t jit_refusals[JIT_REFUSAL_COUNT];   /* at compile time: how often it was planned */

/* What the optimiser had to leave as it was. */
enum jit_limit {
#define LIMIT(id, text) JIT_LIMIT_##id,
#include "jit/limits.def"
	JIT_LIMIT_COUNT
};
extern const char *const jit_limit_text[JIT_LIMIT_COUNT];
extern uint64_t jit_limits[JIT_LIMIT_COUNT];       /* how often; atomically */

/* One entry of the jump table that generated code looks indirect jumps up in:
 * index (pc / 2) % JIT_JUMP_ENTRIES. An empty entry's pc is none that has this index. Belongs to
 * one address space: the runtime empties or changes it with the address space. */
struct jit_jump {
	uint64_t pc;
	const void *entry;             /* host address of an entry's code */
};
/* Bytes of the call that an exit begins with and of those at jit_code.timers; of the call a counted translation begins with. */
enum { JIT_LINK_CALL = 3, JIT_COUNTED_CALL = 6 };
enum { JIT_CODE_MAX = 256 << 10 }; /* bytes of a translation's code */
enum { JIT_JUMP_ENTRIES = 65536, JIT_HEAT_ENTRIES = 16384 };

/* What regs->engine.jumps points to; a hart's own. */
struct jit_tables {
	struct jit_jump jumps[JIT_JUMP_ENTRIES];
	int32_t heat[JIT_HEAT_ENTRIES];
};
/* The counter of a translation that begins there. As enter.S has it. */
static inline unsigned jit_heat_slot(const void *entry)
{
	return (unsigned)(((uintptr_t)entry + JIT_COUNTED_CALL) >> 3) % JIT_HEAT_ENTRIES;
}

struct jit_left {
	enum jit_exit_kind kind;
	uint32_t arg;
	const uint8_t *link;           /* JIT_EXIT_DIRECT, _TIMER, _HOT; in the executable mapping */
};

enum jit_misrounds { JIT_MISROUNDS_NEAREST = 1, JIT_MISROUNDS_FRM = 2 };
/* MXCSR has no mode for frm = RMM, nor for the reserved ones: the host rounds to nearest then. */
static inline uint32_t jit_misrounds(uint32_t fcsr)
{
	unsigned frm = fcsr >> 5 & 7;

	return frm == 0 ? 0 : frm < 4 ? JIT_MISROUNDS_NEAREST : JIT_MISROUNDS_FRM;
}

/* The stack of generated code (gen_call.c): 16 bytes for a call, and calls are not more than the budget's
 * instructions and a region's; below them room for a signal's handler. */
enum { JIT_BUDGET_MAX = 1 << 17, JIT_RETURNS_SIZE = 16 * (JIT_BUDGET_MAX + 1024) + (64 << 10) };
/* What engine.returns is to be, with `stack` of that size: on it is a place that no return leads to. */
static inline void *jit_returns_top(void *stack)
{
	uint64_t *top = (uint64_t *)stack + JIT_RETURNS_SIZE / 8 - 2;

	top[0] = 0;
	top[1] = 1;
	return top;
}

/* Run generated code from `entry` until it leaves. The caller has made MXCSR the guest's
 * with rounding mode frm; regs->engine.budget is the budget before, JIT_BUDGET_MAX at most, and after (instructions run =
 * before - after, exact); .jumps the hart's tables; .returns its stack's top; .limit JIT_VIEW_SIZE_64 (RV64); .misrounds:
 * jit_misrounds(fcsr). view: gs base. */
struct jit_left jit_enter(struct cpu_regs *regs, const void *entry, void *view);

/* In the host's SIGSEGV/SIGBUS/SIGILL handler (async-signal-safe), when the context's rip lies in the
 * executable copy `base` of `code`: write the guest's exact state to the registers' memory and make
 * the context return from jit_enter with JIT_EXIT_FAULT, pc, tval (host address - view) set.
 * False: rip is no site of this code; it is hearth's own crash. ucontext: the handler's third
 * argument. */
bool jit_fault(const struct jit_code *code, const void *base, void *ucontext, uint64_t host_address);

/* ---- looking ------------------------------------------------------------------------------- */

/* What jit_compile prints about each translation, through this function (NULL: nothing). */
void jit_set_dump(enum jit_dump what, void (*print)(const char *text));
void jit_set_dump_pc(gva_t pc);          /* only what contains this instruction; 0: all */

#endif

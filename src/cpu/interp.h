/* cpu's private header: what the interpreter's inner loop, the code cache and the
 * slow paths share.
 *
 * Pre-decoded code. A frame of guest code has a struct code_page: one 16-byte
 * record for each of its 2048 half-words, so the record of a pc is found by
 * arithmetic, and a branch within the page moves the record pointer by a
 * distance known when it was decoded. Nothing in a code page depends on the
 * virtual address: every process that maps the frame shares it. A code page
 * is aligned to 64 KiB, which turns a record's address into its page offset:
 *
 *     record & ~0xffff             the code page
 *     (record & 0xffff) / 8        the instruction's offset in the guest page
 *
 * Records are decoded when they are first executed (their handler is
 * "undecoded" until then) from a copy of the page's bytes taken when the code page was
 * made: what a hart has begun to see of a page stays one version of it until
 * fence.i (manual, chapter "Zifencei"), whatever is stored meanwhile.
 *
 * Counting. left[i] is the number of instructions from half-word i to the
 * page's end when executed straight on. It is a function of the bytes alone
 * (left[i] = 1 + left[i + length(i)]), so straight-line code need not count: with
 *
 *     instructions still allowed = slack + left[current]
 *
 * slack changes only where control flow leaves the straight line, by
 * left[next] - left[target], a constant for a branch within the page. The
 * slice is over when that sum is <= 0 at a taken branch or page end; the inner
 * loop only looks at slack's sign and leaves the exact test to a slow path. */
#ifndef CPU_INTERP_H
#define CPU_INTERP_H

#include "cpu/cpu.h"
#include "isa/isa.h"

/* ---- pre-decoded code ------------------------------------------------------------ */

struct rec {
	const void *handler;           /* a label in the interpreter */
	uint8_t rd;                    /* integer destination x0 is RD_NONE here */
	uint8_t rs1;
	union {
		struct {
			uint8_t rs2;
			uint8_t rm;    /* rounding mode field of float instructions */
		};
		uint16_t left;         /* jal to another page, jalr: left[] of what follows */
	};
	union {
		int32_t imm;           /* R4: rs3 */
		struct {
			int16_t disp;  /* branch within the page: distance in half records (8 bytes) */
			int16_t delta; /* and what it does to slack */
		};
	};
};
_Static_assert(sizeof(struct rec) == 16, "two records in 32 bytes: pc arithmetic relies on it");

/* Writes to x0 go to the slot after x31 in struct cpu_regs, which is pc: the
 * interpreter keeps pc elsewhere and stores it there only when it leaves. */
enum { RD_NONE = 32 };
_Static_assert(offsetof(struct cpu_regs, pc) == offsetof(struct cpu_regs, x[RD_NONE]), "x[RD_NONE] is pc");

enum { CODE_SLOTS = 2048, CODE_ALIGN = 65536, BLOCK_SLOTS = 256 };

struct code_page {
	/* Two more than the page has: an instruction that ends at, or straddles, the page's end
	 * continues there; both say "go on in the next page". */
	struct rec rec[CODE_SLOTS + 2];
	uint16_t left[CODE_SLOTS + 2];
	uint8_t ready;                 /* bit b: the records of block b may be executed */
	uint8_t bytes[PAGE_SIZE];      /* the version of the page that is decoded */
	pfn_t pfn;                     /* PFN_NONE: dropped */
	const struct engine *engine;
	struct code_page *next_free;
	uint64_t dropped;              /* code_epoch then */
	/* A 4-byte instruction in the last half-word: its second half came from another page.
	 * Valid where the next page begins with the same half-word. */
	const void *straddle_handler;  /* NULL: not decoded yet */
	uint16_t straddle_high;
	/* Places that are jumped to, when there is a translator. heat[] of a place: how often it has
	 * yet to be reached before it is offered, 0: now (or it is no such place: behind[] says).
	 * Its record's handler is super_count; behind[] has the real one. */
	uint8_t heat[CODE_SLOTS];
	uint8_t looked[CODE_SLOTS / 8];        /* a bit: the place was offered for the first look */
	const void *behind[CODE_SLOTS];
};
_Static_assert(sizeof(struct code_page) <= CODE_ALIGN, "found by masking a record's address");

static inline struct code_page *rec_page(const struct rec *r)
{
	return (struct code_page *)((uintptr_t)r & ~(uintptr_t)(CODE_ALIGN - 1));
}
static inline unsigned rec_slot(const struct rec *r)
{
	return (unsigned)((uintptr_t)r & (CODE_ALIGN - 1)) / sizeof(struct rec);
}

/* Handlers that are not rows of insn.def: see the list in super.def. */
enum super {
#define SUPER(id, ...) SUPER_##id,
#include "super.def"
	SUPER_COUNT
};

/* Handlers of several instructions in a row: see fused.def. */
#define PAIR_LABEL(a, va, b, vb) fused_##a##_##va##_##b##_##vb
#define TRIPLE_LABEL(a, va, b, vb, c, vc) fused_##a##_##va##_##b##_##vb##_##c##_##vc
#define QUAD_LABEL(a, va, b, vb, c, vc, d, vd) fused_##a##_##va##_##b##_##vb##_##c##_##vc##_##d##_##vd
enum fused {
#define PAIR(...) PAIR_LABEL(__VA_ARGS__),
#define TRIPLE(...) TRIPLE_LABEL(__VA_ARGS__),
#define QUAD(...) QUAD_LABEL(__VA_ARGS__),
#include "fused.def"
	FUSED_COUNT
};

/* Which version of a row's handler: by length, and for branches and jumps
 * by whether the target is in the same page. */
enum variant { VAR_4, VAR_2, VAR_4_FAR, VAR_2_FAR, VAR_COUNT };

/* The labels of one compiled interpreter. */
struct engine {
	int xlen;
	const void *insn[ISA_BASE_COUNT][VAR_COUNT];
	const void *super[SUPER_COUNT];
	const void *fused[FUSED_COUNT];
};

/* ---- cached translations ------------------------------------------------------------ */

enum { TLB_ENTRIES = 256, FETCH_ENTRIES = 256, JUMP_ENTRIES = 2048 };

struct tlb_entry {
	uint64_t tag;                  /* virtual address of the page; TAG_NONE: empty */
	uint64_t addend;               /* host address - virtual address */
};
#define TAG_NONE 1                     /* not page aligned: equals no page */

struct fetch_entry {
	uint64_t tag;
	struct code_page *page;
};
struct jump_entry {
	uint64_t pc;                   /* TAG_NONE: empty (instructions are 2-byte aligned) */
	struct rec *rec;
	int64_t left;
};

/* Indexes of the entries that are in use, so that emptying a table costs what filling it did. A
 * COW fault of a short process must not pay for the tables' size. */
#define USED_LIST(name, entries) struct { unsigned n; uint16_t at[entries]; } name

/* What this hart knows of one address space: caches of its page table and of
 * where its code is decoded. A hart keeps a few, so that a pipeline's processes do not
 * throw out each other's. */
struct space {
	struct tlb_entry read[TLB_ENTRIES];
	struct tlb_entry write[TLB_ENTRIES];
	struct jump_entry jump[JUMP_ENTRIES];
	struct fetch_entry fetch[FETCH_ENTRIES];
	USED_LIST(read_used, TLB_ENTRIES);
	USED_LIST(write_used, TLB_ENTRIES);
	USED_LIST(jump_used, JUMP_ENTRIES);
	USED_LIST(fetch_used, FETCH_ENTRIES);
	struct cpu *cpu;
	struct mm *mm;                 /* valid while the hart runs */
	uint64_t mm_id, generation;    /* whose, and of when; mm_id 0: nobody's */
	uint64_t code_epoch;
	uint64_t used;                 /* for choosing the one to replace */

	/* State of the run in progress. */
	int64_t budget_left;           /* instructions not yet given out as slices */
	uint64_t instret_end;          /* cpu->instret when the current slice is used up */
	uint64_t tval;
	bool translating;              /* hot places are offered to the translator */
	uint64_t skip;                 /* but not this pc, once */
	uint64_t faulted;              /* pc of the fault that ended the last run: no place that is jumped to */
	uint64_t fences;               /* fence.i executed, and flush calls */
	void *translated;              /* the translator's own */
	uint64_t value;                /* result of load_slow */
	uint8_t rm_ready[8];           /* rm field -> the host rounds that way now */
	bool have_fma;
};

struct cpu {
	uint64_t instret;
	bool interrupt;                /* atomically: cpu_interrupt was called */
	uint64_t reserved_addr;        /* LR's; RESERVED_NONE */
	uint64_t reserved_value;
	unsigned reserved_size;
	uint64_t use_counter;
	uint64_t run_epoch;            /* atomically: code_epoch when the run began, RUN_NONE outside */
	struct code_page *straddle;    /* see straddle_alone() */
	bool code_full;                /* what looks like a fetch fault is only a full code cache */
	struct space *spaces[4];
};
#define RESERVED_NONE CPU_RESERVED_NONE
#define RUN_NONE UINT64_MAX

/* Instructions run between looks at cpu->interrupt: some 10 us, which a shoot-down waits for. */
enum { SLICE = 4096 };

/* RISC-V's `time` CSR counts at this rate; Linux says it in timebase-frequency. */
enum { TIMEBASE_HZ = CPU_TIMEBASE_HZ };

/* The slice is over: `left` (<= 0) instructions of it remain. How many more may run before
 * the next look (already net of left), or 0: stop. */
int64_t cpu_next_slice(struct space *s, int64_t left);

/* Internal: regs->pc is hot. Not seen outside cpu_run(). */
#define TRAP_HOT ((enum trap)(TRAP_COUNT + 1))

/* ---- the inner loop, compiled once per xlen ------------------------------------------- */

enum trap interp32_run(struct space *s, struct cpu_regs *regs, struct engine *labels);
enum trap interp64_run(struct space *s, struct cpu_regs *regs, struct engine *labels);

/* ---- code cache (code.c) ----------------------------------------------------------------- */

extern uint64_t code_epoch;    /* changes when records may have gone away: jump and fetch entries are stale */

void code_init(void);
void code_add_cpu(struct cpu *cpu);
void code_remove_cpu(struct cpu *cpu);
/* The record at pc, or NULL: fetch fault, s->tval is pc. Fills the jump cache. */
struct rec *code_lookup(struct space *s, uint64_t pc);
/* Somebody jumps to this record: it is counted from now on. */
void code_count(struct rec *r);
/* Nobody wants to know how often pc is reached. */
void code_stop_counting(struct space *s, uint64_t pc);
bool code_offer_later(struct space *s, uint64_t pc);      /* see cpu_offer_later() */
/* Decode the record (and some after it). */
void code_decode(struct rec *r);
/* The record of the instruction that straddles the end of the page at page_va; its page's
 * straddle_handler executes it. NULL: fetch fault, s->tval says where. */
struct rec *code_straddle(struct space *s, struct rec *r, uint64_t page_va);
uint32_t code_bits(const struct rec *r);       /* the instruction's bits */
struct space *code_space_alloc(void);
void code_space_free(struct space *s);
void code_init_space(struct space *s);
/* Forget what the space knows of code; pages are looked at again when entered. */
void code_flush_space(struct space *s);

/* ---- memory, the slow way (memory.c) ------------------------------------------------------- */

void tlb_init(struct space *s);
void tlb_flush(struct space *s);
void tlb_forget_writes(struct space *s);
/* Translation-buffer misses and accesses across a page. load: s->value, zero-extended.
 * False: fault, s->tval is the first byte that could not be accessed, nothing was written. */
bool load_slow(struct space *s, uint64_t va, unsigned size);
bool store_slow(struct space *s, uint64_t va, unsigned size, uint64_t value);
/* Host address of an aligned datum, for atomics. NULL: fault. */
void *atomic_address(struct space *s, uint64_t va, enum access access);
/* Guest memory that other harts may be writing, a page of it. */
void guest_copy_page(uint8_t *to, const uint8_t *guest);
bool guest_page_is(const uint8_t *bytes, const uint8_t *guest);

/* ---- both engines in lock step (lockstep.c) ------------------------------------------------- */

/* As cpu_run; a difference ends hearth. */
enum trap lockstep_run(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget, uint64_t *tval);
/* The page is about to be written by the interpreter. */
void lockstep_writes(uint8_t *host);
uint64_t lockstep_now(void);
uint64_t csr_time(void);
/* cpu.c: run until a trap or *left instructions are done. translating: hot places go to the
 * translator; offer: so does the first. */
enum trap cpu_run_engines(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t *left,
			  uint64_t *tval, bool translating, bool offer);

/* ---- CSRs and float state (csr.c) ------------------------------------------------------------- */

enum csr_op { CSR_OP_RW, CSR_OP_RS, CSR_OP_RC };
/* Old value through *value, which holds the operand on entry. write: the instruction writes
 * (CSRRS/CSRRC with x0 do not). instret: the count before this instruction. False: illegal. */
bool csr_access(struct space *s, struct cpu_regs *regs, int xlen, unsigned csr, enum csr_op op,
                bool write, uint64_t instret, uint64_t *value);

/* Make the host's rounding mode and sticky flags the guest's, and back again. Returns the
 * host's own control word, which float_leave restores. */
uint32_t float_enter(struct space *s, const struct cpu_regs *regs);
void float_leave(struct space *s, struct cpu_regs *regs, uint32_t host_control);

enum round_result { ROUND_HOST, ROUND_SOFT, ROUND_ILLEGAL };
/* An instruction wants a rounding mode the host is not in: switch it if it has it. */
enum round_result round_slow(struct space *s, const struct cpu_regs *regs, unsigned rm);
/* Execute a float instruction in software, as far as the host cannot: rounding mode RMM. */
void float_soft(struct cpu_regs *regs, const struct isa_insn *d, int xlen);

#endif

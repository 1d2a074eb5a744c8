/* jit's private header: the intermediate code, and what front end, optimiser and back end share.
 *
 *     guest bytes ── region.c ──> instructions of a region, in blocks
 *                 ── front.c ───> intermediate code: insn.def's semantics, expanded to it
 *                 ── opt.c ─────> constants, fusing, dead writes
 *                 ── flow.c ────> what is known of each register where a block begins
 *                 ── gen*.c ────> x86-64 code, exits, tables
 *
 * The intermediate code is three-address code on virtual registers that are the guest's
 * own (and one temporary inside an instruction), so the guest's state is exact at every
 * instruction without bookkeeping, and a guest register's place is fixed for a whole
 * region: a host register (a pin) or its slot in struct cpu_regs. What makes it fast is
 * knowledge about the values, which flow.c computes and gen.c uses. */
#ifndef JIT_INTERNAL_H
#define JIT_INTERNAL_H

#include "jit/jit.h"
#include "base/log.h"
#include "isa/isa.h"

/* Host registers by their x86 numbers. */
enum host_reg {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15,
	HOST_NONE = 0xff
};
/* rbp points into the middle of the registers, so that the view's limit and x[0] to x[30] are within a
 * signed byte. */
enum { REGS_BIAS = 128 };

/* ---- intermediate code --------------------------------------------------------------- */

enum ir_op {
#define IR(name) IR_##name,
#include "ir_ops.def"
	IR_COUNT
};
extern const char *const ir_names[IR_COUNT];

/* Virtual registers: x0-x31, f0-f31, one temporary; an immediate; nothing. */
enum { V_F0 = 32, V_TMP = 64, V_COUNT = 65, V_IMM = 0xfe, V_NONE = 0xff };
static inline bool is_x(unsigned v) { return v < 32; }
static inline bool is_f(unsigned v) { return v >= V_F0 && v < V_TMP; }
static inline bool is_reg(unsigned v) { return v < V_COUNT; }

enum ir_cond { C_EQ, C_NE, C_LT, C_GE, C_LTU, C_GEU, C_LE, C_GT, C_LEU, C_GTU };
enum ir_type { T_S8, T_U8, T_S16, T_U16, T_S32, T_U32, T_64 };
static inline unsigned type_size(unsigned t) { return t < T_S16 ? 1 : t < T_S32 ? 2 : t < T_64 ? 4 : 8; }
enum amo_op { AMO_SWAP, AMO_ADD, AMO_AND, AMO_OR, AMO_XOR, AMO_MIN, AMO_MAX, AMO_MINU, AMO_MAXU };

struct ir {
	uint8_t op, width;             /* enum ir_op; 32 or 64 */
	uint8_t d, a, b, c;
	uint8_t sub;                   /* ir_cond, ir_type, amo_op, jit_exit_kind, jit_refusal: see op */
	uint8_t rm;                    /* floats: rounding mode; LEA: scale; FMA: signs (1: product, 2: addend);
	                                * FSET: 1: quiet; SETFLAGS: 1: set bits, 2: clear bits;
	                                * products and quotients: 1: STASHED follows */
	uint8_t round;                 /* floats: the static rounding mode to be switched to; 0: as the host rounds */
	bool dead;
	int64_t imm;                   /* V_IMM's value; memory and JIND: offset; EXIT: reason */
	uint16_t insn;                 /* index of the guest instruction in the region */
};

/* ---- regions --------------------------------------------------------------------------- */

enum {
	MAX_INSNS = 512, MAX_BLOCKS = MAX_INSNS, MAX_IR = 3 * MAX_INSNS, MAX_PAGES = 24, MAX_ZONES = 24, MAX_LOOPS = 64,
	FULL_INSNS = 160, QUICK_INSNS = 32,
	LOOP_INSNS = 32,               /* full: so far into others' code it is looked for a loop: most are smaller */
	SHARED_MAX = 2 * LOOP_INSNS,
	/* Functions that are made part of their callers: the largest, all of them together, how deep. */
	CALLEE_INSNS = 96, CALLEES_INSNS = 240, CALL_DEPTH = 3, MAX_CONTEXTS = 32,
	MAX_RETURNS = 6,
};

/* Code that was called from within the region is there once for each call: in a context of its own.
 * Context 0 is the region's own. */
struct context {
	gva_t callee, ret;             /* where it begins; where it returns to, in its parent */
	uint8_t parent, depth;
};

struct guest_insn {
	gva_t pc;
	struct isa_insn d;
	uint32_t bits;
	bool leader, entry;
	bool shared;                   /* another region has it (shared.c) */
	bool again;                    /* calls what the region begins with */
	uint8_t context, callee;       /* callee: of a call, the context it leads to; 0: it leaves */
	uint16_t block;
};

/* What is known at one point. Integer registers: */
enum kind {
	K_ANY,                         /* the 64-bit value is in place */
	K_SEXT,                        /* and is the sign extension of its low half */
	K_LOW,                         /* only the low half is in place; it means its sign extension */
};
/* Float registers, bits: */
enum {
	F_BOXED = 1,                   /* a single: boxed, or to be boxed */
	F_NARROW = 2,                  /* its upper half is not in place */
	F_CLEAN = 4,                   /* not a NaN, or one that is canonical, or F_LOOSE */
	F_LOOSE = 8,                   /* a NaN here stands for the canonical one */
};
enum { CHK_NONE = -1, CHK_MAX = 1 << 30 };   /* with an immediate still inside the guard */
enum { BELOW_MAX = CHK_MAX };
/* The temporary takes x0's place in these tables. */
#define XI(v) ((v) & 63)

struct flow {
	bool reached;
	uint8_t kind[32];
	uint8_t fkind[32];
	int32_t chk[32];               /* at most so far from an address inside the view; CHK_NONE */
	uint32_t below[32];            /* as a number without sign it is less; 0: not known; BELOW_MAX at most */
	/* Inside a block: 1 + the register from which it is no further than that; 0: none. */
	uint8_t near[32];
	uint32_t far[32];
	uint32_t dirty_x, dirty_f;     /* changed since entry: memory is stale */
};

struct block {
	unsigned first_insn, nr_insns;
	gva_t pc, end;                 /* end: pc of what follows */
	unsigned ir, nr_ir;
	/* Taken or only; fall-through. Of a return: where it may go on. -1: leaves the region. */
	int succ[MAX_RETURNS];
	gva_t succ_pc[MAX_RETURNS];
	unsigned nr_succs, nr_preds, depth, zone, context;
	/* Can be entered; a loop begins here; some predecessor is laid out behind it;
	 * in the innermost loop around the request's pc. */
	bool entry, header, back, hot;
	bool shared;                   /* as its first instruction */
	uint8_t changes[32], grew[32]; /* flow.c: how often a distance or a bound has changed; they must settle */
	struct flow in;
	/* x and f registers: read later; that must be in place; used as an address later. */
	uint64_t live, load, based;
	uint32_t label;                /* code offset */
	uint32_t entry_label;          /* of its entry, plus 1 */
};

struct loop {
	unsigned header, size;
	int parent;                    /* index; -1 */
	uint64_t blocks[MAX_BLOCKS / 64];
};

struct region {
	const struct jit_request *req;
	int xlen;
	unsigned nr_insns, nr_blocks, nr_ir, nr_pages, nr_contexts;
	struct context context[MAX_CONTEXTS];
	unsigned nr_returns;           /* where the recursive calls return to */
	gva_t returns[MAX_RETURNS];
	struct guest_insn insn[MAX_INSNS];
	struct block block[MAX_BLOCKS];
	struct ir ir[MAX_IR];
	uint64_t dirty[MAX_IR];        /* liveness' working space */
	gva_t page_va[MAX_PAGES];
	const uint8_t *page[MAX_PAGES];
	/* Virtual register -> host register or HOST_NONE. Loops that want other registers than what is
	 * around them are zones with a table of their own; between zones what differs goes through memory. */
	uint8_t zone[MAX_ZONES][V_COUNT];
	int zone_loop[MAX_ZONES];
	unsigned nr_zones, nr_loops;
	struct loop loop[MAX_LOOPS];
	uint8_t *host;                 /* that of the zone being worked on */
	uint64_t uses[V_COUNT];
	bool dumping;
	bool bare;                     /* quick: nothing is pinned, and nothing known where blocks begin */
	uint8_t rounds;                /* JIT_MISROUNDS_*: what its float instructions could not do with */
};

/* region.c's working space. */
enum { FINDER_HASH = 2048 };
struct finder {
	struct region *r;
	unsigned head, tail, limit;
	unsigned callees;              /* instructions of functions that were made part of the region */
	unsigned limits[JIT_LIMIT_COUNT]; /* met this time */
	bool choosing;                 /* shared.c is going to choose from others' code */
	/* What it chose: beginnings of others' code that stay, and of the region's that go with what does not. */
	struct places { unsigned nr; gva_t pc[SHARED_MAX]; } kept, left;
	struct { gva_t pc; uint8_t context; bool entry; } queue[MAX_INSNS];
	uint16_t at[FINDER_HASH];      /* 1 + index in insn[]; all 0 between two translations */
	struct guest_insn sorted[MAX_INSNS];
};
struct gen;
struct asm_buf;

static inline void note_limits(enum jit_limit limit, unsigned times)
{
	if (times)
		__atomic_fetch_add(&jit_limits[limit], times, __ATOMIC_RELAXED);
}

static inline void note_limit(enum jit_limit limit) { note_limits(limit, 1); }

static inline bool pinned(const struct region *r, unsigned v) { return r->host[v] != HOST_NONE; }

static inline void enter_zone(struct region *r, const struct block *b) { r->host = r->zone[b->zone]; }

/* region.c: find the blocks. 0, -EFAULT. */
int region_find(struct region *r, struct finder *f, const struct jit_request *req);
bool region_is_link(unsigned x);
bool region_is_return(const struct isa_insn *d);
/* shared.c: what of others' code stays in the region; false: there is none of it. */
bool shared_choose(const struct region *r, struct finder *f);
bool shared_is_wanted(const struct finder *f, gva_t pc, bool is_taken);
/* select.c: what a branch skips is done at once and chosen from. */
void region_make_selects(struct region *r);
/* chains.c: operations on registers without a host register, one after the other; after opt_pins. */
void region_chain(struct region *r);
/* loops.c; after the blocks are final. */
void region_find_loops(struct region *r);
/* front.c: the intermediate code of one instruction; the last one of a block ends it. */
void front_insn(struct region *r, struct block *b, unsigned insn);
/* Is this CSR instruction one that is translated: those of fcsr and its parts? */
bool front_csr(const struct isa_insn *d);
/* opt.c */
void opt_block(struct region *r, struct block *b);
void opt_returns(struct region *r);
void opt_pins(struct region *r);
/* flow.c: what an operand must have in place, what an operation makes of the state. */
enum need { NEED_NONE, NEED_LOW, NEED_ALL };
/* Floats: what the operation takes the operand for; exact: its very bits. */
enum fneed { FN_NONE, FN_SINGLE, FN_DOUBLE, FN_SINGLE_EXACT, FN_BITS_LOW, FN_BITS };
enum fneed flow_fneed(const struct ir *i, unsigned v);
enum need flow_need(const struct region *r, const struct flow *s, const struct ir *i, unsigned v);
/* The operation may be done on low halves, because its operands' low halves say it all. */
bool flow_low(const struct region *r, const struct flow *s, const struct ir *i);
void flow_ir(const struct region *r, struct flow *s, const struct ir *i);
/* Between zones: registers whose place differs go through memory. */
struct regs { uint32_t x, f; };
struct regs flow_moved(const uint8_t *from, const uint8_t *to);
void flow_cross(struct flow *s, const uint8_t *from, const uint8_t *to);
void flow_region(struct region *r);
void flow_nothing(struct region *r);
/* Does the access need its address checked? */
bool flow_unchecked(const struct region *r, const struct flow *s, const struct ir *i);
void flow_uses(const struct ir *i, uint8_t v[3]);   /* registers read; V_NONE */
bool flow_observes(const struct ir *i);             /* the guest's state can be seen here */
/* gen.c */
struct gen *gen_new(void);                          /* working space; NULL: no memory */
void gen_free(struct gen *g);
int gen_region(struct gen *g, struct region *r, struct jit_code **out);
/* dump.c: --dump. Sets r->dumping if anybody wants to see this one; then no other is made visible until
 * dump_end. */
void dump_begin(struct region *r);
enum { DUMP_COLD = MAX_INSNS, DUMP_ENTRY, DUMP_BLOCK };
/* Here begins the code of a guest instruction (its index), of a block (DUMP_BLOCK and its index), of
 * an entry, of what is out of line. */
void dump_mark(uint32_t offset, unsigned begins);
void dump_place(const struct asm_buf *a);           /* the code is settled: where they are now */
void dump_end(const struct region *r, const struct jit_code *code);   /* NULL: nothing came of it */

#endif

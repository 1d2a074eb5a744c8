/* What the parts of the back end share: the code being made and the helpers of gen.c. */
#ifndef JIT_GEN_H
#define JIT_GEN_H

#include "internal.h"
#include "x86.h"

/* Where every guest register is at one point: enough to write them all back. */
struct snap {
	uint32_t pc_delta;
	int16_t pending;
	uint16_t dirty_x, dirty_f, narrow_x, narrow_f, loose_f;   /* as in struct jit_site */
};

/* Code that is made at the end, out of the way. */
enum cold_kind {
	COLD_EXIT, COLD_CANON, COLD_FIX, COLD_EDGE, COLD_RETURN, COLD_CALL, COLD_BY_ZERO, COLD_BY_MINUS_ONE,
	/* These say themselves where they begin. */
	COLD_TAIL, COLD_COMMON, COLD_LANDING, COLD_MISSED, COLD_LOOKUP,
};
enum { MAX_TAILS = 256 };
struct cold {
	enum cold_kind kind;
	uint32_t at;                   /* the jump that leads here: for x86_patch() */
	struct snap snap;              /* COLD_EXIT */
	uint8_t exit_kind, zone;
	uint32_t arg;                  /* COLD_EXIT: its argument; COLD_FIX: 1 + the rounding mode, 0: the host converted */
	uint32_t back;                 /* COLD_CANON, COLD_FIX, COLD_BY_...: where to go on */
	uint8_t xmm, width, type, reg; /* COLD_FIX: type as that of the conversion; reg: the integer */
	unsigned to;                   /* COLD_EDGE, COLD_LANDING: the block */
	struct flow *flow;             /* state at the branch */
};

/* What exits with the same registers to be written back share. */
struct tail { struct snap snap; uint8_t zone; uint32_t label; };

struct gen {
	struct region *r;
	struct asm_buf a;
	struct flow s;                 /* at the operation that is being made */
	const struct block *b;
	const struct ir *i;
	int base;                      /* instructions executed before the block, not yet subtracted */
	unsigned rax_is;               /* rax still has the value of this register, if nothing was made since */
	uint32_t rax_at;
	unsigned flags_of, flags_cond; /* see gen_flags */
	uint32_t flags_at;
	bool failed;                   /* out of memory */
	unsigned nr_tails;
	uint32_t common;               /* label of the last piece; 0: not made yet */
	uint32_t missed, lookup;       /* labels of what indirect jumps, and returns, share; 0: not made yet */
	bool falls_in;                 /* what was made last goes on into the entry that is next */
	bool falls;                    /* or into the block */
	int next;                      /* the block that will be made right here; -1: none */
	uint8_t stash;                 /* where STASHED finds its value: host register; HOST_NONE: in memory */
	uint8_t keeps[16];             /* quick code: what host registers have; V_NONE */
	unsigned turn;
	unsigned nr_copied;            /* gen_copy.c: jumps to the branch at the end of the block */
	uint32_t copied[2];
	unsigned nr_traps, nr_trapping, nr_made;   /* jumps to traps; those that have their site; and their trap */
	unsigned nr_rooms;
	uint32_t timer_label;
	unsigned nr_to_table, nr_cold, nr_sites, nr_exits, nr_entries, nr_edges, nr_states;
	/* From here on nothing is cleared from one translation to the next; what was allocated stays. */
	struct cold *cold;
	struct jit_site *sites;
	struct jit_state states[MAX_IR];
	struct jit_exit *exits;
	unsigned cap_cold, cap_sites, cap_exits;
	uint32_t to_table[64];         /* references to the flag table */
	uint32_t traps[MAX_IR];        /* jumps to them */
	uint32_t rooms[MAX_BLOCKS + 1];/* where traps lie together */
	uint32_t timers[MAX_INSNS];    /* jumps of the entries */
	struct tail tails[MAX_TAILS];
	struct jit_entry entries[MAX_INSNS];
	struct flow edges[2 * MAX_BLOCKS]; /* states at branches whose edge has work to do */
	int16_t end_pending[MAX_BLOCKS];
	uint8_t code[JIT_CODE_MAX];
	struct x86_ref refs[X86_REFS];
};

struct x86_mem gen_slot(unsigned v);                     /* a guest register's place in memory */
struct x86_mem gen_engine(size_t offset);                /* offset in struct cpu_regs */
bool gen_pinned(const struct gen *g, unsigned v);
unsigned gen_src(struct gen *g, unsigned v, unsigned scratch);   /* a host register with v's value */
void gen_load_to(struct gen *g, unsigned reg, unsigned v);       /* reg = v */
unsigned gen_dst(const struct gen *g);                   /* where the result goes: pin or rax */
void gen_done(struct gen *g, unsigned reg);              /* the result is in reg */
/* op reg, v: v where it is; zero when it is an immediate (only 0 may be). */
void gen_op(struct gen *g, uint32_t op, bool w, unsigned reg, unsigned v);
bool gen_wide(const struct gen *g);                      /* the operation needs 64 bits */

/* Quick code: host registers for what the operation reads and makes; everything is in memory only. */
void gen_keep(struct gen *g, const struct ir *i);
void gen_forget(struct gen *g);

unsigned gen_fsrc(struct gen *g, unsigned v, unsigned scratch);
unsigned gen_fdst(const struct gen *g);
void gen_fdone(struct gen *g, unsigned xmm);

/* gen_copy.c: where a block begins that is a loop that copies bytes: several at once; and where the branch at its end is. */
void gen_copy(struct gen *g, const struct block *b);
void gen_copied(struct gen *g);

/* gen_exit.c */
struct cold *gen_add_cold(struct gen *g, enum cold_kind kind, uint32_t at);
struct snap gen_snap_here(const struct gen *g);
void gen_add_budget(struct gen *g, int n);
void gen_write_registers(struct gen *g, const struct snap *n);   /* clobbers rax */
void gen_write_back(struct gen *g, const struct snap *n);        /* and the count */
void gen_leave_by_tail(struct gen *g, const struct snap *snap, uint8_t kind, uint32_t arg);
void gen_direct_exit(struct gen *g, const struct snap *snap, gva_t pc);
/* The pieces that exits share, made when cold code is. */
void gen_make_tail(struct gen *g, const struct cold *s);
void gen_common_exit(struct gen *g, uint32_t at);
void gen_flag_table(struct gen *g);

/* gen_call.c */
void gen_call(struct gen *g, const struct snap *snap, unsigned link);         /* leaves; link: a register */
void gen_go_indirect(struct gen *g, const struct snap *snap, unsigned link);  /* V_NONE: a jump */
void gen_return(struct gen *g, const struct snap *snap);
void gen_make_shared(struct gen *g, const struct cold *s);

/* Leave to the interpreter at the current instruction, if the jcc's condition holds. */
void gen_slow(struct gen *g, int cc, enum jit_refusal why);
enum { CC_O = 0, CC_ALWAYS = -1 };
void gen_site(struct gen *g, bool is_store);             /* the next host instruction may fault */
/* The next one that may is not come to if cc holds: its address is out of bounds. */
void gen_trap(struct gen *g, enum x86_cc cc);
void gen_make_traps(struct gen *g);
void gen_make_timers(struct gen *g);                     /* what entries jump to if the budget is spent */
void gen_canonical(struct gen *g, unsigned xmm, unsigned width);
void gen_box(struct gen *g, unsigned xmm);
void gen_check_boxed(struct gen *g, unsigned v, const struct snap *snap, uint8_t kind, uint32_t arg);
struct snap gen_snap(const struct gen *g, const struct flow *s, gva_t pc, int pending);
void gen_cold_exit(struct gen *g, uint32_t at, const struct snap *snap, uint8_t kind, uint32_t arg);
void gen_table_address(struct gen *g, unsigned reg);     /* of fflags by MXCSR's low six bits */
int gen_pending(const struct gen *g);                    /* before the current instruction */

void gen_int(struct gen *g, const struct ir *i);         /* gen_int.c */
enum { FLAGS_ZERO = 0xff };
enum x86_cc gen_compare(struct gen *g, const struct ir *i);
void gen_flags(struct gen *g, unsigned cond);
void gen_flags_kept(struct gen *g, uint32_t from, unsigned d);
enum x86_cc gen_cc(unsigned cond);
void gen_memory(struct gen *g, const struct ir *i);      /* gen_mem.c */
void gen_odd_quotient(struct gen *g, const struct cold *s);
void gen_float(struct gen *g, const struct ir *i);       /* gen_float.c */
void gen_float_fix(struct gen *g, const struct cold *s);
uint32_t gen_misrounds(struct gen *g);                   /* jumps if the host's rounding mode does not do */

struct jit_code *gen_assemble(struct gen *g);            /* gen_tables.c; NULL: no memory */

#endif

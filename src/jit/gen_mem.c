/* The back end's loads, stores and atomics: one host instruction relative to the view (gs). */
#include "gen.h"

/* The address operand, checked unless it is known to be near the view. */
static struct x86_mem address(struct gen *g, const struct ir *i, unsigned scratch)
{
	struct x86_mem m = { .base = HOST_NONE, .index = HOST_NONE, .gs = true, .addr32 = g->r->xlen == 32,
		.disp = (int32_t)i->imm };

	if (i->a == V_IMM)
		return m;
	m.base = (uint8_t)gen_src(g, i->a, scratch);
	if (flow_unchecked(g->r, &g->s, i)) {
		struct x86_mem limit = gen_engine(offsetof(struct cpu_regs, limit));

		x86_rm(&g->a, 0x3b, true, m.base, &limit);
		gen_trap(g, CC_AE);
	}
	return m;
}

static void load_float(struct gen *g, const struct ir *i)
{
	struct x86_mem m = address(g, i, RDX);
	unsigned d = gen_fdst(g);

	gen_site(g, false);
	x86_vex_rm(&g->a, i->sub == T_64 ? 3 : 2, 1, 0x10, false, d, 0, &m);
	gen_fdone(g, d);
}

static void load(struct gen *g, const struct ir *i)
{
	static const struct { uint32_t op; bool wide; } how[] = {
		[T_S8] = { 0x0fbe, true }, [T_U8] = { 0x0fb6, false }, [T_S16] = { 0x0fbf, true },
		[T_U16] = { 0x0fb7, false }, [T_S32] = { 0x63, true }, [T_U32] = { 0x8b, false },
		[T_64] = { 0x8b, true },
	};
	struct x86_mem m = address(g, i, RDX);
	unsigned d = gen_dst(g);
	bool narrow = g->r->xlen == 32;

	gen_site(g, false);
	if (i->sub == T_S32 && narrow)
		x86_rm(&g->a, 0x8b, false, d, &m);
	else
		x86_rm(&g->a, how[i->sub].op, how[i->sub].wide && !narrow, d, &m);
	gen_done(g, d);
}

static void store(struct gen *g, const struct ir *i)
{
	struct x86_mem m = address(g, i, RDX);
	unsigned v;

	if (is_f(i->b) && gen_pinned(g, i->b)) {
		gen_site(g, true);
		x86_vex_rm(&g->a, i->sub == T_64 ? 3 : 2, 1, 0x11, false, g->r->host[i->b], 0, &m);
		return;
	}
	if (i->b == V_IMM) {
		v = RAX;
		x86_rr(&g->a, 0x33, false, RAX, RAX);
	} else {
		v = gen_src(g, i->b, RAX);
	}
	gen_site(g, true);
	switch (type_size(i->sub)) {
	case 1: x86_rm8(&g->a, 0x88, v, &m); break;
	case 2:
		x86_rm(&g->a, 0x660089, false, v, &m);
		break;
	case 4: x86_rm(&g->a, 0x89, false, v, &m); break;
	case 8: x86_rm(&g->a, 0x89, true, v, &m); break;
	}
}

static void check_aligned(struct gen *g, const struct x86_mem *m, bool w)
{
	x86_rr(&g->a, 0xf7, false, 0, m->base);
	x86_imm32(&g->a, w ? 7 : 3);
	gen_slow(g, CC_NE, JIT_REFUSE_misaligned);
}

/* rax: the old value; rdx: the new one, until nobody came between. */
static void amo_loop(struct gen *g, const struct ir *i, const struct x86_mem *m, bool w)
{
	static const uint8_t worse[] = { [AMO_MIN] = CC_G, [AMO_MAX] = CC_L, [AMO_MINU] = CC_A, [AMO_MAXU] = CC_B };
	uint32_t again, back;

	gen_site(g, true);
	x86_rm(&g->a, 0x8b, w, RAX, m);
	again = g->a.len;
	x86_mov(&g->a, true, RDX, RAX);
	switch (i->sub) {
	case AMO_AND: gen_op(g, 0x23, w, RDX, i->b); break;
	case AMO_OR:  gen_op(g, 0x0b, w, RDX, i->b); break;
	case AMO_XOR: gen_op(g, 0x33, w, RDX, i->b); break;
	default:
		gen_op(g, 0x3b, w, RDX, i->b);
		gen_op(g, 0x0f40 | worse[i->sub], w, RDX, i->b);
	}
	gen_site(g, true);
	x86_byte(&g->a, 0xf0);
	x86_rm(&g->a, 0x0fb1, w, RDX, m);
	back = x86_jcc(&g->a, CC_NE);
	x86_patch(&g->a, back, again);
}

static void amo(struct gen *g, const struct ir *i)
{
	bool w = i->width == 64, loop = i->sub != AMO_ADD && i->sub != AMO_SWAP;
	struct x86_mem m;

	if (i->a == V_IMM || (loop && !gen_pinned(g, i->a) && !g->r->bare)) {
		gen_slow(g, CC_ALWAYS, JIT_REFUSE_int_row);
		return;
	}
	m = address(g, i, g->r->bare ? RCX : RDX);
	check_aligned(g, &m, w);
	if (loop) {
		amo_loop(g, i, &m, w);
	} else {
		if (i->b == V_IMM)
			x86_rr(&g->a, 0x33, false, RAX, RAX);
		else
			gen_load_to(g, RAX, i->b);
		gen_site(g, true);
		x86_byte(&g->a, 0xf0);
		x86_rm(&g->a, i->sub == AMO_ADD ? 0x0fc1 : 0x87, w, RAX, &m);
	}
	if (!w && g->r->xlen == 64)
		x86_rr(&g->a, 0x63, true, RAX, RAX);
	gen_done(g, RAX);
}

/* The reservation is an address and the value seen there, as the interpreter has it. */
static void load_reserved(struct gen *g, const struct ir *i)
{
	struct x86_mem where = gen_engine(offsetof(struct cpu_regs, engine.reserved_addr));
	struct x86_mem value = gen_engine(offsetof(struct cpu_regs, engine.reserved_value));
	struct x86_mem size = gen_engine(offsetof(struct cpu_regs, engine.reserved_size));
	bool w = i->width == 64;
	struct x86_mem m;

	if (i->a == V_IMM) {
		gen_slow(g, CC_ALWAYS, JIT_REFUSE_int_row);
		return;
	}
	m = address(g, i, RDX);
	check_aligned(g, &m, w);
	gen_site(g, false);
	x86_rm(&g->a, 0x8b, w, RAX, &m);
	x86_rm(&g->a, 0x89, true, m.base, &where);
	x86_rm(&g->a, 0x89, true, RAX, &value);
	x86_rm(&g->a, 0xc7, false, 0, &size);
	x86_imm32(&g->a, i->width);
	if (!w && g->r->xlen == 64)
		x86_rr(&g->a, 0x63, true, RAX, RAX);
	gen_done(g, RAX);
}

/* A reservation for another place fails, but only if the page may be written: the interpreter's. */
static void store_conditional(struct gen *g, const struct ir *i)
{
	struct x86_mem where = gen_engine(offsetof(struct cpu_regs, engine.reserved_addr));
	struct x86_mem value = gen_engine(offsetof(struct cpu_regs, engine.reserved_value));
	struct x86_mem size = gen_engine(offsetof(struct cpu_regs, engine.reserved_size));
	bool w = i->width == 64;
	unsigned v = RDX;
	struct x86_mem m;

	if (i->a == V_IMM || (!gen_pinned(g, i->a) && !g->r->bare)) {
		gen_slow(g, CC_ALWAYS, JIT_REFUSE_lr_sc);
		return;
	}
	m = address(g, i, g->r->bare ? RCX : RDX);
	check_aligned(g, &m, w);
	x86_rm(&g->a, 0x3b, true, m.base, &where);
	gen_slow(g, CC_NE, JIT_REFUSE_lr_sc);
	x86_alu_mem_imm(&g->a, 7, false, &size, i->width);
	gen_slow(g, CC_NE, JIT_REFUSE_lr_sc);
	if (i->b == V_IMM)
		x86_rr(&g->a, 0x33, false, RDX, RDX);
	else
		v = gen_src(g, i->b, RDX);
	x86_rm(&g->a, 0x8b, true, RAX, &value);
	gen_site(g, true);
	x86_byte(&g->a, 0xf0);
	x86_rm(&g->a, 0x0fb1, w, v, &m);
	x86_rr8(&g->a, 0x0f90 | CC_NE, 0, RAX);
	x86_rr8(&g->a, 0x0fb6, RAX, RAX);
	x86_rm(&g->a, 0xc7, true, 0, &where);
	x86_imm32(&g->a, (uint32_t)CPU_RESERVED_NONE);
	gen_done(g, RAX);
}

void gen_memory(struct gen *g, const struct ir *i)
{
	switch (i->op) {
	case IR_LOAD:
		if (is_f(i->d))
			load_float(g, i);
		else
			load(g, i);
		break;
	case IR_STORE:
		store(g, i);
		break;
	case IR_AMO:
		amo(g, i);
		break;
	case IR_LR:
		load_reserved(g, i);
		break;
	case IR_SC:
		store_conditional(g, i);
		break;
	case IR_FENCE:                    /* lock or dword [rsp], 0: as mfence, and faster */
		x86_byte(&g->a, 0xf0);
		x86_byte(&g->a, 0x83);
		x86_byte(&g->a, 0x0c);
		x86_byte(&g->a, 0x24);
		x86_byte(&g->a, 0);
		break;
	}
}

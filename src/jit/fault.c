/* A host fault inside generated code becomes a guest trap: the guest's registers are collected
 * from the interrupted context, as the translation's table says, and the context is made to leave
 * through the common exit. Runs in a signal handler: touches only its arguments. */
#include "internal.h"
#include "pack.h"

#include <string.h>
#include <ucontext.h>

/* x86 register numbers to the context's. */
static const uint8_t context_reg[16] = {
	[RAX] = REG_RAX, [RCX] = REG_RCX, [RDX] = REG_RDX, [RBX] = REG_RBX, [RSP] = REG_RSP,
	[RBP] = REG_RBP, [RSI] = REG_RSI, [RDI] = REG_RDI, [R8] = REG_R8, [R9] = REG_R9,
	[R10] = REG_R10, [R11] = REG_R11, [R12] = REG_R12, [R13] = REG_R13, [R14] = REG_R14,
	[R15] = REG_R15,
};

/* The access that the trap at this offset stands for. */
static const struct jit_site *find_trap(const struct jit_code *code, uint32_t offset)
{
	const struct jit_site *sites = JIT_TABLE(code, sites, const struct jit_site);
	const uint32_t *traps = JIT_TABLE(code, traps, const uint32_t);
	uint32_t at = 0, n = 0;

	for (uint32_t k = 0; k < code->nr_sites; k++) {
		if (!(sites[k].state & JIT_SITE_TRAPS))
			continue;
		if (at <= sites[k].offset && n < code->nr_traps)
			at = traps[n++];
		if (at == offset)
			return &sites[k];
		at += JIT_TRAP_SIZE;
	}
	return NULL;
}

static const struct jit_site *find_site(const struct jit_code *code, uint32_t offset)
{
	const struct jit_site *sites = JIT_TABLE(code, sites, const struct jit_site);
	uint32_t lo = 0, hi = code->nr_sites;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (sites[mid].offset == offset)
			return &sites[mid];
		if (sites[mid].offset < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static uint64_t float_value(const struct jit_state *s, unsigned xmm, uint64_t v)
{
	if (s->narrow_f >> xmm & 1) {
		if (s->loose_f >> xmm & 1 && (v & 0x7fffffff) > 0x7f800000)
			v = 0x7fc00000;
		return v | 0xffffffff00000000ull;
	}
	if (s->loose_f >> xmm & 1 && (v & INT64_MAX) > 0x7ff0000000000000ull)
		return 0x7ff8000000000000ull;
	return v;
}

void jit_fault_site(const struct pack_site *p, unsigned xlen, gva_t pc_base, void *ucontext, uint64_t host_address)
{
	ucontext_t *uc = ucontext;
	greg_t *g = uc->uc_mcontext.gregs;
	struct cpu_regs *regs = (struct cpu_regs *)(uintptr_t)(g[REG_RBP] - REGS_BIAS);
	const struct jit_state *s = &p->state;
	bool is_store = p->site.state & JIT_SITE_STORE;

	if (p->site.pending == JIT_SITE_RESUMES) {
		g[REG_RIP] += p->site.pc_delta / 2;
		return;
	}

	for (unsigned i = 0; i < 16; i++) {
		unsigned r = p->pins.x[i], f = p->pins.f[i];

		if (r < 32 && s->dirty_x >> i & 1) {
			uint64_t v = (uint64_t)g[context_reg[i]];

			regs->x[r] = s->narrow_x >> i & 1 ? (uint64_t)(int64_t)(int32_t)v : v;
		}
		if (f < 32 && s->dirty_f >> i & 1) {
			uint64_t v;

			memcpy(&v, &uc->uc_mcontext.fpregs->_xmm[i], sizeof(v));
			regs->f[f] = float_value(s, i, v);
		}
	}
	regs->pc = pc_base + (gva_t)(int64_t)p->site.pc_delta;
	if (xlen == 32)
		regs->pc = (uint32_t)regs->pc;
	g[REG_R15] -= p->site.pending;
	if (p->trapped) {
		g[REG_RAX] = (greg_t)((uint64_t)JIT_REFUSE_wild << 32 | JIT_EXIT_INTERPRET);
	} else {
		regs->engine.tval = host_address - regs->engine.view;
		g[REG_RAX] = (greg_t)((uint64_t)(is_store ? TRAP_STORE_FAULT : TRAP_LOAD_FAULT) << 32 | JIT_EXIT_FAULT);
	}
	g[REG_RDX] = 0;
	g[REG_RIP] = (greg_t)(uintptr_t)regs->engine.exit;
}

bool jit_fault(const struct jit_code *code, const void *base, void *ucontext, uint64_t host_address)
{
	uint64_t rip = (uint64_t)((ucontext_t *)ucontext)->uc_mcontext.gregs[REG_RIP];
	uint32_t offset = (uint32_t)(rip - (uint64_t)(uintptr_t)base);
	const struct jit_site *site = find_site(code, offset);
	struct pack_site p = { .trapped = !site };

	if (!site)
		site = find_trap(code, offset);
	if (!site)
		return false;
	p.site = *site;
	p.state = JIT_TABLE(code, states, const struct jit_state)[site->state & JIT_SITE_STATE];
	p.pins = JIT_TABLE(code, pins, const struct jit_pins)[p.state.zone];
	jit_fault_site(&p, code->xlen, code->pc_base, ucontext, host_address);
	return true;
}

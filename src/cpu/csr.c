/* The CSRs user mode has (manual, chapters "Zicsr", "Zicntr" and "F"), and the exchange of
 * float state with the host's control register.
 *
 * fflags accumulate in the host's MXCSR while guest code runs and are merged
 * into regs->fcsr when somebody looks. The host rounds in one mode at a
 * time: rm_ready[] says for which values of an instruction's rm field that is the right one. */
#include "interp.h"

#include <string.h>
#include "fpu.h"
#include "sched/sched.h"

enum { CSR_FFLAGS = 1, CSR_FRM = 2, CSR_FCSR = 3,
	CSR_CYCLE = 0xc00, CSR_TIME = 0xc01, CSR_INSTRET = 0xc02,
	CSR_CYCLEH = 0xc80, CSR_TIMEH = 0xc81, CSR_INSTRETH = 0xc82 };

#define FCSR_FRM(fcsr) ((fcsr) >> 5 & 7)

/* ---- rounding and flags ------------------------------------------------------------ */

/* RNE RTZ RDN RUP as MXCSR's rounding control; RMM has no host mode. */
static const uint8_t host_rounding[4] = { 0, 3, 1, 2 };

static void set_rounding(struct space *s, unsigned mode, unsigned frm)
{
	mxcsr_write((mxcsr_read() & ~(uint32_t)MXCSR_RC) | (uint32_t)host_rounding[mode] << MXCSR_RC_SHIFT);
	memset(s->rm_ready, 0, sizeof(s->rm_ready));
	s->rm_ready[mode] = true;
	s->rm_ready[ISA_RM_DYN] = frm == mode;
}

enum round_result round_slow(struct space *s, const struct cpu_regs *regs, unsigned rm)
{
	unsigned frm = FCSR_FRM(regs->fcsr);
	unsigned mode = rm == ISA_RM_DYN ? frm : rm;

	if (mode > ISA_RM_RMM)
		return ROUND_ILLEGAL;
	if (mode == ISA_RM_RMM)
		return ROUND_SOFT;
	set_rounding(s, mode, frm);
	return ROUND_HOST;
}

/* Move the host's sticky flags into fcsr. MXCSR: IE DE ZE OE UE PE from bit 0. */
static void collect_flags(struct cpu_regs *regs)
{
	uint32_t v = mxcsr_read();

	if (!(v & MXCSR_FLAGS))
		return;
	regs->fcsr |= (v & 0x01 ? FFLAG_NV : 0) | (v & 0x04 ? FFLAG_DZ : 0) | (v & 0x08 ? FFLAG_OF : 0) |
	              (v & 0x10 ? FFLAG_UF : 0) | (v & 0x20 ? FFLAG_NX : 0);
	mxcsr_write(v & ~(uint32_t)MXCSR_FLAGS);
}

uint32_t float_enter(struct space *s, const struct cpu_regs *regs)
{
	uint32_t host = mxcsr_read();
	unsigned frm = FCSR_FRM(regs->fcsr), mode = frm < ISA_RM_RMM ? frm : ISA_RM_RNE;

	mxcsr_write(MXCSR_MASKS | (uint32_t)host_rounding[mode] << MXCSR_RC_SHIFT);
	memset(s->rm_ready, 0, sizeof(s->rm_ready));
	s->rm_ready[mode] = true;
	s->rm_ready[ISA_RM_DYN] = frm == mode;
	return host;
}

void float_leave(struct space *s, struct cpu_regs *regs, uint32_t host_control)
{
	collect_flags(regs);
	mxcsr_write(host_control);
}

/* ---- access ---------------------------------------------------------------------------- */

/* A field of fcsr: shift and width. */
static bool float_csr(unsigned csr, unsigned *shift, uint32_t *mask)
{
	*shift = csr == CSR_FRM ? 5 : 0;
	*mask = csr == CSR_FFLAGS ? 0x1f : csr == CSR_FRM ? 7 : 0xff;
	return csr >= CSR_FFLAGS && csr <= CSR_FCSR;
}

static void write_fcsr(struct space *s, struct cpu_regs *regs, uint32_t v)
{
	unsigned old = FCSR_FRM(regs->fcsr), frm = FCSR_FRM(v);

	regs->fcsr = v;
	if (frm == old)
		return;
	s->rm_ready[ISA_RM_DYN] = false;
	if (frm < ISA_RM_RMM)
		set_rounding(s, frm, frm);
}

uint64_t csr_time(void)
{
	return lockstep_now() / (NSEC_PER_SEC / TIMEBASE_HZ);
}

static bool counter(int xlen, unsigned csr, uint64_t instret, uint64_t *value)
{
	uint64_t v;

	switch (csr & ~0x80u) {
	case CSR_CYCLE:          /* one instruction a cycle */
	case CSR_INSTRET:
		v = instret;
		break;
	case CSR_TIME:
		v = csr_time();
		break;
	default:
		return false;
	}
	if (csr & 0x80 && xlen == 64)
		return false;
	*value = csr & 0x80 ? v >> 32 : v;
	return true;
}

bool csr_access(struct space *s, struct cpu_regs *regs, int xlen, unsigned csr, enum csr_op op,
                bool write, uint64_t instret, uint64_t *value)
{
	uint64_t operand = *value;
	uint32_t mask, old, new;
	unsigned shift;

	if (!float_csr(csr, &shift, &mask))
		return !write && counter(xlen, csr, instret, value);  /* counters are read-only */
	collect_flags(regs);
	old = regs->fcsr >> shift & mask;
	*value = old;
	if (!write)
		return true;
	new = op == CSR_OP_RW ? (uint32_t)operand : op == CSR_OP_RS ? old | (uint32_t)operand
	                                                           : old & ~(uint32_t)operand;
	write_fcsr(s, regs, (regs->fcsr & ~(mask << shift)) | (new & mask) << shift);
	return true;
}

/* What the tests of the interpreter share: a machine of one address space on fake_mm, and
 * just enough of an assembler. Code is emitted at `here`. */
#ifndef TESTS_CPU_MACHINE_H
#define TESTS_CPU_MACHINE_H

#include "fake_mm.h"

#include "cpu/cpu.h"

enum { CODE = 0x10000, DATA = 0x200000 };
enum { X0, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5 };

static struct cpu *cpu;
static struct mm *mm;
static struct cpu_regs regs;
static uint64_t tval;
static gva_t here;

static inline void machine_start(enum xlen xlen)
{
	if (!cpu)
		cpu = cpu_create();
	mm = fake_mm_create(xlen);
	fake_map(mm, CODE, 4 * PAGE_SIZE, FAKE_R | FAKE_W | FAKE_X);
	fake_map(mm, DATA, 2 * PAGE_SIZE, FAKE_R | FAKE_W);
	regs = (struct cpu_regs){ .pc = CODE };
	here = CODE;
}
static inline void machine_stop(void)
{
	fake_mm_destroy(mm);
}
static inline enum trap run(int64_t budget)
{
	return cpu_run(cpu, &regs, mm, budget, &tval);
}
static inline enum trap run_from(gva_t pc)
{
	regs.pc = pc;
	return run(100000);
}

/* Code is going to change there: the engine keeps what it has seen until it is told. */
static inline void code_at(gva_t pc)
{
	here = pc;
	cpu_flush_icache(cpu);
}
static inline void emit4(uint32_t bits) { fake_write(mm, here, &bits, 4); here += 4; }
static inline void emit2(uint16_t bits) { fake_write(mm, here, &bits, 2); here += 2; }

static inline uint32_t r_type(uint32_t match, unsigned rd, unsigned rs1, unsigned rs2)
{
	return match | rd << 7 | rs1 << 15 | rs2 << 20;
}
static inline uint32_t i_type(uint32_t match, unsigned rd, unsigned rs1, int imm)
{
	return match | rd << 7 | rs1 << 15 | (uint32_t)imm << 20;
}
static inline uint32_t s_type(uint32_t match, unsigned rs2, unsigned rs1, int imm)
{
	return match | rs2 << 20 | rs1 << 15 | ((uint32_t)imm & 31) << 7 | (uint32_t)(imm >> 5) << 25;
}
static inline uint32_t b_type(uint32_t match, unsigned rs1, unsigned rs2, int imm)
{
	uint32_t v = (uint32_t)imm;

	return match | rs1 << 15 | rs2 << 20 | (v >> 12 & 1) << 31 | (v >> 5 & 63) << 25 | (v >> 1 & 15) << 8 | (v >> 11 & 1) << 7;
}
static inline uint32_t j_type(unsigned rd, int imm)
{
	uint32_t v = (uint32_t)imm;

	return 0x6f | rd << 7 | (v >> 20 & 1) << 31 | (v >> 1 & 0x3ff) << 21 | (v >> 11 & 1) << 20 | (v >> 12 & 0xff) << 12;
}

#define LUI(rd, imm20)        (0x37 | (rd) << 7 | (uint32_t)(imm20) << 12)
#define AUIPC(rd, imm20)      (0x17 | (rd) << 7 | (uint32_t)(imm20) << 12)
#define ADDI(rd, rs1, imm)    i_type(0x13, rd, rs1, imm)
#define ADD(rd, rs1, rs2)     r_type(0x33, rd, rs1, rs2)
#define SUB(rd, rs1, rs2)     r_type(0x40000033, rd, rs1, rs2)
#define LB(rd, rs1, imm)      i_type(0x03, rd, rs1, imm)
#define LH(rd, rs1, imm)      i_type(0x1003, rd, rs1, imm)
#define LW(rd, rs1, imm)      i_type(0x2003, rd, rs1, imm)
#define LD(rd, rs1, imm)      i_type(0x3003, rd, rs1, imm)
#define SB(rs2, rs1, imm)     s_type(0x23, rs2, rs1, imm)
#define SH(rs2, rs1, imm)     s_type(0x1023, rs2, rs1, imm)
#define SW(rs2, rs1, imm)     s_type(0x2023, rs2, rs1, imm)
#define SD(rs2, rs1, imm)     s_type(0x3023, rs2, rs1, imm)
#define BEQ(rs1, rs2, imm)    b_type(0x63, rs1, rs2, imm)
#define BNE(rs1, rs2, imm)    b_type(0x1063, rs1, rs2, imm)
#define JAL(rd, imm)          j_type(rd, imm)
#define JALR(rd, rs1, imm)    i_type(0x67, rd, rs1, imm)
#define CSRRW(rd, csr, rs1)   i_type(0x1073, rd, rs1, csr)
#define CSRRS(rd, csr, rs1)   i_type(0x2073, rd, rs1, csr)
#define LR_W(rd, rs1)         r_type(0x1000202f, rd, rs1, 0)
#define SC_W(rd, rs2, rs1)    r_type(0x1800202f, rd, rs1, rs2)
#define LR_D(rd, rs1)         r_type(0x1000302f, rd, rs1, 0)
#define SC_D(rd, rs2, rs1)    r_type(0x1800302f, rd, rs1, rs2)
#define AMOADD_W(rd, rs2, rs1) r_type(0x0000202f, rd, rs1, rs2)
#define AMOADD_D(rd, rs2, rs1) r_type(0x0000302f, rd, rs1, rs2)
#define FADD_D(rd, rs1, rs2, rm) (r_type(0x02000053, rd, rs1, rs2) | (rm) << 12)
#define FADD_S(rd, rs1, rs2, rm) (r_type(0x00000053, rd, rs1, rs2) | (rm) << 12)
#define FDIV_D(rd, rs1, rs2, rm) (r_type(0x1a000053, rd, rs1, rs2) | (rm) << 12)
#define FENCE_I 0x100fu
#define ECALL   0x73u
#define EBREAK  0x100073u
#define C_EBREAK 0x9002u
#define C_NOP   0x0001u
#define C_ADDI_A0_1 0x0505u

#endif

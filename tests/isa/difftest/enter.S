/* enter_block(state): load the whole register file from the state, run the code
 * block, store the register file back.
 *
 * gp (x3) holds the state's address all the while, so no instruction under test
 * may write it. The block ends with a jump to leave_block, which difftest.c
 * encodes; nothing but gp is needed to save the other registers.
 *
 *   state:  x[32] words | host sp, ra, s0-s11, tp words | f[32] 8 bytes each | fcsr word
 */
#if __riscv_xlen == 64
#define W 8
#define L ld
#define S sd
#else
#define W 4
#define L lw
#define S sw
#endif
#define HOST  (32 * W)
#define FREGS (48 * W)
#define FCSR  (FREGS + 32 * 8)

	.macro each_float op
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op f\n, FREGS + \n * 8(gp)
	.endr
	.endm
	.macro each_int op
	.irp n, 1,2,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op x\n, \n * W(gp)
	.endr
	.endm
	.macro each_host op
	\op sp, HOST + 0 * W(gp)
	\op ra, HOST + 1 * W(gp)
	\op tp, HOST + 2 * W(gp)
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11
	\op s\n, HOST + (3 + \n) * W(gp)
	.endr
	.endm

	.option norelax
	.text
	.globl enter_block, leave_block, _start
enter_block:
	mv	gp, a0
	each_host S
	L	t0, FCSR(gp)
	fscsr	t0
	each_float fld
	each_int L
	j	code_block

leave_block:
	each_int S
	frcsr	t0
	S	t0, FCSR(gp)
	fscsr	x0
	each_float fsd
	each_host L
	ret

_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	L	a0, 0(sp)
	addi	a1, sp, W
	andi	sp, sp, -16
	call	difftest_main

	/* Within reach of a jal from here: the block the C part fills with instructions. */
	.section .code_block, "awx", @progbits
	.balign 4096
	.globl code_block
code_block:
	.zero	8192

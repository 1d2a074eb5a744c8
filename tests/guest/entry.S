# What a program finds at its first instruction (E2, E3): every integer and float
# register zero, fcsr zero, sp aligned to 16 and pointing at argc. Exit status 0 if
# so; else the number of the first register that is not (32+n for float registers,
# 64 fcsr, 65 sp, 66 argc).
	.globl _start
_start:
	.macro	is_zero n
	beqz	x\n, 1f
	li	a0, \n
	j	leave
1:
	.endm
	.irp	n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	is_zero	\n
	.endr
	.macro	float_is_zero n
#if __riscv_xlen == 64
	fmv.x.d	t0, f\n
#else
	fmv.x.w	t0, f\n
#endif
	beqz	t0, 1f
	li	a0, 32+\n
	j	leave
1:
	.endm
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	float_is_zero \n
	.endr
	frcsr	t0
	li	a0, 64
	bnez	t0, leave
	andi	t0, sp, 15
	li	a0, 65
	bnez	t0, leave
#if __riscv_xlen == 64
	ld	t0, 0(sp)
#else
	lw	t0, 0(sp)
#endif
	li	t1, 3
	li	a0, 66
	bne	t0, t1, leave
	li	a0, 0
leave:
	li	a7, 93
	ecall

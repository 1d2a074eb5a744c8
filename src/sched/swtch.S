/* void sched_swtch(void **save_sp, void *load_sp)
 *
 * Saves what a function call must preserve on the current stack, stores the
 * stack pointer in *save_sp, and continues where the stack load_sp was left.
 * Everything else is dead across a call by the ABI. The floating-point control
 * words (MXCSR, x87 control word; FPCR) are left alone: cpu_run() sets the
 * guest's rounding mode on entry and restores the host's before it returns, so
 * kernel code always runs with the default ones.
 */
	.text
	.globl	sched_swtch
	.type	sched_swtch, %function
#if defined(__x86_64__)
	.p2align 4
sched_swtch:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
#elif defined(__aarch64__)
	.p2align 4
sched_swtch:
	stp	x29, x30, [sp, #-160]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	ldp	x29, x30, [sp], #160
	ret
#else
#error "sched_swtch: no context switch for this host"
#endif
	.size	sched_swtch, . - sched_swtch
	.section .note.GNU-stack, "", %progbits

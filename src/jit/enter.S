/* struct jit_left jit_enter(struct cpu_regs *regs, const void *entry, void *view)
 *
 * Saves what a call must preserve, makes the host registers what generated code expects
 * (jit/jit.h) and jumps to it. Generated code does not move rsp; it comes back by jumping to
 * regs->engine.exit with the struct jit_left in rax (kind, arg) and rdx (link). The offsets
 * are those of struct cpu_regs; compile.c asserts them. */
#define REGS_BIAS 128
#define ENGINE_BUDGET 528
#define ENGINE_EXIT 544
#define ENGINE_VIEW 560

	.text
#if defined(__x86_64__)
	.globl	jit_enter
	.type	jit_enter, %function
	.p2align 4
jit_enter:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	subq	$8, %rsp
	leaq	1f(%rip), %rax
	movq	%rax, ENGINE_EXIT(%rdi)
	movq	%rdx, ENGINE_VIEW(%rdi)
	wrgsbase %rdx
	leaq	REGS_BIAS(%rdi), %rbp
	movq	ENGINE_BUDGET(%rdi), %r15
	jmpq	*%rsi
	.p2align 4
1:	movq	%r15, ENGINE_BUDGET-REGS_BIAS(%rbp)
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	jit_enter, .-jit_enter
#endif
	.section .note.GNU-stack,"",%progbits

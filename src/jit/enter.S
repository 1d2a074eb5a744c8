/* struct jit_left jit_enter(struct cpu_regs *regs, const void *entry, void *view)
 *
 * Saves what a call must preserve, makes the host registers what generated code expects
 * (jit/jit.h) and jumps to it. Generated code has a stack of its own, for its calls (gen_call.c), whose
 * top is regs->engine.returns; wherever it is on it, it comes back by jumping to
 * regs->engine.exit with the struct jit_left in rax (kind, arg) and rdx (link), or to one of the places
 * that make these, which each translation would otherwise need a copy of:
 *
 *   engine.packed   rdx: distance of pc / 2 from rcx (from bit 19), pending count (9-18), argument (4-8),
 *                   kind (0-3)
 *   direct          called by a direct exit, or by an entry that finds the budget spent (JIT_LINK_CALL).
 *                   The kind is JIT_EXIT_DIRECT
 *   engine.counted  called where a quick translation begins (JIT_COUNTED_CALL): leaves if the budget is spent
 *                   (JIT_EXIT_TIMER) or the translation is hot (JIT_EXIT_HOT), else returns. The counter is that
 *                   of the return address
 *   engine.indirect rdx: pc. The kind is JIT_EXIT_INDIRECT
 *   engine.lookup   rdx: pc. It goes on there if the jump table has it; else as engine.indirect
 *
 * The offsets are those of struct cpu_regs; compile.c asserts them. */
#define PC 272
#define ENGINE_PACKED 624
#define DIRECT 0
#define ENGINE_INDIRECT 632
#define ENGINE_PC_MASK 640
#define EXIT_DIRECT 0
#define EXIT_INDIRECT 1
#define EXIT_TIMER 2
#define EXIT_HOT 7
#define LINK_CALL 3
#define COUNTED_CALL 6
#define REGS_BIAS 128
#define ENGINE_BUDGET 544
#define ENGINE_EXIT 552
#define ENGINE_VIEW 568
#define ENGINE_JUMPS 560
#define ENGINE_LOOKUP 656
#define ENGINE_RETURNS 664
#define ENGINE_HOST_STACK 672
#define ENGINE_COUNTED 680
#define JUMP_MASK 0xffff0
#define HEAT 0x100000
#define HEAT_MASK 0x3fff

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
	leaq	2f(%rip), %rax
	movq	%rax, ENGINE_PACKED(%rdi)
	leaq	3f(%rip), %rax
	movq	%rax, DIRECT(%rdi)
	leaq	4f(%rip), %rax
	movq	%rax, ENGINE_INDIRECT(%rdi)
	leaq	5f(%rip), %rax
	movq	%rax, ENGINE_LOOKUP(%rdi)
	leaq	6f(%rip), %rax
	movq	%rax, ENGINE_COUNTED(%rdi)
	movq	%rsp, ENGINE_HOST_STACK(%rdi)
	movq	ENGINE_RETURNS(%rdi), %rsp
	movq	%rdx, ENGINE_VIEW(%rdi)
	wrgsbase %rdx
	leaq	REGS_BIAS(%rdi), %rbp
	movq	ENGINE_BUDGET(%rdi), %r15
	jmpq	*%rsi
	.p2align 4
2:	movq	%rdx, %rax
	shlq	$45, %rax
	sarq	$54, %rax
	subq	%rax, %r15
	movq	%rdx, %rax
	sarq	$19, %rax
	leaq	(%rcx,%rax,2), %rax
	andq	ENGINE_PC_MASK-REGS_BIAS(%rbp), %rax
	movq	%rax, PC-REGS_BIAS(%rbp)
	movl	%edx, %eax
	shrl	$4, %eax
	andl	$31, %eax
	shlq	$32, %rax
	andl	$15, %edx
	orq	%rdx, %rax
	xorl	%edx, %edx
	jmp	1f
	.p2align 4
6:	movl	(%rsp), %edx
	testq	%r15, %r15
	js	7f
	movq	ENGINE_JUMPS-REGS_BIAS(%rbp), %rax
	shrl	$3, %edx
	andl	$HEAT_MASK, %edx
	subl	$1, HEAT(%rax,%rdx,4)
	js	8f
	ret
7:	movl	$EXIT_TIMER, %eax
	jmp	9f
8:	movl	$EXIT_HOT, %eax
9:	popq	%rdx
	subq	$COUNTED_CALL, %rdx
	jmp	1f
	.p2align 4
5:	movl	%edx, %eax
	shll	$3, %eax
	andl	$JUMP_MASK, %eax
	addq	ENGINE_JUMPS-REGS_BIAS(%rbp), %rax
	cmpq	(%rax), %rdx
	jne	4f
	jmpq	*8(%rax)
	.p2align 4
4:	movq	%rdx, PC-REGS_BIAS(%rbp)
	movl	$EXIT_INDIRECT, %eax
	jmp	1f
	.p2align 4
3:	popq	%rdx
	subq	$LINK_CALL, %rdx
	movl	$EXIT_DIRECT, %eax
	.p2align 4
1:	movq	%r15, ENGINE_BUDGET-REGS_BIAS(%rbp)
	movq	ENGINE_HOST_STACK-REGS_BIAS(%rbp), %rsp
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

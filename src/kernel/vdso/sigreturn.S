/* Where a signal handler returns to. Unwinders (libgcc, gdb) know the frame by
 * exactly these two instructions, uncompressed; without unwind information of
 * its own the function is recognised that way. */
	.text
	.option norvc
	.balign 4
	nop                                  /* so that pc - 1 belongs to no function */
	.globl __vdso_rt_sigreturn
	.type __vdso_rt_sigreturn, @function
__vdso_rt_sigreturn:
	li a7, 139                           /* rt_sigreturn */
	ecall
	.size __vdso_rt_sigreturn, . - __vdso_rt_sigreturn
	.section .note.GNU-stack, "", @progbits

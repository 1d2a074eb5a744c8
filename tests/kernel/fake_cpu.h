/* A cpu for kernel tests: guest code is C functions.
 *
 * Linked instead of the cpu room. A program counter is the address of a
 * `step`: cpu_run() calls it, on the task's own kernel stack, with the kernel
 * lock held, so that it can call the kernel as a system call would. It returns
 * the step to go on with, or ends the task. Between two steps the trap loop
 * looks at signals and gives others the hart.
 *
 *     static gva_t child(void)  { kernel_exit_group(abi_status_exited(3)); }
 *     static gva_t parent(void) { fork_to(child, SIGCHLD); ... return STEP(next); }
 *
 * run_machine(first) makes pid 1 run `first` until it exits, then checks that
 * nothing leaked. */
#ifndef TESTS_KERNEL_FAKE_CPU_H
#define TESTS_KERNEL_FAKE_CPU_H

#include "../../src/kernel/internal.h"

#include "../unit.h"

typedef gva_t step_fn(void);
#define STEP(fn) ((gva_t)(uintptr_t)(fn))
enum { FAKE_SP = 2, FAKE_A0 = 10 };

/* pid 1's wait status. */
int run_machine(step_fn *first);
/* A child that starts at `fn`; its tid or -errno. */
int64_t clone_to(step_fn *fn, uint64_t flags, int exit_signal);
int64_t fork_to(step_fn *fn);
/* wait4 without its pointers; the status through *status. */
int64_t wait_for(int pid, uint32_t options, int *status);
int64_t send_signal(int pid, int signo);
void set_handler(int signo, gva_t handler, uint64_t flags);
/* Let the others run until none of them is runnable any more. */
void let_others_run(void);
_Noreturn void end(int code);

#endif

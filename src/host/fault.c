/* Host faults that generated code runs into on purpose, and memory for that code.
 *
 * The handler runs on a stack of its own: the code that faults may be on a
 * guest task's kernel stack, of which little may be left, and the context that it
 * interrupts is only looked at and rewritten. What is not generated code's is a crash of
 * hearth, and goes where it would have gone without us. */
#include "host/host.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel's signal frame holds the vector registers (up to 11 KiB with AMX). */
enum { FAULT_STACK_SIZE = 64 * 1024, NR_SIGNALS = 3 };

static const int watched[NR_SIGNALS] = { SIGSEGV, SIGBUS, SIGILL };
static struct sigaction before[NR_SIGNALS];
static bool (*fault_fn)(void *context, uint64_t address);

static void pass_on(int signo, siginfo_t *info, void *context)
{
	const struct sigaction *old = before;

	for (unsigned i = 0; i < NR_SIGNALS; i++)
		if (watched[i] == signo)
			old = &before[i];
	if (old->sa_flags & SA_SIGINFO) {
		old->sa_sigaction(signo, info, context);
	} else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN) {
		old->sa_handler(signo);
	} else {
		/* The instruction faults again, without a handler. */
		signal(signo, SIG_DFL);
	}
}

static void faulted(int signo, siginfo_t *info, void *context)
{
	int err = errno;

	/* Sent by a process, not raised by an access: nothing of generated code's. */
	if (info->si_code <= 0 || !fault_fn(context, (uint64_t)(uintptr_t)info->si_addr))
		pass_on(signo, info, context);
	errno = err;
}

void host_faults_watch(bool (*fn)(void *context, uint64_t address))
{
	struct sigaction act = { .sa_sigaction = faulted, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	fault_fn = fn;
	sigemptyset(&act.sa_mask);
	for (unsigned i = 0; i < NR_SIGNALS; i++) {
		struct sigaction old;

		if (sigaction(watched[i], NULL, &old) == 0 && old.sa_sigaction != faulted) {
			before[i] = old;
			sigaction(watched[i], &act, NULL);
		}
	}
}

void host_faults_unwatch(void)
{
	for (unsigned i = 0; i < NR_SIGNALS; i++) {
		struct sigaction now;

		if (sigaction(watched[i], NULL, &now) == 0 && now.sa_sigaction == faulted)
			sigaction(watched[i], &before[i], NULL);
	}
}

void *host_fault_stack_enter(void)
{
	stack_t now, s = { .ss_size = FAULT_STACK_SIZE };

	/* A sanitizer has given this thread one, of the size it deems right. */
	if (sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE) && now.ss_size >= FAULT_STACK_SIZE)
		return NULL;
	s.ss_sp = host_stack_alloc(FAULT_STACK_SIZE);
	if (s.ss_sp)
		sigaltstack(&s, NULL);
	return s.ss_sp;
}

void host_fault_stack_leave(void *stack)
{
	stack_t now, none = { .ss_flags = SS_DISABLE };

	if (!stack)
		return;
	/* Only the thread it belongs to can take it off; others' threads have ended. */
	if (sigaltstack(NULL, &now) == 0 && now.ss_sp == stack)
		sigaltstack(&none, NULL);
	host_stack_free(stack, FAULT_STACK_SIZE);
}

/* ---- memory for generated code ------------------------------------------------------------ */

/* Two mappings of the same memory: no page is ever writable and executable at the same address.
 * Shared anonymous memory and not a memfd, because perf takes only such for a place where code is
 * made, and looks for its names (perf's util/map.c, is_anon_memory). */
int host_code_create(uint64_t size, void **writable, void **executable)
{
	void *w = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), *x;
	int err = 0;

	if (w == MAP_FAILED)
		return -errno;
	/* Of size 0: the old mapping stays (mremap(2)). */
	x = mremap(w, 0, size, MREMAP_MAYMOVE);
	if (x == MAP_FAILED || mprotect(x, size, PROT_READ | PROT_EXEC) < 0) {
		err = -errno;
		if (x != MAP_FAILED)
			munmap(x, size);
		munmap(w, size);
	}
	*writable = w;
	*executable = x;
	return err;
}

void host_code_destroy(void *writable, void *executable, uint64_t size)
{
	munmap(writable, size);
	munmap(executable, size);
}

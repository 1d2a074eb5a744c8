/* A handler that maps the missing page lets the same access go on. */
#include "abi.h"

static char *page;
static int faults;

static void provide(int signo, siginfo_t *info, void *context)
{
	(void)signo, (void)context;
	faults++;
	mmap((void *)((uintptr_t)info->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

TOPIC(mem_fault_retry)
{
	struct sigaction action = { .sa_sigaction = provide, .sa_flags = SA_SIGINFO };
	long sum = 0;

	page = mmap(NULL, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	R(sigaction(SIGSEGV, &action, NULL));
	for (int i = 0; i < 16; i++)
		page[i * PAGE + i] = i;
	V(faults);
	for (int i = 0; i < 16; i++)
		sum += page[i * PAGE + i];
	V(sum);
	V(faults);
	R(munmap(page, 16 * PAGE));
	page[5] = 3;
	V(faults);
}

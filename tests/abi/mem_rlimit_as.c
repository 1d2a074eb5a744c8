/* RLIMIT_AS: no more address space than that. */
#include "abi.h"

TOPIC(mem_rlimit_as)
{
	struct rlimit limit = { 200 << 20, RLIM_INFINITY };
	char *p;

	R(setrlimit(RLIMIT_AS, &limit));
	R(mmap(NULL, 400 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
	p = mmap(NULL, 20 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	R(p == MAP_FAILED ? -1 : 0);
	V(malloc(300 << 20) == NULL);
	R(mremap(p, 20 << 20, 300 << 20, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
	CHILD(R(mmap(NULL, 400 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0));
	R(munmap(p, 20 << 20));
}

/* Anonymous shared memory: one memory for parent and children, zero at first. */
#include "abi.h"

TOPIC(mem_anon_shared)
{
	volatile int *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	V(shared[5]);
	CHILD(shared[0] = 42; CHILD(shared[1500] = 43));
	V(shared[0]);
	V(shared[1500]);
	shared[0] = 7;
	CHILD(V(shared[0]); munmap((void *)shared, 2 * PAGE));
	V(shared[0]);
}

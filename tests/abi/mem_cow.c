/* Copy on write: after fork each side has its own pages, several generations deep. */
#include "abi.h"

static int data_value = 1;
static int bss_value;

TOPIC(mem_cow)
{
	int *heap = malloc(sizeof(int) * 4096), stack = 3;

	heap[0] = 4;
	heap[4000] = 5;
	bss_value = 2;
	CHILD({
		data_value++, bss_value++, stack++, heap[0]++;
		CHILD({
			data_value += 10;
			heap[4000] += 10;
			printf("grandchild: %d %d %d %d %d\n", data_value, bss_value, stack, heap[0], heap[4000]);
		});
		printf("child: %d %d %d %d %d\n", data_value, bss_value, stack, heap[0], heap[4000]);
	});
	printf("parent: %d %d %d %d %d\n", data_value, bss_value, stack, heap[0], heap[4000]);
	heap[0] = 100;
	CHILD(V(heap[0]));
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			heap[i] = i;
			_exit(heap[0] == (i ? 100 : 0) ? 0 : 1);
		}
		if (i % 5 == 4)
			heap[0] = 100;
		reap(pid);
	}
}

/* atexit, on stdio buffers and order; _exit runs nothing. */
#include "abi.h"

static void first(void) { puts("first registered"); }
static void second(void) { puts("second registered"); }

TOPIC(proc_exit_handlers)
{
	CHILD(atexit(first); atexit(second); exit(3));
	CHILD(atexit(first); _exit(4));
	CHILD(atexit(first); quick_exit(5));
}

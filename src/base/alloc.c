#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static _Noreturn void out_of_memory(size_t size)
{
	fatal("the host has no memory left (%zu bytes were wanted); raise `ulimit -v`, or run less at a time", size);
}

void *try_alloc(size_t size)
{
	return calloc(1, size ? size : 1);
}

void *xalloc(size_t size)
{
	void *p = try_alloc(size);

	if (!p)
		out_of_memory(size);
	return p;
}

void *xrealloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);

	if (!q)
		out_of_memory(size);
	return q;
}

char *xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xalloc(n), s, n);
}

char *xasprintf(const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory(strlen(fmt));
	va_end(ap);
	return s;
}

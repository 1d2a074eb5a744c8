#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

void *try_alloc(size_t size)
{
	return calloc(1, size ? size : 1);
}

void *xalloc(size_t size)
{
	void *p = try_alloc(size);

	if (!p)
		panic("out of host memory (%zu bytes)", size);
	return p;
}

void *xrealloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);

	if (!q)
		panic("out of host memory (%zu bytes)", size);
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
		panic("out of host memory formatting '%s'", fmt);
	va_end(ap);
	return s;
}

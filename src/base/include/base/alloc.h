/* Host heap for hearth's own structures.
 *
 * xalloc: cannot fail (panics when the host is out of memory); for small
 * structures whose number the kernel's limits bound. try_alloc: returns NULL;
 * for sizes that a guest chooses, so that it sees ENOMEM. All memory is zeroed. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stdlib.h>
#include "base/types.h"

void *xalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));
void *try_alloc(size_t size) __attribute__((malloc));
#define xnew(type) ((type *)xalloc(sizeof(type)))

#endif

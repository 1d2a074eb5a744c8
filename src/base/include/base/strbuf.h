/* A growing, always NUL-terminated text buffer: what /proc files and traces are written into. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include "base/types.h"

struct strbuf { char *data; size_t len, cap; };   /* all zero is a valid empty buffer */

void strbuf_printf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_append(struct strbuf *b, const void *data, size_t len);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_reset(struct strbuf *b);   /* empties, keeps the memory */
void strbuf_free(struct strbuf *b);

#endif

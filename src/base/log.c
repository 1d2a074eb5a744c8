/* Messages and panics. One write(2) a message, so lines of several threads never mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum log_level log_threshold = LOG_WARN;

enum { LOG_LINE_MAX = 4096 };

static void write_line(const char *prefix, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX];
	int n = snprintf(line, sizeof(line), "hearth: %s", prefix);
	int m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);

	if (m < 0)
		m = 0;
	n += m;
	if (n > LOG_LINE_MAX - 2)
		n = LOG_LINE_MAX - 2;
	line[n++] = '\n';
	/* Nothing can be done about a stderr that does not take the message. */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

void log_message(enum log_level level, const char *fmt, ...)
{
	static const char *const prefix[] = { "", "warning: ", "", "debug: " };
	va_list ap;

	if (level > log_threshold)
		return;
	va_start(ap, fmt);
	write_line(prefix[level], fmt, ap);
	va_end(ap);
}

void fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line("", fmt, ap);
	va_end(ap);
	exit(FATAL_STATUS);
}

void panic_at(const char *file, int line, const char *fmt, ...)
{
	char where[256];
	va_list ap;

	snprintf(where, sizeof(where), "internal error at %s:%d: ", file, line);
	va_start(ap, fmt);
	write_line(where, fmt, ap);
	va_end(ap);
	abort();
}

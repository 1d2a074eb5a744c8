/* Messages to hearth's user, and assertions that stay on in every build.
 *
 * Everything goes to stderr as one write(2) per message, prefixed "hearth: ".
 * Bad guest input is never a panic: it is an errno, a signal or log_error(). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Messages above this level are dropped. Default LOG_WARN; HEARTH_LOG=debug raises it. */
extern enum log_level log_threshold;

void log_message(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...) log_message(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_message(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_message(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_message(LOG_DEBUG, __VA_ARGS__)

/* The host does not give what hearth cannot go on without (memory, descriptors): says what may be
 * done about it, and exits. No fault of hearth's or of the guest's. */
enum { FATAL_STATUS = 125 };
_Noreturn void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* An invariant of hearth itself is broken: says where, and aborts. */
_Noreturn void panic_at(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)
#define ASSERT(cond) \
	do { if (__builtin_expect(!(cond), 0)) panic("assertion failed: %s", #cond); } while (0)

#endif

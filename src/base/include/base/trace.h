/* Tracepoints: typed places in a room that somebody above may watch.
 *
 * A room that can be watched declares in a public header
 *
 *     struct mm_tracepoints { void (*page_fault)(struct mm *, gva_t, ...); };
 *     extern struct mm_tracepoints mm_tracepoints;
 *
 * and fires with TRACE(mm, page_fault, mm, va, ...). A NULL pointer is "off"
 * and costs one load and one predicted branch. `trace` installs its probes. */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#define TRACE(room, event, ...) \
	do { \
		if (__builtin_expect(room##_tracepoints.event != NULL, 0)) \
			room##_tracepoints.event(__VA_ARGS__); \
	} while (0)

#endif

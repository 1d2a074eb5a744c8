/* The scalar types and small helpers that every room uses. */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* Errors are negative errno values. RISC-V Linux uses the generic errno
 * numbers (include/uapi/asm-generic/errno.h), as x86-64 and AArch64 hosts do,
 * so the host's macros are the guest's. The variable `errno` itself is
 * touched only by the host room. */
#include <errno.h>

typedef uint64_t gva_t;   /* guest virtual address: a number, never a pointer */
typedef uint32_t pfn_t;   /* index of a 4 KiB frame of guest RAM */
#define PFN_NONE ((pfn_t)~0u)

/* Sanitized builds: gcc says it with a macro, clang with a feature test. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#define PAGE_SHIFT 12
#define PAGE_SIZE  ((uint64_t)1 << PAGE_SHIFT)
#define PAGE_MASK  (PAGE_SIZE - 1)

#define NSEC_PER_SEC 1000000000ll

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define MIN(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define MAX(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })

static inline uint64_t align_down(uint64_t v, uint64_t a) { return v & ~(a - 1); }
static inline uint64_t align_up(uint64_t v, uint64_t a)   { return (v + a - 1) & ~(a - 1); }
static inline bool is_aligned(uint64_t v, uint64_t a)     { return (v & (a - 1)) == 0; }

#endif

/* A small stand-in for the room mm, for tests of the interpreter alone: one level of page table over
 * the first 256 MiB of the address space, frames in host memory. */
#ifndef TESTS_CPU_FAKE_MM_H
#define TESTS_CPU_FAKE_MM_H

#include "mm/mm.h"

enum { FAKE_R = 1, FAKE_W = 2, FAKE_X = 4 };

struct mm *fake_mm_create(enum xlen xlen);
void fake_mm_destroy(struct mm *mm);
/* Fresh zeroed frames for [va, va + len). */
void fake_map(struct mm *mm, gva_t va, uint64_t len, int prot);
/* The same frame at another address. */
void fake_alias(struct mm *mm, gva_t va, gva_t of, int prot);
void fake_protect(struct mm *mm, gva_t va, int prot);
void fake_unmap(struct mm *mm, gva_t va);            /* frees the frame */
/* The host's address of va, whatever its protection; NULL when unmapped. */
void *fake_host(struct mm *mm, gva_t va);
void fake_write(struct mm *mm, gva_t va, const void *data, size_t len);
extern unsigned long fake_translations;              /* calls of mm_translate */

#endif

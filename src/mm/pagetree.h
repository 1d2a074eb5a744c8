/* index -> frame, for struct mapping: a radix tree of 64-way nodes. */
#ifndef MM_PAGETREE_H
#define MM_PAGETREE_H

#include "base/types.h"

struct page_tree;

pfn_t page_tree_get(const struct page_tree *t, uint64_t index);   /* PFN_NONE if absent */
int   page_tree_set(struct page_tree **t, uint64_t index, pfn_t pfn);   /* was absent; -ENOMEM */
void  page_tree_clear(struct page_tree **t, uint64_t index);      /* was present */
/* The first page at or after *index, and its index; PFN_NONE if none. */
pfn_t page_tree_next(const struct page_tree *t, uint64_t *index);

#endif

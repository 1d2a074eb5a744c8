/* A radix tree: 6 bits of the index a level, as high as the largest index needs.
 *
 *   struct page_tree   height 0 nodes hold frames, others hold nodes; a bitmap
 *                      says which slots are in use, so a walk skips the rest
 *
 * The root grows upwards (the old root becomes slot 0 of the new one) and an
 * emptied node is freed at once. */
#include "pagetree.h"

#include "base/alloc.h"

enum { BITS = 6, SLOTS = 1 << BITS };

struct page_tree {
	uint64_t used;
	unsigned height;
	union {
		pfn_t frame[SLOTS];                  /* height 0 */
		struct page_tree *node[SLOTS];
	};
};

static struct page_tree *node_new(unsigned height)
{
	/* A node of frames is half as large as one of nodes. */
	size_t size = height ? sizeof(struct page_tree) : offsetof(struct page_tree, frame[SLOTS]);
	struct page_tree *t = try_alloc(size);

	if (t)
		t->height = height;
	return t;
}

static bool in_reach(const struct page_tree *t, uint64_t index)
{
	unsigned bits = BITS * (t->height + 1);

	return bits >= 64 || index >> bits == 0;
}

static unsigned slot_of(const struct page_tree *t, uint64_t index)
{
	return (unsigned)(index >> (BITS * t->height)) & (SLOTS - 1);
}

pfn_t page_tree_get(const struct page_tree *t, uint64_t index)
{
	unsigned i;

	if (!t || !in_reach(t, index))
		return PFN_NONE;
	for (;; t = t->node[i]) {
		i = slot_of(t, index);
		if (!(t->used >> i & 1))
			return PFN_NONE;
		if (!t->height)
			return t->frame[i];
	}
}

/* A tree begins as high as its first index asks for: an empty node below a new root would
 * never be freed. */
static struct page_tree *root_new(uint64_t index)
{
	unsigned height = 0;

	while (BITS * (height + 1) < 64 && index >> (BITS * (height + 1)))
		height++;
	return node_new(height);
}

static int root_grow(struct page_tree **root, uint64_t index)
{
	while (!in_reach(*root, index)) {
		struct page_tree *up = node_new((*root)->height + 1);

		if (!up)
			return -ENOMEM;
		up->node[0] = *root;
		up->used = 1;
		*root = up;
	}
	return 0;
}

/* Free the nodes on the way to index that hold nothing. */
static bool prune(struct page_tree **at, uint64_t index)
{
	struct page_tree *t = *at;
	unsigned i = slot_of(t, index);

	if (t->height && (t->used >> i & 1) && prune(&t->node[i], index))
		t->used &= ~(1ull << i);
	if (t->used)
		return false;
	free(t);
	*at = NULL;
	return true;
}

int page_tree_set(struct page_tree **root, uint64_t index, pfn_t pfn)
{
	struct page_tree *t;

	if (!*root && !(*root = root_new(index)))
		return -ENOMEM;
	if (root_grow(root, index) != 0)
		goto undo;
	for (t = *root; t->height; t = t->node[slot_of(t, index)]) {
		unsigned i = slot_of(t, index);

		if (t->used >> i & 1)
			continue;
		t->node[i] = node_new(t->height - 1);
		if (!t->node[i])
			goto undo;
		t->used |= 1ull << i;
	}
	t->frame[slot_of(t, index)] = pfn;
	t->used |= 1ull << slot_of(t, index);
	return 0;
undo:
	prune(root, index);
	return -ENOMEM;
}

void page_tree_clear(struct page_tree **root, uint64_t index)
{
	struct page_tree *t = *root;

	while (t->height)
		t = t->node[slot_of(t, index)];
	t->used &= ~(1ull << slot_of(t, index));
	prune(root, index);
}

pfn_t page_tree_next(const struct page_tree *root, uint64_t *index)
{
	const struct page_tree *t = root;

	if (!t || !in_reach(t, *index))
		return PFN_NONE;
	for (;;) {
		unsigned i = slot_of(t, *index);
		uint64_t rest = t->used >> i;
		unsigned shift = BITS * t->height;

		if (!rest) {
			/* Nothing more in this node: on to what follows it, from the root. */
			if (t == root)
				return PFN_NONE;
			*index = ((*index >> (shift + BITS)) + 1) << (shift + BITS);
			if (!in_reach(root, *index) || !*index)
				return PFN_NONE;
			t = root;
			continue;
		}
		if (!(rest & 1)) {
			i += (unsigned)__builtin_ctzll(rest);
			*index = ((*index >> shift >> BITS << BITS) + i) << shift;
		}
		if (!t->height)
			return t->frame[i];
		t = t->node[i];
	}
}

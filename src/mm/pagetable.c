/* Page tables as the hardware defines them (Privileged ISA, "Sv32" and "Sv39").
 *
 *   Sv39   va:  | VPN[2] 9 | VPN[1] 9 | VPN[0] 9 | offset 12 |   8-byte entries
 *   Sv32   va:  |      VPN[1] 10      | VPN[0] 10 | offset 12 |   4-byte entries
 *
 * A table is one guest frame. Its struct frame counts the entries in use, so
 * that an emptied table is known to be all zero: it is freed without a look at
 * its contents and reused without being cleared.
 *
 * mm_translate() runs in guest code, without the kernel lock, on several harts at a time.
 * Entries appear and gain rights under its feet; nothing it can reach goes away, since
 * that is preceded by mm_shoot_down().
 *
 * hearth makes 4 KiB leaves only; the walk in mm_translate knows larger ones,
 * because the format has them. */
#include "mm_private.h"
#include "pte.h"

/* ---- the hot walk ---------------------------------------------------------------- */

static const pte_t access_needs[] = {
	[ACCESS_READ] = PTE_R, [ACCESS_WRITE] = PTE_W, [ACCESS_EXEC] = PTE_X,
};
/* Accessed always, dirty by stores (ISA: or a page fault; hearth's hart updates them itself). */
static const pte_t access_marks[] = {
	[ACCESS_READ] = PTE_A, [ACCESS_WRITE] = PTE_A | PTE_D, [ACCESS_EXEC] = PTE_A,
};

/* Step 5 of the ISA's translation algorithm: is the leaf well formed, and does it permit this? */
static inline bool leaf_permits(pte_t e, enum access access)
{
	/* W without R is reserved; user mode needs U. */
	if (unlikely((e & (PTE_R | PTE_W)) == PTE_W))
		return false;
	return (e & (PTE_V | PTE_U | access_needs[access])) == (PTE_V | PTE_U | access_needs[access]);
}

static inline int translated(pte_t e, uint64_t page_in_leaf, struct translation *out)
{
	out->pfn = pte_pfn(e) + (pfn_t)page_in_leaf;
	if (unlikely(out->pfn >= ram.nr))
		return -EFAULT;
	out->host = frame_ptr(out->pfn);
	out->readable = e & PTE_R;
	out->writable = (e & (PTE_W | PTE_D)) == (PTE_W | PTE_D);
	out->executable = e & PTE_X;
	return 0;
}

static int translate_sv39(struct mm *mm, gva_t va, enum access access, struct translation *out)
{
	unsigned shift = 30;
	uint64_t *slot, e;

	/* Bits 63..39 must equal bit 38, and the user half is the lower one. */
	if (unlikely(va >> 38))
		return -EFAULT;
	slot = (uint64_t *)mm->root_table + (va >> 30);
	while (((e = __atomic_load_n(slot, __ATOMIC_ACQUIRE)) & (PTE_V | PTE_LEAF)) == PTE_V) {
		if (shift == PAGE_SHIFT)
			return -EFAULT;
		shift -= 9;
		slot = (uint64_t *)frame_ptr(pte_pfn(e)) + (va >> shift & 511);
	}
	if (unlikely(!leaf_permits(e, access)))
		return -EFAULT;
	/* A superpage must be aligned to its size. */
	if (shift != PAGE_SHIFT && !is_aligned(pte_pfn(e), 1ull << (shift - PAGE_SHIFT)))
		return -EFAULT;
	if (unlikely(~e & access_marks[access]))
		e = __atomic_or_fetch(slot, access_marks[access], __ATOMIC_RELAXED);
	return translated(e, (va & ((1ull << shift) - 1)) >> PAGE_SHIFT, out);
}

static int translate_sv32(struct mm *mm, gva_t va, enum access access, struct translation *out)
{
	unsigned shift = 22;
	uint32_t *slot, e;

	if (unlikely(va >> 32))
		return -EFAULT;
	slot = (uint32_t *)mm->root_table + (va >> 22);
	if (((e = __atomic_load_n(slot, __ATOMIC_ACQUIRE)) & (PTE_V | PTE_LEAF)) == PTE_V) {
		shift = PAGE_SHIFT;
		slot = (uint32_t *)frame_ptr(pte_pfn(e)) + (va >> PAGE_SHIFT & 1023);
		e = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	}
	if (unlikely(!leaf_permits(e, access)))
		return -EFAULT;
	if (shift != PAGE_SHIFT && !is_aligned(pte_pfn(e), 1024))
		return -EFAULT;
	if (unlikely(~e & access_marks[access]))
		e = __atomic_or_fetch(slot, (uint32_t)access_marks[access], __ATOMIC_RELAXED);
	return translated(e, (va & ((1ull << shift) - 1)) >> PAGE_SHIFT, out);
}

int mm_translate(struct mm *mm, gva_t va, enum access access, struct translation *out)
{
	return mm->rv32 ? translate_sv32(mm, va, access, out) : translate_sv39(mm, va, access, out);
}

/* ---- building and taking down -------------------------------------------------------- */

/* Width of the index at each level, and how far up its bits sit. Level 0 is the leaves'. */
static inline unsigned index_bits(const struct mm *mm)  { return mm->rv32 ? 10 : 9; }
static inline unsigned top_level(const struct mm *mm)   { return mm->rv32 ? 1 : 2; }
static inline unsigned level_shift(const struct mm *mm, unsigned level)
{
	return PAGE_SHIFT + level * index_bits(mm);
}
static inline unsigned table_index(const struct mm *mm, gva_t va, unsigned level)
{
	return (unsigned)(va >> level_shift(mm, level)) & ((1u << index_bits(mm)) - 1);
}

static pfn_t table_alloc(struct mm *mm)
{
	pfn_t pfn = frame_alloc();

	if (pfn == PFN_NONE)
		return PFN_NONE;
	frame_of(pfn)->flags = FRAME_TABLE;
	frame_of(pfn)->entries = 0;
	mm->stats.page_table_pages++;
	return pfn;
}

static void table_free(struct mm *mm, pfn_t pfn)
{
	ASSERT(frame_of(pfn)->entries == 0);
	mm->stats.page_table_pages--;
	frame_free_zeroed(pfn);
}

int pt_init(struct mm *mm)
{
	mm->root = table_alloc(mm);
	if (mm->root == PFN_NONE)
		return -ENOMEM;
	mm->root_table = frame_ptr(mm->root);
	return 0;
}

void pt_destroy(struct mm *mm)
{
	table_free(mm, mm->root);
	mm->root_table = NULL;
}

static void leaf_set(const struct mm *mm, pfn_t table, gva_t va, gva_t end, struct leaf *out)
{
	gva_t table_end = align_down(va, 1ull << level_shift(mm, 1)) + (1ull << level_shift(mm, 1));

	out->table = table;
	out->va = va;
	out->first = table_index(mm, va, 0);
	out->last = table_index(mm, MIN(end, table_end) - PAGE_SIZE, 0);
}

/* From the empty entry of va in a table of this level to the next that is not, or the table's
 * end: the address it maps. An empty upper entry cuts the walk: all it would cover is skipped. */
static gva_t skip_empty(struct mm *mm, pfn_t table, unsigned level, gva_t va)
{
	uint64_t span = 1ull << level_shift(mm, level);
	unsigned i = table_index(mm, va, level), n = 1u << index_bits(mm);
	gva_t base = align_down(va, span) - i * span;

	while (++i < n && !pte_get(mm, table, i))
		;
	return base + i * span;
}

bool pt_next_leaf(struct mm *mm, gva_t *pos, gva_t end, struct leaf *out)
{
	/* The last page is gone already when a whole space is taken down. */
	if (!frame_of(mm->root)->entries)
		return false;
	while (*pos < end) {
		pfn_t table = mm->root;
		unsigned level = top_level(mm);
		pte_t e;

		while ((e = pte_get(mm, table, table_index(mm, *pos, level))) && --level > 0)
			table = pte_pfn(e);
		if (e) {
			leaf_set(mm, pte_pfn(e), *pos, end, out);
			*pos = align_down(*pos, 1ull << level_shift(mm, 1)) + (1ull << level_shift(mm, 1));
			return true;
		}
		*pos = skip_empty(mm, table, level, *pos);
	}
	return false;
}

bool pt_alloc_leaf(struct mm *mm, gva_t va, gva_t end, struct leaf *out)
{
	pfn_t table = mm->root;

	for (unsigned level = top_level(mm); level > 0; level--) {
		unsigned i = table_index(mm, va, level);
		pte_t e = pte_get(mm, table, i);

		if (!e) {
			pfn_t child = table_alloc(mm);

			if (child == PFN_NONE) {
				pt_trim(mm, va);
				return false;
			}
			e = pte_make(child, PTE_V);
			pte_set(mm, table, i, e);
		}
		table = pte_pfn(e);
	}
	leaf_set(mm, table, va, end, out);
	return true;
}

void pt_trim(struct mm *mm, gva_t va)
{
	pfn_t tables[3];
	unsigned level = top_level(mm);

	/* tables[n] is the table of level n on the way to va, as far down as it goes. */
	tables[level] = mm->root;
	while (level > 0) {
		pte_t e = pte_get(mm, tables[level], table_index(mm, va, level));

		if (!e)
			break;
		tables[--level] = pte_pfn(e);
	}
	if (level < top_level(mm) && frame_of(tables[level])->entries == 0)
		mm_shoot_down(mm);     /* a walk may be in there */
	while (level < top_level(mm) && frame_of(tables[level])->entries == 0) {
		table_free(mm, tables[level]);
		level++;
		pte_set(mm, tables[level], table_index(mm, va, level), 0);
	}
}

pte_t pt_lookup(struct mm *mm, gva_t va)
{
	pfn_t table = mm->root;

	for (unsigned level = top_level(mm); level > 0; level--) {
		pte_t e = pte_get(mm, table, table_index(mm, va, level));

		if (!e)
			return 0;
		table = pte_pfn(e);
	}
	return pte_get(mm, table, table_index(mm, va, 0));
}

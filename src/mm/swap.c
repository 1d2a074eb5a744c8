/* Memory pressure: pages leave address spaces, in the order of a clock (Linux mm/vmscan.c), and
 * anonymous ones go to the swap area.
 *
 * A hand goes round all address spaces, entry by entry. One that was used since
 * the hand last came by (A) loses the mark and stays. The others go:
 *
 *   a page of a file     loses its entry; the cache keeps it until reclaim.c takes it
 *   an anonymous page    is written to a slot of the swap area; the entry names the slot
 *   locked, tmpfs, the zero page     stay
 *
 * An entry that names a slot (V clear, PTE_SWAP set):
 *
 *     63/31      10 9    6 5 4     0
 *    |    slot     |   0  |1|   0   |       PTE_SWAP is where G would be
 *
 * A slot counts the entries that name it: fork copies entries, not slots. A page
 * that two address spaces still share after fork is written once for each of them:
 * there is no table from frames to entries, and COW pages are separate pages in
 * all but name. Whoever reads a slot in gets a frame of its own.
 *
 * mm_balance() is called where no kernel code holds a pointer into a guest page: before a
 * fault is resolved and when a task goes back to guest code. A frame that the
 * kernel asks for in between comes from the reserve that these keep. */
#include "mm_private.h"

#include <string.h>

#include "host/host.h"
#include "pte.h"

enum {
	RESERVE_MIN = 8, RESERVE_MAX = 2048,  /* frames kept free */
	RESERVE_SHARE = 64,                    /* ... a 64th of RAM in between */
	SLOTS_MAX = RAM_BYTES_MAX >> PAGE_SHIFT,   /* what an Sv32 entry can name */
};

static struct {
	int fd;                    /* 0: no swap area */
	uint32_t slots, free, next;
	uint16_t *refs;            /* entries that name each slot */
	uint64_t in, out;          /* pages moved */
	bool busy;                 /* no second scan inside */
	unsigned spared, spared_last;  /* faults that do not scan, since it gains nothing; see not_worth_it() */
} swap;

/* The hand. */
static struct list spaces = LIST_INIT(spaces);
static gva_t hand;             /* in the first space of the list */

uint64_t swap_total_pages(void) { return swap.slots; }
uint64_t swap_free_pages(void)  { return swap.free; }
uint64_t swap_pages_in(void)    { return swap.in; }
uint64_t swap_pages_out(void)   { return swap.out; }

/* ---- the area ------------------------------------------------------------------------ */

int swap_init(uint64_t bytes)
{
	uint64_t slots = MIN(bytes >> PAGE_SHIFT, (uint64_t)SLOTS_MAX);
	int fd;

	if (!slots)
		return 0;
	fd = host_swap_create(slots << PAGE_SHIFT);
	if (fd < 0)
		return fd;
	swap.refs = host_pages_alloc(slots * sizeof(swap.refs[0]));
	if (!swap.refs) {
		host_close(fd);
		return -ENOMEM;
	}
	swap.fd = fd;
	swap.slots = swap.free = (uint32_t)slots;
	swap.next = 0;
	return 0;
}

void swap_shutdown(void)
{
	if (swap.fd) {
		host_close(swap.fd);
		host_pages_free(swap.refs, swap.slots * sizeof(swap.refs[0]));
	}
	memset(&swap, 0, sizeof(swap));
	hand = 0;
}

static bool slot_alloc(uint32_t *out)
{
	if (!swap.free)
		return false;
	while (swap.refs[swap.next])
		swap.next = (swap.next + 1) % swap.slots;
	*out = swap.next;
	swap.refs[swap.next] = 1;
	swap.next = (swap.next + 1) % swap.slots;
	swap.free--;
	return true;
}

void swap_put(pte_t e)
{
	uint32_t slot = pte_pfn(e);

	ASSERT(slot < swap.slots && swap.refs[slot]);
	if (--swap.refs[slot] == 0)
		swap.free++;
}

bool swap_get(pte_t e)
{
	uint32_t slot = pte_pfn(e);

	if (swap.refs[slot] == UINT16_MAX)
		return false;
	swap.refs[slot]++;
	return true;
}

static int move_page(uint32_t slot, void *page, bool write)
{
	int64_t at = (int64_t)slot << PAGE_SHIFT;
	ssize_t n = write ? host_pwrite(swap.fd, page, PAGE_SIZE, at) : host_pread(swap.fd, page, PAGE_SIZE, at);

	return n == PAGE_SIZE ? 0 : -EIO;
}

int swap_read_page(pte_t e, pfn_t to)
{
	int err = move_page(pte_pfn(e), frame_ptr(to), false);

	swap.in += !err;
	return err;
}

/* ---- the hand --------------------------------------------------------------------------- */

void swap_space_born(struct mm *mm)  { list_add_tail(&spaces, &mm->space_link); }

void swap_space_gone(struct mm *mm)
{
	if (spaces.next == &mm->space_link)
		hand = 0;
	list_del(&mm->space_link);
}

/* One scan: what it may take, and how much it got. */
struct scan {
	unsigned want, got;
	bool ruthless;             /* used or not */
	struct rss_delta rss;
};

static bool push_out(struct mm *mm, const struct leaf *l, unsigned i, pfn_t pfn)
{
	uint32_t slot;

	if (!slot_alloc(&slot))
		return false;
	if (move_page(slot, frame_ptr(pfn), true) < 0) {
		swap_put(pte_make(slot, 0));
		return false;
	}
	swap.out++;
	mm->stats.swap_pages++;
	pte_write(mm, l->table, i, pte_make(slot, PTE_SWAP));
	return true;
}

static void look_at(struct mm *mm, const struct leaf *l, unsigned i, struct scan *s)
{
	pte_t e = pte_get(mm, l->table, i);
	pfn_t pfn = pte_pfn(e);
	uint8_t flags;

	/* Of an entry that is not valid the number is a slot of the swap, or nothing. */
	if (!(e & PTE_V) || pfn == ZERO_PFN)
		return;
	flags = frame_of(pfn)->flags;
	if (flags & FRAME_SHMEM)
		return;
	if ((e & PTE_A) && !s->ruthless) {
		pte_write(mm, l->table, i, e & ~(pte_t)PTE_A);
		return;
	}
	if (flags & FRAME_CACHE) {
		if (e & PTE_D)
			frame_set_dirty(pfn);
		pte_set(mm, l->table, i, 0);
	} else if (!push_out(mm, l, i, pfn)) {
		return;
	}
	rss_note(&s->rss, pfn, flags);
	frame_put_inline(pfn);
	s->got++;
}

/* The part of one area behind the hand; the hand moves. */
static void scan_area(struct mm *mm, const struct vma *v, struct scan *s)
{
	struct leaf l;

	while (s->got < s->want && pt_next_leaf(mm, &hand, v->end, &l)) {
		view_forget(mm, l.va, l.va + ((gva_t)(l.last - l.first + 1) << PAGE_SHIFT));
		for (unsigned i = l.first; i <= l.last; i++)
			look_at(mm, &l, i, s);
		if (!frame_of(l.table)->entries)
			pt_trim(mm, l.va);
	}
}

/* Go on in the first space of the list until there is enough or its end. */
static bool scan_space(struct mm *mm, struct scan *s)
{
	mm_shoot_down(mm);
	while (s->got < s->want) {
		unsigned i = vma_find_index(mm, hand);
		const struct vma *v;

		if (i == mm->nr_vmas) {
			hand = 0;
			return true;
		}
		v = mm->vmas[i];
		hand = MAX(hand, v->start);
		if (!(v->flags & VMA_LOCKED))
			scan_area(mm, v, s);
		else
			hand = v->end;
		if (s->got < s->want)
			hand = MAX(hand, v->end);
	}
	return false;
}

static unsigned scan_spaces(unsigned want, bool ruthless)
{
	struct scan s = { .want = want, .ruthless = ruthless };
	struct mm *mm, *first = NULL;
	bool at_end;

	while (s.got < s.want && !list_empty(&spaces)) {
		mm = list_first(&spaces, struct mm, space_link);
		if (mm == first && hand == 0)
			break;                /* once round */
		if (!first)
			first = mm;
		s.rss = (struct rss_delta){ 0 };
		at_end = scan_space(mm, &s);
		rss_apply(mm, &s.rss, -1);
		if (at_end) {
			list_del(&mm->space_link);
			list_add_tail(&spaces, &mm->space_link);
		}
	}
	return s.got;
}

static uint64_t reserve(void)
{
	return MAX((uint64_t)RESERVE_MIN, MIN((uint64_t)RESERVE_MAX, ram_total_pages() / RESERVE_SHARE));
}

/* When a look at everything found next to nothing, the next fault's would, too: the following ones are
 * spared it, more of them each time, unless the alternative is to kill somebody. */
static bool not_worth_it(void)
{
	if (!swap.spared || ram_free_pages() < reserve() / 4)
		return false;
	swap.spared--;
	return true;
}

static void note_gain(uint64_t before, uint64_t want)
{
	enum { SPARED_MIN = 16, SPARED_MAX = 4096 };
	bool poor = ram_free_pages() < before + (want - MIN(want, before)) / 8;

	swap.spared_last = poor ? MIN(MAX(2 * swap.spared_last, (unsigned)SPARED_MIN), (unsigned)SPARED_MAX) : 0;
	swap.spared = swap.spared_last;
}

bool mm_balance(void)
{
	uint64_t want = 2 * reserve(), before = ram_free_pages();

	if (likely(before >= reserve()) || swap.busy)
		return true;
	if (not_worth_it())
		return true;
	swap.busy = true;
	/* Unused pages of files first; then what is mapped, used a round ago, used at all. */
	for (int round = 0; round < 3 && ram_free_pages() < want; round++) {
		reclaim_frames((unsigned)(want - ram_free_pages()));
		if (ram_free_pages() < want)
			scan_spaces((unsigned)(want - ram_free_pages()), round == 2);
	}
	if (ram_free_pages() < want)
		reclaim_frames((unsigned)(want - ram_free_pages()));
	swap.busy = false;
	note_gain(before, want);
	return ram_free_pages() >= reserve() / 4;
}

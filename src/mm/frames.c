/* RAM: 4 KiB frames with reference counts.
 *
 * A buddy allocator over one memfd. Free blocks of 2^order frames, aligned to
 * their size, hang on one list an order; freeing joins a block with its buddy
 * (its neighbour of the same order, pfn ^ 2^order). Runs stay contiguous where
 * they can, because one host mmap of a run costs little more than one of a
 * page (design D4).
 *
 * Start-up costs nothing: frames from `fresh` on have never been used, so they
 * are zero and the host has not backed them. They enter the lists a block of
 * the highest order at a time, marked FRAME_ZEROED; such a block is handed out
 * without being cleared.
 *
 * Two stacks of single frames sit in front of the lists, most recently freed
 * first, because that frame is still in the host's caches and backed: `dirty`
 * must be cleared before use, `zeroed` (page tables are zero once their last
 * entry is gone) need not.
 *
 * Blocks of 2 MiB can have one huge page of the host's behind them. Where memfds do not
 * get them by themselves (shmem_enabled), MADV_COLLAPSE makes one on request, which
 * costs less than backing fifty of the 512 pages one by one. */
#include "mm_private.h"

#include <errno.h>
#include <string.h>

#include "host/host.h"

enum {
	ORDER_MAX = 10,            /* 4 MiB blocks, as Linux' MAX_PAGE_ORDER */
	STACK_FRAMES = 512,        /* 2 MiB each: what a small process frees at exit, and more */
	REFILL_ORDER = 4,          /* 64 KiB: also the unit of fault-around */
	KEEP_BLOCKS = 32,          /* free used 4 MiB blocks not given back to the host */
	RECLAIM_BATCH = 64,
	HUGE_REFUSALS = 64,        /* so many requests are spared the host when it had no huge page */
};

/* Sv32's PPN has 22 bits: every frame can be in every table. */
#define RAM_MAX_FRAMES (RAM_BYTES_MAX >> PAGE_SHIFT)

struct frame_stack {
	pfn_t pfns[STACK_FRAMES];
	unsigned n;
};

struct ram ram;
static struct {
	int fd;
	pfn_t fresh;               /* first frame not yet on a list */
	pfn_t free;                /* frames without a reference, wherever they are */
	unsigned used_blocks;      /* free blocks of ORDER_MAX that are not zeroed */
	unsigned spared;           /* requests for huge pages that the host is not asked for */
	bool no_huge;              /* the host has none for RAM */
	uint64_t huge[(RAM_MAX_FRAMES >> HUGE_ORDER) / 64];   /* a bit: this block is one page of the host's */
	pfn_t heads[ORDER_MAX + 1];
	struct frame_stack dirty, zeroed;
} pool;

void (*frame_code_gone)(pfn_t pfn);

/* ---- lists of free blocks ------------------------------------------------------ */

static void list_push(pfn_t pfn, unsigned order, uint8_t zeroed)
{
	struct frame *f = frame_of(pfn);

	f->flags = FRAME_FREE | zeroed;
	f->order = (uint8_t)order;
	f->prev = PFN_NONE;
	f->next = pool.heads[order];
	if (f->next != PFN_NONE)
		frame_of(f->next)->prev = pfn;
	pool.heads[order] = pfn;
	if (order == ORDER_MAX && !zeroed)
		pool.used_blocks++;
}

static uint8_t list_unlink(pfn_t pfn)
{
	struct frame *f = frame_of(pfn);
	uint8_t zeroed = f->flags & FRAME_ZEROED;

	if (f->prev != PFN_NONE)
		frame_of(f->prev)->next = f->next;
	else
		pool.heads[f->order] = f->next;
	if (f->next != PFN_NONE)
		frame_of(f->next)->prev = f->prev;
	if (f->order == ORDER_MAX && !zeroed)
		pool.used_blocks--;
	f->flags = 0;
	f->order = 0;
	return zeroed;
}

static void set_huge(pfn_t pfn, bool is)
{
	pfn_t block = pfn >> HUGE_ORDER;

	pool.huge[block / 64] &= ~(UINT64_C(1) << block % 64);
	pool.huge[block / 64] |= (uint64_t)is << block % 64;
}

/* A free block of the highest order: hoard a few, give the host back the rest. */
static uint8_t give_back(pfn_t pfn, uint8_t zeroed)
{
	if (zeroed || pool.used_blocks < KEEP_BLOCKS)
		return zeroed;
	if (host_ram_discard(pool.fd, (uint64_t)pfn << PAGE_SHIFT, PAGE_SIZE << ORDER_MAX) != 0)
		return 0;
	for (unsigned i = 0; i < 1u << (ORDER_MAX - HUGE_ORDER); i++)
		set_huge(pfn + (i << HUGE_ORDER), false);
	return FRAME_ZEROED;
}

static void block_free(pfn_t pfn, unsigned order, uint8_t zeroed)
{
	while (order < ORDER_MAX) {
		pfn_t buddy = pfn ^ ((pfn_t)1 << order);
		const struct frame *f = frame_of(buddy);

		if (buddy >= pool.fresh || !(f->flags & FRAME_FREE) || f->order != order)
			break;
		zeroed &= list_unlink(buddy);
		pfn &= ~((pfn_t)1 << order);
		order++;
	}
	if (order == ORDER_MAX)
		zeroed = give_back(pfn, zeroed);
	list_push(pfn, order, zeroed);
}

bool frame_is_huge(pfn_t pfn)
{
	pfn_t block = pfn >> HUGE_ORDER;

	return pool.huge[block / 64] >> block % 64 & 1;
}

/* Have the host put one page behind the block. Advice, in a way: a host without is as good, slower. */
static bool make_huge(pfn_t pfn)
{
	int err;

	if (frame_is_huge(pfn))
		return true;
	if (pool.no_huge || (pool.spared && pool.spared--))
		return false;
	err = host_pages_collapse(frame_ptr(pfn), HUGE_SIZE);
	pool.no_huge = err == -EINVAL;
	pool.spared = err ? HUGE_REFUSALS : 0;
	set_huge(pfn, !err);
	return !err;
}

/* The largest aligned block of never used frames goes on its list. */
static bool block_refill(void)
{
	unsigned order = 0;

	if (pool.fresh >= ram.nr)
		return false;
	while (order < ORDER_MAX && is_aligned(pool.fresh, 2u << order) &&
	       ram.nr - pool.fresh >= (2u << order))
		order++;
	/* What has used some will use more. */
	for (unsigned i = 0; order == ORDER_MAX && pool.fresh >= 4u << ORDER_MAX && i < 1u << (ORDER_MAX - HUGE_ORDER); i++)
		make_huge(pool.fresh + (i << HUGE_ORDER));
	list_push(pool.fresh, order, FRAME_ZEROED);
	pool.fresh += (pfn_t)1 << order;
	return true;
}

/* A block of exactly 2^order frames; PFN_NONE if there is none. Does not reclaim. */
static pfn_t block_take(unsigned order, uint8_t *zeroed)
{
	unsigned o;
	pfn_t pfn;

	for (;;) {
		for (o = order; o <= ORDER_MAX && pool.heads[o] == PFN_NONE; o++)
			;
		if (o <= ORDER_MAX)
			break;
		if (!block_refill())
			return PFN_NONE;
	}
	pfn = pool.heads[o];
	*zeroed = list_unlink(pfn);
	while (o > order) {
		o--;
		list_push(pfn + ((pfn_t)1 << o), o, *zeroed);
	}
	return pfn;
}

static void stack_flush(struct frame_stack *s, unsigned keep, uint8_t zeroed)
{
	while (s->n > keep)
		block_free(s->pfns[--s->n], 0, zeroed);
}

/* ---- single frames --------------------------------------------------------------- */

/* Put a run of frames on the stack that fits; the lowest ends on top. */
static bool stack_refill(void)
{
	pfn_t pfn = PFN_NONE;
	unsigned order;
	uint8_t zeroed = 0;
	struct frame_stack *s;

	for (order = REFILL_ORDER + 1; pfn == PFN_NONE && order-- > 0;)
		pfn = block_take(order, &zeroed);
	if (pfn == PFN_NONE)
		return false;
	if (zeroed && !frame_is_huge(pfn))
		host_pages_populate(frame_ptr(pfn), PAGE_SIZE << order);   /* only saves time */
	s = zeroed ? &pool.zeroed : &pool.dirty;
	for (unsigned i = 1u << order; i-- > 0;)
		s->pfns[s->n++] = pfn + i;
	return true;
}

/* A frame with one reference, from the stack the caller likes better if it can be had there. */
static pfn_t frame_take(struct frame_stack *first, struct frame_stack *second, bool *zeroed)
{
	struct frame_stack *s;
	pfn_t pfn;

	while (unlikely(!first->n && !second->n))
		if (!stack_refill() && !reclaim_frames(RECLAIM_BATCH))
			return PFN_NONE;
	s = first->n ? first : second;
	pfn = s->pfns[--s->n];
	frame_of(pfn)->refs = 1;
	pool.free--;
	*zeroed = s == &pool.zeroed;
	return pfn;
}

pfn_t frame_alloc(void)
{
	bool zeroed;
	pfn_t pfn = frame_take(&pool.zeroed, &pool.dirty, &zeroed);

	if (pfn != PFN_NONE && !zeroed)
		memset(frame_ptr(pfn), 0, PAGE_SIZE);
	return pfn;
}

pfn_t frame_alloc_raw(void)
{
	bool zeroed;

	return frame_take(&pool.dirty, &pool.zeroed, &zeroed);
}

static void frame_release(pfn_t pfn, struct frame_stack *s, uint8_t zeroed)
{
	struct frame *f = frame_of(pfn);

	if (unlikely(f->code)) {
		f->code = false;
		if (frame_code_gone)
			frame_code_gone(pfn);
	}
	ASSERT(!(f->flags & FRAME_CACHE));
	f->flags = 0;
	pool.free++;
	if (s->n > STACK_FRAMES - (1u << REFILL_ORDER))
		stack_flush(s, STACK_FRAMES / 2, zeroed);
	s->pfns[s->n++] = pfn;
}

void frame_free(pfn_t pfn)
{
	frame_release(pfn, &pool.dirty, 0);
}

void frame_put(pfn_t pfn)
{
	ASSERT(frame_of(pfn)->refs > 0);
	frame_put_inline(pfn);
}

void frame_free_zeroed(pfn_t pfn)
{
	struct frame *f = frame_of(pfn);

	ASSERT(f->refs == 1 && pfn != ZERO_PFN);
	f->refs = 0;
	frame_release(pfn, &pool.zeroed, FRAME_ZEROED);
}

void frame_get(pfn_t pfn)
{
	if (pfn != ZERO_PFN)
		frame_of(pfn)->refs++;
}

unsigned frame_refs(pfn_t pfn)
{
	return frame_of(pfn)->refs;
}

void *frame_host(pfn_t pfn)
{
	return frame_ptr(pfn);
}

void frame_mark_code(pfn_t pfn)
{
	__atomic_store_n(&frame_of(pfn)->code, true, __ATOMIC_RELAXED);
}

static pfn_t run_ready(pfn_t pfn, unsigned order, uint8_t zeroed)
{
	if (!zeroed)
		memset(frame_ptr(pfn), 0, PAGE_SIZE << order);
	for (pfn_t i = 0; i < (pfn_t)1 << order; i++)
		frame_of(pfn + i)->refs = 1;
	pool.free -= (pfn_t)1 << order;
	return pfn;
}

pfn_t frame_alloc_run_now(unsigned order)
{
	uint8_t zeroed = 0;
	pfn_t pfn = block_take(order, &zeroed);

	if (pfn == PFN_NONE)
		return PFN_NONE;
	if (zeroed && !frame_is_huge(pfn))
		host_pages_populate(frame_ptr(pfn), PAGE_SIZE << order);   /* only saves time */
	return run_ready(pfn, order, zeroed);
}

pfn_t frame_alloc_run(unsigned order)
{
	uint8_t zeroed = 0;
	pfn_t pfn;

	if (order > ORDER_MAX)
		return PFN_NONE;
	pfn = block_take(order, &zeroed);
	if (pfn == PFN_NONE) {
		/* Frames on the stacks may be what is missing to join blocks. */
		reclaim_frames(1u << order);
		stack_flush(&pool.dirty, 0, 0);
		stack_flush(&pool.zeroed, 0, FRAME_ZEROED);
		pfn = block_take(order, &zeroed);
		if (pfn == PFN_NONE)
			return PFN_NONE;
	}
	return run_ready(pfn, order, zeroed);
}

pfn_t frame_alloc_huge(void)
{
	uint8_t zeroed = 0;
	pfn_t pfn = block_take(HUGE_ORDER, &zeroed);

	if (pfn == PFN_NONE)
		return PFN_NONE;
	if (!make_huge(pfn)) {
		block_free(pfn, HUGE_ORDER, zeroed);
		return PFN_NONE;
	}
	return run_ready(pfn, HUGE_ORDER, FRAME_ZEROED);   /* whatever is in there */
}

int ram_map_view(void *at, uint64_t len, pfn_t pfn, bool writable)
{
	ASSERT(pfn + (len >> PAGE_SHIFT) <= ram.nr);
	return host_view_map(at, len, pool.fd, (uint64_t)pfn << PAGE_SHIFT, writable);
}

/* ---- the whole ------------------------------------------------------------------------ */

int ram_init(uint64_t bytes)
{
	uint64_t nr = MIN(align_up(bytes, PAGE_SIZE) >> PAGE_SHIFT, RAM_MAX_FRAMES);
	void *base;
	int fd;

	if (nr < 2)
		return -EINVAL;
	fd = host_ram_create(nr << PAGE_SHIFT, &base);
	if (fd < 0)
		return fd;
	ram.frames = host_pages_alloc(nr * sizeof(struct frame));
	if (!ram.frames) {
		host_ram_destroy(fd, base, nr << PAGE_SHIFT);
		return -ENOMEM;
	}
	ram.base = base;
	ram.nr = (pfn_t)nr;
	memset(&pool, 0, sizeof(pool));
	pool.fd = fd;
	for (unsigned o = 0; o <= ORDER_MAX; o++)
		pool.heads[o] = PFN_NONE;
	pool.fresh = ZERO_PFN + 1;
	pool.free = ram.nr - 1;
	ram.frames[ZERO_PFN].refs = 1;
	/* Even the smallest program uses sixty frames. */
	if (nr >= 1u << HUGE_ORDER)
		make_huge(0);
	reclaim_reset();
	return 0;
}

void ram_shutdown(void)
{
	if (!ram.base)
		return;
	host_pages_free(ram.frames, ram.nr * sizeof(struct frame));
	host_ram_destroy(pool.fd, ram.base, (uint64_t)ram.nr << PAGE_SHIFT);
	memset(&ram, 0, sizeof(ram));
}

uint64_t ram_total_pages(void)
{
	return ram.nr - 1;
}

uint64_t ram_free_pages(void)
{
	return pool.free;
}

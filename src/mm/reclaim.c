/* RAM is full: give up pages that can be read again.
 *
 * Every page of a file that has a copy elsewhere is on one ring, in order of
 * arrival. A clock hand goes round: a page used since it last came by
 * (FRAME_YOUNG) gets another round, one that is mapped stays, a dirty one is
 * written back first if no clean one can be had. Anonymous memory and tmpfs
 * have no other copy and stay. */
#include "mm_private.h"

static struct {
	pfn_t hand;                /* PFN_NONE: the ring is empty */
	uint64_t pages;
	bool busy;                 /* a write-back allocates: no second reclaim inside */
} ring;

void reclaim_reset(void)
{
	ring.hand = PFN_NONE;
	ring.pages = 0;
	ring.busy = false;
}

void reclaim_add(pfn_t pfn)
{
	struct frame *f = frame_of(pfn);

	if (ring.hand == PFN_NONE) {
		f->next = f->prev = ring.hand = pfn;
	} else {
		/* Behind the hand: the last to be looked at. */
		f->next = ring.hand;
		f->prev = frame_of(ring.hand)->prev;
		frame_of(f->prev)->next = pfn;
		frame_of(f->next)->prev = pfn;
	}
	ring.pages++;
}

void reclaim_remove(pfn_t pfn)
{
	struct frame *f = frame_of(pfn);

	if (f->next == pfn) {
		ring.hand = PFN_NONE;
	} else {
		frame_of(f->prev)->next = f->next;
		frame_of(f->next)->prev = f->prev;
		if (ring.hand == pfn)
			ring.hand = f->next;
	}
	ring.pages--;
}

/* One look at one page: was it freed? */
static bool try_drop(pfn_t pfn, bool write)
{
	struct frame *f = frame_of(pfn);

	if (f->refs > 1)
		return false;
	if (f->flags & FRAME_YOUNG) {
		f->flags &= (uint8_t)~FRAME_YOUNG;
		return false;
	}
	if ((f->flags & FRAME_DIRTY) && (!write || mapping_write_frame(pfn) != 0))
		return false;
	mapping_drop_page(pfn);
	return true;
}

static unsigned turn(unsigned want, bool write)
{
	unsigned got = 0;

	/* Two rounds: the first takes YOUNG away. */
	for (uint64_t left = 2 * ring.pages; left && got < want && ring.hand != PFN_NONE; left--) {
		pfn_t pfn = ring.hand;

		ring.hand = frame_of(pfn)->next;
		got += try_drop(pfn, write);
	}
	return got;
}

unsigned reclaim_frames(unsigned want)
{
	unsigned got;

	if (ring.busy)
		return 0;
	ring.busy = true;
	got = turn(want, false);
	if (!got)
		got = turn(want, true);
	ring.busy = false;
	return got;
}

/* Timers: a binary heap ordered by deadline, then by the order of arming, so that
 * equal deadlines fire in a repeatable order. Slot 0 is unused: heap_index 0 is
 * "not armed", and the children of i are 2i and 2i+1. Guarded by the kernel lock. */
#include "internal.h"

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

static struct {
	struct heap_slot { struct timer *timer; uint64_t order; } *slot;
	size_t nr, cap;
	uint64_t next_order;
} heap;

uint64_t sched_clock_ns(void)
{
	return host_clock_ns(1 /* CLOCK_MONOTONIC */);
}

static bool earlier(const struct heap_slot *a, const struct heap_slot *b)
{
	if (a->timer->deadline_ns != b->timer->deadline_ns)
		return a->timer->deadline_ns < b->timer->deadline_ns;
	return a->order < b->order;
}

static void place(size_t i, struct heap_slot s)
{
	heap.slot[i] = s;
	s.timer->heap_index = i;
}

static void sift_up(size_t i)
{
	struct heap_slot s = heap.slot[i];

	while (i > 1 && earlier(&s, &heap.slot[i / 2])) {
		place(i, heap.slot[i / 2]);
		i /= 2;
	}
	place(i, s);
}

static void sift_down(size_t i)
{
	struct heap_slot s = heap.slot[i];

	for (;;) {
		size_t child = 2 * i;

		if (child > heap.nr)
			break;
		if (child < heap.nr && earlier(&heap.slot[child + 1], &heap.slot[child]))
			child++;
		if (!earlier(&heap.slot[child], &s))
			break;
		place(i, heap.slot[child]);
		i = child;
	}
	place(i, s);
}

void timers_init(void)
{
	free(heap.slot);
	heap.slot = NULL;
	heap.nr = heap.cap = 0;
	heap.next_order = 0;
}

size_t sched_timers_armed(void)
{
	return heap.nr;
}

bool timer_cancel(struct timer *t)
{
	size_t i = t->heap_index;
	struct heap_slot last;

	if (!i)
		return false;
	ASSERT(i <= heap.nr && heap.slot[i].timer == t);
	t->heap_index = 0;
	last = heap.slot[heap.nr--];
	if (last.timer != t) {
		place(i, last);
		sift_up(i);
		sift_down(last.timer->heap_index);
	}
	return true;
}

void timer_arm(struct timer *t, uint64_t deadline_ns)
{
	timer_cancel(t);
	if (heap.nr + 2 > heap.cap) {
		heap.cap = heap.cap ? heap.cap * 2 : 64;
		heap.slot = xrealloc(heap.slot, heap.cap * sizeof(*heap.slot));
	}
	t->deadline_ns = deadline_ns;
	heap.nr++;
	place(heap.nr, (struct heap_slot){ t, heap.next_order++ });
	sift_up(heap.nr);
	if (heap.slot[1].timer == t)
		timers_changed(deadline_ns);
}

uint64_t timers_run(uint64_t now_ns)
{
	while (heap.nr) {
		struct timer *t = heap.slot[1].timer;

		if (t->deadline_ns > now_ns)
			return t->deadline_ns;
		timer_cancel(t);
		t->fire(t);
	}
	return WAIT_FOREVER;
}

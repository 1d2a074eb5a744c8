/* epoll(7): a set of files that remembers which of them may have become ready.
 *
 *   struct epoll   items: all that are watched      ready: to be asked again
 *
 * Each item leaves a wait entry on its file's queues for as long as it is in the
 * set. A wake-up puts the item on the ready list and wakes whoever waits. epoll_wait
 * asks the files on that list: one that is not ready leaves it; a level-
 * triggered one that is goes back to its end, an edge-triggered one does not.
 *
 * An item does not hold its file: when the last descriptor of the file is closed the file
 * goes, and takes its items out of their sets (epoll_file_released). */
#include "internal.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* Sets within sets: what happens in the innermost is told by one function calling the next (Linux EP_MAX_NESTS). */
enum { NESTING_MAX = 4 };
#define PRIVATE_BITS (ABI_EPOLLET | ABI_EPOLLONESHOT | ABI_EPOLLEXCLUSIVE | ABI_EPOLLWAKEUP)

/* What may be asked for together with EPOLLEXCLUSIVE. */
#define EXCLUSIVE_BITS (ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLERR | ABI_EPOLLHUP | ABI_EPOLLWAKEUP | ABI_EPOLLET | ABI_EPOLLEXCLUSIVE)

struct epoll {
	struct list items, ready;
	struct wait_queue wait;
	struct file *file;            /* its own */
	uint64_t looked;              /* epoll_ctl's last look at nesting that came by, ... */
	unsigned depth;               /* ... and what it found */
};

struct item;
struct hook {                         /* one wait entry on one queue of the file */
	struct wait_entry wait;
	struct item *item;
	struct hook *next;
};
struct item {
	struct list link;             /* epoll.items */
	struct list ready_link;       /* epoll.ready, or unlinked */
	struct list file_link;        /* file.epitems */
	struct epoll *ep;
	struct file *file;            /* borrowed, see above */
	int fd;
	uint32_t events;
	uint64_t data;
	struct hook *hooks;
};
struct ask { struct poll_table table; struct item *item; };

static const struct file_ops epoll_fops;

static void mark_ready(struct item *it)
{
	if (list_empty(&it->ready_link))
		list_add_tail(&it->ep->ready, &it->ready_link);
	wake_up_nr(&it->ep->wait, 1, ABI_EPOLLIN);
}

static bool hook_woken(struct wait_entry *w, uint64_t key)
{
	struct item *it = container_of(w, struct hook, wait)->item;
	uint32_t events = it->events & ~PRIVATE_BITS;

	/* A key says what happened; without one anything may have. */
	if (!events || (key && !(key & (events | ABI_EPOLLERR | ABI_EPOLLHUP))))
		return false;
	mark_ready(it);
	return true;
}

static void hook_queue(struct poll_table *pt, struct wait_queue *q)
{
	struct item *it = container_of(pt, struct ask, table)->item;
	struct hook *h = xnew(struct hook);

	list_init(&h->wait.link);
	h->wait.wake = hook_woken;
	h->wait.exclusive = it->events & ABI_EPOLLEXCLUSIVE;
	h->item = it;
	h->next = it->hooks;
	it->hooks = h;
	wait_queue_add(q, &h->wait);
}

static uint32_t item_ready(struct item *it, struct poll_table *pt)
{
	uint32_t events = it->events & ~PRIVATE_BITS;

	/* Disarmed by EPOLLONESHOT: not even errors are reported. */
	return events || pt ? file_poll(it->file, pt) & events : 0;
}

static void item_free(struct item *it)
{
	while (it->hooks) {
		struct hook *h = it->hooks;

		it->hooks = h->next;
		wait_queue_remove(&h->wait);
		free(h);
	}
	list_del(&it->link);
	list_del(&it->ready_link);
	list_del(&it->file_link);
	free(it);
}

void epoll_file_released(struct file *f)
{
	while (!list_empty(&f->epitems))
		item_free(list_first(&f->epitems, struct item, file_link));
}

/* ---- epoll_ctl -------------------------------------------------------------------- */

static struct epoll *epoll_of(const struct file *f)
{
	return f->ops == &epoll_fops ? f->private : NULL;
}

static uint64_t look;

/* Sets below `ep`, one inside of the other; more than NESTING_MAX if `outer` is one of them. */
static unsigned depth_below(struct epoll *ep, const struct epoll *outer)
{
	struct item *it;
	unsigned depth = 0;

	if (ep == outer)
		return NESTING_MAX + 1;
	if (ep->looked == look)
		return ep->depth;
	list_for_each(it, &ep->items, link)
		if (epoll_of(it->file))
			depth = MAX(depth, 1 + depth_below(epoll_of(it->file), outer));
	ep->looked = look;
	ep->depth = depth;
	return depth;
}

static unsigned depth_above(struct epoll *ep)
{
	struct item *it;
	unsigned depth = 0;

	if (ep->looked == look)
		return ep->depth;
	list_for_each(it, &ep->file->epitems, file_link)
		depth = MAX(depth, 1 + depth_above(it->ep));
	ep->looked = look;
	ep->depth = depth;
	return depth;
}

/* Would watching `inner` close a circle to `ep`, or nest too deep (ep_loop_check)? */
static bool nests_too_deep(struct epoll *ep, struct epoll *inner)
{
	unsigned below;

	look++;
	below = depth_below(inner, ep);
	look++;
	return below + 1 + depth_above(ep) > NESTING_MAX;
}

/* Ways from a file to sets that nobody watches, by how many sets lie in between: each is gone when
 * something happens. Sets that watch the file itself may be many (reverse_path_check). */
static bool has_too_many_ways(struct file *f, unsigned between, unsigned *ways)
{
	static const unsigned most[NESTING_MAX + 1] = { UINT32_MAX, 500, 100, 50, 10 };
	struct item *it;

	if (between > NESTING_MAX)
		return true;
	list_for_each(it, &f->epitems, file_link) {
		struct file *epf = it->ep->file;

		if (list_empty(&epf->epitems) ? ++ways[between] > most[between] : has_too_many_ways(epf, between + 1, ways))
			return true;
	}
	return false;
}

/* The same for all that is watched from here. */
static bool is_told_too_often(struct file *f)
{
	struct epoll *ep = epoll_of(f);
	unsigned ways[NESTING_MAX + 1] = { 0 };
	struct item *it;

	if (!ep)
		return has_too_many_ways(f, 0, ways);
	if (ep->looked == look)
		return false;
	ep->looked = look;
	list_for_each(it, &ep->items, link)
		if (is_told_too_often(it->file))
			return true;
	return false;
}

static struct item *find(struct epoll *ep, int fd, const struct file *target)
{
	struct item *it;

	list_for_each(it, &target->epitems, file_link)
		if (it->ep == ep && it->fd == fd)
			return it;
	return NULL;
}

static int add(struct epoll *ep, int fd, struct file *target, uint32_t events, uint64_t data)
{
	struct item *it;
	struct ask ask = { .table.queue = hook_queue };

	if (epoll_of(target) && nests_too_deep(ep, epoll_of(target)))
		return -ELOOP;
	it = ask.item = xnew(struct item);
	it->ep = ep;
	it->file = target;
	it->fd = fd;
	it->events = events;
	it->data = data;
	list_init(&it->ready_link);
	list_add_tail(&ep->items, &it->link);
	list_add_tail(&target->epitems, &it->file_link);
	look++;
	if ((epoll_of(target) || !list_empty(&ep->file->epitems)) && is_told_too_often(target)) {
		item_free(it);
		return -EINVAL;
	}
	if (item_ready(it, &ask.table))
		mark_ready(it);
	return 0;
}

int epoll_ctl_file(struct file *epf, int op, int fd, struct file *target, uint32_t events, uint64_t data)
{
	struct epoll *ep = epoll_of(epf);
	struct item *it;

	if (!target->ops->poll)
		return -EPERM;                /* regular files: always ready, cannot be watched */
	if (!ep || target == epf)
		return -EINVAL;
	if (op != ABI_EPOLL_CTL_DEL && (events & ABI_EPOLLEXCLUSIVE) &&
	    (op == ABI_EPOLL_CTL_MOD || epoll_of(target) || (events & ~EXCLUSIVE_BITS)))
		return -EINVAL;
	it = find(ep, fd, target);
	events |= ABI_EPOLLERR | ABI_EPOLLHUP;
	switch (op) {
	case ABI_EPOLL_CTL_ADD:
		return it ? -EEXIST : add(ep, fd, target, events, data);
	case ABI_EPOLL_CTL_DEL:
		if (!it)
			return -ENOENT;
		item_free(it);
		return 0;
	case ABI_EPOLL_CTL_MOD:
		if (!it)
			return -ENOENT;
		if ((it->events | events) & ABI_EPOLLEXCLUSIVE)
			return -EINVAL;
		it->events = events;
		it->data = data;
		if (item_ready(it, NULL))
			mark_ready(it);
		return 0;
	}
	return -EINVAL;
}

/* ---- epoll_wait ---------------------------------------------------------------------- */

static int collect(struct epoll *ep, struct epoll_result *out, int max)
{
	struct list again = LIST_INIT(again);
	int n = 0;

	while (n < max && !list_empty(&ep->ready)) {
		struct item *it = list_first(&ep->ready, struct item, ready_link);
		uint32_t ready;

		list_del(&it->ready_link);
		ready = item_ready(it, NULL);
		if (!ready)
			continue;
		out[n++] = (struct epoll_result){ ready, it->data };
		if (it->events & ABI_EPOLLONESHOT)
			it->events &= PRIVATE_BITS;
		else if (!(it->events & ABI_EPOLLET))
			list_add_tail(&again, &it->ready_link);
	}
	while (!list_empty(&again)) {
		struct list *l = again.next;

		list_del(l);
		list_add_tail(&ep->ready, l);
	}
	return n;
}

int epoll_wait_file(struct file *epf, struct epoll_result *out, int max, uint64_t deadline_ns)
{
	struct epoll *ep = epoll_of(epf);
	int n, err = 0;

	if (!ep || max <= 0)
		return -EINVAL;
	for (;;) {
		n = collect(ep, out, max);
		if (n || deadline_ns == 0 || err)
			break;
		err = wait_event(&ep->wait, !list_empty(&ep->ready), WAIT_INTERRUPTIBLE, deadline_ns);
	}
	if (n || err == -ETIMEDOUT || !err)
		return n;
	return -EINTR;                        /* never restarted (signal(7)) */
}

/* ---- the file --------------------------------------------------------------------------- */

static uint32_t epoll_poll(struct file *f, struct poll_table *pt)
{
	struct epoll *ep = epoll_of(f);
	struct item *it;

	poll_wait(pt, &ep->wait);
	list_for_each(it, &ep->ready, ready_link)
		if (item_ready(it, NULL))
			return ABI_EPOLLIN | ABI_EPOLLRDNORM;
	return 0;
}

static void epoll_release(struct file *f)
{
	struct epoll *ep = epoll_of(f);

	while (!list_empty(&ep->items))
		item_free(list_first(&ep->items, struct item, link));
	free(ep);
}

static void show_fdinfo(struct file *f, struct strbuf *out)
{
	const struct item *it;

	list_for_each(it, &epoll_of(f)->items, link)
		strbuf_printf(out, "tfd: %8d events: %8x data: %16llx  pos:%lli ino:%llx sdev:%x\n", it->fd, it->events,
			      (unsigned long long)it->data, (long long)it->file->pos, (unsigned long long)it->file->inode->ino,
			      (unsigned)it->file->inode->super->dev);
}

static const struct file_ops epoll_fops = { .poll = epoll_poll, .release = epoll_release, .show_fdinfo = show_fdinfo };

int epoll_create_file(uint32_t flags, const struct cred *who, struct file **out)
{
	struct epoll *ep;

	if (flags & ~(uint32_t)ABI_EPOLL_CLOEXEC)
		return -EINVAL;
	ep = xnew(struct epoll);
	list_init(&ep->items);
	list_init(&ep->ready);
	wait_queue_init(&ep->wait);
	*out = ep->file = anon_file_create("anon_inode:[eventpoll]", &epoll_fops, ep, ABI_O_RDWR, who);
	return 0;
}

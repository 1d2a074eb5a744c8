/* inotify(7): a queue of what happened to files and directories (notify.c says it).
 *
 *   struct inotify         watches: by descriptor number        events: not yet read
 *   struct inotify_watch   one inode in one set
 *
 * An event that equals the last one in the queue is not added again; a full queue ends
 * with one IN_Q_OVERFLOW (fs/notify/inotify/inotify_fsnotify.c). Nothing here sleeps but read. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "abi/inotify.h"
#include "abi/tty.h"
#include "base/alloc.h"
#include "base/strbuf.h"

enum {
	QUEUE_MAX = 16384,            /* /proc/sys/fs/inotify/max_queued_events */
	WATCHES_MAX = 65536,          /* max_user_watches */
	INSTANCES_MAX = 128,          /* max_user_instances */
};

struct event {
	struct list link;
	int wd;
	uint32_t mask, cookie;
	char name[];
};
struct inotify_watch {
	struct watch w;
	struct list link;             /* inotify.watches, by wd */
	struct inotify *set;
	int wd;
};
struct inotify {
	struct list watches, events;
	unsigned nr_events;
	int next_wd;
	uint32_t uid;                 /* whose instance it counts as */
	bool overflowed;
	struct wait_queue wait;
	struct list link;             /* all sets */
};

static struct list sets = LIST_INIT(sets);
static const struct file_ops inotify_fops;

static struct inotify *set_of(const struct file *f)
{
	return f->ops == &inotify_fops ? f->private : NULL;
}

/* ---- the queue ------------------------------------------------------------------ */

static bool same_as_last(const struct inotify *set, int wd, uint32_t mask, const char *name)
{
	const struct event *last;

	if (list_empty(&set->events))
		return false;
	last = list_entry(set->events.prev, struct event, link);
	return last->wd == wd && last->mask == mask && strcmp(last->name, name) == 0;
}

static void queue_event(struct inotify *set, int wd, uint32_t mask, uint32_t cookie, const char *name)
{
	struct event *e;
	size_t len;

	if (set->nr_events >= QUEUE_MAX) {
		if (set->overflowed)
			return;
		set->overflowed = true;
		wd = -1;
		mask = ABI_IN_Q_OVERFLOW;
		cookie = 0;
		name = NULL;
	}
	name = name ? name : "";
	if (same_as_last(set, wd, mask, name))
		return;
	len = strlen(name) + 1;
	e = xalloc(sizeof(*e) + len);
	e->wd = wd;
	e->mask = mask;
	e->cookie = cookie;
	memcpy(e->name, name, len);
	list_add_tail(&set->events, &e->link);
	set->nr_events++;
	wake_up_nr(&set->wait, 1, ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

/* What the guest's record of an event takes: the name with its NUL, padded to whole records. */
static size_t name_room(const struct event *e)
{
	return e->name[0] ? align_up(strlen(e->name) + 1, sizeof(struct abi_inotify_event)) : 0;
}

/* ---- watches -------------------------------------------------------------------------- */

static struct inotify_watch *of(struct watch *w)
{
	return container_of(w, struct inotify_watch, w);
}

static void happened(struct watch *w, uint32_t mask, uint32_t cookie, const char *name)
{
	queue_event(of(w)->set, of(w)->wd, mask & ~(uint32_t)NOTIFY_RENAME, cookie, name);
}

static void ended(struct watch *w)
{
	list_del(&of(w)->link);
	queue_event(of(w)->set, of(w)->wd, ABI_IN_IGNORED, 0, NULL);
	free(of(w));
}

static const struct watch_ops inotify_watch_ops = { .happened = happened, .ended = ended };

void notify_unmounted(struct super *s)
{
	struct inotify *set;
	struct inotify_watch *w, *next;

	list_for_each(set, &sets, link)
		list_for_each_safe(w, next, &set->watches, link) {
			if (w->w.inode->super != s)
				continue;
			queue_event(set, w->wd, ABI_IN_UNMOUNT, 0, NULL);
			watch_end(&w->w);
		}
}

/* ---- the calls ------------------------------------------------------------------------ */

static unsigned count_sets(uint32_t uid)
{
	struct inotify *set;
	unsigned n = 0;

	list_for_each(set, &sets, link)
		n += set->uid == uid;
	return n;
}

int inotify_create(uint32_t flags, const struct cred *who, struct file **out)
{
	struct inotify *set;

	if (flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_NONBLOCK))
		return -EINVAL;
	if (count_sets(who->uid) >= INSTANCES_MAX)
		return -EMFILE;
	set = xnew(struct inotify);
	list_init(&set->watches);
	list_init(&set->events);
	set->next_wd = 1;
	set->uid = who->uid;
	wait_queue_init(&set->wait);
	list_add_tail(&sets, &set->link);
	*out = anon_file_create("anon_inode:inotify", &inotify_fops, set, flags & ABI_O_NONBLOCK, who);
	return 0;
}

bool file_is_inotify(const struct file *f)
{
	return set_of(f) != NULL;
}

static int watch_add(struct inotify *set, struct inode *i, uint32_t mask)
{
	struct inotify_watch *w;

	if (watch_count() >= WATCHES_MAX)
		return -ENOSPC;
	w = xnew(struct inotify_watch);
	w->set = set;
	w->wd = set->next_wd++;
	watch_attach(&w->w, i, mask, &inotify_watch_ops);
	list_add_tail(&set->watches, &w->link);
	return w->wd;
}

int inotify_watch(struct file *f, struct path where, uint32_t mask)
{
	struct inotify *set = set_of(f);
	struct inode *i = where.dentry->inode;
	uint32_t keep = mask & (ABI_IN_ALL_EVENTS | ABI_IN_ONESHOT | ABI_IN_EXCL_UNLINK);

	for (struct watch *w = i->watches; w; w = w->next) {
		if (w->ops != &inotify_watch_ops || of(w)->set != set)
			continue;
		if (mask & ABI_IN_MASK_CREATE)
			return -EEXIST;
		w->mask = mask & ABI_IN_MASK_ADD ? w->mask | keep : keep;
		return of(w)->wd;
	}
	return watch_add(set, i, keep);
}

int inotify_unwatch(struct file *f, int wd)
{
	struct inotify *set = set_of(f);
	struct inotify_watch *w;

	list_for_each(w, &set->watches, link)
		if (w->wd == wd) {
			watch_end(&w->w);
			return 0;
		}
	return -EINVAL;
}

/* ---- the file --------------------------------------------------------------------------- */

static int copy_event(struct uio *u, const struct event *e, size_t room)
{
	char record[sizeof(struct abi_inotify_event) + 256 + sizeof(struct abi_inotify_event)] = { 0 };
	struct abi_inotify_event head = { .wd = e->wd, .mask = e->mask, .cookie = e->cookie, .len = (uint32_t)room };
	size_t n = sizeof(head) + room;

	memcpy(record, &head, sizeof(head));
	if (room)
		memcpy(record + sizeof(head), e->name, strlen(e->name));
	return uio_copy_in(u, record, n) == n ? 0 : -EFAULT;
}

static ssize_t inotify_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct inotify *set = f->private;
	ssize_t done = 0;
	int err = 0;

	if (list_empty(&set->events)) {
		if (f->flags & ABI_O_NONBLOCK)
			return -EAGAIN;
		err = wait_event(&set->wait, !list_empty(&set->events), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	}
	while (!err && !list_empty(&set->events)) {
		struct event *e = list_first(&set->events, struct event, link);
		size_t room = name_room(e), n = sizeof(struct abi_inotify_event) + room;

		if (n > u->left)
			return done ? done : -EINVAL;
		list_del(&e->link);
		set->nr_events--;
		set->overflowed = set->overflowed && e->mask != ABI_IN_Q_OVERFLOW;
		err = copy_event(u, e, room);
		if (!err)
			done += (ssize_t)n;
		free(e);
	}
	return done ? done : err;
}

static uint32_t inotify_poll(struct file *f, struct poll_table *pt)
{
	struct inotify *set = f->private;

	poll_wait(pt, &set->wait);
	return list_empty(&set->events) ? 0 : ABI_EPOLLIN | ABI_EPOLLRDNORM;
}

static int64_t inotify_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct inotify *set = f->private;
	struct event *e;
	int32_t bytes = 0;

	if (cmd != ABI_FIONREAD)
		return -ENOTTY;
	list_for_each(e, &set->events, link)
		bytes += (int32_t)(sizeof(struct abi_inotify_event) + name_room(e));
	return mm_copy_to(mm, arg, &bytes, sizeof(bytes));
}

static void inotify_release(struct file *f)
{
	struct inotify *set = f->private;

	while (!list_empty(&set->watches))
		watch_end(&list_first(&set->watches, struct inotify_watch, link)->w);
	while (!list_empty(&set->events)) {
		struct event *e = list_first(&set->events, struct event, link);

		list_del(&e->link);
		free(e);
	}
	list_del(&set->link);
	free(set);
}

static void show_fdinfo(struct file *f, struct strbuf *out)
{
	const struct inotify *set = f->private;
	const struct inotify_watch *w;

	list_for_each(w, &set->watches, link)
		strbuf_printf(out, "inotify wd:%x ino:%llx sdev:%x mask:%x ignored_mask:0\n", w->wd, (unsigned long long)w->w.inode->ino,
			      (unsigned)w->w.inode->super->dev, w->w.mask & ABI_IN_ALL_EVENTS);
}

static const struct file_ops inotify_fops = {
	.show_fdinfo = show_fdinfo,
	.default_owner = file_no_owner,
	.read = inotify_read, .poll = inotify_poll, .ioctl = inotify_ioctl, .release = inotify_release,
};

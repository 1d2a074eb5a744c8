/* inotify(7): a queue of what happened to files and directories.
 *
 *   struct inotify   watches: by descriptor number        events: not yet read
 *   struct watch     one inode in one set; holds a reference on the inode, as Linux' marks do
 *
 * The operations of this room say what happened through notify_self() (an object),
 * notify_entry() (a name in a directory) and notify_dentry() (both: the watchers of the
 * directory hear it with the name, then those of the object without). While nobody
 * watches anything that is one comparison.
 *
 * An event that equals the last one in the queue is not added again; a full queue ends
 * with one IN_Q_OVERFLOW (fs/notify/inotify/inotify_fsnotify.c). Nothing here sleeps but read. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "abi/inotify.h"
#include "abi/tty.h"
#include "base/alloc.h"

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
struct watch {
	struct list link;             /* inotify.watches, by wd */
	struct watch *next;           /* of the inode */
	struct inotify *set;
	struct inode *inode;          /* with a reference */
	int wd;
	uint32_t mask;
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
static unsigned nr_watches;
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

/* ---- what happened ------------------------------------------------------------------ */

static void watch_remove(struct watch *w)
{
	struct watch **p = &w->inode->watches;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	list_del(&w->link);
	queue_event(w->set, w->wd, ABI_IN_IGNORED, 0, NULL);
	nr_watches--;
	inode_put(w->inode);
	free(w);
}

static void tell(struct inode *watched, uint32_t mask, uint32_t dir_bit, uint32_t cookie, const char *name, bool unlinked)
{
	struct watch *w, *next;

	inode_get(watched);
	for (w = watched->watches; w; w = next) {
		next = w->next;
		if (!(w->mask & mask) || (unlinked && (w->mask & ABI_IN_EXCL_UNLINK)))
			continue;
		queue_event(w->set, w->wd, mask | dir_bit, cookie, name);
		if (w->mask & ABI_IN_ONESHOT)
			watch_remove(w);
	}
	inode_put(watched);
}

static uint32_t dir_bit(const struct inode *i, uint32_t mask)
{
	return i && S_ISDIR(i->mode) && !(mask & (ABI_IN_DELETE_SELF | ABI_IN_MOVE_SELF)) ? ABI_IN_ISDIR : 0;
}

void notify_self(struct inode *i, uint32_t mask)
{
	if (unlikely(nr_watches) && i->watches)
		tell(i, mask, dir_bit(i, mask), 0, NULL, false);
}

void notify_entry(struct inode *dir, const char *name, const struct inode *what, uint32_t mask, uint32_t cookie)
{
	if (unlikely(nr_watches) && dir->watches)
		tell(dir, mask, dir_bit(what, mask), cookie, name, false);
}

void notify_dentry(struct dentry *d, uint32_t mask)
{
	if (likely(!nr_watches) || !d || !d->inode)
		return;
	if (d->parent != d && d->parent->inode && d->parent->inode->watches)
		tell(d->parent->inode, mask, dir_bit(d->inode, mask), 0, d->name, !d->hashed);
	notify_self(d->inode, mask);
}

uint32_t notify_next_cookie(void)
{
	static uint32_t cookie;

	return ++cookie;
}

/* The last name of an object that nobody has open is gone, or its file system is. */
void notify_gone(struct inode *i, uint32_t mask)
{
	if (likely(!nr_watches) || !i->watches)
		return;
	inode_get(i);
	notify_self(i, mask);
	while (i->watches)
		watch_remove(i->watches);
	inode_put(i);
}

void notify_unmounted(struct super *s)
{
	struct inotify *set;
	struct watch *w, *next;

	list_for_each(set, &sets, link)
		list_for_each_safe(w, next, &set->watches, link) {
			if (w->inode->super != s)
				continue;
			queue_event(set, w->wd, ABI_IN_UNMOUNT, 0, NULL);
			watch_remove(w);
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
	struct watch *w;

	if (nr_watches >= WATCHES_MAX)
		return -ENOSPC;
	w = xnew(struct watch);
	w->set = set;
	w->inode = i;
	inode_get(i);
	w->mask = mask;
	w->wd = set->next_wd++;
	w->next = i->watches;
	i->watches = w;
	list_add_tail(&set->watches, &w->link);
	nr_watches++;
	return w->wd;
}

int inotify_watch(struct file *f, struct path where, uint32_t mask)
{
	struct inotify *set = set_of(f);
	struct inode *i = where.dentry->inode;
	uint32_t keep = mask & (ABI_IN_ALL_EVENTS | ABI_IN_ONESHOT | ABI_IN_EXCL_UNLINK);

	for (struct watch *w = i->watches; w; w = w->next) {
		if (w->set != set)
			continue;
		if (mask & ABI_IN_MASK_CREATE)
			return -EEXIST;
		w->mask = mask & ABI_IN_MASK_ADD ? w->mask | keep : keep;
		return w->wd;
	}
	return watch_add(set, i, keep);
}

int inotify_unwatch(struct file *f, int wd)
{
	struct inotify *set = set_of(f);
	struct watch *w;

	list_for_each(w, &set->watches, link)
		if (w->wd == wd) {
			watch_remove(w);
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
		watch_remove(list_first(&set->watches, struct watch, link));
	while (!list_empty(&set->events)) {
		struct event *e = list_first(&set->events, struct event, link);

		list_del(&e->link);
		free(e);
	}
	list_del(&set->link);
	free(set);
}

static const struct file_ops inotify_fops = {
	.default_owner = file_no_owner,
	.read = inotify_read, .poll = inotify_poll, .ioctl = inotify_ioctl, .release = inotify_release,
};

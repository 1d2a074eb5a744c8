/* What happens to files and directories, told to those who watch them (Linux fs/notify/fsnotify.c).
 *
 *   struct watch     one inode, watched by one of inotify.c or dnotify.c; holds a reference on the inode
 *
 * The operations of this room say what happened through notify_self() (an object), notify_entry() (a name
 * in a directory) and notify_dentry() (both: the watchers of the directory hear it with the name, then
 * those of the object without). While nobody watches anything that is one comparison. Nothing here sleeps. */
#include "internal.h"

#include "abi/inotify.h"

static unsigned nr_watches;

unsigned watch_count(void)
{
	return nr_watches;
}

void watch_attach(struct watch *w, struct inode *i, uint32_t mask, const struct watch_ops *ops)
{
	inode_get(i);
	w->inode = i;
	w->mask = mask;
	w->ops = ops;
	w->next = i->watches;
	i->watches = w;
	nr_watches++;
}

void watch_end(struct watch *w)
{
	struct watch **p = &w->inode->watches;
	struct inode *i = w->inode;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	nr_watches--;
	w->ops->ended(w);
	inode_put(i);
}

static void tell(struct inode *watched, uint32_t mask, uint32_t dir_bit, uint32_t cookie, const char *name, bool unlinked)
{
	struct watch *w, *next;

	inode_get(watched);
	for (w = watched->watches; w; w = next) {
		next = w->next;
		if (!(w->mask & mask) || (unlinked && (w->mask & ABI_IN_EXCL_UNLINK)))
			continue;
		w->ops->happened(w, mask | dir_bit, cookie, name);
		if (w->mask & ABI_IN_ONESHOT)
			watch_end(w);
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
		watch_end(i->watches);
	inode_put(i);
}

/* Advisory locks: flock(2), owned by the open file, and fcntl(2) record locks, owned by the
 * descriptor table (POSIX: all descriptors of a process) or, the OFD kind, by the open file.
 *
 * One list for the machine: locks are few, and lived-with ones fewer. A lock
 * is a byte range [start, end] of an inode. Waiters all sleep on one queue and
 * look again when any lock goes. A chain of waiting owners that comes back
 * to the asker is -EDEADLK, as Linux' posix_locks_deadlock() finds it. */
#include "internal.h"

#include <stdlib.h>

#include "base/alloc.h"

struct file_lock {
	struct list link;
	struct inode *inode;          /* alive: the owner's file holds it */
	const void *owner;            /* struct file or struct files */
	enum lock_kind kind;
	bool exclusive;
	uint64_t start, end;          /* inclusive */
	int pid;
};

static struct list locks = LIST_INIT(locks);
static struct wait_queue released;
static bool queue_ready;

static struct wait_queue *wait_on(void)
{
	if (!queue_ready) {
		wait_queue_init(&released);
		queue_ready = true;
	}
	return &released;
}

static bool overlaps(const struct file_lock *l, uint64_t start, uint64_t end)
{
	return l->start <= end && start <= l->end;
}

/* flock and record locks do not see each other (flock(2), since Linux 2.0). */
static bool conflicts(const struct file_lock *have, const struct file_lock *want)
{
	return have->inode == want->inode && (have->kind == LOCK_FLOCK) == (want->kind == LOCK_FLOCK) &&
	       (have->owner != want->owner || have->kind != want->kind) &&
	       (have->exclusive || want->exclusive) && overlaps(have, want->start, want->end);
}

/* The first in the file, which is the one that F_GETLK shows. */
static struct file_lock *find_conflict(const struct file_lock *want)
{
	struct file_lock *l, *first = NULL;

	list_for_each(l, &locks, link)
		if (conflicts(l, want) && (!first || l->start < first->start))
			first = l;
	return first;
}

static void add(const struct file_lock *like, uint64_t start, uint64_t end)
{
	struct file_lock *l = xnew(struct file_lock);

	*l = *like;
	l->start = start;
	l->end = end;
	list_add_tail(&locks, &l->link);
}

/* Take [start, end] away from the owner's locks: what sticks out on either side remains. */
static bool carve(const struct file_lock *what)
{
	struct file_lock *l, *tmp;
	bool any = false;

	list_for_each_safe(l, tmp, &locks, link) {
		if (l->inode != what->inode || l->owner != what->owner || l->kind != what->kind ||
		    !overlaps(l, what->start, what->end))
			continue;
		any = true;
		list_del(&l->link);
		if (l->start < what->start)
			add(l, l->start, what->start - 1);
		if (l->end > what->end)
			add(l, what->end + 1, l->end);
		free(l);
	}
	return any;
}

/* Who waits for whom: only record locks of processes are checked, as Linux does. */
struct waiting { struct list link; const void *owner; const struct file_lock *want; };
static struct list waiters = LIST_INIT(waiters);

static bool would_deadlock(const struct file_lock *want)
{
	const struct file_lock *at = want;

	for (unsigned hops = 0; hops < 10; hops++) {
		struct file_lock *block = find_conflict(at);
		struct waiting *w, *next = NULL;

		if (!block)
			return false;
		if (block->owner == want->owner)
			return true;
		list_for_each(w, &waiters, link)
			if (w->owner == block->owner)
				next = w;
		if (!next)
			return false;
		at = next->want;
	}
	return false;
}

static int wait_for(const struct file_lock *want)
{
	struct waiting w = { .owner = want->owner, .want = want };
	int err;

	if (want->kind == LOCK_POSIX && would_deadlock(want))
		return -EDEADLK;
	list_add_tail(&waiters, &w.link);
	err = wait_event(wait_on(), !find_conflict(want), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	list_del(&w.link);
	return err;
}

int file_lock(struct file *f, const struct lock_request *r)
{
	struct file_lock want = {
		.inode = f->inode, .kind = r->kind, .exclusive = r->type == ABI_F_WRLCK,
		.owner = r->kind == LOCK_POSIX ? (const void *)r->table : f,
		.start = r->start, .end = r->end, .pid = r->pid,
	};
	int err = 0;

	if (r->type == ABI_F_UNLCK) {
		if (carve(&want))
			wake_up_all(wait_on());
		return 0;
	}
	/* A conversion gives the old lock up first, and may lose it (flock(2)). */
	if (r->kind == LOCK_FLOCK && carve(&want))
		wake_up_all(wait_on());
	while (!err && find_conflict(&want))
		err = r->wait ? wait_for(&want) : -EAGAIN;
	if (err)
		return err;
	if (carve(&want))
		wake_up_all(wait_on());       /* perhaps from exclusive to shared */
	add(&want, want.start, want.end);
	return 0;
}

bool file_lock_test(struct file *f, const struct lock_request *r, struct lock_request *blocker)
{
	struct file_lock want = {
		.inode = f->inode, .kind = r->kind, .exclusive = r->type == ABI_F_WRLCK,
		.owner = r->kind == LOCK_POSIX ? (const void *)r->table : f,
		.start = r->start, .end = r->end,
	};
	const struct file_lock *l = find_conflict(&want);

	if (!l)
		return false;
	*blocker = (struct lock_request){
		.kind = l->kind, .type = l->exclusive ? ABI_F_WRLCK : ABI_F_RDLCK,
		.start = l->start, .end = l->end, .pid = l->kind == LOCK_OFD ? -1 : l->pid,
	};
	return true;
}

/* A lock of a process that cannot be seen is not seen either (locks_translate_pid). */
static void show_lock(struct strbuf *out, unsigned n, const struct file_lock *l, bool blocked,
		      int (*show_pid)(uint64_t arg, int pid), uint64_t arg)
{
	int pid = show_pid(arg, l->pid);
	static const char *const kinds[] = { [LOCK_POSIX] = "POSIX ", [LOCK_OFD] = "OFDLCK", [LOCK_FLOCK] = "FLOCK " };

	if (!pid)
		return;
	strbuf_printf(out, "%u:%s %s ADVISORY  %s %d %02x:%02x:%lu %lu ", n, blocked ? " ->" : "", kinds[l->kind],
		      l->exclusive ? "WRITE" : "READ ", l->kind == LOCK_OFD ? -1 : pid,
		      abi_dev_major(l->inode->super->dev), abi_dev_minor(l->inode->super->dev), l->inode->ino, l->start);
	if (l->end == UINT64_MAX)
		strbuf_printf(out, "EOF\n");
	else
		strbuf_printf(out, "%lu\n", l->end);
}

/* /proc/locks: each lock, the youngest first, and behind it who waits for it (fs/locks.c). */
void vfs_show_locks(struct strbuf *out, int (*show_pid)(uint64_t arg, int pid), uint64_t arg)
{
	struct waiting *w;
	unsigned n = 0;

	for (struct list *at = locks.prev; at != &locks; at = at->prev) {
		struct file_lock *l = list_entry(at, struct file_lock, link);

		show_lock(out, ++n, l, false, show_pid, arg);
		list_for_each(w, &waiters, link)
			if (find_conflict(w->want) == l)
				show_lock(out, n, w->want, true, show_pid, arg);
	}
}

static void drop_owned(const struct inode *i, const void *owner)
{
	struct file_lock *l, *tmp;
	bool any = false;

	list_for_each_safe(l, tmp, &locks, link) {
		if (l->inode != i || l->owner != owner)
			continue;
		list_del(&l->link);
		free(l);
		any = true;
	}
	if (any)
		wake_up_all(wait_on());
}

void flock_file_released(struct file *f)
{
	if (!list_empty(&locks))
		drop_owned(f->inode, f);
}

/* POSIX: closing any descriptor of a file drops all of the process' locks on it. */
void locks_descriptor_closed(struct files *t, struct file *f)
{
	if (!list_empty(&locks))
		drop_owned(f->inode, t);
}

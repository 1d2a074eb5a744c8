/* The name cache: (parent directory, name) -> inode, or the knowledge that there is none.
 *
 * A dentry holds references on its parent and its inode. When nobody holds the
 * dentry any more it is not freed but kept, hashed, at the young end of a list;
 * beyond UNUSED_MAX the oldest goes. That is what keeps the inode, and with it the
 * pages of a program that is started over and over, in memory.
 *
 * File systems with a life of their own (host directories, /proc) confirm a
 * cached name through inode_ops.revalidate; super.trust_ns says for how long
 * a confirmed name is believed without asking.
 *
 * Guarded by the kernel lock. dentry_lookup may sleep in the file system. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "abi/inotify.h"
#include "base/alloc.h"
#include "base/log.h"

enum {
	FIRST_BUCKETS = 64, BUCKETS_MAX = 4096,
	UNUSED_MAX = 8192,   /* cached names nobody uses: about 2 MiB with their inodes */
};

static struct list first_buckets[FIRST_BUCKETS];
static struct list *buckets = first_buckets;
static unsigned nr_buckets = FIRST_BUCKETS, nr_hashed;
static struct list unused = LIST_INIT(unused);
static unsigned nr_unused, nr_dentries;
static bool shrinking;       /* dcache_shrink is on its way through the list */
static uint64_t evictions;

/* Heads are made when something is put there. */
static struct list *bucket_of(uint32_t hash)
{
	struct list *head = &buckets[hash % nr_buckets];

	if (!head->next)
		list_init(head);
	return head;
}

/* The table grows with what is in it: each name of a small program would otherwise touch a page of
 * the host of its own, 2 us at every start of hearth. */
static void grow_buckets(void)
{
	struct list *old = buckets;
	unsigned n = nr_buckets;

	nr_buckets *= 4;
	buckets = xalloc(nr_buckets * sizeof(*buckets));
	for (unsigned i = 0; i < n; i++) {
		while (old[i].next && !list_empty(&old[i])) {
			struct dentry *d = container_of(old[i].next, struct dentry, hash_link);

			list_del(&d->hash_link);
			list_add_tail(bucket_of(d->hash), &d->hash_link);
		}
	}
	if (old != first_buckets)
		free(old);
}

unsigned dcache_count(void)
{
	return nr_dentries;
}

/* FNV-1a over the name, then the parent's number mixed in: only speed depends on it. */
static uint32_t hash_name(const struct dentry *parent, const char *name)
{
	uint32_t h = 2166136261u ^ (uint32_t)((uintptr_t)parent >> 5);

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h ^ h >> 15;
}

static struct dentry *dentry_alloc(struct dentry *parent, const char *name, struct inode *inode)
{
	struct dentry *d = xnew(struct dentry);

	d->refs = 1;
	d->name = xstrdup(name);
	d->inode = inode;
	d->parent = parent ? dentry_get(parent) : d;
	d->super = parent ? parent->super : inode->super;
	list_init(&d->hash_link);
	list_init(&d->lru_link);
	nr_dentries++;
	return d;
}

struct dentry *dentry_create_root(struct inode *inode)
{
	inode_get(inode);
	return dentry_alloc(NULL, "", inode);
}

struct dentry *dentry_create_nameless(struct inode *inode, const char *label)
{
	inode_get(inode);
	return dentry_alloc(mount_anonymous()->root, label, inode);
}

struct dentry *dentry_get(struct dentry *d)
{
	if (d->refs++ == 0) {
		list_del(&d->lru_link);
		nr_unused--;
	}
	return d;
}

static void hash_insert(struct dentry *d)
{
	d->hash = hash_name(d->parent, d->name);
	d->hashed = true;
	if (nr_hashed++ >= 2 * nr_buckets && nr_buckets < BUCKETS_MAX)
		grow_buckets();
	list_add_head(bucket_of(d->hash), &d->hash_link);
}

static void hash_remove(struct dentry *d)
{
	nr_hashed -= d->hashed;
	d->hashed = false;
	list_del(&d->hash_link);
}

/* The name that was removed last: who makes a file again and again under one name asks for it each time.
 * Believed as long as a name that was confirmed; no reference is held. */
static struct { const struct dentry *parent; char name[64]; uint64_t at_ns; } removed;

static void forget_removed(void)
{
	removed.parent = NULL;
}

void dentry_note_absent(struct dentry *parent, const char *name)
{
	if (!parent->super->trust_ns || strlen(name) >= sizeof(removed.name))
		return;
	removed.parent = parent;
	strcpy(removed.name, name);
	removed.at_ns = sched_clock_ns();
}

/* Told once: if that was wrong, the second question is the file system's. */
static bool was_just_removed(const struct dentry *parent, const char *name)
{
	if (removed.parent != parent || strcmp(removed.name, name) != 0)
		return false;
	forget_removed();
	return sched_clock_ns() - removed.at_ns < parent->super->trust_ns;
}

/* Frees a dentry without references, and the parents that only it still held. */
static void dentry_free(struct dentry *d)
{
	while (d) {
		struct dentry *parent = d->parent != d ? d->parent : NULL;

		hash_remove(d);
		if (removed.parent == d)
			forget_removed();
		if (d->inode && !d->inode->nlink)
			notify_gone(d->inode, ABI_IN_DELETE_SELF);
		inode_put(d->inode);
		free(d->name);
		free(d);
		nr_dentries--;
		d = NULL;
		if (parent && --parent->refs == 0) {
			if (!parent->hashed) {
				d = parent;
			} else {
				list_add_tail(&unused, &parent->lru_link);
				nr_unused++;
			}
		}
	}
}

static void evict(struct dentry *d)
{
	list_del(&d->lru_link);
	nr_unused--;
	evictions++;
	dentry_free(d);
}

void dentry_put(struct dentry *d)
{
	if (!d)
		return;
	ASSERT(d->refs > 0);
	if (--d->refs)
		return;
	if (!d->hashed) {
		dentry_free(d);
		return;
	}
	list_add_tail(&unused, &d->lru_link);
	nr_unused++;
	if (nr_unused > UNUSED_MAX && !shrinking)
		evict(list_first(&unused, struct dentry, lru_link));
}

void dcache_shrink(struct super *s)
{
	struct dentry *d, *tmp;
	bool again, nested = shrinking;

	shrinking = true;
	do {                                  /* a freed child may have made its parent unused */
		again = false;
		list_for_each_safe(d, tmp, &unused, lru_link) {
			uint64_t before = evictions;

			if (s && d->super != s)
				continue;
			evict(d);
			again = true;
			if (evictions != before + 1)
				break;        /* a file system went with it, and its names: `tmp` may be gone */
		}
	} while (again);
	shrinking = nested;
}

static struct dentry *find(struct dentry *parent, const char *name)
{
	uint32_t h = hash_name(parent, name);
	struct list *bucket = &buckets[h % nr_buckets];
	struct dentry *d;

	if (!bucket->next)
		return NULL;
	list_for_each(d, bucket, hash_link)
		if (d->hash == h && d->parent == parent && strcmp(d->name, name) == 0)
			return dentry_get(d);
	return NULL;
}

void dentry_drop(struct dentry *d)
{
	if (d->hashed)
		hash_remove(d);
}

static bool still_true(struct dentry *d)
{
	struct inode *dir = d->parent->inode;
	uint64_t now, trust = d->super->trust_ns;

	if (d->mounts || d->ghost || !dir->ops->revalidate)
		return true;
	now = trust ? sched_clock_ns() : 0;
	if (trust && now - d->checked_ns < trust)
		return true;
	if (!dir->ops->revalidate(dir, d->name, d->inode))
		return false;
	d->checked_ns = now;
	return true;
}

int dentry_lookup(struct dentry *parent, const char *name, struct dentry **out)
{
	struct dentry *d = find(parent, name);
	struct inode *inode = NULL;
	int err;

	if (d) {
		if (still_true(d)) {
			*out = d;
			return 0;
		}
		dentry_drop(d);
		dentry_put(d);
	}
	err = was_just_removed(parent, name) ? -ENOENT : parent->inode->ops->lookup(parent->inode, name, &inode);
	if (err && err != -ENOENT)
		return err;
	d = dentry_alloc(parent, name, err ? NULL : inode);
	d->checked_ns = d->super->trust_ns ? sched_clock_ns() : 0;
	hash_insert(d);
	*out = d;
	return 0;
}

void dentry_instantiate(struct dentry *d, struct inode *inode)
{
	ASSERT(!d->inode);
	forget_removed();
	d->inode = inode;
	d->checked_ns = d->super->trust_ns ? sched_clock_ns() : 0;
	if (!d->hashed)
		hash_insert(d);
}

static void rename_to(struct dentry *d, struct dentry *parent, char *name)
{
	struct dentry *old_parent = d->parent;

	forget_removed();
	dentry_drop(d);
	d->parent = dentry_get(parent);
	free(d->name);
	d->name = name;
	hash_insert(d);
	dentry_put(old_parent);
}

/* d now has this name; whoever had it before is no longer found. */
void dentry_move(struct dentry *d, struct dentry *parent, const char *name)
{
	struct dentry *victim = find(parent, name);

	if (victim && victim != d)
		dentry_drop(victim);
	rename_to(d, parent, xstrdup(name));
	dentry_put(victim);
}

void dentry_exchange(struct dentry *a, struct dentry *b)
{
	struct dentry *pa = dentry_get(a->parent), *pb = dentry_get(b->parent);
	char *na = xstrdup(a->name), *nb = xstrdup(b->name);

	rename_to(a, pb, nb);
	rename_to(b, pa, na);
	dentry_put(pa);
	dentry_put(pb);
}

bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor)
{
	while (d != ancestor) {
		if (d->parent == d)
			return false;
		d = d->parent;
	}
	return true;
}

/* Mount name spaces: trees of mounts that tasks see (Linux fs/namespace.c).
 *
 *   struct fs --> mnt_ns --> root mount --> what is mounted below it
 *
 * A mount belongs to the name space whose root it is below; a detached one to none.
 * unshare and clone copy the tree: same file systems, mounts of their own, none of which
 * propagates anything. A name space goes with its last task or descriptor. */
#include "internal.h"

#include <stdlib.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

struct mnt_ns {
	struct ns ns;                 /* its owner's root may mount */
	struct mount *root;           /* with the tree's reference */
};

static void destroy(struct ns *any)
{
	struct mnt_ns *ns = (struct mnt_ns *)any;

	ns->root->ns = NULL;
	mount_dissolve(ns->root);
	mount_unlist(ns->root);
	mount_put(ns->root);
}

#define FIRST_NUMBER 0xf0000000u
const struct ns_kind mnt_ns_kind = { .name = "mnt", .flag = CLONE_NEWNS, .first = FIRST_NUMBER, .destroy = destroy };

#define FIRST { .ns = { .kind = &mnt_ns_kind, .refs = 1, .number = FIRST_NUMBER } }
static struct mnt_ns first = FIRST;

struct mnt_ns *mount_ns(const struct mount *m)
{
	while (m->at.mnt)
		m = m->at.mnt;
	return m->ns;
}

bool mount_is_mine(const struct mount *m)
{
	return mount_ns(m) == (vfs_caller ? vfs_caller().fs->ns : &first);
}

bool mount_is_root(const struct mount *m)
{
	return m->ns != NULL;
}

void mnt_ns_set_root(struct mnt_ns *ns, struct mount *m)
{
	if (ns->root)
		ns->root->ns = NULL;
	ns->root = m;
	m->ns = ns;
}

void mnt_ns_init_first(struct mount *root)
{
	mnt_ns_set_root(&first, root);
}

struct mount *mnt_ns_first_root(void)
{
	return first.root;
}

/* Where the copied name space has what `p` was. */
static void move_over(struct path *p, struct mount *old_root)
{
	struct path to;

	if (!p->mnt->copy || mount_ns(p->mnt) != mount_ns(old_root))
		return;
	to = path_get((struct path){ p->mnt->copy, p->dentry });
	path_put(*p);
	*p = to;
}

int mnt_ns_has_room(const struct fs *fs)
{
	return mount_room(mount_tree_size(fs->ns->root));
}

void mnt_ns_unshare(struct fs *fs, struct user_ns *owner)
{
	struct mnt_ns *old = fs->ns, *ns = xnew(struct mnt_ns);
	struct mount *m;

	ns_init(&ns->ns, &mnt_ns_kind, owner);
	mnt_ns_set_root(ns, mount_clone_tree((struct path){ old->root, old->root->root }, true));
	mount_enlist(ns->root);
	if (owner != old->ns.owner)
		list_for_each(m, mount_list(), link)
			if (m->copy && m != old->root && mount_ns(m) == old)
				m->copy->locked = true;
	move_over(&fs->root, old->root);
	move_over(&fs->cwd, old->root);
	fs->ns = ns;
	ns_put(old);
}

bool fs_is_chrooted(const struct fs *fs)
{
	struct path root;
	bool same;

	if (!fs->ns)
		return true;
	root = path_get((struct path){ fs->ns->root, fs->ns->root->root });
	path_cross_mounts(&root);
	same = path_equal(root, fs->root);
	path_put(root);
	return !same;
}

void mnt_ns_enter(struct fs *fs, struct mnt_ns *ns)
{
	struct path root = { mount_get(ns->root), dentry_get(ns->root->root) };

	path_cross_mounts(&root);
	path_put(fs->root);
	path_put(fs->cwd);
	fs->root = path_get(root);
	fs->cwd = root;
	ns_put(fs->ns);
	fs->ns = ns_get(ns);
}

/* The machine stops: its mounts are gone already. */
void mnt_ns_shutdown(void)
{
	first = (struct mnt_ns)FIRST;
}

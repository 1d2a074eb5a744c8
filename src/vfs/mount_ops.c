/* Changing the mount tree: mount(2) and its kin, the calls of the new interface (fsopen, move_mount,
 * ...), pivot_root(2).
 *
 *   attached    in the list of mounts, `at` says where
 *   detached    made by fsmount or open_tree, or lazily unmounted: `at` is empty; lives by
 *               references (an open descriptor, a working directory)
 *
 * A name space (mount_ns.c) is a tree of its own; a mount belongs to that of the topmost it is
 * mounted below. Nothing propagates: every mount is private.
 * Order of checks and errors: Linux' fs/namespace.c. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

/* ---- types of file systems ---------------------------------------------------------- */

enum { TYPES_MAX = 16 };
static const struct fs_type *types[TYPES_MAX];
static unsigned nr_types;

void vfs_register_fs(const struct fs_type *t)
{
	for (unsigned i = 0; i < nr_types; i++)
		if (strcmp(types[i]->name, t->name) == 0)
			return;
	ASSERT(nr_types < TYPES_MAX);
	types[nr_types++] = t;
}

const struct fs_type *vfs_find_fs(const char *name)
{
	for (unsigned i = 0; i < nr_types; i++)
		if (strcmp(types[i]->name, name) == 0)
			return types[i];
	return NULL;
}

const struct fs_type *vfs_fs_at(unsigned index)
{
	return index < nr_types ? types[index] : NULL;
}

/* Of a type that exists once (proc, devtmpfs): the instance that is mounted already. */
static struct super *find_instance(const char *type)
{
	struct mount *m;

	list_for_each(m, mount_list(), link)
		if (strcmp(m->super->type, type) == 0) {
			m->super->refs++;
			return m->super;
		}
	return NULL;
}

/* FS_USERNS_MOUNT: what root of a user name space may mount. */
static bool for_everybody(const struct fs_type *t)
{
	static const char *const names[] = { "tmpfs", "ramfs", "proc", "sysfs", "mqueue", "overlay", "binfmt_misc" };

	for (size_t n = 0; n < ARRAY_SIZE(names); n++)
		if (strcmp(t->name, names[n]) == 0)
			return true;
	return false;
}

static int make_super(const struct fs_type *t, const char *options, struct super **out)
{
	int err;

	if (!for_everybody(t) && vfs_caller && ns_owner(vfs_caller().fs->ns))
		return -EPERM;
	*out = t->single && !t->chooses ? find_instance(t->name) : NULL;
	if (*out)
		return 0;
	err = t->create(options, out);
	if (!err && vfs_caller && !(*out)->owner)
		(*out)->owner = user_ns_get(ns_owner(vfs_caller().fs->ns));
	return err;
}

/* ---- trees of mounts --------------------------------------------------------------------- */

static bool is_root_of_mount(struct path p)
{
	return p.dentry == p.mnt->root;
}

static bool is_detached(const struct mount *m)
{
	return !mount_ns(m) && m != mount_anonymous();
}

/* Is `m` the mount `top`, or mounted somewhere below it? */
static bool is_within(const struct mount *m, const struct mount *top)
{
	while (m && m != top)
		m = m->at.mnt;
	return m != NULL;
}

static void detach_one(struct mount *m)
{
	struct path at = mount_rise(m);

	/* A mount point that only the mount made (see mount.c) goes with it. */
	if (at.dentry->ghost && !at.dentry->mounts) {
		dentry_drop(at.dentry);
		dentry_put(at.dentry);
	}
	path_put(at);
	mount_unlist(m);
	mount_put(m);                     /* the tree's reference */
}

/* A tree that nobody attached goes with its descriptor, as a name space's with that. Children before
 * their parents. */
void mount_dissolve(struct mount *top)
{
	struct mount *m = top, *parent;

	for (;;) {
		while (!list_empty(&m->children))
			m = list_first(&m->children, struct mount, sibling);
		if (m == top)
			return;
		parent = m->at.mnt;
		detach_one(m);
		m = parent;                   /* in the tree, or the top: somebody holds it */
	}
}

static void detach_tree(struct mount *top)
{
	mount_dissolve(top);
	if (top->at.dentry)
		detach_one(top);
}

/* Consumes the caller's reference on m: it becomes the tree's. */
static void attach(struct mount *m, struct path at)
{
	mount_sit(m, path_get(at));
	mount_enlist(m);
}

static bool same_kind(const struct dentry *a, const struct dentry *b)
{
	return S_ISDIR(a->inode->mode) == S_ISDIR(b->inode->mode);
}

static struct mount *clone_one(struct mount *m, struct dentry *root)
{
	return m->copy = mount_create_at(m->super, root, m->flags, m->source);
}

/* What is seen from `from` on, with the mounts below it if `recursive`; not attached. */
struct mount *mount_clone_tree(struct path from, bool recursive)
{
	struct mount *top, *m;

	list_for_each(m, mount_list(), link)
		m->copy = NULL;
	top = clone_one(from.mnt, from.dentry);
	for (m = from.mnt; recursive && (m = mount_next(m, from.mnt));) {
		struct mount *on = m->at.mnt->copy;

		/* Not from here: nor is what sits on it, then. */
		if (on && (m->at.mnt != from.mnt || dentry_is_below(m->at.dentry, from.dentry)))
			attach(clone_one(m, m->root), (struct path){ on, m->at.dentry });
	}
	return top;
}

static void detached_release(struct file *f)
{
	struct mount *m = f->private;

	if (is_detached(m))
		mount_dissolve(m);
	mount_put(m);
}

static const struct file_ops detached_fops = { .release = detached_release };

/* A descriptor for a detached tree: O_PATH, at its root. Consumes m. */
static struct file *open_detached(struct mount *m, const struct cred *who)
{
	struct path root = { m, m->root };
	struct file *f = file_create(m->root->inode, &detached_fops, ABI_O_PATH, who);

	f->path = path_get(root);
	f->private = m;
	return f;
}

/* ---- umount -------------------------------------------------------------------------------- */

/* `where` holds one reference on the mount, the tree another. */
static bool is_busy(const struct mount *m)
{
	return !list_empty(&m->children) || m->refs > 2;
}

int vfs_umount(struct path where, bool lazy, bool expire)
{
	struct mount *m = where.mnt;
	struct super *s = m->super;

	if (!is_root_of_mount(where) || !mount_is_mine(m) || m->locked)
		return -EINVAL;
	if (mount_is_root(m))
		return -EBUSY;
	if (!lazy && is_busy(m))
		return -EBUSY;
	if (expire && !m->expiring) {
		m->expiring = true;       /* the second call does it, if nobody came by */
		return -EAGAIN;
	}
	if (s->refs == 1)
		notify_unmounted(s);
	detach_tree(m);
	return 0;
}

/* ---- mount ----------------------------------------------------------------------------------- */

int vfs_mount_new(struct path where, const char *type, const char *source, unsigned flags, bool read_only, const char *options)
{
	const struct fs_type *t = vfs_find_fs(type);
	struct super *s;
	struct mount *m;
	int err;

	if (!t)
		return -ENODEV;
	if (!mount_is_mine(where.mnt))
		return -EINVAL;
	err = mount_room(1);
	if (!err)
		err = make_super(t, options, &s);
	if (err)
		return err;
	if (!S_ISDIR(where.dentry->inode->mode)) {
		super_put(s);
		return -ENOTDIR;
	}
	if (!t->single)
		s->read_only = read_only;
	m = mount_create_at(s, NULL, flags | (read_only && t->single ? MNT_RDONLY : 0), source);
	super_put(s);
	attach(m, where);
	return 0;
}

int vfs_mount_bind(struct path from, struct path where, bool recursive)
{
	int err;

	if (!mount_is_mine(from.mnt) || !mount_is_mine(where.mnt))
		return -EINVAL;
	if (!same_kind(from.dentry, where.dentry))
		return -ENOTDIR;
	if (!from.dentry->hashed && from.dentry->parent != from.dentry)
		return -ENOENT;           /* it has lost its name */
	err = mount_room(recursive ? mount_tree_size(from.mnt) : 1);
	if (!err)
		attach(mount_clone_tree(from, recursive), where);
	return err;
}

int vfs_mount_place(struct path from, struct path where, unsigned flags, const char *source)
{
	if (!mount_is_mine(where.mnt))
		return -EINVAL;
	if (!same_kind(from.dentry, where.dentry))
		return -ENOTDIR;
	if (mount_room(1))
		return -ENOSPC;
	attach(mount_create_at(from.mnt->super, from.dentry, flags, source), where);
	return 0;
}

int vfs_mount_move(struct path from, struct path where)
{
	struct mount *m = from.mnt;
	bool detached = is_detached(m);

	if (!is_root_of_mount(from) || mount_is_root(m) || m == mount_anonymous())
		return -EINVAL;
	if (m->locked || (!detached && !mount_is_mine(m)) || !mount_is_mine(where.mnt))
		return -EINVAL;
	if (!same_kind(from.dentry, where.dentry))
		return -EINVAL;
	if (is_within(where.mnt, m))
		return -ELOOP;
	mount_get(m);                     /* for its new place */
	if (!detached)
		detach_one(m);
	attach(m, where);
	return 0;
}

/* mask: which bits of `flags` are meant. */
static int set_flags(struct mount *m, unsigned flags, unsigned mask)
{
	if (m->locked && (m->flags & mask & ~flags & (MNT_RDONLY | MNT_NOSUID | MNT_NODEV | MNT_NOEXEC)))
		return -EPERM;
	if ((flags & mask & MNT_RDONLY) && !(m->flags & MNT_RDONLY) && m->writers)
		return -EBUSY;
	m->flags = (m->flags & ~mask) | (flags & mask);
	return 0;
}

int vfs_mount_flags(struct path where, unsigned flags, unsigned mask, bool recursive)
{
	struct mount *m;

	if (!is_root_of_mount(where) || (!mount_is_mine(where.mnt) && !is_detached(where.mnt)))
		return -EINVAL;
	if (recursive)
		list_for_each(m, mount_list(), link)
			if (is_within(m, where.mnt) && m != where.mnt)
				set_flags(m, flags, mask);
	return set_flags(where.mnt, flags, mask);
}

int vfs_remount(struct path where, unsigned flags, unsigned mask, bool read_only, const char *options)
{
	struct super *s = where.mnt->super;
	const struct fs_type *t = vfs_find_fs(s->type);

	if (!is_root_of_mount(where) || !mount_is_mine(where.mnt))
		return -EINVAL;
	if (where.mnt->locked || (vfs_caller && !user_ns_capable(vfs_caller().cred, s->owner, VFS_CAP_SYS_ADMIN)))
		return -EPERM;
	if (t && t->reconfigure) {
		int err = t->reconfigure(s, options);

		if (err)
			return err;
	}
	/* A super that was made read-only from outside (--bind DIR:DIR:ro) stays so. */
	if (!read_only && s->read_only && !t)
		return -EROFS;
	if (read_only && !s->read_only && s->writers)
		return -EBUSY;
	s->read_only = read_only;
	return set_flags(where.mnt, flags & ~(unsigned)MNT_RDONLY, mask);
}

/* ---- pivot_root -------------------------------------------------------------------------------- */

int vfs_pivot_root(const struct fs *fs, struct path new_root, struct path put_old)
{
	struct mount *old = fs->root.mnt, *new_ = new_root.mnt;
	struct path old_root = { old, old->root };
	struct mnt_ns *ns = mount_ns(old);

	if (!mount_is_mine(new_) || !mount_is_mine(old))
		return -EINVAL;
	if (new_ == old || put_old.mnt == old)
		return -EBUSY;
	if (!path_equal(fs->root, old_root) || !is_root_of_mount(new_root))
		return -EINVAL;
	if (!is_within(put_old.mnt, new_) || !mount_is_root(old))
		return -EINVAL;
	path_get(old_root);
	mount_get(new_);
	detach_one(new_);
	mount_enlist(new_);
	mnt_ns_set_root(ns, new_);        /* takes that reference over, gives the old root's back */
	mount_unlist(old);
	attach(old, put_old);
	fs_replace_all(old_root, (struct path){ new_, new_->root });
	path_put(old_root);
	return 0;
}

/* ---- the new interface ------------------------------------------------------------------------------ */

int vfs_open_tree(struct path from, bool recursive, const struct cred *who, struct file **out)
{
	if (from.mnt == mount_anonymous())
		return -EINVAL;
	if (mount_room(recursive ? mount_tree_size(from.mnt) : 1))
		return -ENOSPC;
	*out = open_detached(mount_clone_tree(from, recursive), who);
	return 0;
}

struct fs_context {
	const struct fs_type *type;
	struct strbuf options;            /* "key=value,key", as mount(2) has them */
	char *source;
	bool read_only;
	struct super *super;              /* created (FSCONFIG_CMD_CREATE), or picked */
	struct path place;                /* devpts: what its mount shows, with references */
	bool picked, mounted;
};

static void context_release(struct file *f)
{
	struct fs_context *c = f->private;

	if (c->super)
		super_put(c->super);
	path_put(c->place);
	strbuf_free(&c->options);
	free(c->source);
	free(c);
}

static const struct file_ops context_fops = { .release = context_release };

static struct fs_context *context_of(const struct file *f)
{
	return f->ops == &context_fops ? f->private : NULL;
}

/* devpts has one instance, which /dev shows: another mount of it is a bind. */
static const struct fs_type devpts_type = { .name = "devpts", .single = true };

static int find_devpts(struct fs_context *c, const struct cred *who)
{
	struct path root = vfs_root();
	struct fs *fs = fs_create(root);
	struct walker w = { .fs = fs, .cred = who };
	int err = vfs_lookup(w, "/dev/pts", 0, &c->place);

	fs_put(fs);
	path_put(root);
	if (err)
		return -ENODEV;
	c->super = c->place.mnt->super;
	c->super->refs++;
	return 0;
}

int vfs_fsopen(const char *type, const struct cred *who, struct file **out)
{
	const struct fs_type *t = strcmp(type, "devpts") ? vfs_find_fs(type) : &devpts_type;
	struct fs_context *c;

	if (!t)
		return -ENODEV;
	c = xnew(struct fs_context);
	c->type = t;
	*out = anon_file_create("anon_inode:[fscontext]", &context_fops, c, ABI_O_RDWR, who);
	return 0;
}

int vfs_fspick(struct path where, const struct cred *who, struct file **out)
{
	struct fs_context *c;

	if (!is_root_of_mount(where))
		return -EINVAL;
	c = xnew(struct fs_context);
	c->type = vfs_find_fs(where.mnt->super->type);
	c->super = where.mnt->super;
	c->super->refs++;
	c->picked = true;
	c->read_only = c->super->read_only;
	*out = anon_file_create("anon_inode:[fscontext]", &context_fops, c, ABI_O_RDWR, who);
	return 0;
}

static int context_create(struct fs_context *c, const struct cred *who)
{
	int err;

	if (c->super)
		return -EBUSY;
	if (c->type == &devpts_type)
		return find_devpts(c, who);
	err = make_super(c->type, c->options.data ? c->options.data : "", &c->super);
	if (!err && !c->type->single)
		c->super->read_only = c->read_only;
	return err;
}

static int context_reconfigure(struct fs_context *c)
{
	if (!c->picked)
		return -EBUSY;
	c->super->read_only = c->read_only;
	return c->type && c->type->reconfigure ? c->type->reconfigure(c->super, c->options.data ? c->options.data : "") : 0;
}

static int context_option(struct fs_context *c, const char *key, const char *value)
{
	if (!value && (strcmp(key, "ro") == 0 || strcmp(key, "rw") == 0)) {
		c->read_only = key[1] == 'o';
		return 0;
	}
	if (value && strcmp(key, "source") == 0) {
		if (c->source)
			return -EINVAL;
		c->source = xstrdup(value);
		return 0;
	}
	if (c->options.len + strlen(key) + (value ? strlen(value) : 0) + 2 > PAGE_SIZE)
		return -EINVAL;           /* legacy_parse_param */
	strbuf_printf(&c->options, "%s%s", c->options.len ? "," : "", key);
	if (value)
		strbuf_printf(&c->options, "=%s", value);
	return 0;
}

int vfs_fsconfig(struct file *f, enum fsconfig_command cmd, const char *key, const char *value)
{
	struct fs_context *c = context_of(f);

	if (!c)
		return -EINVAL;
	switch (cmd) {
	case FSCONFIG_SET_FLAG:
	case FSCONFIG_SET_STRING:      return context_option(c, key, value);
	case FSCONFIG_CMD_CREATE:      return context_create(c, f->cred);
	case FSCONFIG_CMD_RECONFIGURE: return context_reconfigure(c);
	default:                       return -EOPNOTSUPP;
	}
}

int vfs_fsmount(struct file *f, unsigned flags, const struct cred *who, struct file **out)
{
	struct fs_context *c = context_of(f);

	if (!c || !c->super || c->picked)
		return -EINVAL;
	if (c->mounted)
		return -EBUSY;
	if (mount_room(1))
		return -ENOSPC;
	c->mounted = true;
	*out = open_detached(mount_create_at(c->super, c->place.dentry, flags, c->source ? c->source : "none"), who);
	return 0;
}

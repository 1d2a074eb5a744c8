/* Mounts: which file system is seen where.
 *
 *   struct mount   at = (parent mount, dentry it sits on)   root = dentry of its super
 *
 * A path is always the pair (mount, dentry): the same directory seen through
 * two mounts is two paths. path_cross_mounts() goes down when a walk arrives
 * at a mount point, namei's ".." goes up.
 *
 * Mount points need not exist in the directory below: hearth mounts /proc
 * into a read-only host directory that has none. Then the name cache gets a
 * "ghost", a dentry that no file system knows, and never asks about it. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

static struct list mounts = LIST_INIT(mounts);
static struct list all_fs = LIST_INIT(all_fs);
static unsigned nr_mounts;
static int next_mount_id = 20;          /* Linux' first ids are taken by its internal mounts */
static uint32_t next_dev_minor = 20;
static struct super *anonymous_super;
static struct mount *anonymous;

struct vfs_tracepoints vfs_tracepoints;

/* ---- super blocks --------------------------------------------------------- */

struct super *super_create(const char *type, uint64_t magic)
{
	struct super *s = xnew(struct super);

	s->type = type;
	s->magic = magic;
	s->refs = 1;
	s->dev = abi_makedev(0, next_dev_minor++);   /* major 0: not a block device */
	return s;
}

/* The last reference: names and root go; the rest follows at once, or with the last inode that
 * an open file keeps (inode_put). */
void super_put(struct super *s)
{
	if (s->refs > 1) {
		s->refs--;
		return;
	}
	dcache_shrink(s);
	dentry_put(s->root_dentry);
	inode_put(s->root);
	s->root_dentry = NULL;
	s->root = NULL;
	s->refs = 0;
	s->dying = true;
	if (s->live_inodes)
		return;
	if (s->destroy)
		s->destroy(s);
	user_ns_put(s->owner);
	free(s->options);
	free(s);
}

struct super *super_anonymous(void)
{
	if (!anonymous_super) {
		anonymous_super = super_create("anon_inodefs", 0x09041934);
		anonymous_super->refs++;
	}
	return anonymous_super;
}

/* ---- references -------------------------------------------------------------- */

struct mount *mount_get(struct mount *m)
{
	m->refs++;
	return m;
}

void mount_put(struct mount *m)
{
	if (!m || --m->refs)
		return;
	list_del(&m->link);
	dentry_put(m->root);
	if (m->at.dentry)
		path_put(mount_rise(m));
	super_put(m->super);
	free(m->source);
	free(m);
	nr_mounts--;
}

int mount_room(unsigned more)
{
	enum { MOUNTS_MAX = 100000 };     /* /proc/sys/fs/mount-max */

	return nr_mounts + more > MOUNTS_MAX ? -ENOSPC : 0;
}

unsigned mount_count(void)
{
	return nr_mounts;
}

struct path path_get(struct path p)
{
	if (p.mnt)
		mount_get(p.mnt);
	if (p.dentry)
		dentry_get(p.dentry);
	return p;
}

void path_put(struct path p)
{
	dentry_put(p.dentry);
	mount_put(p.mnt);
}

bool path_equal(struct path a, struct path b)
{
	return a.mnt == b.mnt && a.dentry == b.dentry;
}

struct fs *fs_create(struct path root)
{
	struct fs *fs = xnew(struct fs);

	fs->refs = 1;
	list_add_tail(&all_fs, &fs->link);
	fs->root = path_get(root);
	fs->cwd = path_get(root);
	fs->ns = ns_get(mount_ns(root.mnt));
	fs->umask = 022;
	return fs;
}

struct fs *fs_get(struct fs *fs)
{
	fs->refs++;
	return fs;
}

struct fs *fs_copy(const struct fs *fs)
{
	struct fs *n = fs_create(fs->root);

	ns_put(n->ns);                   /* the root may be outside of it by now */
	n->ns = ns_get(fs->ns);
	vfs_chdir(n, fs->cwd);
	n->umask = fs->umask;
	return n;
}

void fs_put(struct fs *fs)
{
	if (!fs || --fs->refs)
		return;
	list_del(&fs->link);
	path_put(fs->root);
	path_put(fs->cwd);
	ns_put(fs->ns);
	free(fs);
}

static void replace_path(struct path *where, struct path p)
{
	struct path old = *where;

	*where = path_get(p);
	path_put(old);
}

void fs_replace_all(struct path old, struct path new_)
{
	struct fs *fs;

	list_for_each(fs, &all_fs, link) {
		if (path_equal(fs->root, old))
			replace_path(&fs->root, new_);
		if (path_equal(fs->cwd, old))
			replace_path(&fs->cwd, new_);
	}
}

int vfs_chdir(struct fs *fs, struct path p)
{
	if (!S_ISDIR(p.dentry->inode->mode))
		return -ENOTDIR;
	replace_path(&fs->cwd, p);
	return 0;
}

int vfs_chroot(struct fs *fs, struct path p)
{
	if (!S_ISDIR(p.dentry->inode->mode))
		return -ENOTDIR;
	replace_path(&fs->root, p);
	return 0;
}

/* ---- the tree ------------------------------------------------------------------- */

void mount_sit(struct mount *m, struct path at)
{
	m->at = at;
	at.dentry->mounts++;
	list_add_tail(&at.mnt->children, &m->sibling);
}

struct path mount_rise(struct mount *m)
{
	struct path at = m->at;

	m->at = (struct path){ 0 };
	at.dentry->mounts--;
	list_del(&m->sibling);
	return at;
}

/* Without a stack: mounts sit on each other deeper than that. */
struct mount *mount_next(const struct mount *m, const struct mount *top)
{
	if (!list_empty(&m->children))
		return list_first(&m->children, struct mount, sibling);
	for (; m != top; m = m->at.mnt)
		if (m->sibling.next != &m->at.mnt->children)
			return list_entry(m->sibling.next, struct mount, sibling);
	return NULL;
}

unsigned mount_tree_size(struct mount *top)
{
	unsigned n = 0;

	for (const struct mount *m = top; m; m = mount_next(m, top))
		n++;
	return n;
}

static struct mount *mount_on(struct path p)
{
	struct mount *m, *found = NULL;

	list_for_each(m, &p.mnt->children, sibling)          /* the youngest is on top */
		if (m->at.dentry == p.dentry)
			found = m;
	return found;
}

void path_cross_mounts(struct path *p)
{
	while (p->dentry->mounts) {
		struct mount *m = mount_on(*p);

		if (!m)
			return;
		path_put(*p);
		p->mnt = mount_get(m);
		p->dentry = dentry_get(m->root);
	}
}

int path_want_write(struct path p)
{
	return (p.mnt->flags & MNT_RDONLY) || p.mnt->super->read_only ? -EROFS : 0;
}

static struct mount *mount_create(struct super *s, unsigned flags, const char *source)
{
	struct mount *m = xnew(struct mount);

	if (!s->root_dentry)
		s->root_dentry = dentry_create_root(s->root);
	s->refs++;
	m->refs = 1;
	m->id = next_mount_id++;
	m->super = s;
	m->root = dentry_get(s->root_dentry);
	m->flags = flags;
	m->source = xstrdup(source ? source : "none");
	list_init(&m->link);
	list_init(&m->children);
	list_init(&m->sibling);
	nr_mounts++;
	return m;
}

struct mount *mount_create_at(struct super *s, struct dentry *root, unsigned flags, const char *source)
{
	struct mount *m = mount_create(s, flags, source);

	if (root) {
		dentry_put(m->root);
		m->root = dentry_get(root);
	}
	return m;
}

struct list *mount_list(void)
{
	return &mounts;
}

void mount_enlist(struct mount *m)
{
	list_add_tail(&mounts, &m->link);
}

void mount_unlist(struct mount *m)
{
	list_del(&m->link);
}

struct mount *mount_create_internal(struct super *s, const char *source)
{
	return mount_create(s, 0, source);
}

struct mount *mount_anonymous(void)
{
	if (!anonymous) {
		struct super *s = super_anonymous();

		if (!s->root)
			s->root = inode_create(s, S_IFDIR | 0555, NULL, NULL);
		anonymous = mount_create(s, 0, "none");
	}
	return anonymous;
}

/* ---- mounting --------------------------------------------------------------------- */

static const struct inode_ops ghost_ops = { 0 };

/* Find or make what to mount on; `as` is what will be mounted (a directory or a file). */
static int mount_point_step(struct path *at, const char *name, const struct inode *as, bool last)
{
	struct dentry *d;
	int err = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? -EINVAL : dentry_lookup(at->dentry, name, &d);

	if (err)
		return err;
	if (!d->inode || (last && S_ISDIR(d->inode->mode) != S_ISDIR(as->mode))) {
		uint32_t mode = last ? as->mode : S_IFDIR | 0755;
		struct inode *dir = at->dentry->inode, *made = NULL;
		static const struct cred owner = { .refs = 1 };

		if (d->inode) {
			dentry_put(d);
			return S_ISDIR(as->mode) ? -ENOTDIR : -EISDIR;
		}
		if (!S_ISDIR(mode) || !inode_is_tmpfs(dir) ||
		    dir->ops->mkdir(dir, name, mode, &owner, &made)) {
			made = inode_create(dir->super, mode, &ghost_ops, NULL);
			d->ghost = true;
			dentry_get(d);        /* for ever, like its mount */
		}
		dentry_instantiate(d, made);
	}
	dentry_put(at->dentry);
	at->dentry = d;
	path_cross_mounts(at);
	return 0;
}

/* A missing directory on the way to a mount point: an empty tmpfs on a ghost. */
static int mount_filler(struct path *at)
{
	struct super *s;
	struct mount *m;

	if (!at->dentry->ghost || at->dentry->mounts)
		return 0;
	tmpfs_create(0755, &s);
	m = mount_create(s, 0, "tmpfs");
	super_put(s);
	mount_sit(m, path_get(*at));
	list_add_tail(&mounts, &m->link);
	path_cross_mounts(at);
	return 0;
}

static int find_mount_point(const char *name, const struct inode *as, struct path *out)
{
	struct path at = vfs_root();
	char part[ABI_NAME_MAX + 1];

	for (;;) {
		size_t len;
		const char *rest;
		int err;

		name += strspn(name, "/");
		if (!*name)
			break;
		len = strcspn(name, "/");
		rest = name + len + strspn(name + len, "/");
		if (len > ABI_NAME_MAX) {
			path_put(at);
			return -ENAMETOOLONG;
		}
		memcpy(part, name, len);
		part[len] = '\0';
		err = S_ISDIR(at.dentry->inode->mode) ? mount_point_step(&at, part, as, !*rest) : -ENOTDIR;
		if (err) {
			path_put(at);
			return err;
		}
		if (*rest)
			mount_filler(&at);
		name = rest;
	}
	*out = at;
	return 0;
}

int vfs_mount(const char *name, struct super *s, unsigned flags, const char *source)
{
	struct mount *m;
	struct path at = { 0 };
	int err;

	if (mnt_ns_first_root()) {
		err = find_mount_point(name, s->root, &at);
		if (err)
			return err;
	}
	m = mount_create(s, flags, source);
	if (at.dentry)
		mount_sit(m, at);
	else
		mnt_ns_init_first(m);
	list_add_tail(&mounts, &m->link);
	super_put(s);                     /* the creator's reference: the mount has its own */
	return 0;
}

struct path vfs_root(void)
{
	struct mount *top = mnt_ns_first_root();
	struct path p = { mount_get(top), dentry_get(top->root) };

	path_cross_mounts(&p);
	return p;
}

/* ---- listing ghosts -------------------------------------------------------------------- */

/* Of the first ghost. File systems use all of the positive range (ext4's are 63-bit hashes). */
#define GHOST_POSITION (1ull << 63)

bool mount_has_ghosts(const struct dentry *dir)
{
	struct mount *m;

	list_for_each(m, &mounts, link)
		if (m->at.dentry && m->at.dentry->ghost && m->at.dentry->parent == dir)
			return true;
	return false;
}

struct watched_emit {
	bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t);
	void *arg;
	bool full;
};

static bool emit_watched(void *arg, const char *name, uint64_t ino, unsigned dtype, uint64_t next)
{
	struct watched_emit *w = arg;

	w->full = !w->emit(w->arg, name, ino, dtype, next);
	return !w->full;
}

int mount_readdir(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg)
{
	struct watched_emit w = { emit, arg, false };
	uint64_t at = GHOST_POSITION;
	struct mount *m;
	int err = f->pos < GHOST_POSITION ? f->ops->readdir(f, emit_watched, &w) : 0;

	if (err || w.full)
		return err;
	f->pos = MAX(f->pos, GHOST_POSITION);
	list_for_each(m, &mounts, link) {
		struct dentry *d = m->at.dentry;

		if (!d || !d->ghost || d->parent != f->path.dentry || at++ < f->pos)
			continue;
		if (!emit(arg, d->name, m->root->inode->ino, (d->inode->mode & S_IFMT) >> 12, at))
			return 0;
		f->pos = at;
	}
	return 0;
}

static void show_options(struct strbuf *out, const struct mount *m)
{
	static const struct { unsigned flag; const char *name; } options[] = {
		{ MNT_NOSUID, ",nosuid" }, { MNT_NODEV, ",nodev" }, { MNT_NOEXEC, ",noexec" },
		{ MNT_NOATIME, ",noatime" }, { MNT_NODIRATIME, ",nodiratime" }, { MNT_NOSYMFOLLOW, ",nosymfollow" },
	};

	strbuf_printf(out, "%s", path_want_write((struct path){ (struct mount *)m, m->root }) ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (m->flags & options[i].flag)
			strbuf_printf(out, "%s", options[i].name);
	if (!(m->flags & (MNT_NOATIME | MNT_STRICTATIME)))
		strbuf_printf(out, ",relatime");
}

/* Blanks and backslashes as octal numbers, as Linux' seq_path() writes them. */
static void show_mangled(struct strbuf *out, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\\", *s))
			strbuf_printf(out, "\\%03o", (unsigned char)*s);
		else
			strbuf_putc(out, *s);
	}
}

static void show_super_options(struct strbuf *out, const struct mount *m)
{
	if (!m->super->options)
		return;
	strbuf_putc(out, ',');
	show_mangled(out, m->super->options);
}

/* Which part of its file system a mount shows. */
static void show_mount_root(struct strbuf *out, const struct mount *m)
{
	struct mount whole = { .super = m->super, .root = m->super->root_dentry };
	char where[ABI_PATH_MAX];

	if (m->root == whole.root ||
	    vfs_path_string((struct path){ &whole, m->root }, (struct path){ &whole, whole.root }, where, sizeof(where)) < 0)
		strbuf_putc(out, '/');
	else
		show_mangled(out, where);
}

/* /proc/PID/mounts and mountinfo (Documentation/filesystems/proc.rst, 3.5). */
void vfs_show_mounts(struct strbuf *out, const struct fs *viewer, bool mountinfo)
{
	struct mount *m;
	char where[ABI_PATH_MAX];

	list_for_each(m, &mounts, link) {
		struct path p = { m, m->root };

		if (vfs_path_string(p, viewer->root, where, sizeof(where)) < 0)
			continue;             /* outside the viewer's root */
		if (mountinfo) {
			strbuf_printf(out, "%d %d %u:%u ", m->id, m->at.mnt ? m->at.mnt->id : 1,
				      abi_dev_major(m->super->dev), abi_dev_minor(m->super->dev));
			show_mount_root(out, m);
			strbuf_putc(out, ' ');
			show_mangled(out, where);
			strbuf_putc(out, ' ');
			show_options(out, m);
			strbuf_printf(out, " - %s %s %s", m->super->type, m->source,
				      m->super->read_only ? "ro" : "rw");
			show_super_options(out, m);
			strbuf_putc(out, '\n');
		} else {
			strbuf_printf(out, "%s ", m->source);
			show_mangled(out, where);
			strbuf_printf(out, " %s ", m->super->type);
			show_options(out, m);
			show_super_options(out, m);
			strbuf_printf(out, " 0 0\n");
		}
	}
}

int vfs_statfs(struct path p, struct kstatfs *out)
{
	struct super *s = p.dentry->super;
	int err = 0;

	*out = (struct kstatfs){ .type = s->magic, .bsize = PAGE_SIZE, .frsize = PAGE_SIZE,
				 .namelen = ABI_NAME_MAX };
	if (s->statfs)
		err = s->statfs(s, out);
	/* ST_VALID, and the ST_* bits, which are MS_*'s: RDONLY 1, NOSUID 2, NODEV 4, NOEXEC 8. */
	out->flags = 0x20 | (path_want_write(p) ? 1 : 0) | (p.mnt->flags & MNT_NOSUID ? 2 : 0) |
		     (p.mnt->flags & MNT_NODEV ? 4 : 0) | (p.mnt->flags & MNT_NOEXEC ? 8 : 0) | 0x1000;
	return err;
}

/* ---- start and end -------------------------------------------------------------------- */

static void file_ref(void *file)
{
	file_get(file);
}

static void file_unref(void *file)
{
	file_put(file);
}

void vfs_init(void)
{
	vfs_register_types();
	mm_file_get = file_ref;
	mm_file_put = file_unref;
}

void vfs_shutdown(void)
{
	struct mount *m;

	while (!list_empty(&mounts)) {
		struct dentry *at;

		/* Youngest first: nothing sits on it any more. */
		m = list_entry(mounts.prev, struct mount, link);
		at = m->at.dentry;
		list_del(&m->link);
		if (at && at->ghost && at->mounts == 1) {
			dentry_drop(at);
			dentry_put(at);       /* the reference a ghost has on itself */
		}
		mount_put(m);
	}
	mnt_ns_shutdown();
	dcache_shrink(NULL);
	console_tty_shutdown();
	memfd_shutdown();
	mqueue_shutdown();
	mount_put(anonymous);
	anonymous = NULL;
	if (anonymous_super) {
		anonymous_super->refs = 1;
		super_put(anonymous_super);
		anonymous_super = NULL;
	}
	dcache_shrink(NULL);
}

void vfs_live_counts(struct vfs_counts *out)
{
	*out = (struct vfs_counts){ .inodes = inode_count(), .dentries = dcache_count(),
				    .files = file_count(), .mounts = mount_count(), .tables = files_count() };
}

/* Opening: from a name, or from a place already found, to a struct file.
 *
 *   vfs_open         walk, create if asked, then
 *   vfs_open_found   type and permission checks, the file object, the type's own open, O_TRUNC
 *
 * Order of checks and errors: Linux' fs/namei.c do_last()/may_open(). */
#include "internal.h"

#include <string.h>

#include "abi/inotify.h"
#include "base/log.h"

/* ---- opening what is there ------------------------------------------------- */

static int access_mask(uint32_t flags)
{
	static const int masks[4] = { 4, 2, 6, 6 };     /* 3: neither, checked as both (open(2)) */
	int mask = masks[flags & ABI_O_ACCMODE];

	return flags & ABI_O_TRUNC ? mask | 2 : mask;
}

static int check_type(struct path p, uint32_t flags, int mask)
{
	struct inode *i = p.dentry->inode;

	switch (i->mode & S_IFMT) {
	case S_IFLNK:
		return flags & ABI_O_DIRECTORY ? -ENOTDIR : -ELOOP;
	case S_IFDIR:
		return mask & 2 || flags & ABI_O_CREAT ? -EISDIR : 0;
	case S_IFCHR:
	case S_IFBLK:
		if (p.mnt->flags & MNT_NODEV)
			return -EACCES;
		break;
	case S_IFSOCK:
		return -ENXIO;
	}
	if ((flags & ABI_O_DIRECTORY) && !S_ISDIR(i->mode))
		return -ENOTDIR;
	return 0;
}

static int may_open(struct path p, uint32_t flags, const struct cred *who, bool created)
{
	struct inode *i = p.dentry->inode;
	int mask = access_mask(flags), err;

	if (flags & ABI_O_PATH)
		return (flags & ABI_O_DIRECTORY) && !S_ISDIR(i->mode) ? -ENOTDIR : 0;
	err = check_type(p, flags, mask);
	if (err || created)
		return err;
	err = inode_permission(i, who, mask);
	if (err)
		return err;
	if ((mask & 2) && (S_ISREG(i->mode) || S_ISDIR(i->mode))) {
		err = path_want_write(p);
		if (err)
			return err;
	}
	if ((flags & ABI_O_NOATIME) && who->fsuid != i->uid && !inode_capable(who, i, VFS_CAP_FOWNER))
		return -EPERM;
	return 0;
}

static int open_inode(struct inode *i, struct file *f)
{
	switch (i->mode & S_IFMT) {
	case S_IFCHR:
		/* Nodes that know their operations (the console's streams) need no driver table. */
		return i->fops ? 0 : chrdev_open(i, f);
	case S_IFBLK:
		return -ENXIO;
	case S_IFIFO:
		if (!i->fops && !(i->ops && i->ops->open))
			return fifo_open(i, f);
	}
	return i->ops && i->ops->open ? i->ops->open(i, f) : 0;
}

/* O_PATH: the place and nothing else. */
static const struct file_ops path_only_fops = { 0 };

static int truncate_opened(struct file *f)
{
	struct attr_change c = { .valid = ATTR_SIZE, .size = 0 };
	struct inode *i = f->inode;

	if (!S_ISREG(i->mode) || !i->ops->setattr)
		return 0;
	return i->ops->setattr(i, &c);
}

/* What is left in file.flags after open (F_GETFL shows it). */
#define KEPT_FLAGS (~(uint32_t)(ABI_O_CREAT | ABI_O_EXCL | ABI_O_NOCTTY | ABI_O_TRUNC | ABI_O_CLOEXEC))

int vfs_open_found(struct path p, uint32_t flags, const struct cred *who, bool created, struct file **out)
{
	struct inode *i = p.dentry->inode;
	uint32_t mode = flags & ABI_O_ACCMODE;
	bool contents = !(flags & ABI_O_PATH) && S_ISREG(i->mode);
	bool writes = contents && (mode == ABI_O_WRONLY || mode == ABI_O_RDWR);
	int err = may_open(p, flags, who, created);
	struct file *f;

	if (err)
		return err;
	/* Who only truncates is no writer afterwards (handle_truncate). */
	if (contents && i->deny_write && (writes || (flags & ABI_O_TRUNC)))
		return -ETXTBSY;
	f = file_create(i, flags & ABI_O_PATH ? &path_only_fops : i->fops, flags & (KEPT_FLAGS | ABI_O_NOCTTY), who);
	f->path = path_get(p);
	f->created = created;
	if (writes) {
		i->writers++;
		i->super->writers++;
		p.mnt->writers++;
	}
	f->counted_writer = writes;
	if (!(flags & ABI_O_PATH))
		err = open_inode(i, f);
	if (err)
		f->ops = &path_only_fops;      /* it never opened: there is nothing to release */
	else if ((flags & ABI_O_TRUNC) && !created)
		err = truncate_opened(f);
	f->flags &= ~(uint32_t)ABI_O_NOCTTY;
	if (err) {
		file_put(f);
		return err;
	}
	ASSERT(f->ops);
	if ((flags & ABI_O_TRUNC) && !created && S_ISREG(i->mode))
		notify_dentry(p.dentry, ABI_IN_MODIFY);
	if (!(flags & ABI_O_PATH))
		notify_dentry(p.dentry, ABI_IN_OPEN);
	*out = f;
	return 0;
}

int vfs_open_path(struct path p, uint32_t flags, const struct cred *who, struct file **out)
{
	if (!p.dentry || !p.dentry->inode)
		return -ENOENT;
	return vfs_open_found(p, flags & ~(uint32_t)(ABI_O_CREAT | ABI_O_EXCL), who, false, out);
}

/* ---- opening a name --------------------------------------------------------- */

static int check_flags(uint32_t *flags)
{
	uint32_t f = *flags;

	if (f & ABI_O_PATH) {
		*flags = f & (ABI_O_PATH | ABI_O_DIRECTORY | ABI_O_NOFOLLOW | ABI_O_CLOEXEC);
		return 0;
	}
	if ((f & ABI_O_TMPFILE & ~ABI_O_DIRECTORY) != 0) {
		/* Both bits, without O_CREAT, and for writing (fs/open.c build_open_flags). */
		if ((f & ABI_O_TMPFILE) != ABI_O_TMPFILE || (f & ABI_O_CREAT))
			return -EINVAL;
		return (f & ABI_O_ACCMODE) == ABI_O_RDONLY ? -EINVAL : 0;
	}
	if ((f & (ABI_O_CREAT | ABI_O_DIRECTORY)) == (ABI_O_CREAT | ABI_O_DIRECTORY))
		return -EINVAL;
	return 0;
}

/* The name is absent: make the file. p is its (mount, dentry without inode). */
static int create_last(struct walk *w, struct path p, uint32_t mode)
{
	struct inode *dir = w->cur.dentry->inode, *made;
	int err = path_want_write(p);

	if (err)
		return err;
	if (dir->nlink == 0)
		return -ENOENT;
	err = inode_permission(dir, w->who.cred, 3);
	if (err)
		return err;
	if (!dir->ops->create)
		return -EACCES;
	mode = S_IFREG | (mode & 07777 & ~w->who.fs->umask);
	err = dir->ops->create(dir, p.dentry->name, mode, w->who.cred, &made);
	if (!err) {
		dentry_instantiate(p.dentry, made);
		notify_entry(dir, p.dentry->name, made, ABI_IN_CREATE, 0);
	}
	return err;
}

/* The last component, made if it is absent. That a name is absent may be believed for a moment
 * (super.trust_ns): if the host knows better, it is looked up once more. */
static int look_or_create(struct walk *w, uint32_t flags, uint32_t mode, struct path *p, bool *created)
{
	bool again = true;
	int err;

	for (;;) {
		err = walk_lookup_last(w, p);
		if (err || p->dentry->inode)
			return err;
		err = create_last(w, *p, mode);
		*created = !err;
		if (!err)
			return 0;
		if (err == -EEXIST)   /* so it was made by somebody else */
			dentry_drop(p->dentry);
		path_put(*p);
		if (err != -EEXIST || (flags & ABI_O_EXCL) || !again)
			return err;
		again = false;
	}
}

/* One look at the last component, with O_CREAT. -EAGAIN: a link was followed, walk on. */
static int open_create_step(struct walk *w, uint32_t flags, uint32_t mode, struct file **out)
{
	struct path p;
	struct inode *inode;
	bool created = false;
	int err;

	if (w->kind != LAST_NORMAL && (flags & ABI_O_EXCL))
		return -EEXIST;
	if (w->kind == LAST_HERE)             /* "/", or what a magic link led to */
		return vfs_open_found(w->cur, flags, w->who.cred, false, out);
	if (w->kind != LAST_NORMAL)
		return -EISDIR;
	if (w->trailing_slash)
		return -EISDIR;
	err = look_or_create(w, flags, mode, &p, &created);
	if (err)
		return err;
	inode = p.dentry->inode;
	if (created) {
		err = 0;
	} else if (flags & ABI_O_EXCL) {
		err = -EEXIST;
	} else if (S_ISLNK(inode->mode) && !(flags & ABI_O_NOFOLLOW)) {
		err = walk_follow(w, inode);
		err = err ? err : -EAGAIN;
	}
	if (!err)
		err = vfs_open_found(p, flags, w->who.cred, created, out);
	path_put(p);
	return err;
}

static int open_tmpfile(struct walk *w, struct path dir, uint32_t flags, uint32_t mode, struct file **out)
{
	struct inode *d = dir.dentry->inode, *made;
	struct dentry *nameless;
	int err;

	if (!S_ISDIR(d->mode))
		return -ENOTDIR;
	err = path_want_write(dir);
	if (!err)
		err = inode_permission(d, w->who.cred, 3);
	if (err)
		return err;
	mode = S_IFREG | (mode & 07777 & ~w->who.fs->umask);
	if (inode_is_tmpfs(d)) {
		if (tmpfs_is_full(d->super))
			return -ENOSPC;
		made = tmpfs_new_file(d->super, mode, w->who.cred);
	} else {
		err = inode_is_overlay(d) ? ovl_tmpfile(d, mode, w->who.cred, &made) :
		      inode_is_hostfs(d) ? hostfs_tmpfile(d, mode, w->who.cred, &made) : -EOPNOTSUPP;
		if (err)
			return err;
	}
	nameless = dentry_create_nameless(made, "tmpfile");
	nameless->no_link = flags & ABI_O_EXCL;
	inode_put(made);
	err = vfs_open_found((struct path){ dir.mnt, nameless }, flags & ~(uint32_t)ABI_O_TMPFILE, w->who.cred, true, out);
	dentry_put(nameless);
	if (!err)
		(*out)->created = false;     /* no name was (FMODE_CREATED) */
	return err;
}

static int open_walked(struct walk *w, uint32_t flags, uint32_t mode, struct file **out)
{
	struct path p;
	int err;

	if (flags & ABI_O_CREAT) {
		do {
			err = walk_to_parent(w);
			if (!err)
				err = open_create_step(w, flags, mode, out);
		} while (err == -EAGAIN);
		return err;
	}
	err = walk_to_end(w, !(flags & ABI_O_NOFOLLOW), &p);
	if (err)
		return err;
	if (!p.dentry->inode)
		err = -ENOENT;
	else if ((flags & ABI_O_TMPFILE) == ABI_O_TMPFILE)
		err = open_tmpfile(w, p, flags, mode, out);
	else
		err = vfs_open_found(p, flags, w->who.cred, false, out);
	path_put(p);
	return err;
}

int vfs_open(struct walker who, const char *name, uint32_t flags, uint32_t mode, uint64_t resolve, struct file **out)
{
	struct walk w;
	int err = check_flags(&flags);

	if (err)
		return err;
	if (resolve & ABI_RESOLVE_CACHED)
		return -EAGAIN;       /* "not without blocking" is always a permitted answer */
	err = walk_begin(&w, who, name, 0, resolve);
	if (!err)
		err = open_walked(&w, flags, mode, out);
	walk_end(&w);
	return err;
}

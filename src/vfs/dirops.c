/* Names: made, removed, moved; and the attributes of what they name.
 *
 * Each function walks to the parent of the name, checks what Linux checks in
 * the order it does (fs/namei.c may_create(), may_delete(), vfs_rename()),
 * lets the file system do it, and brings the name cache up to date. */
#include "internal.h"

#include <string.h>

#include "abi/inotify.h"

/* ---- making names -------------------------------------------------------------- */

/* A name about to be made: the walk stands at its directory, `at` is the absent dentry. */
static int begin_create(struct walk *w, struct walker who, const char *name, bool directory, struct path *at)
{
	int err = walk_begin(w, who, name, 0, 0);

	if (!err)
		err = walk_to_parent(w);
	if (!err && w->kind != LAST_NORMAL)
		err = -EEXIST;
	if (!err)
		err = walk_lookup_last(w, at);
	if (err)
		return err;
	if (at->dentry->inode)
		err = -EEXIST;
	else if (w->trailing_slash && !directory)
		err = -ENOENT;
	if (!err)
		err = path_want_write(*at);
	if (!err && w->cur.dentry->inode->nlink == 0)
		err = -ENOENT;           /* a directory that has been removed */
	if (!err)
		err = inode_permission(w->cur.dentry->inode, who.cred, 3);
	if (err)
		path_put(*at);
	return err;
}

static int end_create(struct walk *w, struct path at, int err, struct inode *made)
{
	if (!err) {
		dentry_instantiate(at.dentry, made);
		notify_entry(w->cur.dentry->inode, w->last, made, ABI_IN_CREATE, 0);
	}
	path_put(at);
	walk_end(w);
	return err;
}

int vfs_mkdir(struct walker who, const char *name, uint32_t mode)
{
	struct walk w;
	struct path at;
	struct inode *dir, *made = NULL;
	int err = begin_create(&w, who, name, true, &at);

	if (err) {
		walk_end(&w);
		return err;
	}
	dir = w.cur.dentry->inode;
	mode = S_IFDIR | (mode & 01777 & ~who.fs->umask);
	err = dir->ops->mkdir ? dir->ops->mkdir(dir, w.last, mode, who.cred, &made) : -EPERM;
	return end_create(&w, at, err, made);
}

static int check_mknod(uint32_t mode, uint64_t rdev, const struct cred *who)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
	case 0:
		return 0;
	case S_IFCHR:
		if (rdev == 0)
			return 0;        /* overlayfs' whiteout: anybody may make one */
		/* fall through */
	case S_IFBLK:
		return cred_capable(who, VFS_CAP_MKNOD) ? 0 : -EPERM;
	case S_IFDIR:
		return -EPERM;
	}
	return -EINVAL;
}

int vfs_mknod(struct walker who, const char *name, uint32_t mode, uint64_t rdev)
{
	struct walk w;
	struct path at;
	struct inode *dir, *made = NULL;
	int err = begin_create(&w, who, name, false, &at);

	if (err) {
		walk_end(&w);
		return err;
	}
	dir = w.cur.dentry->inode;
	if (!(mode & S_IFMT))
		mode |= S_IFREG;
	mode = (mode & S_IFMT) | (mode & 07777 & ~who.fs->umask);
	err = check_mknod(mode, rdev, who.cred);
	if (!err && S_ISREG(mode))
		err = dir->ops->create ? dir->ops->create(dir, w.last, mode, who.cred, &made) : -EPERM;
	else if (!err)
		err = dir->ops->mknod ? dir->ops->mknod(dir, w.last, mode, rdev, who.cred, &made) : -EPERM;
	return end_create(&w, at, err, made);
}

int vfs_symlink(struct walker who, const char *target, const char *name)
{
	struct walk w;
	struct path at;
	struct inode *dir, *made = NULL;
	int err;

	if (!*target)
		return -ENOENT;
	err = begin_create(&w, who, name, false, &at);
	if (err) {
		walk_end(&w);
		return err;
	}
	dir = w.cur.dentry->inode;
	err = dir->ops->symlink ? dir->ops->symlink(dir, w.last, target, who.cred, &made) : -EPERM;
	return end_create(&w, at, err, made);
}

static int link_to(struct walk *w, struct path at, struct path old)
{
	struct inode *dir = w->cur.dentry->inode, *target = old.dentry->inode;
	int err;

	if (at.mnt != old.mnt || dir->super != target->super)
		return -EXDEV;
	if (old.dentry->no_link)
		return -ENOENT;
	if (S_ISDIR(target->mode))
		return -EPERM;
	if (!dir->ops->link)
		return -EPERM;
	err = dir->ops->link(dir, w->last, target);
	if (!err) {
		inode_get(target);
		dentry_instantiate(at.dentry, target);
		notify_self(target, ABI_IN_ATTRIB);
		notify_entry(dir, w->last, target, ABI_IN_CREATE, 0);
	}
	return err;
}

int vfs_link(struct walker from, const char *old, struct walker to, const char *new_, unsigned at_flags)
{
	unsigned flags = at_flags & ABI_AT_SYMLINK_FOLLOW ? 0 : WALK_NOFOLLOW;
	struct path source, at;
	struct walk w;
	int err;

	if (at_flags & ~(unsigned)(ABI_AT_SYMLINK_FOLLOW | ABI_AT_EMPTY_PATH))
		return -EINVAL;
	if (at_flags & ABI_AT_EMPTY_PATH)
		flags |= WALK_EMPTY_OK;
	err = vfs_lookup(from, old, flags, &source);
	if (err)
		return err;
	err = begin_create(&w, to, new_, false, &at);
	if (!err) {
		err = link_to(&w, at, source);
		path_put(at);
	}
	walk_end(&w);
	path_put(source);
	return err;
}

/* ---- removing names --------------------------------------------------------------- */

static bool sticky_forbids(const struct inode *dir, const struct inode *victim, const struct cred *who)
{
	return (dir->mode & S_ISVTX) && who->fsuid != victim->uid && who->fsuid != dir->uid &&
	       !inode_capable(who, victim, VFS_CAP_FOWNER);
}

/* Linux' may_delete(): `directory` says what the caller means to remove. */
static int may_delete(struct path parent, struct path victim, const struct cred *who, bool directory)
{
	struct inode *dir = parent.dentry->inode, *v = victim.dentry->inode;
	int err = inode_permission(dir, who, 3);

	if (err)
		return err;
	if (sticky_forbids(dir, v, who))
		return -EPERM;
	if (directory && !S_ISDIR(v->mode))
		return -ENOTDIR;
	if (!directory && S_ISDIR(v->mode))
		return -EISDIR;
	return 0;
}

static int unlink_errors(const struct walk *w, bool dir)
{
	if (!dir)
		return w->kind == LAST_NORMAL ? 0 : -EISDIR;
	switch (w->kind) {
	case LAST_DOT: return -EINVAL;
	case LAST_DOTDOT: return -ENOTEMPTY;
	case LAST_HERE: return -EBUSY;
	default: return 0;
	}
}

static int remove_entry(struct walk *w, struct path at, bool directory)
{
	struct inode *dir = w->cur.dentry->inode, *victim = at.dentry->inode;
	int err;

	if (!victim)
		return -ENOENT;
	if (at.mnt != w->cur.mnt || at.dentry->mounts)
		return -EBUSY;                   /* a mount point */
	if (w->trailing_slash && !directory)
		return S_ISDIR(victim->mode) ? -EISDIR : -ENOTDIR;
	err = path_want_write(at);
	if (!err)
		err = may_delete(w->cur, at, w->who.cred, directory);
	if (err)
		return err;
	if (directory)
		err = dir->ops->rmdir ? dir->ops->rmdir(dir, w->last, victim) : -EPERM;
	else
		err = dir->ops->unlink ? dir->ops->unlink(dir, w->last, victim) : -EPERM;
	if (!err) {
		dentry_drop(at.dentry);
		dentry_note_absent(w->cur.dentry, w->last);
		if (!directory)
			notify_self(victim, ABI_IN_ATTRIB);
		/* Nobody has it open: the object goes before its name is reported (d_delete_notify). */
		if (at.dentry->refs == 1 && !victim->nlink)
			notify_gone(victim, ABI_IN_DELETE_SELF);
		notify_entry(dir, w->last, victim, ABI_IN_DELETE, 0);
	}
	return err;
}

int vfs_unlink(struct walker who, const char *name, bool directory)
{
	struct walk w;
	struct path at;
	int err = walk_begin(&w, who, name, 0, 0);

	if (!err)
		err = walk_to_parent(&w);
	if (!err)
		err = unlink_errors(&w, directory);
	if (!err)
		err = walk_lookup_last(&w, &at);
	if (!err) {
		err = remove_entry(&w, at, directory);
		path_put(at);
	}
	walk_end(&w);
	return err;
}

/* ---- moving names -------------------------------------------------------------------- */

struct rename {
	struct walk from, to;
	struct path old, new_;
	unsigned flags;
};

static int rename_types(const struct rename *r)
{
	bool old_dir = S_ISDIR(r->old.dentry->inode->mode);
	const struct inode *target = r->new_.dentry->inode;
	bool exchange = r->flags & ABI_RENAME_EXCHANGE;

	/* A slash behind the name of what is not a directory. */
	if (!old_dir && (r->from.trailing_slash || (!exchange && r->to.trailing_slash)))
		return -ENOTDIR;
	if (exchange)
		return r->to.trailing_slash && !S_ISDIR(target->mode) ? -ENOTDIR : 0;
	if (!target)
		return 0;
	if (old_dir && !S_ISDIR(target->mode))
		return -ENOTDIR;
	return !old_dir && S_ISDIR(target->mode) ? -EISDIR : 0;
}

static int rename_permissions(const struct rename *r)
{
	const struct cred *who = r->from.who.cred;
	struct inode *old = r->old.dentry->inode, *target = r->new_.dentry->inode;
	struct inode *old_dir = r->from.cur.dentry->inode, *new_dir = r->to.cur.dentry->inode;
	int err = inode_permission(old_dir, who, 3);

	if (!err && sticky_forbids(old_dir, old, who))
		err = -EPERM;
	if (!err)
		err = inode_permission(new_dir, who, 3);
	if (!err && new_dir->nlink == 0)
		err = -ENOENT;
	if (!err && target && sticky_forbids(new_dir, target, who))
		err = -EPERM;
	/* A directory that changes its parent has its ".." written. */
	if (!err && S_ISDIR(old->mode) && old_dir != new_dir)
		err = inode_permission(old, who, 2);
	return err;
}

static int rename_checks(const struct rename *r)
{
	struct dentry *old = r->old.dentry, *new_ = r->new_.dentry;
	int err;

	if (!old->inode)
		return -ENOENT;
	if (new_->inode && (r->flags & ABI_RENAME_NOREPLACE))
		return -EEXIST;
	if (!new_->inode && (r->flags & ABI_RENAME_EXCHANGE))
		return -ENOENT;
	if (dentry_is_below(r->to.cur.dentry, old))
		return -EINVAL;                  /* into itself */
	if (new_->inode && dentry_is_below(r->from.cur.dentry, new_))
		return r->flags & ABI_RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	err = path_want_write(r->from.cur);
	if (!err)
		err = rename_permissions(r);
	if (!err)
		err = rename_types(r);
	if (!err && (old->mounts || new_->mounts || r->old.mnt != r->from.cur.mnt || r->new_.mnt != r->to.cur.mnt))
		err = -EBUSY;
	return err;
}

/* Linux fsnotify_move(): once for what moved, and once more for its partner in an exchange. */
static void notify_move(struct inode *from, const char *old, struct inode *to, const char *new_, struct inode *moved, struct inode *replaced)
{
	uint32_t cookie = notify_next_cookie();

	notify_entry(from, old, moved, ABI_IN_MOVED_FROM | (from == to ? NOTIFY_RENAME : 0), cookie);
	notify_entry(to, new_, moved, ABI_IN_MOVED_TO, cookie);
	if (replaced)
		notify_self(replaced, ABI_IN_ATTRIB);
	notify_self(moved, ABI_IN_MOVE_SELF);
}

static void notify_rename(struct rename *r, struct inode *moved, struct inode *target)
{
	struct inode *from = r->from.cur.dentry->inode, *to = r->to.cur.dentry->inode;
	bool exchange = r->flags & ABI_RENAME_EXCHANGE;

	notify_move(from, r->from.last, to, r->to.last, moved, exchange ? NULL : target);
	if (exchange)
		notify_move(to, r->to.last, from, r->from.last, target, NULL);
}

/* overlayfs' mark for "nothing here": a device 0:0 where the name was. */
static int leave_whiteout(struct rename *r)
{
	struct inode *dir = r->from.cur.dentry->inode, *made;
	int err = dir->ops->mknod(dir, r->from.last, S_IFCHR, 0, r->from.who.cred, &made);

	if (!err)
		inode_put(made);          /* the name is looked up again when somebody asks */
	return err;
}

static int rename_commit(struct rename *r)
{
	struct inode *old_dir = r->from.cur.dentry->inode, *new_dir = r->to.cur.dentry->inode;
	struct inode *moved = r->old.dentry->inode, *target = r->new_.dentry->inode;
	int err;

	if (r->old.dentry->inode == r->new_.dentry->inode)
		return 0;                        /* two links of one file: nothing happens (rename(2)) */
	if (!old_dir->ops->rename)
		return -EPERM;
	if ((r->flags & ABI_RENAME_WHITEOUT) && (!old_dir->ops->mknod || old_dir->super->no_whiteouts))
		return -EINVAL;
	err = old_dir->ops->rename(old_dir, r->from.last, new_dir, r->to.last, r->flags & ~(unsigned)ABI_RENAME_WHITEOUT);
	if (err)
		return err;
	if (r->flags & ABI_RENAME_EXCHANGE)
		dentry_exchange(r->old.dentry, r->new_.dentry);
	else
		dentry_move(r->old.dentry, r->to.cur.dentry, r->to.last);
	notify_rename(r, moved, target);
	return r->flags & ABI_RENAME_WHITEOUT ? leave_whiteout(r) : 0;
}

static int rename_walked(struct rename *r)
{
	int err;

	if (r->from.cur.mnt != r->to.cur.mnt)
		return -EXDEV;
	if (r->from.kind != LAST_NORMAL)
		return -EBUSY;
	if (r->to.kind != LAST_NORMAL)
		return r->flags & ABI_RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	err = walk_lookup_last(&r->from, &r->old);
	if (err)
		return err;
	err = walk_lookup_last(&r->to, &r->new_);
	if (!err) {
		err = rename_checks(r);
		if (!err)
			err = rename_commit(r);
		path_put(r->new_);
	}
	path_put(r->old);
	return err;
}

int vfs_rename(struct walker from, const char *old, struct walker to, const char *new_, unsigned flags)
{
	struct rename r = { .flags = flags };
	int err;

	if (flags & ~(unsigned)(ABI_RENAME_NOREPLACE | ABI_RENAME_EXCHANGE | ABI_RENAME_WHITEOUT))
		return -EINVAL;
	if ((flags & (ABI_RENAME_NOREPLACE | ABI_RENAME_WHITEOUT)) && (flags & ABI_RENAME_EXCHANGE))
		return -EINVAL;
	err = walk_begin(&r.from, from, old, 0, 0);
	if (!err)
		err = walk_to_parent(&r.from);
	if (!err)
		err = walk_begin(&r.to, to, new_, 0, 0);
	if (!err)
		err = walk_to_parent(&r.to);
	if (!err)
		err = rename_walked(&r);
	walk_end(&r.from);
	walk_end(&r.to);
	return err;
}

/* ---- what names name -------------------------------------------------------------------- */

int vfs_readlink(struct walker who, const char *name, char *buf, size_t cap)
{
	struct path p;
	struct inode *i;
	int err = vfs_lookup(who, name, WALK_NOFOLLOW | WALK_EMPTY_OK, &p);

	if (err)
		return err;
	i = p.dentry->inode;
	if (!S_ISLNK(i->mode))
		err = *name ? -EINVAL : -ENOENT;
	else
		err = i->ops->readlink ? i->ops->readlink(i, buf, cap) : -EINVAL;
	path_put(p);
	return err;
}

int vfs_access(struct walker who, const char *name, int mask, unsigned at_flags, bool effective)
{
	struct cred real = *who.cred;
	unsigned flags = (at_flags & ABI_AT_SYMLINK_NOFOLLOW ? WALK_NOFOLLOW : 0) |
			 (at_flags & ABI_AT_EMPTY_PATH ? WALK_EMPTY_OK : 0);
	struct path p;
	int err;

	if (!effective) {
		/* With the real ids, and the capabilities those would have. */
		real.fsuid = real.uid;
		real.fsgid = real.gid;
		real.cap_effective = real.uid == user_ns_to_machine(real.user_ns, ID_USER, 0) ? real.cap_permitted : 0;
	}
	who.cred = &real;
	err = vfs_lookup(who, name, flags, &p);
	if (err)
		return err;
	if (mask)
		err = inode_permission(p.dentry->inode, &real, mask);
	if (!err && (mask & 1) && S_ISREG(p.dentry->inode->mode) && (p.mnt->flags & MNT_NOEXEC))
		err = -EACCES;
	if (!err && (mask & 2) && (S_ISREG(p.dentry->inode->mode) || S_ISDIR(p.dentry->inode->mode)))
		err = path_want_write(p);
	path_put(p);
	return err;
}

/* Linux fsnotify_change(): new contents, new times of one kind, or new attributes. */
static uint32_t change_event(const struct attr_change *c)
{
	unsigned times = c->valid & (ATTR_ATIME | ATTR_MTIME);

	if ((c->valid & (ATTR_MODE | ATTR_UID | ATTR_GID)) || times == (ATTR_ATIME | ATTR_MTIME))
		return ABI_IN_ATTRIB;
	return times == ATTR_ATIME ? ABI_IN_ACCESS : ABI_IN_MODIFY;
}

int vfs_setattr(struct path p, const struct cred *who, const struct attr_change *change)
{
	struct inode *i = p.dentry->inode;
	struct attr_change c = *change;
	int err = path_want_write(p);

	if (err)
		return err;
	/* Linux notify_change(): the mode of a symbolic link is nobody's to change. */
	if ((c.valid & ATTR_MODE) && S_ISLNK(i->mode))
		return -EOPNOTSUPP;
	err = inode_refresh(i);
	if (!err)
		err = inode_check_change(i, who, &c);
	if (err || !c.valid)
		return err;
	err = i->ops && i->ops->setattr ? i->ops->setattr(i, &c) : -EPERM;
	if (!err)
		notify_dentry(p.dentry, change_event(&c));
	return err;
}

int vfs_truncate(struct path p, const struct cred *who, uint64_t size)
{
	struct inode *i = p.dentry->inode;
	struct attr_change c = { .valid = ATTR_SIZE, .size = size };
	int err;

	if (S_ISDIR(i->mode))
		return -EISDIR;
	if (!S_ISREG(i->mode))
		return -EINVAL;
	err = inode_permission(i, who, 2);
	if (!err)
		err = path_want_write(p);
	if (!err && i->deny_write)
		err = -ETXTBSY;
	if (!err)
		err = i->ops->setattr(i, &c);
	if (!err)
		inode_drop_privileges(i, who);
	if (!err)
		notify_dentry(p.dentry, ABI_IN_MODIFY);
	return err;
}

static void fill_stat(struct inode *i, struct kstat *out)
{
	*out = (struct kstat){
		.dev = i->super->dev, .ino = i->ino, .rdev = i->rdev, .size = i->size,
		.blocks = i->blocks, .mode = i->mode, .nlink = i->nlink, .uid = i->uid, .gid = i->gid,
		.blksize = PAGE_SIZE, .atime = i->atime, .mtime = i->mtime, .ctime = i->ctime, .btime = i->btime,
	};
}

int vfs_stat(struct path p, struct kstat *out)
{
	int err = inode_refresh(p.dentry->inode);

	if (err)
		return err;
	fill_stat(p.dentry->inode, out);
	if (p.mnt) {
		out->mnt_id = (uint64_t)p.mnt->id;
		out->is_mount_root = p.dentry == p.mnt->root;
	}
	return 0;
}

int file_stat(struct file *f, struct kstat *out)
{
	int err;

	if (f->path.dentry)
		return vfs_stat(f->path, out);
	err = inode_refresh(f->inode);
	if (!err)
		fill_stat(f->inode, out);
	return err;
}

/* ---- extended attributes --------------------------------------------------------------------- */

/* xattr(7): who may touch which name space. hearth keeps "user." and, for root, "trusted." and
 * "security."; ACLs ("system.") are not supported. */
static int check_xattr(struct path p, const struct cred *who, const char *name, bool write)
{
	struct inode *i = p.dentry->inode;
	int err = write ? path_want_write(p) : 0;

	if (err)
		return err;
	if (strlen(name) > ABI_XATTR_NAME_MAX || !*name)
		return -ERANGE;
	if (strncmp(name, "trusted.", 8) == 0)
		return cred_capable(who, VFS_CAP_SYS_ADMIN) ? 0 : write ? -EPERM : -ENODATA;
	if (strncmp(name, "security.", 9) == 0)
		return write && !cred_capable(who, VFS_CAP_SYS_ADMIN) ? -EPERM : 0;
	if (strncmp(name, "user.", 5) != 0)
		return -EOPNOTSUPP;
	if (!S_ISREG(i->mode) && !S_ISDIR(i->mode))
		return write ? -EPERM : -ENODATA;
	return inode_permission(i, who, write ? 2 : 4);
}

ssize_t vfs_getxattr(struct path p, const struct cred *who, const char *name, void *buf, size_t size)
{
	struct inode *i = p.dentry->inode;
	int err = check_xattr(p, who, name, false);

	if (err)
		return err;
	return i->ops && i->ops->getxattr ? i->ops->getxattr(i, name, buf, size) : -EOPNOTSUPP;
}

int vfs_setxattr(struct path p, const struct cred *who, const char *name, const void *buf, size_t size, int flags)
{
	struct inode *i = p.dentry->inode;
	int err = check_xattr(p, who, name, true);

	if (err)
		return err;
	if (size > ABI_XATTR_SIZE_MAX)
		return -E2BIG;
	err = i->ops && i->ops->setxattr ? i->ops->setxattr(i, name, buf, size, flags) : -EOPNOTSUPP;
	if (!err)
		notify_dentry(p.dentry, ABI_IN_ATTRIB);
	return err;
}

ssize_t vfs_listxattr(struct path p, char *buf, size_t size)
{
	struct inode *i = p.dentry->inode;

	return i->ops && i->ops->listxattr ? i->ops->listxattr(i, buf, size) : 0;
}

int vfs_removexattr(struct path p, const struct cred *who, const char *name)
{
	struct inode *i = p.dentry->inode;
	int err = check_xattr(p, who, name, true);

	if (err)
		return err;
	err = i->ops && i->ops->removexattr ? i->ops->removexattr(i, name) : -EOPNOTSUPP;
	if (!err)
		notify_dentry(p.dentry, ABI_IN_ATTRIB);
	return err;
}

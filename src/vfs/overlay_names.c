/* overlay: making, removing and moving names. All of it happens in the upper layer:
 *
 *   a name that a lower layer has    is hidden by a whiteout, a device 0:0
 *   a new directory over such a name is marked opaque: nothing below shines through
 *   a directory with a lower side    does not move: EXDEV, and mv copies (no redirects)
 *
 * What replaces a whiteout is made in the work directory and renamed over it.
 * Linux: fs/overlayfs/dir.c. */
#include "overlay.h"

#include <string.h>

#include "base/log.h"

static const struct real_node whiteout = { .mode = S_IFCHR, .who = &ovl_cred };

/* ---- making ---------------------------------------------------------------------------- */

/* Owner, group and mode as for something new in `dir`, wherever it was really made. */
static int set_owner(struct inode *dir, struct inode *made, uint32_t mode, const struct cred *who)
{
	struct inode as = { .mode = mode };
	struct attr_change c = { .valid = ATTR_UID | ATTR_GID };

	inode_init_owner(&as, dir, who);
	c.uid = as.uid;
	c.gid = as.gid;
	c.mode = as.mode;
	if (!S_ISLNK(mode))
		c.valid |= ATTR_MODE;
	return made->ops->setattr(made, &c);
}

/* Over the whiteout at `old`. */
static int replace_whiteout(struct inode *dir, struct dentry *old, const struct real_node *n, struct dentry **out)
{
	bool directory = S_ISDIR(n->mode);
	struct dentry *temp;
	int err = real_temp(ovl_super(dir), n, &temp);

	if (err)
		return err;
	err = set_owner(dir, temp->inode, n->mode, n->who);
	if (!err && directory)
		err = ovl_set_opaque(dir, temp);
	if (!err)
		err = real_rename(temp, ovl(dir)->upper, old->name, directory ? ABI_RENAME_EXCHANGE : 0);
	if (err) {
		real_remove(temp);
		dentry_put(temp);
		return err;
	}
	if (directory)
		real_remove(old);             /* the exchange has brought it into the work directory */
	*out = temp;
	return 0;
}

static int make(struct inode *dir, const char *name, const struct real_node *n, struct inode **out)
{
	struct dentry *old, *made;
	int err = ovl_copy_up(dir);

	if (err)
		return err;
	err = dentry_lookup(ovl(dir)->upper, name, &old);
	if (err)
		return err;
	if (!old->inode)
		err = real_make(ovl(dir)->upper, name, n, &made);
	else
		err = ovl_is_whiteout(old->inode) ? replace_whiteout(dir, old, n, &made) : -EEXIST;
	dentry_put(old);
	if (err)
		return err;
	*out = ovl_inode_get(dir->super, dir, name, made, NULL, 0);
	ovl_sync(dir);
	return 0;
}

int ovl_create(struct inode *dir, const char *name, uint32_t mode, const struct cred *who, struct inode **out)
{
	return make(dir, name, &(struct real_node){ .mode = mode, .who = who }, out);
}

int ovl_mknod(struct inode *dir, const char *name, uint32_t mode, uint64_t rdev, const struct cred *who, struct inode **out)
{
	if (S_ISCHR(mode) && rdev == 0)
		return -EPERM;                /* it would hide itself */
	return make(dir, name, &(struct real_node){ .mode = mode, .rdev = rdev, .who = who }, out);
}

int ovl_symlink(struct inode *dir, const char *name, const char *target, const struct cred *who, struct inode **out)
{
	return make(dir, name, &(struct real_node){ .mode = S_IFLNK | 0777, .target = target, .who = who }, out);
}

int ovl_tmpfile(struct inode *dir, uint32_t mode, const struct cred *who, struct inode **out)
{
	const struct real_node n = { .mode = mode, .who = who };
	struct dentry *temp;
	int err = ovl_copy_up(dir);

	if (!err)
		err = real_temp(ovl_super(dir), &n, &temp);
	if (err)
		return err;
	err = set_owner(dir, temp->inode, mode, who);
	dentry_get(temp);                     /* it will be used without its name */
	if (!err)
		err = real_remove(temp);
	dentry_put(temp);
	if (err) {
		dentry_put(temp);
		return err;
	}
	*out = ovl_inode_get(dir->super, dir, "", temp, NULL, 0);
	ovl(*out)->gone = true;
	ovl_sync(*out);
	return 0;
}

static int link_in(struct dentry *at, const char *name, struct inode *real, struct dentry **out)
{
	struct dentry *d;
	int err = dentry_lookup(at, name, &d);

	if (!err && d->inode)
		err = -EEXIST;
	else if (!err)
		err = at->inode->ops->link(at->inode, name, real);
	if (err)
		return err;
	inode_get(real);
	dentry_instantiate(d, real);
	*out = d;
	return 0;
}

int ovl_link(struct inode *dir, const char *name, struct inode *target)
{
	struct dentry *old, *made = NULL;
	bool replaces;
	int err = ovl_copy_up(dir);

	if (!err)
		err = ovl_copy_up(target);
	if (!err)
		err = dentry_lookup(ovl(dir)->upper, name, &old);
	if (err)
		return err;
	replaces = old->inode != NULL;
	if (!ovl(dir)->upper->inode->ops->link)
		err = -EPERM;
	else if (!replaces)
		err = link_in(ovl(dir)->upper, name, ovl_real(target), &made);
	else if (!ovl_is_whiteout(old->inode))
		err = -EEXIST;
	else
		err = link_in(ovl_super(dir)->work, "#link", ovl_real(target), &made);
	if (!err && replaces)
		err = real_rename(made, ovl(dir)->upper, name, 0);
	dentry_put(old);
	dentry_put(made);
	if (!err) {
		ovl(target)->gone = false;
		ovl_set_place(target, dir, name);
		ovl_sync(target);
		ovl_sync(dir);
	}
	return err;
}

/* ---- removing ------------------------------------------------------------------------------- */

/* The upper side of a directory that is empty but for whiteouts. */
static bool remove_whiteout(void *arg, const char *name, uint64_t ino, unsigned dtype)
{
	struct dentry *dir = arg, *d;

	if (dentry_lookup(dir, name, &d) == 0) {
		if (d->inode && ovl_is_whiteout(d->inode))
			real_remove(d);
		dentry_put(d);
	}
	return true;
}

static int remove_upper(struct dentry *d)
{
	if (S_ISDIR(d->inode->mode)) {
		int err = real_list(d, remove_whiteout, d);

		if (err)
			return err;
	}
	return real_remove(d);
}

/* Put a whiteout where `upper` is, which is then removed. */
static int cover(struct inode *dir, struct dentry *upper, const char *name)
{
	bool directory = S_ISDIR(upper->inode->mode);
	struct dentry *temp;
	int err = real_temp(ovl_super(dir), &whiteout, &temp);

	if (err)
		return err;
	err = real_rename(temp, ovl(dir)->upper, name, directory ? ABI_RENAME_EXCHANGE : 0);
	if (err)
		real_remove(temp);
	else if (directory)
		remove_upper(upper);
	dentry_put(temp);
	return err;
}

static int remove_name(struct inode *dir, const char *name)
{
	struct dentry *upper, *made;
	bool hides = ovl_lower_has(dir, name);
	int err = dentry_lookup(ovl(dir)->upper, name, &upper);

	if (err)
		return err;
	if (!upper->inode) {
		err = hides ? real_make(ovl(dir)->upper, name, &whiteout, &made) : -ENOENT;
		if (!err)
			dentry_put(made);
	} else {
		err = hides ? cover(dir, upper, name) : remove_upper(upper);
	}
	dentry_put(upper);
	return err;
}

static void name_is_gone(struct inode *dir, struct inode *victim)
{
	struct inode *real = ovl_real(victim);

	inode_refresh(real);
	if (!ovl(victim)->upper || S_ISDIR(victim->mode) || !real->nlink)
		ovl(victim)->gone = true;
	ovl_sync(victim);
	ovl_sync(dir);
}

int ovl_unlink(struct inode *dir, const char *name, struct inode *victim)
{
	int err = ovl_copy_up(dir);

	if (!err)
		err = remove_name(dir, name);
	if (!err)
		name_is_gone(dir, victim);
	return err;
}

int ovl_rmdir(struct inode *dir, const char *name, struct inode *victim)
{
	int err = ovl_check_empty(victim);

	return err ? err : ovl_unlink(dir, name, victim);
}

/* ---- moving ------------------------------------------------------------------------------------ */

/* A directory that is in one layer, the upper one, and hides nothing. */
static bool is_pure_upper(const struct inode *i)
{
	return ovl(i)->upper && !ovl(i)->nr_lower;
}

static int may_move(struct inode *i)
{
	if (S_ISDIR(i->mode))
		return is_pure_upper(i) ? 0 : -EXDEV;
	return ovl_copy_up(i);
}

struct move {
	struct inode *olddir, *newdir;
	const char *old, *new_;
	struct inode *moved, *target;         /* of the overlay, with references; target may be NULL */
	unsigned flags;
};

static int prepare(struct move *m)
{
	int err = ovl_copy_up(m->olddir);

	if (!err)
		err = ovl_copy_up(m->newdir);
	if (!err)
		err = may_move(m->moved);
	if (!err && m->target && (m->flags & ABI_RENAME_EXCHANGE))
		err = may_move(m->target);
	if (!err && m->target && !(m->flags & ABI_RENAME_EXCHANGE) && S_ISDIR(m->target->mode))
		err = ovl_check_empty(m->target);
	/* Nothing of the lower layers may shine through where a directory arrives. */
	if (!err && S_ISDIR(m->moved->mode) && ovl_lower_has(m->newdir, m->new_))
		err = ovl_set_opaque(m->newdir, ovl(m->moved)->upper);
	if (!err && (m->flags & ABI_RENAME_EXCHANGE) && S_ISDIR(m->target->mode) && ovl_lower_has(m->olddir, m->old))
		err = ovl_set_opaque(m->olddir, ovl(m->target)->upper);
	return err;
}

/* The rename in the upper layer; whatever is in the way there (a whiteout, an empty directory
 * with whiteouts) is changed against it and then removed. */
static int commit(struct move *m)
{
	struct dentry *from = ovl(m->moved)->upper, *at;
	bool whiteout_needed = ovl_lower_has(m->olddir, m->old), made = false;
	int err = dentry_lookup(ovl(m->olddir)->upper, m->old, &from);

	if (err)
		return err;
	err = dentry_lookup(ovl(m->newdir)->upper, m->new_, &at);
	if (err) {
		dentry_put(from);
		return err;
	}
	if (m->flags & ABI_RENAME_EXCHANGE) {
		err = real_rename(from, ovl(m->newdir)->upper, m->new_, ABI_RENAME_EXCHANGE);
	} else if (at->inode && (S_ISDIR(at->inode->mode) || (S_ISDIR(from->inode->mode) && ovl_is_whiteout(at->inode)))) {
		err = real_rename(from, ovl(m->newdir)->upper, m->new_, ABI_RENAME_EXCHANGE);
		made = !err && !S_ISDIR(at->inode->mode);      /* a whiteout is there already */
		if (!err && (S_ISDIR(at->inode->mode) || !whiteout_needed))
			remove_upper(at);
	} else {
		err = real_rename(from, ovl(m->newdir)->upper, m->new_, 0);
	}
	if (!err && whiteout_needed && !made && !(m->flags & ABI_RENAME_EXCHANGE)) {
		struct dentry *w;

		err = real_make(ovl(m->olddir)->upper, m->old, &whiteout, &w);
		if (!err)
			dentry_put(w);
	}
	dentry_put(at);
	dentry_put(from);
	return err;
}

static void settle(struct move *m)
{
	ovl_set_place(m->moved, m->newdir, m->new_);
	if (m->target && (m->flags & ABI_RENAME_EXCHANGE))
		ovl_set_place(m->target, m->olddir, m->old);
	else if (m->target && m->target != m->moved)
		name_is_gone(m->newdir, m->target);
	ovl_sync(m->moved);
	ovl_sync(m->olddir);
	ovl_sync(m->newdir);
}

int ovl_rename(struct inode *olddir, const char *old, struct inode *newdir, const char *new_, unsigned flags)
{
	struct move m = { olddir, newdir, old, new_, .flags = flags };
	int err = ovl_lookup(olddir, old, &m.moved);

	if (err)
		return err;
	err = ovl_lookup(newdir, new_, &m.target);
	if (err == -ENOENT) {
		m.target = NULL;
		err = flags & ABI_RENAME_EXCHANGE ? -ENOENT : 0;
	}
	if (!err)
		err = prepare(&m);
	if (!err)
		err = commit(&m);
	if (!err)
		settle(&m);
	inode_put(m.target);
	inode_put(m.moved);
	return err;
}

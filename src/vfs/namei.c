/* The path walk: from a name to a place.
 *
 *     start: root for "/...", else the directory given, else cwd
 *     "a/b/c"   take a, take b, stop: c is the last component
 *
 * A walk keeps its place as (mount, dentry) with references and the text still
 * to be walked. A symbolic link is taken by putting its target in front of that
 * text: no recursion, and the limit of 40 links counts over the whole walk.
 * ".." is answered from the dentry's parent, never asked from a file system,
 * and stops at the root of the walk: so nothing outside the guest's root has a
 * name.
 *
 * What happens at the last component differs from call to call (open may
 * create it, unlink wants its directory), so the walk stops before it, and
 * walk_lookup_last() or walk_to_end() does the rest.
 *
 * Behaviour is Linux' fs/namei.c: path_resolution(7), openat2(2). */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/trace.h"

static void set_path(struct path *where, struct path p)     /* consumes p */
{
	path_put(*where);
	*where = p;
}

static struct path walk_start(const struct walker *who)
{
	return who->dir ? file_place(who->dir) : path_get(who->fs->cwd);
}

int walk_begin(struct walk *w, struct walker who, const char *name, unsigned flags, uint64_t resolve)
{
	size_t len = strlen(name);

	*w = (struct walk){ .who = who, .whole = name, .flags = flags, .resolve = resolve };
	if (len >= ABI_PATH_MAX)
		return -ENAMETOOLONG;
	if (!len && !(flags & WALK_EMPTY_OK))
		return -ENOENT;
	if (name[0] == '/' && (resolve & ABI_RESOLVE_BENEATH))
		return -EXDEV;
	if (name[0] == '/' && !(resolve & ABI_RESOLVE_IN_ROOT))
		w->start = path_get(who.fs->root);
	else
		w->start = walk_start(&who);
	w->root = path_get(resolve & ABI_RESOLVE_IN_ROOT ? w->start : who.fs->root);
	w->cur = path_get(w->start);
	w->text = w->rest = xstrdup(name);
	return 0;
}

void walk_end(struct walk *w)
{
	path_put(w->root);
	path_put(w->start);
	path_put(w->cur);
	free(w->text);
}

/* May names be looked up in walk.cur? */
static int may_search(struct walk *w)
{
	struct inode *dir = w->cur.dentry->inode;

	if (!S_ISDIR(dir->mode))
		return -ENOTDIR;
	return inode_permission(dir, w->who.cred, 1);
}

static int step_up(struct walk *w)
{
	struct path p = w->cur;

	if ((w->resolve & ABI_RESOLVE_BENEATH) && path_equal(p, w->start))
		return -EXDEV;
	if (path_equal(p, w->root))
		return 0;
	path_get(p);
	while (p.dentry == p.mnt->root && p.mnt->at.dentry) {
		struct path up = path_get(p.mnt->at);      /* the root of a mount: on to what is below */

		path_put(p);
		p = up;
		if (w->resolve & ABI_RESOLVE_NO_XDEV) {
			path_put(p);
			return -EXDEV;
		}
		if (path_equal(p, w->root))
			break;
	}
	if (!path_equal(p, w->root) && p.dentry != p.mnt->root)
		set_path(&p, (struct path){ mount_get(p.mnt), dentry_get(p.dentry->parent) });
	path_cross_mounts(&p);
	set_path(&w->cur, p);
	return 0;
}

int walk_lookup_last(struct walk *w, struct path *out)
{
	struct dentry *d;
	struct mount *mnt = w->cur.mnt;
	int err = may_search(w);

	if (!err)
		err = dentry_lookup(w->cur.dentry, w->last, &d);
	if (err) {
		TRACE(vfs, walk_step, w->whole, w->last, err, NULL);
		return err;
	}
	*out = (struct path){ mount_get(mnt), d };
	path_cross_mounts(out);
	if ((w->resolve & ABI_RESOLVE_NO_XDEV) && out->mnt != mnt) {
		path_put(*out);
		return -EXDEV;
	}
	if (!out->dentry->inode)
		TRACE(vfs, walk_step, w->whole, w->last, -ENOENT, NULL);
	else if (!S_ISLNK(out->dentry->inode->mode))
		TRACE(vfs, walk_step, w->whole, w->last, (int)out->dentry->inode->mode, NULL);
	return 0;
}

static int follow_magic(struct walk *w, struct inode *link)
{
	struct path to;
	int err;

	if (w->resolve & ABI_RESOLVE_NO_MAGICLINKS)
		return -ELOOP;
	if (w->resolve & (ABI_RESOLVE_BENEATH | ABI_RESOLVE_IN_ROOT))
		return -EXDEV;
	err = link->ops->follow(link, &to);
	if (err)
		return err;
	set_path(&w->cur, to);
	return 0;
}

/* Put the link's target in front of what is left to walk. */
int walk_follow(struct walk *w, struct inode *link)
{
	char target[ABI_PATH_MAX];
	int n;
	size_t rest;
	char *text;

	if (++w->links > VFS_SYMLINKS_MAX || (w->resolve & ABI_RESOLVE_NO_SYMLINKS))
		return -ELOOP;
	if (w->cur.mnt->flags & MNT_NOSYMFOLLOW)
		return -ELOOP;
	if (link->ops->follow) {
		TRACE(vfs, walk_step, w->whole, w->last, (int)link->mode, "");
		return follow_magic(w, link);
	}
	n = link->ops->readlink(link, target, sizeof(target) - 1);
	if (n <= 0)
		return n ? n : -ENOENT;
	target[n] = '\0';
	TRACE(vfs, walk_step, w->whole, w->last, (int)link->mode, target);
	if (target[0] == '/') {
		if (w->resolve & ABI_RESOLVE_BENEATH)
			return -EXDEV;
		if ((w->resolve & ABI_RESOLVE_NO_XDEV) && w->cur.mnt != w->root.mnt)
			return -EXDEV;
		set_path(&w->cur, path_get(w->root));
	}
	rest = strlen(w->rest);
	text = xalloc((size_t)n + rest + 1);
	memcpy(text, target, (size_t)n);
	memcpy(text + n, w->rest, rest + 1);
	free(w->text);
	w->text = w->rest = text;
	return 0;
}

/* Cut the next component off w->rest into w->last. 1 got one, 0 the text is at its end. */
static int next_component(struct walk *w)
{
	size_t slashes = strspn(w->rest, "/"), len;

	w->rest += slashes;
	len = strcspn(w->rest, "/");
	w->trailing_slash = slashes > 0;
	if (!len)
		return 0;
	if (len > ABI_NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(w->last, w->rest, len);
	w->last[len] = '\0';
	w->rest += len;
	w->trailing_slash = w->rest[0] == '/';
	w->kind = strcmp(w->last, ".") == 0 ? LAST_DOT : strcmp(w->last, "..") == 0 ? LAST_DOTDOT : LAST_NORMAL;
	return 1;
}

/* A component that is not the last one: must lead to a directory. */
static int take_component(struct walk *w)
{
	struct path p;
	int err;

	if (w->kind == LAST_DOT)
		return may_search(w);
	if (w->kind == LAST_DOTDOT) {
		err = may_search(w);
		return err ? err : step_up(w);
	}
	err = walk_lookup_last(w, &p);
	if (err)
		return err;
	if (!p.dentry->inode) {
		path_put(p);
		return -ENOENT;
	}
	if (S_ISLNK(p.dentry->inode->mode)) {
		err = walk_follow(w, p.dentry->inode);
		path_put(p);
		return err;
	}
	if (!S_ISDIR(p.dentry->inode->mode)) {
		path_put(p);
		return -ENOTDIR;
	}
	set_path(&w->cur, p);
	return 0;
}

int walk_to_parent(struct walk *w)
{
	for (;;) {
		int err = next_component(w);

		if (err < 0)
			return err;
		if (!err) {
			w->kind = LAST_HERE;
			/* "/proc/self/exe/": only a directory may be followed by a slash. */
			return w->trailing_slash && !S_ISDIR(w->cur.dentry->inode->mode) ? -ENOTDIR : 0;
		}
		if (w->rest[strspn(w->rest, "/")] == '\0')
			return may_search(w);
		err = take_component(w);
		if (err)
			return err;
	}
}

int walk_to_end(struct walk *w, bool follow, struct path *out)
{
	for (;;) {
		struct inode *inode;
		int err = walk_to_parent(w);

		if (!err && w->kind == LAST_DOTDOT)
			err = step_up(w);
		if (err)
			return err;
		if (w->kind != LAST_NORMAL) {
			*out = path_get(w->cur);
			return 0;
		}
		err = walk_lookup_last(w, out);
		if (err)
			return err;
		inode = out->dentry->inode;
		if (inode && S_ISLNK(inode->mode) && (follow || w->trailing_slash)) {
			err = walk_follow(w, inode);
			path_put(*out);
			if (err)
				return err;
			continue;
		}
		if (inode && w->trailing_slash && !S_ISDIR(inode->mode)) {
			path_put(*out);
			return -ENOTDIR;
		}
		return 0;
	}
}

int vfs_lookup(struct walker who, const char *name, unsigned flags, struct path *out)
{
	struct walk w;
	int err = walk_begin(&w, who, name, flags, 0);

	if (!err)
		err = walk_to_end(&w, !(flags & WALK_NOFOLLOW), out);
	walk_end(&w);
	if (err)
		return err;
	if (!out->dentry->inode)
		err = -ENOENT;
	else if ((flags & WALK_DIRECTORY) && !S_ISDIR(out->dentry->inode->mode))
		err = -ENOTDIR;
	if (err)
		path_put(*out);
	return err;
}

/* ---- and back: from a place to its name ------------------------------------------ */

bool vfs_is_unlinked(struct path p)
{
	return !p.dentry->hashed && p.dentry->parent != p.dentry;
}

/* Written from the end of the buffer towards its beginning. */
int vfs_path_string(struct path p, struct path root, char *buf, size_t cap)
{
	bool gone = vfs_is_unlinked(p);
	size_t at = cap;
	const char *end = gone ? " (deleted)" : "";

	if (cap < strlen(end) + 2)
		return -ERANGE;
	at -= strlen(end) + 1;
	memcpy(buf + at, end, strlen(end) + 1);
	while (!path_equal(p, root)) {
		size_t len;

		if (p.dentry == p.mnt->root || p.dentry->parent == p.dentry) {
			if (p.mnt == mount_anonymous())
				break;               /* it never had a place */
			if (!p.mnt->at.dentry)
				return -ENOENT;      /* above the root, or not mounted any more */
			p = p.mnt->at;
			continue;
		}
		len = strlen(p.dentry->name);
		if (at < len + 1)
			return -ERANGE;
		at -= len;
		memcpy(buf + at, p.dentry->name, len);
		buf[--at] = '/';
		p.dentry = p.dentry->parent;
	}
	if (buf[at] != '/') {
		if (!at)
			return -ERANGE;
		buf[--at] = '/';
	}
	memmove(buf, buf + at, cap - at);
	return (int)(cap - at - 1);
}

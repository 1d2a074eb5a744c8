/* overlay: one directory tree seen through others (Linux fs/overlayfs, its documentation in
 * Documentation/filesystems/overlayfs.rst).
 *
 *       what is seen        a   b   c/{x,y}
 *       upperdir            a       c/y     and a whiteout for d
 *       lowerdir                b   c/x     d
 *
 * Only the upper layer is ever written. overlay_inode.c has inodes and look-ups,
 * overlay_names.c what changes names, overlay_copy.c the copy of a lower file that
 * is about to change, overlay_file.c open files, overlay_real.c what is done to the layers.
 *
 * What Linux can do beyond this is refused when it is asked for: redirects (a merged
 * directory does not move, EXDEV), metacopy, index, NFS export, data-only layers. The
 * layers hold their own references: their mounts may go while the overlay stays.
 *
 * This file: mounting, the options, the super block. */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { OVERLAY_MAGIC = 0x794c7630, LAYERS_MAX = 500, BUCKETS = 256 };

struct walker (*vfs_caller)(void);

/* ---- options ---------------------------------------------------------------------------- */

struct ovl_options {
	char *lower[LAYERS_MAX];
	unsigned nr_lower;
	char *upper, *work;
	bool userxattr, redirect_off;
};

static void free_options(struct ovl_options *o)
{
	for (unsigned n = 0; n < o->nr_lower; n++)
		free(o->lower[n]);
	free(o->upper);
	free(o->work);
	free(o);
}

/* Up to `stop`, which a backslash may hide; *at is left behind it. NULL: nothing was left. */
static char *cut(const char **at, char stop, bool unescape)
{
	size_t n = 0;
	char *text;

	if (!**at)
		return NULL;
	text = xalloc(strlen(*at) + 1);
	for (; **at && **at != stop; (*at)++) {
		if (**at == '\\' && (*at)[1]) {
			if (!unescape)
				text[n++] = '\\';
			(*at)++;
		}
		text[n++] = **at;
	}
	if (**at)
		(*at)++;
	return text;
}

static int add_lower(struct ovl_options *o, char *path)
{
	if (!*path || o->nr_lower == LAYERS_MAX) {
		free(path);
		return -EINVAL;               /* "::" would begin layers for data alone */
	}
	o->lower[o->nr_lower++] = path;
	return 0;
}

static int take_lowerdir(struct ovl_options *o, const char *value)
{
	size_t len = strlen(value);
	char *path;
	int err = 0;

	if (o->nr_lower || !len || value[len - 1] == ':')
		return -EINVAL;
	while (!err && (path = cut(&value, ':', true)))
		err = add_lower(o, path);
	return err;
}

static int take_path(char **to, const char *value)
{
	if (!*value)
		return -EINVAL;
	free(*to);
	*to = cut(&value, '\0', true);
	return 0;
}

/* Values that ask for nothing, or for what is so anyway. */
static bool is_harmless(const char *key, const char *value)
{
	static const struct { const char *key, *value; } known[] = {
		{ "index", "off" }, { "metacopy", "off" }, { "nfs_export", "off" }, { "redirect_dir", "off" },
		{ "redirect_dir", "nofollow" }, { "xino", "off" }, { "xino", "on" }, { "xino", "auto" },
		{ "uuid", "off" }, { "uuid", "null" }, { "uuid", "auto" }, { "verity", "off" },
		{ "volatile", NULL }, { "default_permissions", NULL },
	};

	for (size_t n = 0; n < ARRAY_SIZE(known); n++)
		if (strcmp(key, known[n].key) == 0 &&
		    (known[n].value ? value && strcmp(value, known[n].value) == 0 : !value))
			return true;
	return false;
}

static int take_option(struct ovl_options *o, char *text)
{
	char *value = strchr(text, '=');

	if (value)
		*value++ = '\0';
	if (value && strcmp(text, "lowerdir") == 0)
		return take_lowerdir(o, value);
	if (value && strcmp(text, "lowerdir+") == 0)
		return add_lower(o, xstrdup(value));
	if (value && strcmp(text, "upperdir") == 0)
		return take_path(&o->upper, value);
	if (value && strcmp(text, "workdir") == 0)
		return take_path(&o->work, value);
	if (!value && strcmp(text, "userxattr") == 0) {
		o->userxattr = true;
		return 0;
	}
	if (value && strcmp(text, "redirect_dir") == 0 && strcmp(value, "off") == 0)
		o->redirect_off = true;
	return is_harmless(text, value) ? 0 : -EINVAL;
}

static int parse(struct ovl_options *o, const char *text)
{
	char *one;
	int err = 0;

	while (!err && (one = cut(&text, ',', false))) {
		err = *one ? take_option(o, one) : 0;
		free(one);
	}
	if (!err && !o->nr_lower)
		err = -EINVAL;
	/* Redirects are always off with userxattr; to say so is a conflict (params.c). */
	if (!err && o->userxattr && o->redirect_off)
		err = -EINVAL;
	/* One layer alone is what a read-only bind mount is for; and an upper one needs its work place. */
	if (!err && (o->upper ? !o->work : o->nr_lower < 2))
		err = -EINVAL;
	return err;
}

/* ---- layers -------------------------------------------------------------------------------- */

static void put_layer(struct dentry *d)
{
	struct super *s = d ? d->super : NULL;

	dentry_put(d);
	if (s)
		super_put(s);
}

/* A directory, as the caller names it; with references on it and its file system. */
static int get_layer(const char *name, bool writable, struct dentry **out)
{
	struct path p;
	int err = vfs_lookup(vfs_caller(), name, 0, &p);

	if (err)
		return err;
	if (!S_ISDIR(p.dentry->inode->mode))
		err = -EINVAL;
	else if (writable && path_want_write(p))
		err = -EINVAL;
	else if (!p.dentry->inode->ops->lookup)
		err = -EINVAL;
	if (!err) {
		p.dentry->super->refs++;
		*out = dentry_get(p.dentry);
	}
	path_put(p);
	return err;
}

/* What an earlier mount left behind. */
static bool clear_entry(void *arg, const char *name, uint64_t ino, unsigned dtype)
{
	struct dentry *dir = arg, *d;

	if (dentry_lookup(dir, name, &d) == 0) {
		if (d->inode) {
			if (S_ISDIR(d->inode->mode))
				real_list(d, clear_entry, d);
			real_remove(d);
		}
		dentry_put(d);
	}
	return true;
}

static int make_work(struct ovl_super *os, struct dentry *workdir)
{
	static const struct real_node node = { .mode = S_IFDIR, .who = &ovl_cred };
	struct dentry *d;
	int err = dentry_lookup(workdir, "work", &d);

	if (!err && d->inode && S_ISDIR(d->inode->mode)) {
		real_list(d, clear_entry, d);
		os->work = d;
		return 0;
	}
	if (err)
		return err;
	if (d->inode)
		err = real_remove(d);
	dentry_put(d);
	return err ? err : real_make(workdir, "work", &node, &os->work);
}

static int get_upper(struct ovl_super *os, const struct ovl_options *o)
{
	struct dentry *workdir;
	int err = get_layer(o->upper, true, &os->upper);

	if (err)
		return err;
	err = get_layer(o->work, true, &workdir);
	if (err)
		return err;
	if (workdir->super != os->upper->super || dentry_is_below(workdir, os->upper) || dentry_is_below(os->upper, workdir))
		err = -EINVAL;
	if (!err && !(workdir->inode->ops->rename && workdir->inode->ops->mknod && workdir->inode->ops->setxattr))
		err = -EINVAL;
	if (!err)
		err = make_work(os, workdir);
	put_layer(workdir);
	return err;
}

/* ---- the super block ---------------------------------------------------------------------------- */

static int stat_fs(struct super *s, struct kstatfs *out)
{
	const struct ovl_super *os = s->private;
	struct super *real = os->upper ? os->upper->super : os->lower[0]->super;
	int err = real->statfs ? real->statfs(real, out) : 0;

	out->type = OVERLAY_MAGIC;
	return err;
}

static void free_super(struct ovl_super *os)
{
	dentry_put(os->work);
	put_layer(os->upper);
	for (unsigned n = 0; n < os->nr_lower; n++)
		put_layer(os->lower[n]);
	free(os->lower);
	free(os->buckets);
	free(os);
}

static void destroy(struct super *s)
{
	free_super(s->private);
}

/* Overlays down to the layer's file system: each calls the next. */
static unsigned depth_of(const struct dentry *layer)
{
	return layer->super->destroy == destroy ? ((const struct ovl_super *)layer->super->private)->depth : 0;
}

static int get_layers(struct ovl_super *os, const struct ovl_options *o)
{
	enum { DEPTH_MAX = 2 };               /* FILESYSTEM_MAX_STACK_DEPTH */
	int err = o->upper ? get_upper(os, o) : 0;

	for (unsigned n = 0; n < o->nr_lower && !err; n++) {
		err = get_layer(o->lower[n], false, &os->lower[n]);
		if (err)
			break;
		os->depth = MAX(os->depth, 1 + depth_of(os->lower[n]));
		os->nr_lower++;
	}
	if (!err && (os->depth > DEPTH_MAX || (os->upper && depth_of(os->upper))))
		err = -EINVAL;
	/* The upper layer or the work place inside of a lower one would show what is being made. */
	for (unsigned n = 0; n < os->nr_lower && !err && os->upper; n++)
		if (dentry_is_below(os->upper, os->lower[n]) && os->upper != os->lower[n])
			err = -ELOOP;
	return err;
}

static struct super *make_super(struct ovl_super *os, const struct ovl_options *o, const char *options)
{
	struct super *s = super_create("overlay", OVERLAY_MAGIC);
	struct dentry **lower = xalloc(os->nr_lower * sizeof(*lower));

	s->private = os;
	s->statfs = stat_fs;
	s->destroy = destroy;
	s->no_whiteouts = true;
	s->options = xstrdup(options);
	s->read_only = !os->upper;
	for (unsigned n = 0; n < os->nr_lower; n++)
		lower[n] = dentry_get(os->lower[n]);
	s->root = ovl_inode_get(s, NULL, "", os->upper ? dentry_get(os->upper) : NULL, lower, os->nr_lower);
	free(lower);
	return s;
}

static int overlay_mounted(const char *text, struct super **out)
{
	struct ovl_options *o = xnew(struct ovl_options);
	struct ovl_super *os;
	int err = parse(o, text);

	if (err) {
		free_options(o);
		return err;
	}
	os = xnew(struct ovl_super);
	os->lower = xalloc(o->nr_lower * sizeof(*os->lower));
	os->buckets = xalloc(BUCKETS * sizeof(*os->buckets));
	os->prefix = o->userxattr ? "user.overlay." : "trusted.overlay.";
	err = get_layers(os, o);
	if (err)
		free_super(os);
	else
		*out = make_super(os, o, text);
	free_options(o);
	return err;
}

/* Nothing can be changed while mounted but what the mount itself says. */
static int overlay_reconfigure(struct super *s, const char *options)
{
	return 0;
}

const struct fs_type overlay_type = { .name = "overlay", .create = overlay_mounted, .reconfigure = overlay_reconfigure };

/* Between the files of the overlay file system. */
#ifndef VFS_OVERLAY_H
#define VFS_OVERLAY_H

#include "internal.h"

struct ovl_super {
	struct dentry *upper;         /* root of the writable layer, NULL: there is none */
	struct dentry *work;          /* workdir/work: where things are made before they get their name */
	struct dentry **lower;        /* the topmost first */
	unsigned nr_lower;
	unsigned depth;               /* of overlays in overlays, with this one */
	const char *prefix;           /* of its own attributes: "trusted.overlay." or "user.overlay." */
	unsigned next_temp;
	struct list *buckets;         /* of ovl_inode.hash_link, by key */
};

/* What is behind an inode of the overlay. The dentries are of the layers, with references. */
struct ovl_inode {
	struct inode *inode;
	struct inode *key;            /* the layers' inode it is found by; NULL: not found again */
	struct list hash_link;
	struct inode *parent;         /* where it was seen last, for copying up; with a reference */
	char *name;
	struct dentry *upper;         /* NULL: not copied up */
	struct dentry **lower;        /* directories: all that are merged; others: at most one */
	unsigned nr_lower;
	bool gone;                    /* it has lost its last name */
};

static inline struct ovl_super *ovl_super(const struct inode *i)
{
	return i->super->private;
}

static inline struct ovl_inode *ovl(const struct inode *i)
{
	return i->private;
}

/* Of the topmost layer that has it. */
static inline struct dentry *ovl_real_dentry(const struct inode *i)
{
	return ovl(i)->upper ? ovl(i)->upper : ovl(i)->lower[0];
}

static inline struct inode *ovl_real(const struct inode *i)
{
	return ovl_real_dentry(i)->inode;
}

/* overlay_inode.c */
extern struct cred ovl_cred;                             /* what is done to the layers is done by root */
bool ovl_is_whiteout(const struct inode *real);
struct inode *ovl_inode_get(struct super *s, struct inode *parent, const char *name, struct dentry *upper,
			    struct dentry **lower, unsigned nr_lower);   /* takes the dentries' references over */
void ovl_set_place(struct inode *i, struct inode *parent, const char *name);
void ovl_set_upper(struct inode *i, struct dentry *upper);              /* likewise */
void ovl_sync(struct inode *i);                          /* attributes as the layer has them */
uint64_t ovl_ino(const struct super *s, const struct inode *real);
int  ovl_lookup(struct inode *dir, const char *name, struct inode **out);
bool ovl_lower_has(struct inode *dir, const char *name); /* some lower layer shows this name */
int  ovl_set_opaque(struct inode *dir, struct dentry *upper);
bool ovl_own_attr(const struct inode *i, const char *name);

/* overlay_real.c: changes of a layer that keep its name cache right */
struct real_node { uint32_t mode; uint64_t rdev; const char *target; const struct cred *who; };
int  real_make(struct dentry *dir, const char *name, const struct real_node *n, struct dentry **out);
int  real_temp(struct ovl_super *os, const struct real_node *n, struct dentry **out);
int  real_remove(struct dentry *d);
int  real_rename(struct dentry *d, struct dentry *dir, const char *name, unsigned flags);
int  real_open(struct inode *real, uint32_t flags, const struct cred *who, struct file **out);
/* Calls `each` for all entries but "." and ".." until it returns false. */
int  real_list(struct dentry *dir, bool (*each)(void *arg, const char *name, uint64_t ino, unsigned dtype), void *arg);

/* overlay_copy.c: 0 or -errno; afterwards the inode has an upper side. */
int  ovl_copy_up(struct inode *i);

/* overlay_names.c: operations of directories, see struct inode_ops */
int ovl_create(struct inode *dir, const char *name, uint32_t mode, const struct cred *who, struct inode **out);
int ovl_mknod(struct inode *dir, const char *name, uint32_t mode, uint64_t rdev, const struct cred *who, struct inode **out);
int ovl_symlink(struct inode *dir, const char *name, const char *target, const struct cred *who, struct inode **out);
int ovl_link(struct inode *dir, const char *name, struct inode *target);
int ovl_unlink(struct inode *dir, const char *name, struct inode *victim);
int ovl_rmdir(struct inode *dir, const char *name, struct inode *victim);
int ovl_rename(struct inode *olddir, const char *old, struct inode *newdir, const char *new_, unsigned flags);

extern const struct inode_ops ovl_dir_iops, ovl_file_iops, ovl_link_iops, ovl_special_iops;
extern const struct file_ops ovl_dir_fops, ovl_file_fops;
/* Is nothing but whiteouts left in it? 0 or -ENOTEMPTY. */
int  ovl_check_empty(struct inode *dir);

#endif

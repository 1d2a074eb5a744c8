/* Between tmpfs.c, tmpfs_xattr.c and memfd.c. */
#ifndef VFS_TMPFS_H
#define VFS_TMPFS_H

#include "internal.h"

struct entry;
struct tmpfs_inode {
	struct list entries;          /* directories: by cookie */
	struct entry **buckets;
	unsigned nr_buckets, nr_entries;
	uint64_t next_cookie;
	char *target;                 /* symbolic links */
	unsigned seals;               /* F_SEAL_*; F_SEAL_SEAL unless made with MFD_ALLOW_SEALING */
	struct list xattrs;
	uint64_t counted_pages;       /* of the mapping, as the super counts them */
	void *object;                 /* what else the file is (mqueue.c), freed with it */
	void (*object_free)(void *object);
};
/* At most so many bytes of pages in all its files; 0: no limit. */
void tmpfs_set_limit(struct super *s, uint64_t bytes);
/* At most so many inodes, further names of them, and KiB of their attributes; 0: no limit. -EINVAL: there are more. */
int tmpfs_limit_inodes(struct super *s, uint64_t inodes);
#define TMPFS_INODES (ram_total_pages() / 2)      /* Linux' default nr_inodes= */
/* Called with each inode that gets a name in this file system. */
void tmpfs_set_made(struct super *s, void (*made)(struct inode *i));
ssize_t tmpfs_getxattr(struct inode *i, const char *name, void *buf, size_t size);
int tmpfs_setxattr(struct inode *i, const char *name, const void *buf, size_t size, int flags);
ssize_t tmpfs_listxattr(struct inode *i, char *buf, size_t size);
int tmpfs_removexattr(struct inode *i, const char *name);
void tmpfs_drop_xattrs(struct inode *i);
/* Bytes of attributes come or go: 0, or -ENOSPC, which giving back never is. */
int tmpfs_charge(struct super *s, int64_t bytes);

#endif

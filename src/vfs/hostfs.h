/* Between the files of the host file system: hostfs.c, hostfs_dir.c, hostfs_file.c, hostfs_attr.c. */
#ifndef VFS_HOSTFS_H
#define VFS_HOSTFS_H

#include <sys/stat.h>

#include "internal.h"

/* The name of the attribute that keeps what the host cannot (see hostfs_attr.c). */
#define HOSTFS_ATTR "user.hearth.attr"
/* On a directory: device nodes, FIFOs or sockets have been made in it, as files. */
#define HOSTFS_NODES "user.hearth.nodes"

struct host_super {
	uint64_t root_dev;
	struct list *buckets;         /* of host_inode.hash_link, by host (dev, ino) */
	unsigned nr_buckets, nr_inodes;
};

struct host_inode {
	struct inode *inode;          /* whose private part this is */
	uint64_t dev, ino;            /* of the host: the identity */
	struct list hash_link;
	/* Where it was last seen: how a handle is opened again. */
	struct inode *parent;         /* with a reference; NULL for the root */
	char *name;
	/* The handle: directories O_RDONLY (or O_PATH), files O_RDONLY or O_RDWR; -1 none now. */
	int fd;
	bool fd_writable, fd_path;
	unsigned pins;                /* open files: the handle stays */
	bool orphan;                  /* no name any more: it could not be opened again */
	struct list lru_link;         /* with a handle and without pins: oldest first */
	/* What the host said last. */
	uint32_t host_mode;
	bool has_attr;                /* HOSTFS_ATTR overrides owner, mode or type */
	bool attr_in_memory;          /* the host's file system takes no attributes */
	uint64_t checked_ns;          /* attributes believed until checked_ns + trust_ns; 0 not */
	bool own_change;              /* we wrote: the next new mtime is ours */
	struct timespec host_mtime;   /* the page cache is of this version */
	struct timespec host_ctime;   /* and mode, owner, target of this one */
	char *target;                 /* symbolic links: the text, once read */
	uint64_t host_size;
	enum { LINKS_UNKNOWN, LINKS_NONE, LINKS_SOME } links;     /* directories: owners of links, hostfs_links.c */
};

static inline struct host_inode *hi(const struct inode *i)
{
	return i->private;
}

/* hostfs_keep.c: is the name part of the way to what is hearth's own; is it that place? */
bool hostfs_is_kept(const struct inode *dir, const char *name);
bool hostfs_is_hidden(const struct inode *dir, const char *name);

/* The inode of what fstatat() described, found by identity or made. Takes a reference. */
struct inode *hostfs_inode(struct super *s, struct inode *dir, const char *name, const struct stat *st);
struct inode *hostfs_find(struct super *s, const struct stat *st);      /* borrowed, or NULL */
/* Take over what the host says about an inode; drops pages of another version. */
void hostfs_update(struct inode *i, const struct stat *st);
/* A descriptor of the inode, opened again from its parent if need be. Valid until the next call
 * of any hostfs_fd(), unless pinned. -errno; -ESTALE: not there any more. */
int  hostfs_fd(struct inode *i, bool write);
/* For the duration of an operation on two. */
void hostfs_pin(struct inode *i);
void hostfs_unpin(struct inode *i);
/* Before the last known name of a living inode goes away: keep a handle. */
void hostfs_keep_handle(struct inode *i);
/* Unless somebody has it open. */
void hostfs_drop_handle(struct inode *i);
void hostfs_seen_at(struct inode *i, struct inode *dir, const char *name);
void hostfs_moved(struct inode *i, struct inode *dir, const char *name);
int  hostfs_stat(struct inode *i, struct stat *st);
int  hostfs_refresh(struct inode *i);
void hostfs_release(struct inode *i);
void hostfs_set_handle(struct inode *i, int fd, bool writable);         /* consumes fd */

/* hostfs_attr.c */
uint32_t hostfs_guest_uid(uint32_t host_uid);
uint32_t hostfs_guest_gid(uint32_t host_gid);
/* The host mode that a guest mode is kept under. */
uint32_t hostfs_host_mode(uint32_t guest_mode);
/* Apply HOSTFS_ATTR, when the host mode hints that there is one. */
void hostfs_load_attr(struct inode *i);
/* Write inode's mode, uid, gid, rdev so that they will be seen again. */
int  hostfs_store_attr(struct inode *i);
int  hostfs_setattr(struct inode *i, const struct attr_change *c);
ssize_t hostfs_getxattr(struct inode *i, const char *name, void *buf, size_t size);
int  hostfs_setxattr(struct inode *i, const char *name, const void *buf, size_t size, int flags);
ssize_t hostfs_listxattr(struct inode *i, char *buf, size_t size);
int  hostfs_removexattr(struct inode *i, const char *name);

/* hostfs_links.c: the owner of a link is kept on its directory. */
void hostfs_link_load(struct inode *i);
void hostfs_link_store(const struct inode *i, struct inode *dir, const char *name);
void hostfs_link_forget(struct inode *dir, const char *name);

/* hostfs_file.c */
int  hostfs_resize(struct inode *i, uint64_t size);
void hostfs_forget_readahead(struct inode *i);

extern const struct inode_ops hostfs_dir_iops, hostfs_file_iops, hostfs_link_iops, hostfs_special_iops;
extern const struct file_ops hostfs_dir_fops, hostfs_file_fops;
extern const struct mapping_ops hostfs_page_ops;

#endif

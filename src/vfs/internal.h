/* What the files of this room share with each other. */
#ifndef VFS_INTERNAL_H
#define VFS_INTERNAL_H

#include <sys/stat.h>   /* S_IF*: the same on every Linux */

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "vfs/vfs.h"

#define VFS_SYMLINKS_MAX 40   /* links followed in one walk (Linux MAXSYMLINKS): more is ELOOP */

/* Linux' capability numbers (uapi/linux/capability.h) as far as files care. */
enum {
	VFS_CAP_CHOWN = 0, VFS_CAP_DAC_OVERRIDE = 1, VFS_CAP_DAC_READ_SEARCH = 2, VFS_CAP_FOWNER = 3,
	VFS_CAP_FSETID = 4,
	VFS_CAP_SETGID = 6, VFS_CAP_SETUID = 7, VFS_CAP_SYS_CHROOT = 18, VFS_CAP_SYS_ADMIN = 21,
	VFS_CAP_SYS_RESOURCE = 24, VFS_CAP_MKNOD = 27,
};
static inline bool cred_capable(const struct cred *c, int cap)
{
	return !c->user_ns && ((c->cap_effective >> cap) & 1);   /* of the machine */
}

/* ---- names (dcache.c) --------------------------------------------------------- */
struct dentry {
	unsigned refs;
	struct dentry *parent;        /* with a reference; itself for a root */
	struct inode *inode;          /* with a reference; NULL: the name is known to be absent */
	struct super *super;
	char *name;
	uint32_t hash;
	bool hashed;                  /* reachable by name; false once removed, and for roots */
	bool no_link;                 /* O_TMPFILE | O_EXCL: it never gets a name */
	bool ghost;                   /* mount point without an entry in its directory */
	unsigned mounts;              /* how many mounts sit on it */
	uint64_t checked_ns;          /* when the file system last confirmed it */
	struct list hash_link;
	struct list lru_link;         /* while refs == 0: oldest first */
};
struct dentry *dentry_create_root(struct inode *inode);     /* takes its own reference on inode */
/* For a file without a name: not found by any walk; `label` is what /proc shows, " (deleted)". */
struct dentry *dentry_create_nameless(struct inode *inode, const char *label);
struct dentry *dentry_get(struct dentry *d);
void dentry_put(struct dentry *d);
/* The child `name` of a directory, from the cache if it is still true, else asked from the
 * file system. Absent names give a dentry without inode. 0 or -errno. */
int  dentry_lookup(struct dentry *parent, const char *name, struct dentry **out);
void dentry_instantiate(struct dentry *d, struct inode *inode);   /* absent -> present; consumes */
void dentry_note_absent(struct dentry *parent, const char *name);    /* it was just removed */
void dentry_drop(struct dentry *d);                               /* no longer found by name */
void dentry_move(struct dentry *d, struct dentry *parent, const char *name);
void dentry_exchange(struct dentry *a, struct dentry *b);
bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor);   /* or the same */
void dcache_shrink(struct super *s);                              /* NULL: of all file systems */
unsigned dcache_count(void);

/* ---- inodes (inode.c) ----------------------------------------------------------- */
unsigned inode_count(void);
int  inode_refresh(struct inode *i);
struct abi_timespec64 vfs_now(void);
/* Group of a new object in `dir`, and its final mode: set-gid directories hand both down. */
void inode_init_owner(struct inode *i, const struct inode *dir, const struct cred *who);
/* Linux' setattr_prepare: may `who` make this change? Drops set-id bits as the rules say. */
int  inode_check_change(struct inode *i, const struct cred *who, struct attr_change *c);
void inode_drop_privileges(struct inode *i, const struct cred *who);
void inode_apply_change(struct inode *i, const struct attr_change *c);

/* ---- mounts (mount.c) -------------------------------------------------------------- */
struct mount {
	unsigned refs;
	int id;
	struct super *super;
	struct path at;               /* where it sits; mnt NULL for the root and internal mounts */
	struct dentry *root;
	unsigned flags;
	char *source;
	unsigned writers;             /* files open for writing through it */
	struct mnt_ns *ns;            /* of the root of a name space; NULL for others */
	bool locked;                  /* came from a mightier name space: stays, and keeps its restrictions */
	struct mount *copy;           /* mount_clone_tree() */
	bool expiring;                /* umount2(MNT_EXPIRE) was here */
	struct list link;             /* all mounts, in order of mounting */
	struct list children, sibling;        /* what sits on it, in that order; `at` says where */
};
struct mount *mount_get(struct mount *m);
void mount_put(struct mount *m);
/* For mount_ops.c. root NULL: the whole file system. One reference, not in the tree. */
struct mount *mount_create_at(struct super *s, struct dentry *root, unsigned flags, const char *source);
struct list *mount_list(void);                 /* of mount.link */
void mount_enlist(struct mount *m);
void mount_unlist(struct mount *m);
bool mount_is_root(const struct mount *m);     /* of its name space */
struct mnt_ns *mount_ns(const struct mount *m);   /* NULL: detached */
bool mount_is_mine(const struct mount *m);     /* in the caller's name space */
void mnt_ns_set_root(struct mnt_ns *ns, struct mount *m);   /* no reference moves */
void mnt_ns_init_first(struct mount *root);
struct mount *mnt_ns_first_root(void);         /* NULL: nothing is mounted yet */
void mnt_ns_shutdown(void);
struct mount *mount_clone_tree(struct path from, bool recursive);
int mount_room(unsigned more);                /* for so many more: 0 or -ENOSPC */
unsigned mount_tree_size(struct mount *top);
struct mount *mount_next(const struct mount *m, const struct mount *top);   /* in the tree, behind m: children first */
void mount_sit(struct mount *m, struct path at);   /* takes the references over */
struct path mount_rise(struct mount *m);           /* and gives them back */
void mount_dissolve(struct mount *top);          /* what is mounted below it is detached */
void fs_replace_all(struct path old, struct path new_);   /* every task's root and cwd */
/* A mount without a place in the tree. */
struct mount *mount_create_internal(struct super *s, const char *source);
struct mount *mount_anonymous(void);           /* holds the places of nameless files; borrowed */
struct super *super_anonymous(void);
/* Replace p by the root of what is mounted on it, as often as needed. */
void path_cross_mounts(struct path *p);
bool path_equal(struct path a, struct path b);
int  path_want_write(struct path p);           /* 0 or -EROFS */
struct super *super_create(const char *type, uint64_t magic);   /* one reference, a new dev */
unsigned mount_count(void);
/* Mount points that their directory's file system does not know are listed behind its entries. */
bool mount_has_ghosts(const struct dentry *dir);
int  mount_readdir(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg);

/* ---- the walk (namei.c) --------------------------------------------------------------- */
enum last_kind {
	LAST_NORMAL,                  /* walk.last names an entry of walk.cur */
	LAST_HERE,                    /* the walk ended at walk.cur: "/", a magic link, "" */
	LAST_DOT, LAST_DOTDOT,        /* not yet taken */
};
struct walk {
	struct walker who;
	const char *whole;            /* as the guest wrote it */
	struct path root, start, cur; /* all with references */
	unsigned flags;
	uint64_t resolve;
	unsigned links;
	char *text, *rest;            /* what is left to walk; rest points into text */
	enum last_kind kind;
	bool trailing_slash;
	char last[ABI_NAME_MAX + 1];
};
int  walk_begin(struct walk *w, struct walker who, const char *name, unsigned flags, uint64_t resolve);
/* To the directory that holds (or would hold) the last component. */
int  walk_to_parent(struct walk *w);
/* Look the last component up in walk.cur: a dentry, perhaps without inode; `out` crosses mounts. */
int  walk_lookup_last(struct walk *w, struct path *out);
/* The whole walk, symlinks at the end followed or not; the result may be absent (negative). */
int  walk_to_end(struct walk *w, bool follow, struct path *out);
/* Take a symbolic link that was looked up: its target comes before the rest of the text. */
int  walk_follow(struct walk *w, struct inode *link);
void walk_end(struct walk *w);

/* ---- open files ---------------------------------------------------------------------------- */
unsigned file_count(void);
/* file_seek() of a file that knows nothing about holes. */
int64_t file_seek_generic(struct file *f, int64_t off, int whence);
unsigned files_count(void);
void epoll_file_released(struct file *f);      /* epoll.c: the file goes, sets forget it */
void flock_file_released(struct file *f);      /* locks.c */
void locks_descriptor_closed(struct files *t, struct file *f);   /* fcntl locks of the table go */
static inline bool file_readable(const struct file *f)
{
	return !(f->flags & ABI_O_PATH) && (f->flags & ABI_O_ACCMODE) != ABI_O_WRONLY;
}
static inline bool file_writable(const struct file *f)
{
	unsigned acc = f->flags & ABI_O_ACCMODE;

	return !(f->flags & ABI_O_PATH) && (acc == ABI_O_WRONLY || acc == ABI_O_RDWR);
}
/* "." and ".." at positions 0 and 1, then true; false when emit had enough. */
bool readdir_dots(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg);
void file_async_released(struct file *f);
int vfs_open_found(struct path p, uint32_t flags, const struct cred *who, bool created, struct file **out);

/* ---- devices, FIFOs (devfs.c, pipe.c, tmpfs.c) ------------------------------------------------ */
int  chrdev_open(struct inode *inode, struct file *f);          /* by inode->rdev; -ENXIO */
enum { PTS_MAJOR = 136 };       /* /dev/pts/N is 136, N */
void pty_register_devices(void);
void chrdev_register(uint64_t rdev, const struct file_ops *ops, int (*open)(struct inode *, struct file *));
int  fifo_open(struct inode *inode, struct file *f);
void pipe_inode_release(struct inode *inode);
/* An unnamed regular file of a tmpfs (memfd, O_TMPFILE). */
struct inode *tmpfs_new_file(struct super *s, uint32_t mode, const struct cred *who);
bool tmpfs_is_full(const struct super *s);    /* of inodes */
struct super *tmpfs_new_super(const char *type, uint32_t root_mode);
bool inode_is_tmpfs(const struct inode *i);
int  hostfs_tmpfile(struct inode *dir, uint32_t mode, const struct cred *who, struct inode **out);
bool inode_is_hostfs(const struct inode *i);
int  ovl_tmpfile(struct inode *dir, uint32_t mode, const struct cred *who, struct inode **out);
bool inode_is_overlay(const struct inode *dir);

/* ---- what happened, for who watches (notify.c); masks: IN_* ------------------------------------- */
enum { NOTIFY_RENAME = 0x10000000 };  /* besides IN_*: to another name in the same directory (FS_RENAME) */
struct watch {                        /* its owner's struct is around it */
	struct watch *next;           /* of the inode */
	struct inode *inode;          /* with a reference */
	uint32_t mask;                /* what it wants to hear; IN_ONESHOT, IN_EXCL_UNLINK */
	const struct watch_ops {
		/* name: in that directory; NULL: itself. cookie: of a rename. */
		void (*happened)(struct watch *w, uint32_t mask, uint32_t cookie, const char *name);
		void (*ended)(struct watch *w);       /* off its inode, to be freed */
	} *ops;
};
void watch_attach(struct watch *w, struct inode *i, uint32_t mask, const struct watch_ops *ops);
void watch_end(struct watch *w);
unsigned watch_count(void);
/* A descriptor of the table was closed; NULL: the file itself goes (dnotify.c). */
void dnotify_closed(struct file *f, const struct files *t);
void notify_self(struct inode *i, uint32_t mask);
/* `name` in `dir` is (or was) `what`. */
void notify_entry(struct inode *dir, const char *name, const struct inode *what, uint32_t mask, uint32_t cookie);
/* To the watchers of the directory, and to those of the object. NULL: nothing. */
void notify_dentry(struct dentry *d, uint32_t mask);
uint32_t notify_next_cookie(void);             /* ties the two halves of a rename together */
void notify_gone(struct inode *i, uint32_t mask);   /* tells, and ends all watches */
void notify_unmounted(struct super *s);

void vfs_register_types(void);             /* mount_types.c */
extern const struct fs_type overlay_type;  /* overlay.c */
void memfd_shutdown(void);
void mqueue_shutdown(void);
void console_tty_shutdown(void);
void console_register_devices(void);       /* /dev/tty, /dev/console */

#endif

/* vfs: names and files. Path walk, mounts, inodes, open files, descriptor tables, poll.
 *
 *   file system type   struct fs_ops          hostfs, tmpfs, pseudo (proc, dev, binfmt_misc)
 *   mounted instance   struct mount           a tree of them makes the name space
 *   name               struct dentry          parent + name -> inode, cached
 *   object             struct inode           type, mode, owner, size; owns its page cache
 *   open file          struct file            position, flags, operations
 *   descriptors        struct files           fd -> file + close-on-exec
 *   where a task is    struct fs              root, cwd, umask
 *   who it is          struct cred            ids, groups
 *
 * All objects are reference counted (_get/_put) and guarded by the kernel lock;
 * operations may sleep. */
#ifndef VFS_VFS_H
#define VFS_VFS_H

#include <sys/types.h>
#include "abi/types.h"
#include "base/list.h"
#include "base/strbuf.h"
#include "base/types.h"
#include "mm/mm.h"
#include "sched/sched.h"

struct inode; struct dentry; struct mount; struct file; struct super;
struct attr_change; struct kstatfs; struct path; struct pipe;

/* ---- identity -------------------------------------------------------------------- */
enum { NGROUPS_MAX_HERE = 64 };   /* supplementary groups kept; setgroups beyond is EINVAL */
struct cred {
	unsigned refs;
	uint32_t uid, euid, suid, fsuid;
	uint32_t gid, egid, sgid, fsgid;
	uint32_t groups[NGROUPS_MAX_HERE];
	unsigned nr_groups;
	uint64_t cap_effective, cap_permitted, cap_inheritable, cap_bounding, cap_ambient;
	uint32_t securebits;          /* SECBIT_* of abi/process.h */
	bool no_new_privs;
	struct user_ns *user_ns;      /* where its capabilities count; NULL: the machine; a reference */
};
struct cred *cred_create(uint32_t uid, uint32_t gid);
struct cred *cred_get(struct cred *c);
void cred_put(struct cred *c);
struct cred *cred_copy(const struct cred *c);   /* a new one, one reference */
bool cred_in_group(const struct cred *c, uint32_t gid);

/* Name spaces of every kind (ns.c). `any` points to one, whose struct begins with a struct ns; NULL is the
 * machine's own. */
struct user_ns; struct ns;
struct ns_kind {
	const char *name;             /* in /proc/PID/ns */
	uint64_t flag;                /* CLONE_NEW* */
	uint32_t first;               /* the number of the machine's */
	void (*destroy)(struct ns *ns);       /* what it refers to; NULL: nothing. ns.c frees it */
};
struct ns {
	const struct ns_kind *kind;
	unsigned refs;
	uint32_t number;              /* of the inode in /proc/PID/ns */
	struct user_ns *owner;        /* whose root rules it; of a user name space, its parent; a reference */
};
void ns_init(struct ns *ns, const struct ns_kind *kind, struct user_ns *owner);    /* one reference */
void *ns_get(void *any);
void ns_put(void *any);
struct user_ns *ns_owner(const void *any);
uint32_t ns_number(const struct ns_kind *kind, const void *any);

/* User name spaces (user_ns.c). All ids inside hearth are the machine's; UINT32_MAX: has none. */
extern const struct ns_kind user_ns_kind;
enum id_kind { ID_USER, ID_GROUP };
struct user_ns *user_ns_get(struct user_ns *ns);
void user_ns_put(struct user_ns *ns);
int user_ns_create(const struct cred *who, struct user_ns **out);    /* -ENOSPC, -EPERM */
bool user_ns_is_within(const struct user_ns *ns, const struct user_ns *around);    /* or the same */
uint32_t user_ns_creator(const struct user_ns *ns);                  /* the machine's uid */
uint32_t user_ns_to_machine(const struct user_ns *ns, enum id_kind kind, uint32_t id);
uint32_t user_ns_from_machine(const struct user_ns *ns, enum id_kind kind, uint32_t id);
uint32_t user_ns_show(const struct user_ns *ns, enum id_kind kind, uint32_t id);   /* 65534 for none */
bool user_ns_capable(const struct cred *c, const struct user_ns *ns, int cap);
/* Over a file: its ids must have names where the capability counts (privileged_wrt_inode_uidgid). */
bool inode_capable(const struct cred *c, const struct inode *i, int cap);
int user_ns_write_map(struct user_ns *ns, enum id_kind kind, const char *text, const struct cred *who);
void user_ns_show_map(const struct user_ns *ns, enum id_kind kind, const struct cred *reader, struct strbuf *out);
int user_ns_write_setgroups(struct user_ns *ns, const char *text, const struct cred *who);
bool user_ns_denies_setgroups(const struct user_ns *ns);
bool user_ns_may_setgroups(const struct user_ns *ns);

/* ---- a place in the name space ------------------------------------------------------ */
struct path { struct mount *mnt; struct dentry *dentry; };
struct path path_get(struct path p);
void path_put(struct path p);
/* What a place is; borrowed while the caller holds the path. */
struct inode *path_inode(struct path p);
unsigned path_mount_flags(struct path p);        /* MNT_* */
const char *path_name(struct path p);            /* the last component */

struct fs {                       /* shared by CLONE_FS */
	unsigned refs;
	struct list link;             /* all of them: pivot_root */
	struct path root, cwd;
	struct mnt_ns *ns;            /* the mounts it sees; with a reference */
	uint32_t umask;
};
struct fs *fs_create(struct path root);
struct fs *fs_get(struct fs *fs);
struct fs *fs_copy(const struct fs *fs);
void fs_put(struct fs *fs);

/* Who walks, from where. Passed by value to everything that takes a name. */
struct walker {
	const struct fs *fs;
	const struct cred *cred;
	struct file *dir;             /* start of relative paths; NULL: fs->cwd */
};

/* Mount name spaces (mount_ns.c). */
extern const struct ns_kind mnt_ns_kind;
/* A copy of fs' name space becomes its name space; root and cwd move over. It belongs to `owner`. */
int mnt_ns_has_room(const struct fs *fs);         /* for a copy of its name space: 0 or -ENOSPC */
void mnt_ns_unshare(struct fs *fs, struct user_ns *owner);
bool fs_is_chrooted(const struct fs *fs);
void mnt_ns_enter(struct fs *fs, struct mnt_ns *ns);   /* at its root */

/* ---- inodes ------------------------------------------------------------------------- */
struct inode_ops {
	/* Directory operations: name is one component. Results carry a reference. */
	int (*lookup)(struct inode *dir, const char *name, struct inode **out);
	int (*create)(struct inode *dir, const char *name, uint32_t mode, const struct cred *who, struct inode **out);
	int (*mkdir)(struct inode *dir, const char *name, uint32_t mode, const struct cred *who, struct inode **out);
	int (*mknod)(struct inode *dir, const char *name, uint32_t mode, uint64_t rdev, const struct cred *who, struct inode **out);
	int (*symlink)(struct inode *dir, const char *name, const char *target, const struct cred *who, struct inode **out);
	int (*link)(struct inode *dir, const char *name, struct inode *target);
	int (*unlink)(struct inode *dir, const char *name, struct inode *victim);
	int (*rmdir)(struct inode *dir, const char *name, struct inode *victim);
	int (*rename)(struct inode *olddir, const char *old, struct inode *newdir, const char *new_, unsigned flags);
	/* Does the cached name still mean `inode`? NULL op: always. */
	bool (*revalidate)(struct inode *dir, const char *name, struct inode *inode);
	/* Symlinks: the target into buf[cap]; its length. */
	int (*readlink)(struct inode *inode, char *buf, size_t cap);
	/* Magic links (/proc/PID/fd/N, exe, cwd): jump here instead of reading text. NULL for others. */
	int (*follow)(struct inode *inode, struct path *out);
	int (*setattr)(struct inode *inode, const struct attr_change *c);
	int (*refresh)(struct inode *inode);     /* bring the attributes below up to date; NULL: they are */
	/* A new open file: sets file->ops, file->private. NULL: inode->fops is used. */
	int (*open)(struct inode *inode, struct file *file);
	ssize_t (*getxattr)(struct inode *inode, const char *name, void *buf, size_t size);
	int (*setxattr)(struct inode *inode, const char *name, const void *buf, size_t size, int flags);
	ssize_t (*listxattr)(struct inode *inode, char *buf, size_t size);
	int (*removexattr)(struct inode *inode, const char *name);
	void (*release)(struct inode *inode);    /* the last reference went: free private parts */
};
struct attr_change {
	unsigned valid;               /* ATTR_* below */
	uint32_t mode, uid, gid;
	uint64_t size;
	struct abi_timespec64 atime, mtime;
};
enum { ATTR_MODE = 1, ATTR_UID = 2, ATTR_GID = 4, ATTR_SIZE = 8, ATTR_ATIME = 16, ATTR_MTIME = 32,
       ATTR_TIMES_SET = 64 };         /* with ATIME or MTIME: given values, not "now": owners only */

struct inode {
	unsigned refs;
	const struct inode_ops *ops;
	const struct file_ops *fops;
	struct super *super;
	uint64_t ino;
	uint32_t mode;                /* S_IF* | permissions */
	uint32_t uid, gid;
	uint32_t nlink;
	uint64_t size, blocks;        /* bytes; 512-byte units */
	uint64_t rdev;                /* devices: Linux' makedev encoding */
	struct abi_timespec64 atime, mtime, ctime, btime;
	struct mapping mapping;       /* page cache (regular files) */
	unsigned writers;             /* open for writing: ETXTBSY for exec; see deny_write */
	unsigned deny_write;          /* being executed: ETXTBSY for open-for-write */
	uint8_t rw_hint;              /* F_SET_RW_HINT: how long its data will live; kept and told */
	struct pipe *pipe;            /* FIFOs while open */
	struct watch *watches;        /* notify.c */
	void *private;
};
struct inode *inode_create(struct super *s, uint32_t mode, const struct inode_ops *ops, const struct file_ops *fops);
void inode_get(struct inode *i);
void inode_put(struct inode *i);
/* inode_put() for what a released inode held, as its directory: one after the other, since they hold
 * each other deeper than a stack is. NULL: nothing. */
void inode_put_held(struct inode *i);
/* exec's side of ETXTBSY: refuse writers while the file is executed. 0 or -ETXTBSY. */
int  inode_deny_write(struct inode *i);
void inode_allow_write(struct inode *i);
/* Linux' generic_permission with fsuid/fsgid/groups and CAP_DAC_*: 0 or -EACCES. mask: 4 r, 2 w, 1 x. */
int  inode_permission(struct inode *i, const struct cred *who, int mask);

/* ---- open files ----------------------------------------------------------------------- */
struct poll_table;
struct file_ops {
	/* pos: the position to use and advance; NULL for streams. Bytes, 0 at the end, -errno. */
	ssize_t (*read)(struct file *f, struct uio *u, uint64_t *pos);
	ssize_t (*write)(struct file *f, struct uio *u, uint64_t *pos);
	int64_t (*seek)(struct file *f, int64_t off, int whence);
	/* Calls emit for each entry from f->pos on until it returns false; entry's `next` is the
	 * position after it. */
	int (*readdir)(struct file *f, bool (*emit)(void *arg, const char *name, uint64_t ino, unsigned dtype, uint64_t next), void *arg);
	/* EPOLL* bits that are ready now; registers with poll_wait() when pt is not NULL. */
	uint32_t (*poll)(struct file *f, struct poll_table *pt);
	/* arg is guest memory; mm is the caller's. -ENOTTY for unknown. */
	int64_t (*ioctl)(struct file *f, unsigned cmd, gva_t arg, struct mm *mm);
	/* What mmap of this file maps; -ENODEV when it cannot be. */
	int (*mmap)(struct file *f, struct mapping **out);
	int (*truncate)(struct file *f, uint64_t size);
	int (*fallocate)(struct file *f, int mode, uint64_t off, uint64_t len);
	int (*fsync)(struct file *f, bool data_only);
	void (*flush)(struct file *f);           /* every close() of a descriptor */
	void (*release)(struct file *f);         /* the last reference went */
	/* There where O_ASYNC works: who is told when nobody was named, as F_SETOWN's argument. */
	int (*default_owner)(struct file *f);
	/* What /proc/PID/fdinfo says of it besides what all files have. */
	void (*show_fdinfo)(struct file *f, struct strbuf *out);
};
/* F_SETOWN_EX, F_SETSIG. pid: the machine's number, positive and held, or 0; uid, euid: of who named it. */
struct file_owner { int type, pid, signo; uint32_t uid, euid; };

struct file {
	unsigned refs;
	const struct file_ops *ops;
	struct path path;             /* dentry NULL for pipes, sockets, anonymous files */
	struct inode *inode;          /* always there */
	struct cred *cred;            /* of the opener */
	uint32_t flags;               /* O_* of the guest (abi/fcntl.h): access mode, APPEND, NONBLOCK, PATH... */
	uint64_t pos;
	struct file_owner owner;
	unsigned notices;             /* dnotify.c */
	struct file_async *async;     /* while O_ASYNC is set and means something */
	const char *anon_name;        /* "pipe:[12]", "anon_inode:[eventfd]" for /proc; NULL with a path */
	void *private;
	bool counted_writer;          /* in inode->writers */
	bool created;                 /* this open made the file (F_CREATED_QUERY) */
	struct path place;            /* see file_place */
	struct list epitems;          /* epoll sets that watch it */
};
struct file *file_create(struct inode *inode, const struct file_ops *ops, uint32_t flags, const struct cred *who);
struct file *file_get(struct file *f);
void file_put(struct file *f);
/* The caller's RLIMIT_FSIZE; installed by the kernel, NULL: none. */
extern uint64_t (*vfs_size_limit)(void);
/* The calling task's place and identity, for names in mount options; installed by the kernel. */
extern struct walker (*vfs_caller)(void);
/* On an open file: checks access mode, O_APPEND, limits; -EBADF, -EINVAL, -ESPIPE, -EFBIG as Linux.
 * pos NULL: use and advance f->pos. */
ssize_t file_read(struct file *f, struct uio *u, uint64_t *pos);
ssize_t file_write(struct file *f, struct uio *u, uint64_t *pos);
int64_t file_seek(struct file *f, int64_t off, int whence);
uint32_t file_poll(struct file *f, struct poll_table *pt);
ssize_t file_read_kernel(struct file *f, void *buf, size_t n, uint64_t pos);   /* exec's reads */
/* Entries of an open directory from f->pos on, which advances: -ENOTDIR, -ENOENT (deleted), 0. */
int file_readdir(struct file *f, bool (*emit)(void *arg, const char *name, uint64_t ino, unsigned dtype, uint64_t next), void *arg);
int64_t file_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm);   /* FIONBIO, FIOASYNC here */
int file_truncate(struct file *f, uint64_t size);             /* ftruncate */
int file_fallocate(struct file *f, int mode, uint64_t off, uint64_t len);
int file_fsync(struct file *f, bool data_only);
int file_mmap(struct file *f, struct mapping **out);          /* -ENODEV when it cannot be */
/* Where the file is, with a reference, for magic links (/proc/PID/fd/N) and AT_EMPTY_PATH: its
 * path, or for files without a name a place of their own that can be opened again. */
struct path file_place(struct file *f);
/* Text of /proc/PID/fd/N and maps for this file: a path from `root`, "pipe:[n]", " (deleted)". */
int file_describe(struct file *f, const struct fs *viewer, char *buf, size_t cap);

/* O_ASYNC, for descriptor fd: -ENOTTY where the file has no such thing. */
int  file_set_async(struct file *f, int fd, bool on);
int  file_no_owner(struct file *f);                           /* a default_owner */
void file_set_owner(struct file *f, int type, int pid);       /* ABI_F_OWNER_*; the machine's number */
/* Installed by kernel. Signal the file's owner: reason is POLL_IN, POLL_OUT, POLL_PRI or POLL_HUP. */
struct file_owner_hooks {
	void (*send)(const struct file *f, int fd, int reason);
	bool (*hold)(int pid);         /* nobody else gets the number; false: nobody has it */
	void (*drop)(int pid);
};
extern struct file_owner_hooks file_owner_hooks;

/* Advisory locks. POSIX record locks belong to the descriptor table, OFD and flock locks to the
 * open file. Ranges are inclusive; `type` is ABI_F_RDLCK, _WRLCK or _UNLCK. 0, -EAGAIN,
 * -EDEADLK, -ERESTARTSYS. */
enum lock_kind { LOCK_POSIX, LOCK_OFD, LOCK_FLOCK };
struct files;
struct lock_request {
	enum lock_kind kind;
	int type;
	uint64_t start, end;          /* to the end of file: UINT64_MAX */
	struct files *table;          /* LOCK_POSIX */
	int pid;
	bool wait;
};
int file_lock(struct file *f, const struct lock_request *r);
/* /proc/locks; a process' number as show_pid says, 0: it is not seen. */
void vfs_show_locks(struct strbuf *out, int (*show_pid)(uint64_t arg, int pid), uint64_t arg);
/* Who would be in the way? false: nobody. */
bool file_lock_test(struct file *f, const struct lock_request *r, struct lock_request *blocker);

/* ---- descriptors ------------------------------------------------------------------------ */
struct files;
struct files *files_create(void);
struct files *files_get(struct files *t);
void files_put(struct files *t);
int  files_copy(const struct files *t, struct files **out);
/* Borrowed: valid while the table cannot change; take file_get() before sleeping. NULL: -EBADF. */
struct file *files_lookup(struct files *t, int fd);
/* Install in the lowest free descriptor >= min; limit: RLIMIT_NOFILE. Consumes the reference
 * on success. fd, -EMFILE, -EINVAL. */
int  files_install(struct files *t, struct file *f, int min, bool cloexec, uint64_t limit);
bool files_have_room(const struct files *t, uint64_t limit);          /* for one more */
int  files_replace(struct files *t, int fd, struct file *f, bool cloexec);   /* dup2/dup3; consumes */
int  files_close(struct files *t, int fd);
int  files_close_range(struct files *t, unsigned first, unsigned last, bool cloexec_only);
void files_close_on_exec(struct files *t);
int  files_cloexec(struct files *t, int fd);                  /* 0/1, -EBADF */
int  files_set_cloexec(struct files *t, int fd, bool on);
int  files_next(struct files *t, int from);                   /* next open fd >= from, or -1 */
unsigned files_count_refs(const struct files *t);
unsigned files_capacity(const struct files *t);                      /* descriptors it has room for */

/* ---- names -> objects --------------------------------------------------------------------- */
enum {
	WALK_NOFOLLOW = 1,            /* do not follow the last symlink */
	WALK_EMPTY_OK = 2,            /* "" means the start itself (AT_EMPTY_PATH) */
	WALK_DIRECTORY = 4,
	WALK_PARENT = 8,
	WALK_NO_AUTOMOUNT = 16,
};
int vfs_lookup(struct walker w, const char *name, unsigned walk_flags, struct path *out);
/* flags: guest O_*; mode already without the umask applied (vfs applies fs->umask).
 * resolve: RESOLVE_* of openat2. */
int vfs_open(struct walker w, const char *name, uint32_t flags, uint32_t mode, uint64_t resolve, struct file **out);
/* Open a place already found (magic links, exec of a found path). */
int vfs_open_path(struct path p, uint32_t flags, const struct cred *who, struct file **out);
int vfs_mkdir(struct walker w, const char *name, uint32_t mode);
int vfs_mknod(struct walker w, const char *name, uint32_t mode, uint64_t rdev);
int vfs_symlink(struct walker w, const char *target, const char *name);
int vfs_link(struct walker from, const char *old, struct walker to, const char *new_, unsigned at_flags);
int vfs_unlink(struct walker w, const char *name, bool dir);          /* dir: AT_REMOVEDIR */
int vfs_rename(struct walker from, const char *old, struct walker to, const char *new_, unsigned flags);
int vfs_readlink(struct walker w, const char *name, char *buf, size_t cap);
int vfs_access(struct walker w, const char *name, int mask, unsigned at_flags, bool effective);
int vfs_setattr(struct path p, const struct cred *who, const struct attr_change *c);   /* with permission checks */
int vfs_truncate(struct path p, const struct cred *who, uint64_t size);
/* Absolute path as seen from `root`; " (deleted)" appended when unlinked; -ENOENT unreachable, -ERANGE. */
int vfs_path_string(struct path p, struct path root, char *buf, size_t cap);
bool vfs_is_unlinked(struct path p);           /* it has lost its name: getcwd says ENOENT */
int vfs_chdir(struct fs *fs, struct path p);   /* takes its own reference */
int vfs_chroot(struct fs *fs, struct path p);

/* Extended attributes: bytes or 0, -errno (-ENODATA, -EOPNOTSUPP, -ERANGE). */
ssize_t vfs_getxattr(struct path p, const struct cred *who, const char *name, void *buf, size_t size);
int vfs_setxattr(struct path p, const struct cred *who, const char *name, const void *buf, size_t size, int flags);
ssize_t vfs_listxattr(struct path p, char *buf, size_t size);
int vfs_removexattr(struct path p, const struct cred *who, const char *name);

/* What stat, statx, fstat want; abi_fill_stat in sys turns it into each layout. */
struct kstat {
	uint64_t dev, ino, rdev, size, blocks;
	uint32_t mode, nlink, uid, gid, blksize;
	struct abi_timespec64 atime, mtime, ctime, btime;
	uint64_t mnt_id;
	bool is_mount_root;
};
int vfs_stat(struct path p, struct kstat *out);
int file_stat(struct file *f, struct kstat *out);
struct kstatfs { uint64_t type, bsize, blocks, bfree, bavail, files, ffree, namelen, frsize, flags; };
int vfs_statfs(struct path p, struct kstatfs *out);

/* ---- file systems and mounts ------------------------------------------------------------------ */
struct super {
	const char *type;             /* "tmpfs", "hostfs", "proc", ... */
	uint64_t dev;                 /* st_dev */
	uint64_t magic;               /* statfs f_type */
	struct inode *root;
	int (*statfs)(struct super *s, struct kstatfs *out);
	void (*destroy)(struct super *s);
	unsigned refs;
	void *private;
	bool read_only;               /* every change is -EROFS */
	struct user_ns *owner;        /* whose root may reconfigure it; NULL: the machine's; a reference */
	unsigned writers;             /* files open for writing: it cannot become read-only */
	bool no_whiteouts;            /* RENAME_WHITEOUT is not for it */
	char *options;                /* of the mount, as /proc shows them; NULL: none. Freed with it */
	uint64_t trust_ns;            /* a cached name is believed this long between two revalidate()s */
	struct dentry *root_dentry;   /* vfs' own: */
	unsigned live_inodes;
	bool dying;
};
enum { MNT_RDONLY = 1, MNT_NOEXEC = 2, MNT_NOSUID = 4, MNT_NODEV = 8,
       MNT_NOATIME = 16, MNT_NODIRATIME = 32, MNT_STRICTATIME = 64, MNT_NOSYMFOLLOW = 128, MNT_ALL = 255 };
void super_put(struct super *s);
/* Host files that belong to the user who runs hearth appear to the guest as uid:gid (default 0:0);
 * other owners appear as they are. What the guest creates as somebody else is remembered in an
 * extended attribute; nothing is ever chowned on the host. */
void hostfs_map_owner(uint32_t uid, uint32_t gid);
/* The host's directory `path` is hearth's own, whether it exists or not: no guest may look into it, or
 * make, rename or remove any part of its path (EACCES, EBUSY). */
void hostfs_keep(const char *path);
/* Each makes a file system, not yet mounted, with one reference. */
int hostfs_create(const char *host_dir, bool read_only, struct super **out);   /* -errno of the host */
int hostfs_create_file(const char *host_file, bool read_only, struct super **out);  /* root is a file: for --bind of files */
int tmpfs_create(uint32_t root_mode, struct super **out);
int devfs_create(struct super **out);           /* null zero full random urandom tty console ptmx... */
/* Mount `s` on the directory at `name` (absolute, as the machine's owner sees it), made if absent
 * in a tmpfs parent. The first mount, on "/", is the root. */
int vfs_mount(const char *name, struct super *s, unsigned mnt_flags, const char *source);
/* What a guest may mount: registered by who makes it. options: mount(2)'s data, "a=b,c". */
struct fs_type {
	const char *name;
	bool single;                  /* one instance, whoever mounts it */
	bool chooses;                 /* ... but which one depends on the caller: `create` knows */
	int (*create)(const char *options, struct super **out);
	int (*reconfigure)(struct super *s, const char *options);   /* NULL: nothing to change */
};
void vfs_register_fs(const struct fs_type *t);
const struct fs_type *vfs_find_fs(const char *name);
const struct fs_type *vfs_fs_at(unsigned index);        /* for /proc/filesystems; NULL at the end */
/* mount_ops.c; the caller has checked privileges. Paths are borrowed. */
int vfs_mount_new(struct path where, const char *type, const char *source, unsigned flags, bool read_only, const char *options);
/* A part of a file system, from whichever name space, as a mount of its own. */
int vfs_mount_place(struct path from, struct path where, unsigned flags, const char *source);
int vfs_mount_bind(struct path from, struct path where, bool recursive);
int vfs_mount_move(struct path from, struct path where);
int vfs_mount_flags(struct path where, unsigned flags, unsigned mask, bool recursive);
int vfs_remount(struct path where, unsigned flags, unsigned mask, bool read_only, const char *options);
int vfs_umount(struct path where, bool lazy, bool expire);
int vfs_pivot_root(const struct fs *fs, struct path new_root, struct path put_old);
int vfs_open_tree(struct path from, bool recursive, const struct cred *who, struct file **out);
int vfs_fsopen(const char *type, const struct cred *who, struct file **out);
int vfs_fspick(struct path where, const struct cred *who, struct file **out);
enum fsconfig_command { FSCONFIG_SET_FLAG, FSCONFIG_SET_STRING, FSCONFIG_SET_BINARY, FSCONFIG_SET_PATH,
	FSCONFIG_SET_PATH_EMPTY, FSCONFIG_SET_FD, FSCONFIG_CMD_CREATE, FSCONFIG_CMD_RECONFIGURE,
	FSCONFIG_CMD_CREATE_EXCL };
int vfs_fsconfig(struct file *f, enum fsconfig_command cmd, const char *key, const char *value);
int vfs_fsmount(struct file *f, unsigned flags, const struct cred *who, struct file **out);
struct path vfs_root(void);                      /* of the machine; takes a reference */
void vfs_show_mounts(struct strbuf *out, const struct fs *viewer, bool mountinfo);
void vfs_init(void);
void vfs_shutdown(void);                         /* unmounts all; writes back; for leak checks */
struct vfs_counts { unsigned inodes, dentries, files, mounts, tables; };
void vfs_live_counts(struct vfs_counts *out);    /* all zero after vfs_shutdown when nothing leaked */

/* ---- poll --------------------------------------------------------------------------------------- */
struct poll_table { void (*queue)(struct poll_table *pt, struct wait_queue *q); };
static inline void poll_wait(struct poll_table *pt, struct wait_queue *q)
{
	if (pt)
		pt->queue(pt, q);
}
struct poll_item { struct file *file; uint32_t events, revents; };
/* poll(2)'s heart: number ready, 0 at the deadline, -ERESTARTNOHAND. */
int vfs_poll(struct poll_item *items, unsigned n, uint64_t deadline_ns);

/* ---- made on the fly ------------------------------------------------------------------------------ */
int pipe_create(uint32_t flags, const struct cred *who, struct file *ends[2]);   /* [0] read, [1] write */
int pipe_unread(struct file *f, const char *data, size_t n);      /* what was read last goes back in front */
int64_t pipe_set_size(struct file *f, uint32_t size, const struct cred *who);   /* F_SETPIPE_SZ: the new size; -EBADF no pipe */
int64_t pipe_size(struct file *f);
ssize_t pipe_peek(struct file *f, void *buf, size_t n, bool nonblock);   /* tee: copies, consumes nothing */
int eventfd_create(uint32_t init, uint32_t flags, const struct cred *who, struct file **out);
int memfd_create_file(const char *name, uint32_t flags, const struct cred *who, struct file **out);
/* A file of tmpfs without a name, open for reading and writing; `label` is what /proc shows. */
int tmpfs_unnamed_file(const char *label, uint32_t mode, uint64_t size, const struct cred *who, struct file **out);
int memfd_get_seals(struct file *f);                    /* F_GET_SEALS: -EINVAL for other files */
int memfd_add_seals(struct file *f, uint32_t seals);
int epoll_create_file(uint32_t flags, const struct cred *who, struct file **out);
int epoll_ctl_file(struct file *ep, int op, int fd, struct file *target, uint32_t events, uint64_t data);
struct epoll_result { uint32_t events; uint64_t data; };
int epoll_wait_file(struct file *ep, struct epoll_result *out, int max, uint64_t deadline_ns);

/* POSIX message queues (mqueue.c). name: without a slash. Not a queue: -EBADF. */
struct mq_attr { int64_t flags, max_messages, max_size, count; };
struct mq_watcher { int pid, signo, notify; uint64_t value; };   /* notify: SIGEV_SIGNAL or _NONE, signo 0 */
struct mqueue_hooks {
	void (*notify)(const struct mq_watcher *w);      /* by the current task */
	int (*current_pid)(void);
	int (*show_pid)(int pid);                        /* as the current task sees it */
	struct mount **(*space)(void);                   /* of the caller's IPC name space */
};
extern struct mqueue_hooks mqueue_hooks;
void mqueue_end(struct mount *m);                /* a name space goes, with what `space` pointed to; NULL: nothing */
int mqueue_open(const char *name, uint32_t flags, uint32_t mode, const struct mq_attr *attr, const struct cred *who, struct file **out);
int mqueue_unlink(const char *name, const struct cred *who);
int mqueue_send(struct file *f, struct uio *u, uint32_t priority, uint64_t deadline_ns);
ssize_t mqueue_receive(struct file *f, struct uio *u, uint32_t *priority, uint64_t deadline_ns);
int mqueue_get_attr(struct file *f, struct mq_attr *out);
int mqueue_set_nonblock(struct file *f, bool on);
int mqueue_notify(struct file *f, const struct mq_watcher *w, int pid);   /* w NULL: no more; -EBUSY */
struct super *mqueue_super(void);                /* to be mounted; with a reference */

/* fcntl F_NOTIFY (dnotify.c), for descriptor fd of table t: DN_*; 0 ends it. -ENOTDIR. */
int dnotify_set(struct file *f, struct files *t, int fd, uint32_t mask);

int inotify_create(uint32_t flags, const struct cred *who, struct file **out);
bool file_is_inotify(const struct file *f);
/* Both for inotify files only. The watch's number, or -EEXIST, -ENOSPC; 0 or -EINVAL. */
int inotify_watch(struct file *f, struct path where, uint32_t mask);
int inotify_unwatch(struct file *f, int wd);

/* A file of an open-coded kind (signalfd, pidfd, timerfd, ...), with an anonymous inode. */
struct file *anon_file_create(const char *name, const struct file_ops *ops, void *priv, uint32_t flags, const struct cred *who);

/* A place for an object that is no file but can be opened (name spaces): an inode with these
 * operations and number, in a file system that is mounted nowhere. Consumes nothing. */
struct path vfs_object_path(const char *label, uint64_t ino, const struct inode_ops *iops, const struct file_ops *fops, void *object);

/* ---- terminals --------------------------------------------------------------------------------------- */
/* The console: /dev/console, and descriptors 0-2 of init. When hearth's stdio is a terminal the
 * guest gets a tty with line discipline in the host's raw mode; else plain streams over the host fds. */
int console_open(int host_fd, struct file **out);
void console_restore(void);      /* put the host terminal back as it was; async-signal-safe */
/* A host signal that concerns the terminal (SIGWINCH, SIGCONT): true if the guest has been told. */
bool console_host_signal(int signo);
/* Installed by the kernel: signal a foreground process group; the caller's session and group. */
struct tty;
struct tty_hooks {
	void (*signal_pgrp)(int pgrp, int sig);
	int (*current_session)(void);
	int (*current_pid)(void);
	int (*current_pgrp)(void);
	int (*show_pid)(int nr);       /* a number as the caller sees it; NULL: as it is */
	int (*mean_pid)(int shown);
	/* A background process touches its terminal: sends SIGTTIN/SIGTTOU to the caller's group
	 * unless blocked, ignored or orphaned; 0 go on, -ERESTARTSYS, or -EIO. */
	int (*job_control)(int sig);
	struct tty *(*controlling_tty)(void);
	void (*set_controlling_tty)(struct tty *tty);
	/* May be NULL: nothing is refused then. */
	bool (*session_leader)(void);            /* is the caller one? */
	int (*pgrp_session)(int pgrp);           /* session of a process group, <= 0: no such group */
	/* The terminal is gone: its session's leader hears SIGHUP, and no process has it any more. */
	void (*terminal_lost)(struct tty *tty);
	/* Its session's processes have it no more, and hear nothing of it. */
	void (*terminal_stolen)(struct tty *tty);
	bool (*is_admin)(void);                  /* may the caller do what CAP_SYS_ADMIN allows? */
};
extern struct tty_hooks tty_hooks;
int tty_foreground_pgrp(struct tty *t);
void tty_hangup_session(struct tty *t, bool exits);   /* the session leader exited, or gave it up */
/* The line is gone for good: nobody has it as controlling terminal any more. */
void tty_lose_session(struct tty *t);
int  pty_open_peer(struct file *f, uint32_t flags, const struct cred *who, struct file **out);
uint64_t tty_device(struct tty *t);              /* rdev, for /proc/PID/stat tty_nr */

/* ---- pseudo file systems: /proc, /sys, binfmt_misc ------------------------------------------------------- */
/* A directory is either a static table or has callbacks; a file has show/store. */
struct pseudo_node {
	const char *name;
	uint32_t mode;                                      /* S_IFREG|0444, S_IFDIR|0555, S_IFLNK|0777 */
	const struct pseudo_node *children;                 /* static directory; ends with name NULL */
	/* Regular file: text made at open. arg: see pseudo_dir.lookup. 0 or -errno. */
	int (*show)(uint64_t arg, struct strbuf *out);
	int (*store)(uint64_t arg, const char *text, size_t len);   /* a write(2); bytes or -errno */
	int (*readlink)(uint64_t arg, char *buf, size_t cap);
	int (*follow)(uint64_t arg, struct path *out);      /* magic link */
	const struct pseudo_dir *dir;                       /* dynamic directory */
	const struct file_ops *fops;                        /* own operations; file->private is arg */
	int (*may_open)(uint64_t arg);                      /* besides the mode; NULL: nothing more */
	void (*owner)(uint64_t arg, uint32_t *uid, uint32_t *gid);
};
struct pseudo_dir {
	/* Find `name` below the directory instantiated with `arg`: the node and its own arg.
	 * -ENOENT. Checked again at each use: a process may be gone. */
	int (*lookup)(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child_arg);
	/* The cursor'th entry's name into buf; false at the end. */
	bool (*entry)(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next);
};
int pseudo_create(const char *type, uint64_t magic, const struct pseudo_node *root, struct super **out);
uint64_t pseudo_arg(const struct inode *i);         /* of a file in one */
/* arg: of the root, and of what is below it until a directory says otherwise. */
int pseudo_create_for(const char *type, uint64_t magic, const struct pseudo_node *root, uint64_t arg, struct super **out);

struct vfs_tracepoints {
	/* One component of a path walk: what it was and what was found (S_IF* mode, or -errno). */
	void (*walk_step)(const char *whole, const char *component, int mode_or_error, const char *link_target);
};
extern struct vfs_tracepoints vfs_tracepoints;

#endif

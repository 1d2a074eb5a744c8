/* /dev: a tmpfs with the nodes every program expects, and the table of character drivers.
 *
 * A node is only (major, minor): opening one, wherever it lies, looks the
 * driver up here. Numbers: Documentation/admin-guide/devices.txt. */
#include "tmpfs.h"

#include <string.h>

#include "base/log.h"
#include "host/host.h"

/* ---- drivers --------------------------------------------------------------------- */

enum { DRIVERS_MAX = 32 };
static struct driver {
	uint64_t rdev;
	const struct file_ops *ops;
	int (*open)(struct inode *, struct file *);
} drivers[DRIVERS_MAX];
static unsigned nr_drivers;

void chrdev_register(uint64_t rdev, const struct file_ops *ops, int (*open)(struct inode *, struct file *))
{
	for (unsigned n = 0; n < nr_drivers; n++)
		if (drivers[n].rdev == rdev)
			return;
	ASSERT(nr_drivers < DRIVERS_MAX);
	drivers[nr_drivers++] = (struct driver){ rdev, ops, open };
}

int chrdev_open(struct inode *inode, struct file *f)
{
	/* All terminals of /dev/pts have one driver: it is registered for the first. */
	uint64_t rdev = abi_dev_major(inode->rdev) == PTS_MAJOR ? abi_makedev(PTS_MAJOR, 0) : inode->rdev;

	for (unsigned n = 0; n < nr_drivers; n++) {
		if (drivers[n].rdev != rdev)
			continue;
		f->ops = drivers[n].ops;
		return drivers[n].open ? drivers[n].open(inode, f) : 0;
	}
	return -ENXIO;
}

/* ---- null, zero, full, random -------------------------------------------------------- */

static ssize_t read_nothing(struct file *f, struct uio *u, uint64_t *pos)
{
	return 0;
}

static ssize_t write_swallow(struct file *f, struct uio *u, uint64_t *pos)
{
	ssize_t n = (ssize_t)u->left;

	uio_advance(u, (size_t)n);
	return n;
}

static ssize_t write_full(struct file *f, struct uio *u, uint64_t *pos)
{
	return -ENOSPC;
}

/* Fill the uio page by page; `fill` makes n bytes. */
static ssize_t read_filled(struct uio *u, void (*fill)(void *, size_t))
{
	ssize_t done = 0;

	while (u->left) {
		size_t n;
		void *p = uio_span(u, ACCESS_WRITE, &n);

		if (!p)
			return done ? done : -EFAULT;
		fill(p, n);
		uio_advance(u, n);
		done += (ssize_t)n;
	}
	return done;
}

static void fill_zero(void *p, size_t n)
{
	memset(p, 0, n);
}

static ssize_t read_zero(struct file *f, struct uio *u, uint64_t *pos)
{
	return read_filled(u, fill_zero);
}

static ssize_t read_random(struct file *f, struct uio *u, uint64_t *pos)
{
	return read_filled(u, host_random);
}

/* Linux null_lseek: any seek succeeds and goes to 0. */
static int64_t seek_null(struct file *f, int64_t off, int whence)
{
	return (int64_t)(f->pos = 0);
}

static const struct file_ops null_fops = { .read = read_nothing, .write = write_swallow, .seek = seek_null };
static const struct file_ops zero_fops = { .read = read_zero, .write = write_swallow, .seek = seek_null };
static const struct file_ops full_fops = { .read = read_zero, .write = write_full, .seek = seek_null };
static const struct file_ops random_fops = { .read = read_random, .write = write_swallow, .seek = seek_null };

/* ---- the tree ---------------------------------------------------------------------------- */

static const struct { const char *name; uint32_t mode; uint32_t major, minor; const struct file_ops *ops; } nodes[] = {
	{ "null",    0666, 1, 3, &null_fops },
	{ "zero",    0666, 1, 5, &zero_fops },
	{ "full",    0666, 1, 7, &full_fops },
	{ "random",  0666, 1, 8, &random_fops },
	{ "urandom", 0666, 1, 9, &random_fops },
	{ "tty",     0666, 5, 0, NULL },
	{ "console", 0600, 5, 1, NULL },
	{ "ptmx",    0666, 5, 2, NULL },
};
static const struct { const char *name, *target; } links[] = {
	{ "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" }, { "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};
static const struct { const char *name; uint32_t mode; } dirs[] = {
	{ "shm", 01777 }, { "pts", 0755 }, { "mqueue", 01777 },
};

/* devpts has a ptmx of its own, for sandboxes whose /dev is made by hand. */
static void make_ptmx(struct inode *pts)
{
	static const struct cred root = { .refs = 1 };
	struct inode *made;

	pts->ops->mknod(pts, "ptmx", S_IFCHR | 0666, abi_makedev(5, 2), &root, &made);
	inode_put(made);
}

int devfs_create(struct super **out)
{
	static const struct cred root = { .refs = 1 };
	struct super *s = tmpfs_new_super("devtmpfs", 0755);
	struct inode *made, *dir = s->root;

	tmpfs_limit_inodes(s, TMPFS_INODES);
	for (size_t n = 0; n < ARRAY_SIZE(nodes); n++) {
		uint64_t rdev = abi_makedev(nodes[n].major, nodes[n].minor);

		if (nodes[n].ops)
			chrdev_register(rdev, nodes[n].ops, NULL);
		dir->ops->mknod(dir, nodes[n].name, S_IFCHR | nodes[n].mode, rdev, &root, &made);
		inode_put(made);
	}
	for (size_t n = 0; n < ARRAY_SIZE(links); n++) {
		dir->ops->symlink(dir, links[n].name, links[n].target, &root, &made);
		inode_put(made);
	}
	for (size_t n = 0; n < ARRAY_SIZE(dirs); n++) {
		dir->ops->mkdir(dir, dirs[n].name, S_IFDIR | dirs[n].mode, &root, &made);
		if (strcmp(dirs[n].name, "pts") == 0)
			make_ptmx(made);
		inode_put(made);
	}
	console_register_devices();
	pty_register_devices();
	*out = s;
	return 0;
}

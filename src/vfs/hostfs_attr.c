/* hostfs: owners, modes and what an unprivileged host user cannot set.
 *
 * Owners. Files of the user who runs hearth appear to the guest as the owner
 * hostfs_map_owner() names (0:0 unless --user says otherwise); files of others
 * appear with their host numbers. That holds for host root as well: hearth never
 * calls chown, whoever runs it.
 *
 * The rest. When the guest's attributes of a file or directory cannot be told by
 * the host's (another owner, set-id bits, a device node, a mode that would
 * lock its own user out), they are kept in the extended attribute
 *
 *     user.hearth.attr = "<mode, octal> <uid> <gid> <rdev>"
 *
 * and the host's mode gets the owner's read and write bits, plus the sticky
 * bit as the hint that there is an attribute to read: without it, looking a file up
 * costs nothing extra. Where the host's file system takes no attributes,
 * owner and mode are remembered only while the inode is in memory, and device
 * nodes cannot be made. Owners of symbolic links: hostfs_links.c. */
#include "hostfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

static uint32_t guest_uid, guest_gid;
static uint32_t our_uid, our_gid;        /* on the host; they do not change */
static bool ids_known;

void hostfs_map_owner(uint32_t uid, uint32_t gid)
{
	guest_uid = uid;
	guest_gid = gid;
}

static void learn_ids(void)
{
	if (ids_known)
		return;
	our_uid = host_uid();
	our_gid = host_gid();
	ids_known = true;
}

uint32_t hostfs_guest_uid(uint32_t host)
{
	learn_ids();
	return host == our_uid ? guest_uid : host;
}

uint32_t hostfs_guest_gid(uint32_t host)
{
	learn_ids();
	return host == our_gid ? guest_gid : host;
}

uint32_t hostfs_host_mode(uint32_t mode)
{
	uint32_t need = S_ISDIR(mode) ? 0700 : 0600;
	uint32_t keep = S_ISDIR(mode) ? 01777 : 0777;

	return (mode & keep) | need;
}

/* Can the host's own attributes say it all? */
static bool is_plain(const struct inode *i)
{
	if (!S_ISREG(i->mode) && !S_ISDIR(i->mode))
		return false;
	if (i->uid != guest_uid || i->gid != guest_gid)
		return false;
	return hostfs_host_mode(i->mode) == (i->mode & 07777);
}

static bool hinted(const struct host_inode *h)
{
	return (S_ISREG(h->host_mode) || S_ISDIR(h->host_mode)) && (h->host_mode & S_ISVTX);
}

void hostfs_load_attr(struct inode *i)
{
	struct host_inode *h = hi(i);
	char text[64];
	unsigned mode, uid, gid;
	unsigned long long rdev;
	ssize_t n;
	int fd;

	if (S_ISLNK(h->host_mode))
		hostfs_link_load(i);
	if (!hinted(h))
		return;
	fd = hostfs_fd(i, false);
	if (fd < 0)
		return;
	n = host_fgetxattr(fd, HOSTFS_ATTR, text, sizeof(text) - 1);
	if (n <= 0)
		return;
	text[n] = '\0';
	if (sscanf(text, "%o %u %u %llu", &mode, &uid, &gid, &rdev) != 4)
		return;
	/* Whatever it claims, a directory stays one and nothing else becomes one. */
	if (S_ISDIR(mode) != S_ISDIR(h->host_mode) || S_ISLNK(mode))
		return;
	h->has_attr = true;
	i->mode = mode;
	i->uid = uid;
	i->gid = gid;
	i->rdev = rdev;
}

static int set_host_mode(struct inode *i, int fd, uint32_t mode)
{
	struct host_inode *h = hi(i);
	int err;

	if ((h->host_mode & 07777) == mode)
		return 0;
	err = host_fchmod(fd, mode);
	if (!err)
		h->host_mode = (h->host_mode & S_IFMT) | mode;
	return err;
}

static int store_in_xattr(struct inode *i, int fd)
{
	struct host_inode *h = hi(i);
	char text[64];
	int n = snprintf(text, sizeof(text), "%o %u %u %llu", i->mode, i->uid, i->gid, (unsigned long long)i->rdev);
	int err = host_fsetxattr(fd, HOSTFS_ATTR, text, (size_t)n, 0);

	if (!err) {
		h->has_attr = true;
		return set_host_mode(i, fd, hostfs_host_mode(i->mode & ~(uint32_t)S_ISVTX) | S_ISVTX);
	}
	if (!S_ISREG(i->mode) && !S_ISDIR(i->mode))
		return -EPERM;
	h->attr_in_memory = true;
	return set_host_mode(i, fd, hostfs_host_mode(i->mode));
}

int hostfs_store_attr(struct inode *i)
{
	struct host_inode *h = hi(i);
	int fd, err;

	if (S_ISLNK(h->host_mode)) {
		hostfs_link_store(i, h->parent, h->name);
		return 0;
	}
	fd = hostfs_fd(i, false);
	if (fd < 0)
		return fd;
	if (is_plain(i)) {
		if (h->has_attr)
			host_fremovexattr(fd, HOSTFS_ATTR);
		h->has_attr = h->attr_in_memory = false;
		err = set_host_mode(i, fd, i->mode & 07777);
	} else {
		err = store_in_xattr(i, fd);
	}
	i->ops = S_ISDIR(i->mode) ? &hostfs_dir_iops : S_ISREG(i->mode) ? &hostfs_file_iops : &hostfs_special_iops;
	i->fops = S_ISDIR(i->mode) ? &hostfs_dir_fops : S_ISREG(i->mode) ? &hostfs_file_fops : NULL;
	h->checked_ns = 0;
	h->own_change = true;
	return err;
}

/* ---- setattr ------------------------------------------------------------------------ */

static int set_times(struct inode *i, const struct attr_change *c)
{
	struct host_inode *h = hi(i);
	struct timespec ts[2] = {
		{ c->atime.sec, c->valid & ATTR_ATIME ? c->atime.nsec : UTIME_OMIT },
		{ c->mtime.sec, c->valid & ATTR_MTIME ? c->mtime.nsec : UTIME_OMIT },
	};
	bool by_name = h->parent && !h->orphan;
	int fd = by_name ? hostfs_fd(h->parent, false) : hostfs_fd(i, false);

	if (fd < 0)
		return fd;
	/* By name below the parent's handle (links have no handle), else the handle itself. */
	if (by_name)
		return host_utimensat(fd, h->name, ts, AT_SYMLINK_NOFOLLOW);
	return host_utimensat(fd, "", ts, AT_EMPTY_PATH);
}

int hostfs_setattr(struct inode *i, const struct attr_change *c)
{
	struct host_inode *h = hi(i);
	int err = 0;

	if (i->super->read_only)
		return -EROFS;
	if (c->valid & ATTR_SIZE)
		err = hostfs_resize(i, c->size);
	if (!err && (c->valid & (ATTR_MODE | ATTR_UID | ATTR_GID))) {
		struct attr_change owner = *c;

		owner.valid &= ATTR_MODE | ATTR_UID | ATTR_GID;
		inode_apply_change(i, &owner);
		err = hostfs_store_attr(i);
	}
	if (!err && (c->valid & (ATTR_ATIME | ATTR_MTIME)))
		err = set_times(i, c);
	h->own_change = true;
	return err;
}

/* ---- the guest's own extended attributes -------------------------------------------------- */

/* "user.x" is kept as it is; other name spaces need privileges on the host, so they live below
 * "user.hearth.x:". The guest never sees names that begin with "user.hearth.". */
#define PREFIX "user.hearth."

static int host_name(const char *name, char out[ABI_XATTR_NAME_MAX + 16])
{
	if (strncmp(name, PREFIX, strlen(PREFIX)) == 0)
		return -EPERM;
	if (strncmp(name, "user.", 5) == 0)
		snprintf(out, ABI_XATTR_NAME_MAX + 16, "%s", name);
	else
		snprintf(out, ABI_XATTR_NAME_MAX + 16, PREFIX "x:%s", name);
	return strlen(out) > ABI_XATTR_NAME_MAX ? -ERANGE : 0;
}

ssize_t hostfs_getxattr(struct inode *i, const char *name, void *buf, size_t size)
{
	char full[ABI_XATTR_NAME_MAX + 16];
	int fd, err = host_name(name, full);

	if (err)
		return -ENODATA;
	fd = hostfs_fd(i, false);
	return fd < 0 ? fd : host_fgetxattr(fd, full, buf, size);
}

int hostfs_setxattr(struct inode *i, const char *name, const void *buf, size_t size, int flags)
{
	char full[ABI_XATTR_NAME_MAX + 16];
	int fd, err = i->super->read_only ? -EROFS : host_name(name, full);

	if (err)
		return err;
	fd = hostfs_fd(i, false);
	hi(i)->own_change = true;
	return fd < 0 ? fd : host_fsetxattr(fd, full, buf, size, flags);
}

int hostfs_removexattr(struct inode *i, const char *name)
{
	char full[ABI_XATTR_NAME_MAX + 16];
	int fd, err = i->super->read_only ? -EROFS : host_name(name, full);

	if (err)
		return err;
	fd = hostfs_fd(i, false);
	hi(i)->own_change = true;
	return fd < 0 ? fd : host_fremovexattr(fd, full);
}

ssize_t hostfs_listxattr(struct inode *i, char *buf, size_t size)
{
	int fd = hostfs_fd(i, false);
	ssize_t len = fd < 0 ? fd : host_flistxattr(fd, NULL, 0);
	char *names;
	size_t out = 0;

	if (len <= 0)
		return len;
	names = try_alloc((size_t)len);
	if (!names)
		return -ENOMEM;
	len = host_flistxattr(fd, names, (size_t)len);
	for (char *p = names; p < names + MAX(len, 0); p += strlen(p) + 1) {
		const char *name = p;
		size_t n;

		if (strncmp(p, PREFIX "x:", strlen(PREFIX "x:")) == 0)
			name = p + strlen(PREFIX "x:");
		else if (strncmp(p, "user.", 5) != 0 || strncmp(p, PREFIX, strlen(PREFIX)) == 0)
			continue;             /* the host's own affairs */
		n = strlen(name) + 1;
		if (size && out + n > size) {
			free(names);
			return -ERANGE;
		}
		if (size)
			memcpy(buf + out, name, n);
		out += n;
	}
	free(names);
	return len < 0 ? len : (ssize_t)out;
}

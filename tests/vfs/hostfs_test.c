/* hostfs beside what names_test compares: owners and nodes that an unprivileged user cannot
 * make, coherence with changes made on the host, handles, files without names. Runs as
 * an ordinary user even when started by root. */
#include "vtest.h"

#include <errno.h>
#include <grp.h>
#include <sys/xattr.h>

static char dir[256];
static struct super *super;

static const char *on_host(const char *name)
{
	static char buf[2][600];
	static unsigned n;

	n ^= 1;
	snprintf(buf[n], sizeof(buf[n]), "%s/%s", dir, name);
	return buf[n];
}

static void mount_dir(void)
{
	CHECK_EQ(hostfs_create(dir, false, &super), 0);
	super->trust_ns = 0;
	vt_start(super);
}

static void remount(void)
{
	vt_stop();
	mount_dir();
}

static struct kstat stat_of(const char *name)
{
	struct kstat st = { 0 };
	struct path p;

	if (vfs_lookup(vt_walker(vt_root), name, WALK_NOFOLLOW, &p) == 0) {
		CHECK_EQ(vfs_stat(p, &st), 0);
		path_put(p);
	}
	return st;
}

static int change(const char *name, struct cred *who, struct attr_change c)
{
	struct path p;
	int err = vfs_lookup(vt_walker(vt_root), name, WALK_NOFOLLOW, &p);

	if (!err) {
		err = vfs_setattr(p, who, &c);
		path_put(p);
	}
	return err;
}

static struct file *open_file(const char *name, unsigned flags)
{
	struct file *f = NULL;

	UNIT_CONTEXT("open %s %#x", name, flags);
	CHECK_EQ(vfs_open(vt_walker(vt_root), name, flags, 0644, 0, &f), 0);
	return f;
}

static ssize_t put_text(struct file *f, const char *text)
{
	struct uio u;

	uio_init_kernel(&u, (char *)text, strlen(text));
	return file_write(f, &u, NULL);
}

static void write_host(const char *name, const char *text)
{
	int fd = open(on_host(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* ---- owners, modes, nodes ------------------------------------------------------ */

static bool have_xattr(void)
{
	return setxattr(dir, "user.hearth.probe", "1", 1, 0) == 0;
}

static void owners(void)
{
	struct walker w = vt_walker(vt_root);
	struct stat st;

	file_put(open_file("/mine", O_CREAT | O_RDWR));
	CHECK_EQ(stat_of("/mine").uid, 0);
	CHECK_EQ(stat_of("/mine").mode, S_IFREG | 0644);
	CHECK_EQ(change("/mine", vt_root, (struct attr_change){ .valid = ATTR_UID | ATTR_GID, .uid = 33, .gid = 34 }), 0);
	CHECK_EQ(change("/mine", vt_root, (struct attr_change){ .valid = ATTR_MODE, .mode = 06751 }), 0);
	CHECK_EQ(vfs_mkdir(w, "/locked", 0), 0);
	CHECK_EQ(vfs_mknod(w, "/null", S_IFCHR | 0666, abi_makedev(1, 3)), 0);
	CHECK_EQ(vfs_mknod(w, "/fifo", S_IFIFO | 0622, 0), 0);
	remount();
	CHECK_EQ(stat_of("/mine").uid, 33);
	CHECK_EQ(stat_of("/mine").gid, 34);
	CHECK_EQ(stat_of("/mine").mode, S_IFREG | 06751);
	CHECK_EQ(stat_of("/locked").mode, S_IFDIR | 0);
	CHECK_EQ(stat_of("/null").mode, S_IFCHR | 0644);        /* umask */
	CHECK_EQ(stat_of("/null").rdev, abi_makedev(1, 3));
	CHECK_EQ(stat_of("/fifo").mode, S_IFIFO | 0600);
	CHECK_EQ(lstat(on_host("mine"), &st), 0);
	CHECK_EQ(st.st_uid, getuid());                          /* never chowned, never set-uid */
	CHECK_EQ(st.st_mode & 06000, 0);
	CHECK_EQ(lstat(on_host("null"), &st), 0);
	CHECK(S_ISREG(st.st_mode));
	/* Back to what the host can tell: the attribute goes. */
	CHECK_EQ(change("/mine", vt_root, (struct attr_change){ .valid = ATTR_UID | ATTR_GID, .uid = 0, .gid = 0 }), 0);
	CHECK_EQ(change("/mine", vt_root, (struct attr_change){ .valid = ATTR_MODE, .mode = 0640 }), 0);
	CHECK_EQ(getxattr(on_host("mine"), "user.hearth.attr", NULL, 0), -1);
	CHECK_EQ(lstat(on_host("mine"), &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
}

/* What another guest user makes is his, and the guest's permissions are checked by us. */
static void other_users(void)
{
	struct cred *u = cred_create(1000, 1000);
	struct walker w = vt_walker(u);
	struct file *f;

	CHECK_EQ(vfs_mkdir(vt_walker(vt_root), "/home", 0755), 0);
	CHECK_EQ(vfs_open(w, "/home/x", O_CREAT | O_WRONLY, 0600, 0, &f), -EACCES);
	CHECK_EQ(change("/home", vt_root, (struct attr_change){ .valid = ATTR_UID, .uid = 1000 }), 0);
	CHECK_EQ(vfs_open(w, "/home/x", O_CREAT | O_WRONLY, 0600, 0, &f), 0);
	file_put(f);
	CHECK_EQ(stat_of("/home/x").uid, 1000);
	CHECK_EQ(change("/home/x", u, (struct attr_change){ .valid = ATTR_UID, .uid = 0 }), -EPERM);
	CHECK_EQ(change("/mine", u, (struct attr_change){ .valid = ATTR_MODE, .mode = 0777 }), -EPERM);
	CHECK_EQ(vfs_open(w, "/mine", O_RDONLY, 0, 0, &f), -EACCES);
	cred_put(u);
}

/* A 0444 or 0000 file is no obstacle for the guest's root, though hearth is not the host's. */
static void against_mode(void)
{
	struct file *f;
	struct stat st;
	char buf[8] = "";

	write_host("readonly", "text");
	CHECK_EQ(chmod(on_host("readonly"), 0), 0);
	f = open_file("/readonly", O_RDWR);
	CHECK_EQ(file_read_kernel(f, buf, 4, 0), 4);
	CHECK_EQ(put_text(f, "TEXT"), 4);
	file_put(f);
	CHECK_EQ(stat(on_host("readonly"), &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0);
}

/* ---- coherence --------------------------------------------------------------------- */

static void page_equals(struct file *f, const char *want)
{
	struct mapping *m;
	pfn_t pfn;

	CHECK_EQ(file_mmap(f, &m), 0);
	CHECK_EQ(mapping_get_page(m, 0, false, &pfn), 0);
	CHECK(pfn != PFN_NONE);
	if (pfn == PFN_NONE)
		return;
	CHECK_MEM(frame_host(pfn), want, strlen(want));
	frame_put(pfn);
}

static void coherence(void)
{
	struct file *f, *g;
	char buf[16] = "";

	write_host("page", "first");
	f = open_file("/page", O_RDWR);
	page_equals(f, "first");
	/* Our own write reaches the page in memory and the host. */
	CHECK_EQ(put_text(f, "SECOND"), 6);
	page_equals(f, "SECOND");
	CHECK_EQ(open(on_host("page"), O_RDONLY) < 0, 0);
	g = open_file("/page", O_RDONLY);
	page_equals(g, "SECOND");
	file_put(g);
	/* The host's write is seen at the next open: the old page goes. */
	usleep(20000);
	write_host("page", "THE HOST'S");
	g = open_file("/page", O_RDONLY);
	page_equals(g, "THE HOST'S");
	CHECK_EQ(file_read_kernel(g, buf, sizeof(buf), 0), 10);
	CHECK_MEM(buf, "THE HOST'S", 10);
	file_put(g);
	file_put(f);
	/* A dirty page is written back when the file is closed. */
	f = open_file("/page", O_RDWR);
	page_equals(f, "THE");
	memcpy(frame_host(mapping_peek_page(&f->inode->mapping, 0)), "MAP", 3);
	mapping_mark_dirty(&f->inode->mapping, 0);
	file_put(f);
	{
		int fd = open(on_host("page"), O_RDONLY);

		CHECK_EQ(read(fd, buf, 10), 10);
		CHECK_MEM(buf, "MAP HOST'S", 10);
		close(fd);
	}
}

/* Reads across the edge of cached and uncached pages, and writes over it. */
static void mixed_reads(void)
{
	enum { SIZE = 5 * 4096 + 100 };
	static char data[SIZE], got[SIZE + 10];
	struct file *f;
	pfn_t pfn;
	int fd;

	for (size_t n = 0; n < SIZE; n++)
		data[n] = (char)(n * 7 + n / 4096);
	fd = open(on_host("big"), O_WRONLY | O_CREAT, 0644);
	CHECK_EQ(write(fd, data, SIZE), SIZE);
	close(fd);
	f = open_file("/big", O_RDWR);
	CHECK_EQ(mapping_get_page(&f->inode->mapping, 2, false, &pfn), 0);
	frame_put(pfn);
	CHECK_EQ(file_read_kernel(f, got, sizeof(got), 0), SIZE);
	CHECK_MEM(got, data, SIZE);
	CHECK_EQ(file_read_kernel(f, got, 5000, 7000), 5000);
	CHECK_MEM(got, data + 7000, 5000);
	CHECK_EQ(file_seek(f, 8000, ABI_SEEK_SET), 8000);
	CHECK_EQ(put_text(f, "across the page's start"), 23);
	memcpy(data + 8000, "across the page's start", 23);
	CHECK_EQ(file_seek(f, 8190, ABI_SEEK_SET), 8190);
	CHECK_EQ(put_text(f, "12345"), 5);
	memcpy(data + 8190, "12345", 5);
	CHECK_EQ(file_read_kernel(f, got, SIZE, 0), SIZE);
	CHECK_MEM(got, data, SIZE);
	CHECK_EQ(file_truncate(f, 8191), 0);
	CHECK_EQ(file_truncate(f, 9000), 0);
	CHECK_EQ(file_read_kernel(f, got, SIZE, 0), 9000);
	memset(data + 8191, 0, 9000 - 8191);
	CHECK_MEM(got, data, 9000);
	file_put(f);
}

/* ---- handles -------------------------------------------------------------------------- */

/* More directories and files in use than handles are kept. */
static void many_handles(void)
{
	enum { N = 900 };
	struct walker w = vt_walker(vt_root);
	char name[64], buf[8];
	static struct path kept[N];

	for (int n = 0; n < N; n++) {
		struct file *f;

		snprintf(name, sizeof(name), "/d%d", n);
		UNIT_CONTEXT("%s", name);
		CHECK_EQ(vfs_mkdir(w, name, 0755), 0);
		strcat(name, "/f");
		CHECK_EQ(vfs_open(w, name, O_CREAT | O_WRONLY, 0644, 0, &f), 0);
		CHECK_EQ(put_text(f, name), (ssize_t)strlen(name));
		file_put(f);
		CHECK_EQ(vfs_lookup(w, name, 0, &kept[n]), 0);
	}
	for (int n = 0; n < N; n++) {
		struct file *f;

		snprintf(name, sizeof(name), "/d%d/f", n);
		UNIT_CONTEXT("%s", name);
		CHECK_EQ(vfs_open_path(kept[n], O_RDONLY, vt_root, &f), 0);
		CHECK_EQ(file_read_kernel(f, buf, 4, 0), 4);
		CHECK_MEM(buf, name, 4);
		file_put(f);
		path_put(kept[n]);
	}
}

static void without_name(void)
{
	struct walker w = vt_walker(vt_root);
	struct file *f = open_file("/gone", O_CREAT | O_RDWR), *t;
	char buf[8];

	CHECK_EQ(put_text(f, "still"), 5);
	CHECK_EQ(vfs_unlink(w, "/gone", false), 0);
	CHECK_EQ(stat_of("/gone").mode, 0);
	CHECK_EQ(file_read_kernel(f, buf, 5, 0), 5);
	CHECK_MEM(buf, "still", 5);
	CHECK_EQ(put_text(f, " here"), 5);
	CHECK_EQ(f->inode->size, 10);
	file_put(f);
	if (vfs_open(w, "/", O_TMPFILE | O_RDWR, 0600, 0, &t) == 0) {
		CHECK_EQ(put_text(t, "hidden"), 6);
		CHECK_EQ(file_read_kernel(t, buf, 6, 0), 6);
		file_put(t);
	}
	/* Taken away on the host while we hold it open. */
	write_host("victim", "victim");
	f = open_file("/victim", O_RDONLY);
	CHECK_EQ(unlink(on_host("victim")), 0);
	CHECK_EQ(file_read_kernel(f, buf, 6, 0), 6);
	CHECK_EQ(vfs_open(w, "/victim", O_RDONLY, 0, 0, &t), -ENOENT);
	file_put(f);
	/* Two names of one file are one inode, whoever makes the second. */
	write_host("one", "1");
	CHECK_EQ(link(on_host("one"), on_host("two")), 0);
	CHECK_EQ(stat_of("/one").ino, stat_of("/two").ino);
	CHECK_EQ(stat_of("/one").nlink, 2);
}

static bool look_for(void *arg, const char *name, uint64_t ino, unsigned type, uint64_t next)
{
	(void)ino, (void)next;
	if (strcmp(name, "ghost") == 0 && type == ABI_DT_DIR)
		++*(int *)arg;
	return true;
}

/* A mount point that the host's directory does not have: listed once, and not made there. */
static void ghosts(void)
{
	struct super *s;
	struct file *f = NULL;
	int seen = 0;

	CHECK_EQ(tmpfs_create(0755, &s), 0);
	CHECK_EQ(vfs_mount("/ghost", s, 0, "tmpfs"), 0);
	CHECK_EQ(tmpfs_create(0755, &s), 0);
	CHECK_EQ(vfs_mount("/deep/er/still", s, 0, "tmpfs"), 0);
	file_put(open_file("/ghost/f", O_CREAT | O_RDWR));
	file_put(open_file("/deep/er/still/f", O_CREAT | O_RDWR));
	f = open_file("/", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(file_readdir(f, look_for, &seen), 0);
	CHECK_EQ(file_readdir(f, look_for, &seen), 0);
	CHECK_EQ(seen, 1);
	file_put(f);
	CHECK_EQ(access(on_host("ghost"), F_OK), -1);
	CHECK_EQ(vfs_unlink(vt_walker(vt_root), "/ghost", true), -EBUSY);
}

static void body(void)
{
	CHECK(vt_host_dir(dir, sizeof(dir)) != NULL);
	CHECK_EQ(chmod(dir, 0755), 0);
	if (getuid() == 0) {
		CHECK_EQ(chown(dir, 65534, 65534), 0);
		CHECK_EQ(setgroups(0, NULL) || setgid(65534) || setuid(65534), 0);
	}
	mount_dir();
	if (have_xattr()) {
		RUN(owners);
		RUN(other_users);
	} else {
		printf("owners: skipped, %s takes no extended attributes\n", dir);
	}
	RUN(against_mode);
	RUN(coherence);
	RUN(mixed_reads);
	RUN(many_handles);
	RUN(without_name);
	RUN(ghosts);
	vt_stop();
	vt_remove_host_dir(dir);
}

int main(void)
{
	umask(022);
	return vt_main(body);
}

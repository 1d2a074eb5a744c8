/* Attempts to leave the root: none may reach the canary outside it, by name, by link, by a
 * directory that is swapped for a link between two looks, by hard link, rename or magic link. */
#include "vtest.h"

#include <sys/xattr.h>

static struct super *root_super;
static char base[256], root_dir[300], outside[300];

static void write_host(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static const char *in(const char *dir, const char *name)
{
	static char buf[4][700];
	static unsigned n;

	n = (n + 1) % 4;
	snprintf(buf[n], sizeof(buf[n]), "%s/%s", dir, name);
	return buf[n];
}

/* base/outside/canary and base/root, which the guest gets. */
static void set_up(void)
{
	struct super *s;

	CHECK(vt_host_dir(base, sizeof(base)) != NULL);
	snprintf(root_dir, sizeof(root_dir), "%s/root", base);
	snprintf(outside, sizeof(outside), "%s/outside", base);
	CHECK_EQ(mkdir(root_dir, 0755) || mkdir(outside, 0755), 0);
	write_host(in(outside, "canary"), "canary");
	CHECK_EQ(mkdir(in(root_dir, "dir"), 0755), 0);
	write_host(in(root_dir, "dir/file"), "inside");
	CHECK_EQ(hostfs_create(root_dir, false, &s), 0);
	root_super = s;
	s->trust_ns = 0;                      /* every look-up asks the host */
	vt_start(s);
}

static void tear_down(void)
{
	char text[16] = "";
	int fd = open(in(outside, "canary"), O_RDONLY);

	CHECK_EQ(read(fd, text, sizeof(text)), 6);
	CHECK_MEM(text, "canary", 6);
	close(fd);
	vt_stop();
	vt_remove_host_dir(base);
}

/* Open and read: what came out must not be the canary. Returns the error or 0. */
static int try_read(const char *name)
{
	char buf[16] = "";
	struct file *f;
	int err = vfs_open(vt_walker(vt_root), name, O_RDONLY, 0, 0, &f);

	UNIT_CONTEXT("%s", name);
	if (err)
		return err;
	if (S_ISREG(f->inode->mode))
		CHECK(file_read_kernel(f, buf, sizeof(buf), 0) >= 0);
	CHECK(strncmp(buf, "canary", 6) != 0);
	file_put(f);
	return 0;
}

static int try_write(const char *name)
{
	struct file *f;
	struct uio u;
	int err = vfs_open(vt_walker(vt_root), name, O_WRONLY | O_CREAT | O_TRUNC, 0644, 0, &f);

	UNIT_CONTEXT("%s", name);
	if (err)
		return err;
	uio_init_kernel(&u, (char *)"broken", 6);
	file_write(f, &u, NULL);
	file_put(f);
	return 0;
}

static void dots(void)
{
	CHECK_EQ(try_read("/../outside/canary"), -ENOENT);
	CHECK_EQ(try_read("/../../../../../../../../etc/hostname"), -ENOENT);
	CHECK_EQ(try_read("/dir/../../outside/canary"), -ENOENT);
	CHECK_EQ(try_read("/dir/../dir/./../../outside/canary"), -ENOENT);
	CHECK_EQ(try_read("/.."), 0);
	CHECK_EQ(try_write("/../outside/canary"), -ENOENT);
	CHECK_EQ(vfs_unlink(vt_walker(vt_root), "/../outside/canary", false), -ENOENT);
	CHECK_EQ(vfs_mkdir(vt_walker(vt_root), "/../new", 0755), 0);        /* in the root */
	CHECK_EQ(access(in(base, "new"), F_OK), -1);
	CHECK_EQ(access(in(root_dir, "new"), F_OK), 0);
}

/* Links made on the host, as a root file system from elsewhere may contain them. */
static void links(void)
{
	char target[400];

	snprintf(target, sizeof(target), "%s/canary", outside);
	CHECK_EQ(symlink(target, in(root_dir, "absolute")), 0);
	CHECK_EQ(symlink("../outside/canary", in(root_dir, "up")), 0);
	CHECK_EQ(symlink("../../../../../../../../../../etc", in(root_dir, "etc-up")), 0);
	CHECK_EQ(symlink("/", in(root_dir, "slash")), 0);
	CHECK_EQ(symlink(outside, in(root_dir, "outside-dir")), 0);
	CHECK_EQ(symlink("/proc/self/root", in(root_dir, "magic")), 0);
	CHECK_EQ(try_read("/absolute"), -ENOENT);
	CHECK_EQ(try_read("/up"), -ENOENT);
	CHECK_EQ(try_read("/etc-up/hostname"), -ENOENT);
	CHECK_EQ(try_read("/slash/../outside/canary"), -ENOENT);
	CHECK_EQ(try_read("/outside-dir/canary"), -ENOENT);
	CHECK_EQ(try_read("/magic/etc/hostname"), -ENOENT);
	CHECK_EQ(try_read("/slash/dir/file"), 0);
	/* Writing through a dangling link creates inside, or fails; never outside. */
	CHECK_EQ(try_write("/absolute"), -ENOENT);
	CHECK_EQ(try_write("/up"), -ENOENT);
	CHECK_EQ(vfs_rename(vt_walker(vt_root), "/dir/file", vt_walker(vt_root), "/outside-dir/file", 0), -ENOENT);
	CHECK_EQ(vfs_link(vt_walker(vt_root), "/up", vt_walker(vt_root), "/copy", ABI_AT_SYMLINK_FOLLOW), -ENOENT);
	/* The link itself may be linked: it stays text. */
	CHECK_EQ(vfs_link(vt_walker(vt_root), "/up", vt_walker(vt_root), "/copy", 0), 0);
	CHECK_EQ(try_read("/copy"), -ENOENT);
}

/* A directory that was real when we looked becomes a link to the outside before we open in it. */
static void swapped_directory(void)
{
	struct file *d = NULL;
	struct walker w = vt_walker(vt_root);
	struct path p;

	CHECK_EQ(mkdir(in(root_dir, "swap"), 0755), 0);
	write_host(in(root_dir, "swap/canary"), "mine!!");
	CHECK_EQ(vfs_open(w, "/swap", O_RDONLY | O_DIRECTORY, 0, 0, &d), 0);
	CHECK_EQ(vfs_lookup(w, "/swap/canary", 0, &p), 0);
	CHECK_EQ(rename(in(root_dir, "swap"), in(root_dir, "moved")), 0);
	CHECK_EQ(symlink(outside, in(root_dir, "swap")), 0);
	CHECK_EQ(try_read("/swap/canary"), -ENOENT);
	w.dir = d;                            /* the handle still means the directory that was opened */
	{
		struct file *f;
		char buf[8] = "";

		CHECK_EQ(vfs_open(w, "canary", O_RDONLY, 0, 0, &f), 0);
		CHECK_EQ(file_read_kernel(f, buf, 6, 0), 6);
		CHECK_MEM(buf, "mine!!", 6);
		file_put(f);
	}
	path_put(p);
	file_put(d);
}

/* The same with names that are believed for a while: the handle is opened late. */
static void swapped_while_trusted(void)
{
	struct walker w = vt_walker(vt_root);
	struct path found;
	struct file *f;

	root_super->trust_ns = UINT64_MAX / 2;
	CHECK_EQ(mkdir(in(root_dir, "late"), 0755), 0);
	write_host(in(root_dir, "late/canary"), "mine!!");
	write_host(in(root_dir, "late2"), "mine!!");
	CHECK_EQ(vfs_lookup(w, "/late", 0, &found), 0);       /* looked at, not opened */
	path_put(found);
	CHECK_EQ(vfs_lookup(w, "/late2", 0, &found), 0);
	path_put(found);
	CHECK_EQ(rename(in(root_dir, "late"), in(root_dir, "late-moved")), 0);
	CHECK_EQ(symlink(outside, in(root_dir, "late")), 0);
	CHECK_EQ(unlink(in(root_dir, "late2")), 0);
	CHECK_EQ(symlink("../outside/canary", in(root_dir, "late2")), 0);
	CHECK(try_read("/late/canary") != 0);
	CHECK(try_read("/late2") != 0);
	CHECK(vfs_open(w, "/late2", O_WRONLY, 0, 0, &f) != 0);
	CHECK(vfs_open(w, "/late/new", O_WRONLY | O_CREAT, 0644, 0, &f) != 0);
	root_super->trust_ns = 0;
}

static uint32_t mode_of(const char *name)
{
	struct kstat st = { 0 };
	struct path p;

	if (vfs_lookup(vt_walker(vt_root), name, WALK_NOFOLLOW, &p) == 0) {
		CHECK_EQ(vfs_stat(p, &st), 0);
		path_put(p);
	}
	return st.mode;
}

static void resolve_flags(void)
{
	struct walker w = vt_walker(vt_root);
	struct file *d, *f;

	CHECK_EQ(vfs_open(w, "/dir", O_RDONLY | O_DIRECTORY, 0, 0, &d), 0);
	CHECK_EQ(vfs_symlink(w, "../dir/file", "/dir/updown"), 0);
	CHECK_EQ(vfs_symlink(w, "/dir/file", "/dir/abs"), 0);
	CHECK_EQ(vfs_symlink(w, "/file", "/dir/rootfile"), 0);
	w.dir = d;
	CHECK_EQ(vfs_open(w, "../dir/file", O_RDONLY, 0, ABI_RESOLVE_BENEATH, &f), -EXDEV);
	CHECK_EQ(vfs_open(w, "updown", O_RDONLY, 0, ABI_RESOLVE_BENEATH, &f), -EXDEV);
	CHECK_EQ(vfs_open(w, "abs", O_RDONLY, 0, ABI_RESOLVE_BENEATH, &f), -EXDEV);
	CHECK_EQ(vfs_open(w, "/dir/file", O_RDONLY, 0, ABI_RESOLVE_BENEATH, &f), -EXDEV);
	CHECK_EQ(vfs_open(w, "updown", O_RDONLY, 0, ABI_RESOLVE_NO_SYMLINKS, &f), -ELOOP);
	CHECK_EQ(vfs_open(w, "abs", O_RDONLY, 0, ABI_RESOLVE_IN_ROOT, &f), -ENOENT);
	CHECK_EQ(vfs_open(w, "rootfile", O_RDONLY, 0, ABI_RESOLVE_IN_ROOT, &f), 0);
	file_put(f);
	CHECK_EQ(vfs_open(w, "../../file", O_RDONLY, 0, ABI_RESOLVE_IN_ROOT, &f), 0);
	file_put(f);
	CHECK_EQ(vfs_open(w, "./file", O_RDONLY, 0, ABI_RESOLVE_BENEATH, &f), 0);
	file_put(f);
	file_put(d);
}

/* Host FIFOs and devices are never opened: no hang, no effect; the attribute that hearth keeps
 * cannot be forged from inside, nor turn a file into a directory. */
static void special_files(void)
{
	struct path p;
	struct walker w = vt_walker(vt_root);
	static const char forged[] = "40777 0 0 0";

	CHECK_EQ(mkfifo(in(root_dir, "fifo"), 0666), 0);
	CHECK(S_ISFIFO(mode_of("/fifo")));
	CHECK_EQ(vfs_lookup(w, "/dir/file", 0, &p), 0);
	CHECK_EQ(vfs_setxattr(p, vt_root, "user.hearth.attr", forged, sizeof(forged) - 1, 0), -EPERM);
	path_put(p);
	write_host(in(root_dir, "forged"), "x");
	if (setxattr(in(root_dir, "forged"), "user.hearth.attr", forged, sizeof(forged) - 1, 0) == 0) {
		CHECK_EQ(chmod(in(root_dir, "forged"), 01644), 0);
		CHECK(S_ISREG(mode_of("/forged")));
	}
}

static void read_only_root(void)
{
	struct super *s;
	struct walker w = vt_walker(vt_root);
	struct file *f;

	CHECK_EQ(hostfs_create(root_dir, true, &s), 0);
	CHECK_EQ(vfs_mount("/ro", s, 0, "ro"), 0);
	CHECK_EQ(vfs_mkdir(w, "/ro/x", 0755), -EROFS);
	CHECK_EQ(vfs_unlink(w, "/ro/dir/file", false), -EROFS);
	CHECK_EQ(vfs_rename(w, "/ro/dir/file", w, "/ro/y", 0), -EROFS);
	CHECK_EQ(vfs_open(w, "/ro/dir/file", O_WRONLY, 0, 0, &f), -EROFS);
	CHECK_EQ(vfs_open(w, "/ro/newfile", O_WRONLY | O_CREAT, 0644, 0, &f), -EROFS);
	CHECK_EQ(vfs_open(w, "/ro/dir/file", O_RDONLY | O_TRUNC, 0, 0, &f), -EROFS);
	CHECK_EQ(vfs_symlink(w, "a", "/ro/l"), -EROFS);
	CHECK_EQ(vfs_access(w, "/ro/dir/file", 2, 0, true), -EROFS);
	CHECK_EQ(try_read("/ro/../../outside/canary"), -ENOENT);
	CHECK_EQ(try_read("/ro/dir/file"), 0);
}

static void body(void)
{
	set_up();
	RUN(dots);
	RUN(links);
	RUN(swapped_directory);
	RUN(swapped_while_trusted);
	RUN(resolve_flags);
	RUN(special_files);
	RUN(read_only_root);
	tear_down();
}

int main(void)
{
	umask(022);
	return vt_main(body);
}

/* What the guest sees of the host's files (hearth help files).
 *
 *   with --root DIR            without
 *   /         DIR, rw          /              tmpfs
 *   /proc     proc             /proc /dev /sys  as on the left
 *   /sys      sysfs
 *   /dev      dev              /tmp           tmpfs
 *   /dev/shm  tmpfs            dir of PROG    host, ro, at its own path
 *                              current dir    host, rw, at its own path
 *                              /lib /usr/lib  the sysroot's lib, ro
 *   --bind mounts come last, over everything. */
#include "cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "host/host.h"
#include "kernel/kernel.h"
#include "vfs/vfs.h"

/* ---- one mount ------------------------------------------------------------------------- */

static int mounted(const char *where, struct super *s, unsigned flags, const char *source)
{
	int err = vfs_mount(where, s, flags, source);

	if (!err)
		return 0;
	log_error("cannot mount %s at %s: %s", source, where, strerror(-err));
	return EXIT_HEARTH;
}

static int mount_host(const char *src, const char *dst, bool read_only)
{
	struct super *s;
	int err = hostfs_create(src, read_only, &s);

	if (err == -ENOTDIR)
		err = hostfs_create_file(src, read_only, &s);
	if (err) {
		log_error("cannot use %s: %s%s", src, strerror(-err), err == -EMFILE ? "; raise `ulimit -n`" : "");
		return EXIT_HEARTH;
	}
	/* Where it lies on the host is nothing for the guest to know. */
	err = vfs_mount(dst, s, read_only ? MNT_RDONLY : 0, "hostfs");
	if (!err)
		return 0;
	log_error("cannot mount %s at %s: %s", src, dst, strerror(-err));
	return EXIT_HEARTH;
}

static int mount_tmpfs(const char *dst, uint32_t mode)
{
	struct super *s;
	int err = tmpfs_create(mode, &s);

	return err ? EXIT_HEARTH : mounted(dst, s, 0, "tmpfs");
}

static int mount_system(void)
{
	struct super *proc, *dev, *misc, *sys;

	if (procfs_create(&proc) || sysfs_create(&sys) || devfs_create(&dev) || binfmt_misc_create(&misc))
		return EXIT_HEARTH;
	if (mounted("/proc", proc, MNT_NOSUID | MNT_NODEV | MNT_NOEXEC, "proc") ||
	    mounted("/proc/sys/fs/binfmt_misc", misc, MNT_NOSUID | MNT_NODEV | MNT_NOEXEC, "binfmt_misc") ||
	    mounted("/sys", sys, MNT_NOSUID | MNT_NODEV | MNT_NOEXEC, "sysfs") ||
	    mounted("/dev", dev, MNT_NOSUID, "dev"))
		return EXIT_HEARTH;
	return mount_tmpfs("/dev/shm", 01777);
}

static int mount_binds(const struct options *o)
{
	int status = 0;

	for (unsigned i = 0; !status && i < o->nr_binds; i++)
		status = mount_host(o->binds[i].src, o->binds[i].dst, o->binds[i].read_only);
	return status;
}

/* ---- without --root ------------------------------------------------------------------------ */

/* Debian's cross packages put each width's libraries here. */
static const struct { uint8_t elf_class; const char *lib; } sysroots[] = {
	{ 2, "/usr/riscv64-linux-gnu/lib" },
	{ 1, "/usr/riscv32-linux-gnu/lib" },
};

/* Byte 4 of an ELF file: 1 for 32 bits, 2 for 64. Scripts and others: 64. */
static uint8_t elf_class_of(const char *prog)
{
	uint8_t head[5] = { 0 };
	int fd = host_openat(AT_FDCWD, prog, O_RDONLY, 0);

	if (fd < 0)
		return 2;
	host_pread(fd, head, sizeof(head), 0);
	host_close(fd);
	return memcmp(head, "\177ELF", 4) || head[4] != 1 ? 2 : 1;
}

static int mount_sysroot(const char *prog)
{
	uint8_t class = elf_class_of(prog);

	for (unsigned i = 0; i < ARRAY_SIZE(sysroots); i++) {
		struct super *s;

		if (sysroots[i].elf_class != class || hostfs_create(sysroots[i].lib, true, &s))
			continue;
		if (mounted("/lib", s, MNT_RDONLY, "hostfs") ||
		    mount_host(sysroots[i].lib, "/usr/lib", true))
			return EXIT_HEARTH;
	}
	return 0;
}

/* Is `dir` the same as `top` or below it? */
static bool is_below(const char *dir, const char *top)
{
	size_t n = strlen(top);

	return !strncmp(dir, top, n) && (dir[n] == '/' || !dir[n]);
}

/* "/" itself is never shown: then only the program's file is. */
static int mount_program(const char *prog, const char *cwd)
{
	char dir[4096];
	int status = 0;

	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(prog, '/') - prog), prog);
	if (!dir[0])
		status = mount_host(prog, prog, true);
	else if (!is_below(dir, cwd) || !strcmp(cwd, "/"))
		status = mount_host(dir, dir, true);
	if (!status && strcmp(cwd, "/") != 0)
		status = mount_host(cwd, cwd, false);
	return status;
}

static int not_a_path(const char *prog)
{
	char real[4096], path[4096];

	snprintf(path, sizeof(path), "./%s", prog);
	if (!host_realpath(path, real, sizeof(real)))
		log_error("%s: without --root there is no PATH to search; there is one here: hearth ./%s", prog, prog);
	else
		log_error("%s: without --root there is no PATH to search; say which file, as in hearth ./%s",
			  prog, prog);
	return EXIT_NOT_FOUND;
}

static int make_small_root(const struct options *o, struct placement *where)
{
	const char *prog = o->prog[0];
	int status, err;

	if (!strchr(prog, '/'))
		return not_a_path(prog);
	err = host_getcwd(where->cwd, sizeof(where->cwd));
	if (!err)
		err = host_realpath(prog, where->prog, sizeof(where->prog));
	if (err) {
		log_error("%s: %s", prog, strerror(-err));
		return err == -ENOENT || err == -ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
	}
	status = mount_tmpfs("/", 0755);
	if (!status)
		status = mount_system();
	if (!status)
		status = mount_tmpfs("/tmp", 01777);
	if (!status)
		status = mount_sysroot(where->prog);
	if (!status)
		status = mount_program(where->prog, where->cwd);
	return status ? status : mount_binds(o);
}

/* ---- with --root ----------------------------------------------------------------------------- */

const char mounts_guest_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* PATH of --env, or the default one. */
static const char *search_path(const struct options *o)
{
	for (unsigned i = o->nr_env; i-- > 0;)
		if (!strncmp(o->env[i], "PATH=", 5))
			return o->env[i] + 5;
	return mounts_guest_path;
}

static bool is_executable(struct walker w, const char *path)
{
	struct path p;
	bool ok = false;

	if (vfs_lookup(w, path, 0, &p))
		return false;
	ok = (path_inode(p)->mode & 0170000) == 0100000 && !inode_permission(path_inode(p), w.cred, 1);
	path_put(p);
	return ok;
}

/* As execvp(3): the first directory of PATH that has an executable file of this name. */
static int search_program(const struct options *o, struct placement *where)
{
	struct path root = vfs_root();
	struct fs *fs = fs_create(root);
	struct cred *cred = cred_create(o->uid, o->gid);
	struct walker w = { .fs = fs, .cred = cred };
	bool found = false;

	for (const char *dir = search_path(o); !found && *dir;) {
		size_t n = strcspn(dir, ":");

		snprintf(where->prog, sizeof(where->prog), "%.*s/%s", (int)n, dir, o->prog[0]);
		found = is_executable(w, where->prog);
		dir += n + (dir[n] == ':');
	}
	cred_put(cred);
	fs_put(fs);
	path_put(root);
	if (found)
		return 0;
	log_error("%s: not found in %s's PATH (%s)", o->prog[0], o->root, search_path(o));
	return EXIT_NOT_FOUND;
}

static int make_dir_root(const struct options *o, struct placement *where)
{
	int status = mount_host(o->root, "/", false);

	snprintf(where->cwd, sizeof(where->cwd), "/");
	if (!status)
		status = mount_system();
	if (!status)
		status = mount_binds(o);
	if (status)
		return status;
	if (!strchr(o->prog[0], '/'))
		return search_program(o, where);
	snprintf(where->prog, sizeof(where->prog), "%s", o->prog[0]);
	return 0;
}

static int enter(const struct options *o, struct placement *where)
{
	struct path root = vfs_root(), p;
	struct fs *fs = fs_create(root);
	struct cred *cred = cred_create(o->uid, o->gid);
	int err = vfs_lookup((struct walker){ .fs = fs, .cred = cred }, o->cwd, WALK_DIRECTORY, &p);

	if (!err)
		path_put(p);
	cred_put(cred);
	fs_put(fs);
	path_put(root);
	snprintf(where->cwd, sizeof(where->cwd), "%s", o->cwd);
	if (err)
		log_error("--cwd %s: %s; it is a directory as the program sees it: see 'hearth help files'", o->cwd, strerror(-err));
	return err ? EXIT_HEARTH : 0;
}

int mounts_make(const struct options *o, struct placement *where)
{
	int status = o->root ? make_dir_root(o, where) : make_small_root(o, where);

	return status || !o->cwd ? status : enter(o, where);
}

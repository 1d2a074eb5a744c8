/* What each call that takes a path says to paths of every kind: missing, through a file, too long,
 * in a circle, dangling, with slashes at the end, empty, dots, without permission. */
#include "abi.h"

#include <sys/xattr.h>

static char long_name[300], long_path[PATH_MAX + 10], deep[PATH_MAX];

static const struct { const char *what, *path; } kinds[] = {
	{ "absent", "absent" }, { "below absent", "absent/x" }, { "below a file", "f/x" }, { "a file with a slash", "f/" },
	{ "below a file, dot", "f/." }, { "below a file, dots", "f/.." }, { "empty", "" }, { "dot", "." }, { "dots", ".." },
	{ "root", "/" }, { "many slashes", "d///x" }, { "dir with slash", "d/" }, { "dir with dot", "d/." },
	{ "dangling", "dangling" }, { "dangling with slash", "dangling/" }, { "below dangling", "dangling/x" },
	{ "circle", "loop" }, { "below circle", "loop/x" }, { "link to file", "tofile" }, { "link to file with slash", "tofile/" },
	{ "link to dir", "todir" }, { "link to dir with slash", "todir/" }, { "absent with slash", "absent/" },
	{ "long name", long_name }, { "long path", long_path }, { "many dots", deep },
};

/* A fresh directory for each kind, so that what one call made does not matter to the next. */
static void fresh(void)
{
	static int n;
	char name[16];

	snprintf(name, sizeof(name), "t%d", n++);
	mkdir(name, 0755);
	chdir(name);
	put_file("f", "text");
	mkdir("d", 0755);
	symlink("nowhere", "dangling");
	symlink("loop", "loop");
	symlink("f", "tofile");
	symlink("d", "todir");
}

static void each(const char *call, long (*ask)(const char *path))
{
	bool changes = strncmp(call, "open", 4) && !strstr(call, "stat") && !strstr(call, "access") && !strstr(call, "mk");

	memset(long_name, 'n', 299);
	memset(long_path, '/', PATH_MAX + 5);
	for (int i = 0; i + 2 < (int)sizeof(deep); i += 2)
		memcpy(deep + i, "./", 2);
	deep[sizeof(deep) - 2] = 0;
	for (int i = 0; i < COUNT(kinds); i++) {
		long r;

		/* The root is everybody's, and may be of another file system. */
		if (changes && strcmp(kinds[i].path, "/") == 0)
			continue;
		fresh();
		errno = 0;
		r = ask(kinds[i].path);
		printf("%s of %s: %s\n", call, kinds[i].what, r == -1 ? error_name(errno) : "ok");
		chdir("..");
	}
}

#define EACH(topic, call)                                                \
	static long ask_##topic(const char *p) { return (call); }        \
	TOPIC(path_##topic) { each(#topic, ask_##topic); }

EACH(open, open(p, O_RDONLY))
EACH(open_write, open(p, O_WRONLY))
EACH(open_create, open(p, O_WRONLY | O_CREAT, 0600))
EACH(open_exclusive, open(p, O_WRONLY | O_CREAT | O_EXCL, 0600))
EACH(open_truncate, open(p, O_RDWR | O_TRUNC))
EACH(open_nofollow, open(p, O_RDONLY | O_NOFOLLOW))
EACH(open_directory, open(p, O_RDONLY | O_DIRECTORY))
EACH(open_path, open(p, O_PATH))
EACH(open_path_nofollow, open(p, O_PATH | O_NOFOLLOW))
EACH(stat, stat(p, &(struct stat){ 0 }))
EACH(lstat, lstat(p, &(struct stat){ 0 }))
EACH(statx, syscall(SYS_statx, AT_FDCWD, p, AT_SYMLINK_NOFOLLOW, 0x7ff, &(char[256]){ 0 }))
EACH(statfs, statfs(p, &(struct statfs){ 0 }))
EACH(access, access(p, R_OK | W_OK))
EACH(access_nofollow, syscall(SYS_faccessat2, AT_FDCWD, p, F_OK, AT_SYMLINK_NOFOLLOW))
EACH(chmod, chmod(p, 0755))
EACH(chown, chown(p, -1, -1))
EACH(lchown, lchown(p, -1, -1))
EACH(utime, utimensat(AT_FDCWD, p, NULL, 0))
EACH(utime_nofollow, utimensat(AT_FDCWD, p, NULL, AT_SYMLINK_NOFOLLOW))
EACH(truncate, truncate(p, 2))
EACH(mkdir, mkdir(p, 0755))
EACH(rmdir, rmdir(p))
EACH(unlink, unlink(p))
EACH(mknod, mknod(p, S_IFREG | 0600, 0))
EACH(mkfifo, mknod(p, S_IFIFO | 0600, 0))
EACH(readlink, readlink(p, (char[8]){ 0 }, 8))
EACH(symlink, symlink("x", p))
EACH(link_from, link(p, "new"))
EACH(link_to, link("f", p))
EACH(link_follow, linkat(AT_FDCWD, p, AT_FDCWD, "new", AT_SYMLINK_FOLLOW))
EACH(rename_from, rename(p, "new"))
EACH(rename_file_to, rename("f", p))
EACH(rename_dir_to, rename("d", p))
EACH(rename_exchange, syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, p, 2))
EACH(rename_noreplace, syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, p, 1))
EACH(execve, execve(p, (char *[]){ "x", NULL }, NULL))
EACH(setxattr, setxattr(p, "user.a", "x", 1, 0))
EACH(lgetxattr, lgetxattr(p, "user.a", NULL, 0))

static long go(const char *p)
{
	int r = chdir(p), e = errno;

	if (r == 0)
		fchdir(3);
	errno = e;
	return r;
}
TOPIC(path_chdir)
{
	/* each() leaves by "..": back to where it was. */
	memset(long_name, 'n', 299);
	memset(long_path, '/', PATH_MAX + 5);
	fresh();
	dup2(open(".", O_RDONLY), 3);
	for (int i = 0; i < COUNT(kinds) - 1; i++)
		printf("chdir to %s: %s\n", kinds[i].what, go(kinds[i].path) ? error_name(errno) : "ok");
}

/* Without the right to search or to write, as an ordinary user. */
static void forbidden(void)
{
	struct stat st;

	if (getuid() == 0)
		setuid(4321);
	R(open("closed/f", O_RDONLY));
	R(stat("closed/f", &st));
	R(open("closed/absent", O_RDONLY));
	R(open("closed", O_RDONLY));
	R(chdir("closed"));
	R(open("closed/f/x", O_RDONLY));
	R(open("readonly/new", O_CREAT | O_RDWR, 0600));
	R(open("readonly/f", O_RDONLY) >= 0);
	R(open("readonly/f", O_CREAT | O_RDONLY, 0600) >= 0);
	R(unlink("readonly/f"));
	R(unlink("readonly/absent"));
	R(mkdir("readonly/f", 0700));
	R(mkdir("readonly/new", 0700));
	R(rename("readonly/f", "readonly/g"));
	R(rename("readonly/absent", "readonly/g"));
	R(symlink("x", "readonly/l"));
	R(rmdir("readonly/f"));
	R(mknod("readonly/n", S_IFREG | 0600, 0));
	R(mknod("readonly/n", S_IFCHR | 0600, 0x103));
	R(access("readonly/f", W_OK));
	R(access("readonly/f", R_OK));
	R(access("readonly", W_OK));
	R(access("closed", X_OK));
	R(access("readonly/f", X_OK));
	R(execve("readonly/f", (char *[]){ "x", NULL }, NULL));
	R(truncate("readonly/f", 0));
	R(open("readonly/f", O_WRONLY));
	R(open("readonly/f", O_RDONLY | O_TRUNC));
	R(utimensat(AT_FDCWD, "readonly/f", NULL, 0));
	R(utimensat(AT_FDCWD, "readonly/f", (struct timespec[2]){ { 1, 1 }, { 2, 2 } }, 0));
	R(utimensat(AT_FDCWD, "readonly/f", (struct timespec[2]){ { 0, UTIME_NOW }, { 0, UTIME_OMIT } }, 0));
	R(utimensat(AT_FDCWD, "readonly/f", (struct timespec[2]){ { 0, UTIME_OMIT }, { 0, UTIME_OMIT } }, 0));
	R(utimensat(AT_FDCWD, "writable", NULL, 0));
	R(utimensat(AT_FDCWD, "writable", (struct timespec[2]){ { 1, 1 }, { 2, 2 } }, 0));
	R(utimensat(AT_FDCWD, "writable", (struct timespec[2]){ { 0, UTIME_NOW }, { 0, UTIME_NOW } }, 0));
	R(utimensat(AT_FDCWD, "writable", (struct timespec[2]){ { 0, UTIME_NOW }, { 0, UTIME_OMIT } }, 0));
	R(setxattr("readonly/f", "user.a", "x", 1, 0));
}
TOPIC(path_forbidden)
{
	mkdir("closed", 0755);
	mkdir("readonly", 0755);
	put_file("closed/f", "text");
	put_file("readonly/f", "text");
	chmod("readonly/f", 0444);
	put_file("writable", "");
	chmod("writable", 0666);
	chmod("closed", 0600);
	chmod("readonly", 0555);
	CHILD(forbidden());
	chmod("closed", 0755);
	chmod("readonly", 0755);
}
TOPIC(path_many_links)
{
	char from[16], to[16];

	put_file("l0", "");
	for (int i = 1; i < 50; i++) {
		snprintf(from, sizeof(from), "l%d", i - 1);
		snprintf(to, sizeof(to), "l%d", i);
		symlink(from, to);
	}
	for (int i = 36; i < 46; i++) {
		snprintf(to, sizeof(to), "l%d", i);
		printf("%s: %s\n", to, access(to, F_OK) ? error_name(errno) : "ok");
	}
	R(lstat("l49", &(struct stat){ 0 }));
	R(unlink("l49"));
	R(open("l45", O_CREAT | O_RDWR, 0600));
}

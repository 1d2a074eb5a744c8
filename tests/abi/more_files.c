/* Files: behaviour that programs rely on, question by question. needs: 64 bits */
#include "abi.h"

#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/xattr.h>

TOPIC(more_unlinked_file)
{
	struct stat st;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	write(fd, "text", 4);
	R(unlink("f"));
	R(fstat(fd, &st));
	V(st.st_nlink); V(st.st_size);
	R(pread(fd, &st, 4, 0));
	R(open("/proc/self/fd/3", O_RDONLY));
	R(linkat(fd, "", AT_FDCWD, "g", AT_EMPTY_PATH));
	R(linkat(AT_FDCWD, "/proc/self/fd/3", AT_FDCWD, "g", AT_SYMLINK_FOLLOW));
	R(fchmod(fd, 0640));
	R(ftruncate(fd, 1));
	R(fstat(fd, &st));
	V(st.st_size);
}
TOPIC(more_removed_cwd)
{
	char buf[100];
	struct stat st;

	mkdir("d", 0755);
	chdir("d");
	R(rmdir("../d"));
	R(syscall(SYS_getcwd, buf, 100));
	R(open("x", O_CREAT | O_RDWR, 0600));
	R(mkdir("x", 0700));
	R(symlink("a", "x"));
	R(open(".", O_RDONLY) >= 0);
	R(stat(".", &st));
	V(st.st_nlink);
	R(chdir("."));
	R(access("..", F_OK));
	R(readlink("/proc/self/cwd", buf, 100) > 10);
	R(syscall(SYS_getdents64, open(".", O_RDONLY), buf, 100L));
	R(chdir(".."));
	R(open("d", O_RDONLY));
}
TOPIC(more_renamed_cwd)
{
	char buf[4096];

	mkdir("d", 0755);
	mkdir("e", 0755);
	chdir("d");
	R(rename("../d", "../e/moved"));
	getcwd(buf, sizeof(buf));
	S(strrchr(buf, '/'));
	R(access("../../d", F_OK));
	R(access("../moved", F_OK));
	R(rename("../../e", "under"));
	R(rename("../../e", "../../e/under"));
}
TOPIC(more_append)
{
	char buf[32] = "";
	int a = open("f", O_RDWR | O_CREAT | O_APPEND, 0600), b = open("f", O_RDWR | O_APPEND);

	R(write(a, "one", 3));
	R(write(b, "two", 3));
	R(lseek(a, 0, SEEK_CUR));
	R(lseek(a, 0, SEEK_SET));
	R(write(a, "three", 5));
	R(pwrite(a, "X", 1, 0));
	R(fcntl(a, F_SETFL, 0));
	R(pwrite(a, "Y", 1, 0));
	R(lseek(b, 0, SEEK_SET));
	R(read(b, buf, 31));
	S(buf);
}
TOPIC(more_sticky)
{
	mkdir("t", 01777);
	chmod("t", 01777);
	put_file("t/mine", "");
	if (getuid() == 0) {
		chown("t/mine", 5001, 5001);
		CHILD(setuid(5002); R(unlink("t/mine")); R(rename("t/mine", "t/other")); R(open("t/new", O_CREAT, 0666) > 0);
		      R(unlink("t/new")));
		CHILD(setuid(5001); R(rename("t/mine", "t/renamed")); R(unlink("t/renamed")));
	}
}
TOPIC(more_setgid_dir)
{
	struct stat st;

	if (getuid())
		return;
	mkdir("d", 0755);
	chown("d", 0, 777);
	chmod("d", 02755);
	put_file("d/f", "");
	mkdir("d/sub", 0755);
	stat("d/f", &st);
	printf("file: gid %d mode %o\n", st.st_gid, st.st_mode);
	stat("d/sub", &st);
	printf("directory: gid %d mode %o\n", st.st_gid, st.st_mode);
	chmod("d/f", 06777);
	chown("d/f", 5, 5);
	stat("d/f", &st);
	printf("after chown: %o\n", st.st_mode);
	chmod("d/f", 06777);
	CHILD(setgid(9); setuid(9); close(open("d/f", O_WRONLY | O_TRUNC)));
	CHILD(setgid(9); setuid(9); int fd = open("d/f", O_WRONLY); R(write(fd, "x", 1)));
	stat("d/f", &st);
	printf("after a write: %o\n", st.st_mode);
}
TOPIC(more_hardlinks)
{
	struct stat a, b;

	put_file("f", "text");
	for (int i = 0; i < 5; i++) {
		char name[8];

		snprintf(name, sizeof(name), "l%d", i);
		R(link("f", name));
	}
	stat("f", &a), stat("l3", &b);
	V(a.st_nlink); V(a.st_ino == b.st_ino);
	R(rename("l0", "l1"));
	R(access("l0", F_OK));
	R(syscall(SYS_renameat2, AT_FDCWD, "l0", AT_FDCWD, "l1", 1));
	unlink("f");
	stat("l3", &b);
	V(b.st_nlink);
	chmod("l2", 0600);
	stat("l3", &b);
	X(b.st_mode);
	R(symlink("l3", "s"));
	R(link("s", "t"));
	lstat("t", &b);
	S(type_name(b.st_mode));
}
TOPIC(more_directory_links)
{
	struct stat st;

	mkdir("d", 0755);
	stat("d", &st);
	V(st.st_nlink);
	mkdir("d/a", 0755), mkdir("d/b", 0755);
	put_file("d/f", "");
	stat("d", &st);
	V(st.st_nlink);
	R(rename("d/a", "a"));
	stat("d", &st);
	V(st.st_nlink);
	R(rmdir("d"));
	R(rmdir("d/b"));
	R(unlink("d/b"));
	R(rename("a", "d"));
	R(rename("d/f", "a"));
	R(rename("a", "a/x"));
	R(rename("a", "d/f"));
	R(unlink("d/f"));
	R(rename("a", "d"));
	R(access("a", F_OK));
}
TOPIC(more_sparse)
{
	struct stat st;
	char c = 1;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	R(pwrite(fd, "x", 1, 1 << 20));
	fstat(fd, &st);
	V(st.st_size); V(st.st_blocks < 64);
	R(pread(fd, &c, 1, 5000));
	V(c);
	R(lseek(fd, 0, SEEK_DATA));
	R(lseek(fd, 0, SEEK_HOLE));
	R(lseek(fd, 1 << 20, SEEK_HOLE));
	R(lseek(fd, 2 << 20, SEEK_DATA));
	R(ftruncate(fd, 3LL << 32));
	R(lseek(fd, 0, SEEK_END));
	R(pread(fd, &c, 1, (3LL << 32) - 1));
	R(pread(fd, &c, 1, 3LL << 32));
}
TOPIC(more_times)
{
	struct timespec t[2] = { { 1000, 5 }, { 2000, 6 } };
	struct stat a, b;
	int fd;

	put_file("f", "text");
	R(utimensat(AT_FDCWD, "f", t, 0));
	stat("f", &a);
	V(a.st_atime); V(a.st_atim.tv_nsec); V(a.st_mtime); V(a.st_mtim.tv_nsec);
	t[0].tv_nsec = UTIME_OMIT, t[1].tv_sec = 3000;
	R(utimensat(AT_FDCWD, "f", t, 0));
	stat("f", &b);
	V(b.st_atime); V(b.st_mtime);
	t[0].tv_nsec = -1;
	R(utimensat(AT_FDCWD, "f", t, 0));
	t[0].tv_nsec = 1000000000;
	R(utimensat(AT_FDCWD, "f", t, 0));
	t[0] = (struct timespec){ -5, 0 };
	R(utimensat(AT_FDCWD, "f", t, 0));
	stat("f", &b);
	V(b.st_atime);
	fd = open("f", O_WRONLY);
	write(fd, "x", 1);
	fstat(fd, &b);
	V(b.st_mtime > 3000); V(b.st_ctime >= a.st_ctime);
	symlink("f", "l");
	t[0] = t[1] = (struct timespec){ 77, 0 };
	R(utimensat(AT_FDCWD, "l", t, AT_SYMLINK_NOFOLLOW));
	lstat("l", &b);
	V(b.st_mtime);
}
TOPIC(more_tmpfile)
{
	struct stat st;
	int fd = open(".", O_TMPFILE | O_RDWR, 0640), no;

	R(fd >= 0);
	R(fstat(fd, &st));
	V(st.st_nlink); X(st.st_mode);
	R(write(fd, "text", 4));
	R(linkat(AT_FDCWD, "/proc/self/fd/3", AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	show_file("named");
	R(open(".", O_TMPFILE | O_RDONLY, 0600));
	R(open("absent", O_TMPFILE | O_RDWR, 0600));
	R(open("named", O_TMPFILE | O_RDWR, 0600));
	no = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	R(syscall(SYS_linkat, AT_FDCWD, "/proc/self/fd/4", AT_FDCWD, "never", AT_SYMLINK_FOLLOW));
	V(no);
}
TOPIC(more_copy_between)
{
	char buf[64] = "";
	int a, b, p[2];

	put_file("a", "0123456789abcdef");
	put_file("b", "");
	a = open("a", O_RDWR), b = open("b", O_RDWR);
	pipe(p);
	R(copy_file_range(a, NULL, b, NULL, 4, 0));
	R(copy_file_range(a, &(off_t){ 10 }, b, NULL, 100, 0));
	R(copy_file_range(a, &(off_t){ 100 }, b, NULL, 100, 0));
	R(lseek(a, 0, SEEK_CUR));
	R(lseek(b, 0, SEEK_CUR));
	R(sendfile(b, a, NULL, 3));
	R(sendfile(p[1], a, &(off_t){ 1 }, 5));
	R(splice(p[0], NULL, b, &(off_t){ 0 }, 2, 0));
	R(splice(a, &(off_t){ 15 }, p[1], NULL, 10, 0));
	R(splice(a, &(off_t){ 16 }, p[1], NULL, 10, 0));
	R(read(p[0], buf, 63));
	S(buf);
	show_file("b");
	R(copy_file_range(a, &(off_t){ 0 }, a, &(off_t){ 16 }, 16, 0));
	show_file("a");
	R(sendfile(a, p[0], NULL, 3));
	R(splice(a, NULL, b, NULL, 3, 0));
	R(tee(p[0], p[1], 3, 0));
}
TOPIC(more_locks_kinds)
{
	struct flock l = { .l_type = F_WRLCK, .l_len = 10 };
	int a, b;

	put_file("f", "");
	a = open("f", O_RDWR), b = open("f", O_RDWR);
	/* The three kinds do not see each other, but for posix and OFD locks. */
	R(flock(a, LOCK_EX));
	R(fcntl(b, F_SETLK, &l));
	R(fcntl(b, F_OFD_SETLK, &l));
	l.l_start = 20;
	R(fcntl(a, F_OFD_SETLK, &l));
	R(fcntl(b, F_OFD_SETLK, &l));
	R(fcntl(b, F_OFD_GETLK, &l));
	V(l.l_type); V(l.l_start); V(l.l_len); V(l.l_pid);
	l = (struct flock){ .l_type = F_WRLCK, .l_len = 100 };
	R(fcntl(a, F_GETLK, &l));
	V(l.l_type); V(l.l_start); V(l.l_pid);
	CHILD(struct flock c = { .l_type = F_RDLCK, .l_len = 100 }; R(fcntl(a, F_GETLK, &c)); V(c.l_type); V(c.l_start); V(c.l_len);
	      V(c.l_pid == getppid()); R(flock(b, LOCK_SH | LOCK_NB)));
	/* Closing any descriptor of the file drops the process's posix locks, not the others. */
	close(dup(b));
	CHILD(struct flock c = { .l_type = F_WRLCK, .l_len = 10 }; R(fcntl(a, F_SETLK, &c));
	      c.l_start = 20; R(fcntl(a, F_OFD_SETLK, &c)); R(fcntl(b, F_OFD_SETLK, &c)));
}
TOPIC(more_lock_ranges)
{
	struct flock l = { .l_type = F_WRLCK };
	int fd, ends[2];

	put_file("f", "0123456789");
	fd = open("f", O_RDWR);
	pipe(ends);
	l.l_start = 0, l.l_len = 10;
	R(fcntl(fd, F_SETLK, &l));
	l.l_type = F_UNLCK, l.l_start = 3, l.l_len = 2;
	R(fcntl(fd, F_SETLK, &l));
	l.l_type = F_RDLCK, l.l_start = 7, l.l_len = 0;
	R(fcntl(fd, F_SETLK, &l));
	l.l_type = F_WRLCK, l.l_whence = SEEK_END, l.l_start = -2, l.l_len = 1;
	R(fcntl(fd, F_SETLK, &l));
	if (fork() == 0) {
		for (off_t at = 0; at < 20;) {
			struct flock c = { .l_type = F_WRLCK, .l_start = at };

			fcntl(fd, F_GETLK, &c);
			printf("from %lld: type %d start %lld len %lld\n", (long long)at, c.l_type, (long long)c.l_start, (long long)c.l_len);
			if (c.l_type == F_UNLCK || c.l_len == 0)
				break;
			at = c.l_start + c.l_len;
		}
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}
TOPIC(more_readdir_change)
{
	char name[16];
	int n = 0, seen_new = 0;
	struct dirent *e;
	DIR *d;

	mkdir("d", 0755);
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "d/f%d", i);
		put_file(name, "");
	}
	d = opendir("d");
	/* Deleted while it is read: each is seen once. */
	while ((e = readdir(d)))
		if (e->d_name[0] != '.') {
			snprintf(name, sizeof(name), "d/%.10s", e->d_name);
			n += unlink(name) == 0;
		}
	V(n);
	put_file("d/new", "");
	rewinddir(d);
	while ((e = readdir(d)))
		seen_new += e->d_name[0] == 'n';
	V(seen_new);
	closedir(d);
	unlink("d/new");
	R(rmdir("d"));
}
TOPIC(more_xattr_sizes)
{
	static char big[70000], got[70000];

	put_file("f", "");
	R(setxattr("f", "user.empty", "", 0, 0));
	R(getxattr("f", "user.empty", got, 10));
	R(setxattr("f", "user.a", "12345", 5, 0));
	R(getxattr("f", "user.a", got, 5));
	R(getxattr("f", "user.a", got, 4));
	R(getxattr("f", "user.a", NULL, 0));
	R(setxattr("f", "user.toobig", big, 65537, 0));
	R(listxattr("f", got, sizeof(got)));
	R(listxattr("f", got, 5));
	R(listxattr("f", NULL, 0));
	R(setxattr("f", "user.a", "replaced", 8, XATTR_REPLACE));
	R(getxattr("f", "user.a", got, 100));
	R(removexattr("f", "user.a"));
	R(removexattr("f", "user.a"));
	R(getxattr("f", "user.a", got, 5));
	symlink("f", "l");
	R(lsetxattr("l", "user.a", "x", 1, 0));
	R(mkfifo("p", 0600));
	R(setxattr("p", "user.a", "x", 1, 0));
	if (getuid() == 0) {
		R(setxattr("f", "trusted.a", "x", 1, 0));
		CHILD(setuid(999); R(getxattr("f", "trusted.a", got, 5)); R(setxattr("f", "trusted.b", "x", 1, 0)); R(setxattr("f", "user.c", "x", 1, 0)));
	}
}
TOPIC(more_memfd)
{
	char buf[16] = "", *p;
	struct stat st;
	int fd = syscall(SYS_memfd_create, "name", 3);

	R(fcntl(fd, F_GETFD));
	X(fcntl(fd, F_GETFL) & ~0100000);
	R(write(fd, "hello", 5));
	fstat(fd, &st);
	X(st.st_mode); V(st.st_size); V(st.st_nlink);
	R(readlink("/proc/self/fd/3", buf, 15));
	S(buf);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	R(munmap(p, PAGE));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK));
	R(write(fd, "x", 1));
	R(pwrite(fd, "x", 1, 100));
	R(ftruncate(fd, 1));
	R(ftruncate(fd, 100));
	R(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	R(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	R(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4));
	R(fcntl(fd, F_GET_SEALS));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	R(open("/proc/self/fd/3", O_RDWR) >= 0);
}
TOPIC(more_device_files)
{
	char buf[16];
	struct stat st;
	static const char *const names[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty" };

	for (int i = 0; i < COUNT(names); i++) {
		stat(names[i], &st);
		printf("%s: %s %o %#x\n", names[i], type_name(st.st_mode), st.st_mode & 0777, (unsigned)st.st_rdev);
	}
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR);
	R(read(null, buf, 4)); R(write(null, buf, 4)); R(lseek(null, 5, SEEK_SET));
	R(read(zero, buf, 4)); R(write(zero, buf, 4)); R(lseek(zero, 5, SEEK_SET));
	R(read(full, buf, 4)); R(write(full, buf, 4)); R(write(full, buf, 0));
	R(ftruncate(null, 5)); R(fsync(null)); R(fallocate(null, 0, 0, 10));
	R(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, null, 0) == MAP_FAILED);
	R(*(char *)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, zero, 0));
	R(*(char *)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0));
	R(poll(&(struct pollfd){ null, POLLIN | POLLOUT }, 1, 0));
	R(ioctl(null, TCGETS, buf)); R(isatty(null));
}

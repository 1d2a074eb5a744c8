/* Which flag bits each call that takes a path takes. */
#include "probe.h"

#include <sys/xattr.h>

TOPIC(flags_linkat)
{
	put_file("f", "");
	BITS("linkat", syscall(SYS_linkat, AT_FDCWD, "f", AT_FDCWD, "g", f), unlink("g"));
}
TOPIC(flags_unlinkat)
{
	put_file("f", "");
	BITS("unlinkat of a file", syscall(SYS_unlinkat, AT_FDCWD, "f", f), put_file("f", ""));
	mkdir("d", 0755);
	BITS("unlinkat of a directory", syscall(SYS_unlinkat, AT_FDCWD, "d", f), mkdir("d", 0755));
	R(unlinkat(AT_FDCWD, "d", 0));
}
TOPIC(flags_fstatat)
{
	struct stat st;

	put_file("f", "");
	BITS("newfstatat", fstatat(AT_FDCWD, "f", &st, f), );
	BITS("newfstatat of nothing", fstatat(AT_FDCWD, "", &st, f), );
}
TOPIC(flags_statx)
{
	struct statx x;

	put_file("f", "");
	BITS("statx flags", syscall(SYS_statx, AT_FDCWD, "f", f, STATX_BASIC_STATS, &x), );
	BITS("statx mask", syscall(SYS_statx, AT_FDCWD, "f", 0, f, &x), );
	BITS("statx with AT_EMPTY_PATH", syscall(SYS_statx, AT_FDCWD, "", AT_EMPTY_PATH | f, 0x7ff, &x), );
	R(syscall(SYS_statx, AT_FDCWD, "f", 0x6000, 0x7ff, &x));
}
TOPIC(flags_faccessat2)
{
	put_file("f", "");
	BITS("faccessat2", syscall(SYS_faccessat2, AT_FDCWD, "f", F_OK, f), );
	BITS("modes", syscall(SYS_faccessat2, AT_FDCWD, "f", f, 0), );
	BITS("faccessat's modes", syscall(SYS_faccessat, AT_FDCWD, "f", f), );
	BITS("of nothing", syscall(SYS_faccessat2, AT_FDCWD, "", F_OK, f), );
}
TOPIC(flags_fchownat)
{
	put_file("f", "");
	BITS("fchownat", syscall(SYS_fchownat, AT_FDCWD, "f", -1, -1, f), );
}
TOPIC(flags_utimensat)
{
	put_file("f", "");
	BITS("utimensat", utimensat(AT_FDCWD, "f", NULL, f), );
}
TOPIC(flags_renameat2)
{
	put_file("f", "");
	put_file("g", "");
	BITS("renameat2 onto a file", syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "g", f & ~4u), put_file("f", ""));
	NUMBERS("combinations", 0, 3, syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "new", f),
		(rename("new", "f"), put_file("f", "")));
	R(syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "new", 6));
}
TOPIC(flags_openat_modes)
{
	put_file("f", "");
	NUMBERS("access modes", 0, 3, syscall(SYS_openat, AT_FDCWD, "f", f, 0), close(r));
	NUMBERS("with O_TRUNC", 0, 3, syscall(SYS_openat, AT_FDCWD, "f", f | O_TRUNC, 0), close(r));
	NUMBERS("with O_PATH", 0, 3, syscall(SYS_openat, AT_FDCWD, "f", f | O_PATH, 0), close(r));
	NUMBERS("with O_DIRECTORY", 0, 3, syscall(SYS_openat, AT_FDCWD, ".", f | O_DIRECTORY, 0), close(r));
	NUMBERS("with O_CREAT and O_DIRECTORY", 0, 3,
		syscall(SYS_openat, AT_FDCWD, ".", f | O_DIRECTORY | O_APPEND, 0), close(r));
}
/* A fixed access mode, then what fcntl shows of each flag that openat takes. */
TOPIC(flags_open_shown)
{
	static const struct { const char *name; int flag; } flags[] = {
		{ "O_APPEND", O_APPEND }, { "O_NONBLOCK", O_NONBLOCK }, { "O_DSYNC", O_DSYNC }, { "O_SYNC", O_SYNC },
		{ "O_ASYNC", O_ASYNC }, { "O_NOATIME", O_NOATIME }, { "O_NOFOLLOW", O_NOFOLLOW }, { "O_CLOEXEC", O_CLOEXEC },
		{ "O_TRUNC", O_TRUNC }, { "O_NOCTTY", O_NOCTTY }, { "O_CREAT", O_CREAT },
	};

	put_file("f", "");
	for (int i = 0; i < COUNT(flags); i++) {
		int fd = open("f", O_RDWR | flags[i].flag, 0600), shown = fcntl(fd, F_GETFL);

		printf("%s: stays %d, others %d\n", flags[i].name, (shown & flags[i].flag) == flags[i].flag,
		       (shown & (O_APPEND | O_NONBLOCK | O_SYNC | O_ASYNC | O_NOATIME | O_TRUNC | O_NOCTTY) & ~flags[i].flag) != 0);
		close(fd);
	}
}
struct how { uint64_t flags, mode, resolve; };
TOPIC(flags_openat2)
{
	put_file("f", "");
	BITS("resolve", syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ 0, 0, f & ~0x20u }, 24), close(r));
	BITS("mode without O_CREAT", syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ 0, f, 0 }, 24), close(r));
	BITS("mode with O_CREAT", syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ O_CREAT, f, 0 }, 24), close(r));
	BITS("high flags", syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ (uint64_t)f << 32, 0, 0 }, 24), close(r));
	NUMBERS("size", 20, 28, syscall(SYS_openat2, AT_FDCWD, "f", &(struct how[2]){ { 0, 0, 0 } }, f), close(r));
	R(syscall(SYS_openat2, AT_FDCWD, "f", &(struct how[2]){ { 0, 0, 0 }, { 1, 0, 0 } }, 32));
	R(syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ 0, 0, 0 }, 1 << 20));
	R(syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ O_PATH | O_RDWR, 0, 0 }, 24) >= 0);
	R(syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ O_PATH | O_TRUNC, 0, 0 }, 24) >= 0);
	R(syscall(SYS_openat2, AT_FDCWD, "f", &(struct how){ 0, 0, 0x18 }, 24));
}
TOPIC(flags_setxattr)
{
	put_file("f", "");
	BITS("a new attribute", syscall(SYS_setxattr, "f", "user.a", "x", 1, f), removexattr("f", "user.a"));
	setxattr("f", "user.a", "x", 1, 0);
	BITS("one that is there", syscall(SYS_setxattr, "f", "user.a", "x", 1, f), );
	R(syscall(SYS_setxattr, "f", "user.a", "x", 1, 3));
	R(syscall(SYS_setxattr, "f", "user.b", "x", 1, 3));
}
TOPIC(flags_umount)
{
	mkdir("d", 0755);
	BITS("umount2 of what is not mounted", syscall(SYS_umount2, "d", f), );
	BITS("umount2 of nothing", syscall(SYS_umount2, "absent", f), );
}
TOPIC(flags_mknod)
{
	NUMBERS("types", 0, 15, syscall(SYS_mknodat, AT_FDCWD, "n", f << 12 | 0600, 0), unlink("n"));
}
TOPIC(flags_chmod)
{
	struct stat st;

	put_file("f", "");
	BITS("chmod", syscall(SYS_fchmodat, AT_FDCWD, "f", f), );
	R(chmod("f", 0177777 & ~06000));
	stat("f", &st);
	X(st.st_mode);
}

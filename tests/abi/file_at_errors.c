/* The *at calls with bad descriptors, bad pointers, bad flags, too long names. */
#include "abi.h"

static void attributes(int f, char *longname)
{
	struct timespec ts[2] = { { 0, -5 }, { 0, 0 } };
	struct stat st;

	R(fchmodat(AT_FDCWD, "f", 0644, 0));
	R(fchmodat(AT_FDCWD, "absent", 0644, 0));
	R(fchmodat(999, "f", 0644, 0));
	R(fchownat(AT_FDCWD, "f", -1, -1, 0x1));
	R(fchownat(AT_FDCWD, "f", -1, -1, AT_SYMLINK_NOFOLLOW));
	R(fchownat(f, "", -1, -1, AT_EMPTY_PATH));
	R(utimensat(AT_FDCWD, "f", ts, 0));
	R(utimensat(AT_FDCWD, "absent", NULL, 0));
	R(utimensat(AT_FDCWD, "f", NULL, 0x1));
	R(faccessat(AT_FDCWD, "f", 16, 0));
	R(readlinkat(AT_FDCWD, "f", longname, 10));
	R(readlinkat(AT_FDCWD, "f", longname, 0));
	R(fstatat(AT_FDCWD, "f", &st, 0x1));
	R(fstatat(f, "", &st, 0));
	R(fstatat(f, "", &st, AT_EMPTY_PATH));
	R(mknodat(AT_FDCWD, "n", S_IFDIR | 0600, 0));
	R(mknodat(AT_FDCWD, "n", 0170000, 0));
	R(mknodat(AT_FDCWD, "f", S_IFREG | 0600, 0));
	R(mknodat(AT_FDCWD, "n", S_IFIFO | 0600, 0));
	R(truncate("n", 0));
	R(truncate(".", 0));
	R(truncate("f", -1));
	R(truncate("absent", 0));
	R(chdir("f"));
	R(chdir(longname));
	R(chroot("absent"));
}

TOPIC(file_at_errors)
{
	char longname[300], longpath[5000];
	int f;

	memset(longname, 'n', 299); longname[299] = 0;
	memset(longpath, '/', 4999); longpath[4999] = 0;
	put_file("f", "");
	f = open("f", O_RDONLY);
	R(openat(999, "f", O_RDONLY));
	R(openat(f, "f", O_RDONLY));
	R(openat(999, "/", O_RDONLY | O_PATH) >= 0);
	R(openat(AT_FDCWD, longname, O_RDONLY));
	R(openat(AT_FDCWD, longpath, O_RDONLY));
	R(openat(AT_FDCWD, BAD, O_RDONLY));
	R(openat(AT_FDCWD, "", O_RDONLY));
	R(mkdirat(AT_FDCWD, longname, 0755));
	R(mkdirat(AT_FDCWD, "f/x", 0755));
	R(mkdirat(AT_FDCWD, "a/b", 0755));
	R(mkdirat(AT_FDCWD, BAD, 0755));
	R(mkdirat(AT_FDCWD, "/", 0755));
	R(unlinkat(AT_FDCWD, "f", AT_REMOVEDIR));
	R(unlinkat(AT_FDCWD, "f", 0x1));
	R(unlinkat(AT_FDCWD, ".", 0));
	R(unlinkat(AT_FDCWD, ".", AT_REMOVEDIR));
	R(unlinkat(AT_FDCWD, "..", AT_REMOVEDIR));
	R(unlinkat(AT_FDCWD, "/", AT_REMOVEDIR));
	R(unlinkat(AT_FDCWD, "f/", 0));
	R(unlinkat(AT_FDCWD, BAD, 0));
	R(symlinkat("", AT_FDCWD, "l"));
	R(symlinkat(BAD, AT_FDCWD, "l"));
	R(symlinkat("x", AT_FDCWD, BAD));
	R(symlinkat("x", AT_FDCWD, "f"));
	R(symlinkat("x", AT_FDCWD, "l/"));
	R(linkat(AT_FDCWD, "f", AT_FDCWD, "f", 0));
	R(linkat(AT_FDCWD, "absent", AT_FDCWD, "g", 0));
	R(linkat(AT_FDCWD, ".", AT_FDCWD, "g", 0));
	R(linkat(AT_FDCWD, "f", AT_FDCWD, "g", 1));
	R(linkat(f, "", AT_FDCWD, "viafd", 0));
	R(renameat(AT_FDCWD, "f", AT_FDCWD, "f/g"));
	R(renameat(AT_FDCWD, ".", AT_FDCWD, "g"));
	R(renameat(AT_FDCWD, "f", AT_FDCWD, BAD));
	R(renameat(999, "f", AT_FDCWD, "g"));
	attributes(f, longname);
}

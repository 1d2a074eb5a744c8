/* Calls of Linux 6.8 to 6.13. needs: 64 bits needs: Linux 6.13 */
#include "abi.h"

#include <sys/xattr.h>

struct args { uint64_t value; uint32_t size, flags; };

static long set(const char *path, unsigned at, const char *name, const char *value, unsigned flags)
{
	struct args a = { (uintptr_t)value, strlen(value), flags };

	return syscall(463, AT_FDCWD, path, at, name, &a, sizeof(a));
}

static long get(const char *path, unsigned at, const char *name, char *buf, unsigned size)
{
	struct args a = { (uintptr_t)buf, size, 0 };

	memset(buf, 0, size);
	return syscall(464, AT_FDCWD, path, at, name, &a, sizeof(a));
}

TOPIC(new_xattrat)
{
	char buf[100];
	int fd;

	put_file("f", "");
	symlink("f", "l");
	fd = open("f", O_RDONLY);
	R(set("f", 0, "user.a", "one", 0));
	R(set("f", 0, "user.a", "two", XATTR_CREATE));
	R(set("f", 0, "user.b", "two", XATTR_REPLACE));
	R(set("l", 0, "user.b", "two", 0));
	R(set("l", AT_SYMLINK_NOFOLLOW, "user.c", "three", 0));
	R(get("f", 0, "user.a", buf, 100));
	S(buf);
	R(get("l", 0, "user.b", buf, 2));
	R(get("l", 0, "user.b", buf, 0));
	R(get("l", AT_SYMLINK_NOFOLLOW, "user.b", buf, 10));
	R(get("absent", 0, "user.b", buf, 10));
	R(syscall(465, AT_FDCWD, "f", 0, buf, 100));
	R(syscall(465, fd, "", AT_EMPTY_PATH, buf, 100));
	R(syscall(465, fd, "", 0, buf, 100));
	R(syscall(466, AT_FDCWD, "f", 0, "user.a"));
	R(syscall(466, fd, "", AT_EMPTY_PATH, "user.b"));
	R(syscall(466, fd, "", AT_EMPTY_PATH, "user.b"));
	R(syscall(465, AT_FDCWD, "f", 0, NULL, 0));
}
TOPIC(new_xattrat_errors)
{
	struct args a[2] = { { (uintptr_t)"x", 1, 0 } };

	put_file("f", "");
	R(syscall(463, AT_FDCWD, "f", 1, "user.a", a, 16));
	R(syscall(463, AT_FDCWD, "f", 0, "user.a", a, 15));
	R(syscall(463, AT_FDCWD, "f", 0, "user.a", a, 24));
	a[1].value = 1;
	R(syscall(463, AT_FDCWD, "f", 0, "user.a", a, 24));
	R(syscall(463, AT_FDCWD, "f", 0, "user.a", a, 5000));
	R(syscall(463, AT_FDCWD, "f", 0, "user.a", BAD, 16));
	R(syscall(463, AT_FDCWD, "f", 0, BAD, a, 16));
	R(syscall(463, AT_FDCWD, BAD, 0, "user.a", a, 16));
	R(syscall(463, 999, "f", 0, "user.a", a, 16));
	a[0].flags = 4;
	R(syscall(463, AT_FDCWD, "f", 0, "user.a", a, 16));
	R(syscall(464, AT_FDCWD, "f", 0, "user.a", a, 16));
	a[0].flags = 1;
	R(syscall(464, AT_FDCWD, "f", 0, "user.a", a, 16));
	R(syscall(465, AT_FDCWD, "f", 1, NULL, 0));
	R(syscall(466, AT_FDCWD, "f", 1, "user.a"));
	R(syscall(466, AT_FDCWD, "f", 0, "user.none"));
}
TOPIC(new_mseal)
{
	char *p = anon(4, PROT_READ | PROT_WRITE), *ro = anon(2, PROT_READ);

	p[0] = p[PAGE] = 'x';
	R(syscall(462, p, PAGE, 1));
	R(syscall(462, p + 1, PAGE, 0));
	R(syscall(462, p, 0, 0));
	R(syscall(462, p, 5 * PAGE, 0));
	R(syscall(462, p - PAGE, PAGE, 0));
	R(syscall(462, p, -1L, 0));
	R(syscall(462, p + PAGE, PAGE, 0));
	R(syscall(462, p + PAGE, PAGE, 0));
	R(mprotect(p + PAGE, PAGE, PROT_READ));
	R(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
	R(munmap(p, 4 * PAGE));
	R(munmap(p + PAGE, 1));
	R(mmap(p, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
	R(mremap(p + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	R(mremap(p + 3 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE) == MAP_FAILED);
	R(madvise(p + PAGE, PAGE, MADV_DONTNEED));
	V(p[0]); V(p[PAGE]);
	p[PAGE] = 'y';
	R(syscall(462, ro, PAGE, 0));
	R(madvise(ro, PAGE, MADV_DONTNEED));
	R(madvise(ro, PAGE, MADV_NORMAL));
	R(madvise(ro, PAGE, MADV_WILLNEED));
	R(madvise(ro, PAGE, MADV_FREE));
	R(munmap(ro + PAGE, PAGE));
	R(munmap(p + 2 * PAGE, 2 * PAGE));
	CHILD(R(munmap(p + PAGE, PAGE)); R(p[PAGE]));
}
TOPIC(new_lsm_errors)
{
	uint32_t size = 0, zero = 0;

	R(syscall(461, NULL, &size, 1));
	R(syscall(461, NULL, BAD, 0));
	R(syscall(461, NULL, &zero, 0));
	V(zero > 0);
	R(syscall(459, 0, NULL, &size, 0));
	R(syscall(459, 100, NULL, NULL, 0));
	R(syscall(459, 100, NULL, BAD, 0));
	R(syscall(459, 100, NULL, &size, 2));
	R(syscall(459, 100, NULL, &size, 1));
	R(syscall(460, 100, NULL, 32, 1));
	R(syscall(460, 100, NULL, 31, 0));
	R(syscall(460, 100, NULL, 5000, 0));
	R(syscall(460, 100, BAD, 32, 0));
	R(syscall(460, 100, (&(uint64_t[4]){ 100, 0, 64, 0 }), 32, 0));
	R(syscall(460, 100, (&(uint64_t[4]){ 100, 0, 32, 8 }), 32, 0));
}

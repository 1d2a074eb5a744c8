/* openat2: how RESOLVE_* bounds a walk, and its argument checks. needs: 64 bits (musl has no SYS_openat2 on RV32) */
#include "abi.h"

struct how { uint64_t flags, mode, resolve; };
#define open2(dir, path, ...) syscall(437, dir, path, &(struct how){ __VA_ARGS__ }, sizeof(struct how))
enum { NO_XDEV = 1, NO_MAGIC = 2, NO_SYMLINKS = 4, BENEATH = 8, IN_ROOT = 16 };
#define T(...) do { errno = 0; long fd_ = open2(__VA_ARGS__); printf("%s = %s\n", #__VA_ARGS__, fd_ >= 0 ? "ok" : error_name(errno)); if (fd_ >= 0) close(fd_); } while (0)

TOPIC(file_openat2)
{
	int d;
	uint8_t big[64] = { 0 };

	mkdir("d", 0755);
	mkdir("d/e", 0755);
	put_file("d/f", "x");
	put_file("top", "x");
	symlink("../top", "d/up");
	symlink("/top", "d/abs");
	symlink("f", "d/near");
	symlink("e", "d/dir");
	d = open("d", O_PATH | O_DIRECTORY);
	T(d, "f", .flags = O_RDONLY);
	T(d, "near", .flags = O_RDONLY, .resolve = NO_SYMLINKS);
	T(d, "dir/../f", .flags = O_RDONLY, .resolve = NO_SYMLINKS);
	T(d, "near", .flags = O_PATH | O_NOFOLLOW, .resolve = NO_SYMLINKS);
	T(d, "up", .flags = O_RDONLY, .resolve = BENEATH);
	T(d, "../top", .flags = O_RDONLY, .resolve = BENEATH);
	T(d, "abs", .flags = O_RDONLY, .resolve = BENEATH);
	T(d, "/top", .flags = O_RDONLY, .resolve = BENEATH);
	T(d, "e/../f", .flags = O_RDONLY, .resolve = BENEATH);
	T(d, "near", .flags = O_RDONLY, .resolve = BENEATH);
	T(d, "up", .flags = O_RDONLY, .resolve = IN_ROOT);
	T(d, "/f", .flags = O_RDONLY, .resolve = IN_ROOT);
	T(d, "/../../f", .flags = O_RDONLY, .resolve = IN_ROOT);
	T(AT_FDCWD, "/proc/self/cwd", .flags = O_RDONLY, .resolve = NO_MAGIC);
	T(AT_FDCWD, "/proc/self/fd", .flags = O_RDONLY, .resolve = NO_MAGIC);
	T(AT_FDCWD, "/proc/self/status", .flags = O_RDONLY, .resolve = NO_XDEV);
	T(d, "new", .flags = O_CREAT | O_WRONLY, .mode = 0600, .resolve = BENEATH);
	T(d, "f", .flags = O_RDONLY, .mode = 0600);
	T(d, "new", .flags = O_CREAT | O_WRONLY, .mode = 010000);
	T(d, "f", .flags = 1ull << 40);
	T(d, "f", .flags = O_RDONLY, .resolve = 0x100);
	T(d, "f", .flags = O_RDONLY, .resolve = BENEATH | IN_ROOT);
	T(d, "f", .flags = O_PATH | O_RDWR);
	T(999, "f", .flags = O_RDONLY);
	R(syscall(437, d, "f", big, 8));
	R(syscall(437, d, "f", BAD, 24));
	R(syscall(437, d, BAD, big, 24));
	V(close(syscall(437, d, "f", big, 64)));
	big[40] = 1;
	R(syscall(437, d, "f", big, 64));
	R(syscall(437, d, "f", big, 8192));
}

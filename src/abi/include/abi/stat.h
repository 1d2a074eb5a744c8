/* Files' attributes as a RISC-V Linux program sees them: stat, statx, statfs, dirent.
 * RV32 has neither fstat nor newfstatat: its libcs use statx only. */
#ifndef ABI_STAT_H
#define ABI_STAT_H

#include "abi/types.h"

/* File types and mode bits: the same on every Linux. */
#ifndef S_IFMT
#define S_IFMT	0170000
#define S_IFSOCK 0140000
#define S_IFLNK	0120000
#define S_IFREG	0100000
#define S_IFBLK	0060000
#define S_IFDIR	0040000
#define S_IFCHR	0020000
#define S_IFIFO	0010000
#define S_ISUID	0004000
#define S_ISGID	0002000
#define S_ISVTX	0001000
#define S_ISLNK(m)	(((m) & S_IFMT) == S_IFLNK)
#define S_ISREG(m)	(((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m)	(((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)	(((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m)	(((m) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(m)	(((m) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(m)	(((m) & S_IFMT) == S_IFSOCK)
#endif

/* asm-generic/stat.h for 64 bits: newfstatat and fstat of RV64. */
struct abi_stat64 {
	uint64_t dev, ino;
	uint32_t mode, nlink, uid, gid;
	uint64_t rdev, pad1;
	int64_t size;
	int32_t blksize, pad2;
	int64_t blocks;
	int64_t atime;
	uint64_t atime_nsec;
	int64_t mtime;
	uint64_t mtime_nsec;
	int64_t ctime;
	uint64_t ctime_nsec;
	uint32_t unused[2];
};
_Static_assert(sizeof(struct abi_stat64) == 128, "layout");
_Static_assert(offsetof(struct abi_stat64, size) == 48, "layout");
_Static_assert(offsetof(struct abi_stat64, atime) == 72, "layout");

struct abi_statx_timestamp { int64_t sec; uint32_t nsec; int32_t reserved; };
struct abi_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad0;
	uint64_t ino, size, blocks, attributes_mask;
	struct abi_statx_timestamp atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	uint32_t dio_mem_align, dio_offset_align;
	uint64_t spare[12];
};
_Static_assert(sizeof(struct abi_statx) == 256, "layout");
_Static_assert(offsetof(struct abi_statx, atime) == 64, "layout");
_Static_assert(offsetof(struct abi_statx, rdev_major) == 128, "layout");

enum {
	ABI_STATX_BASIC_STATS = 0x7ff, ABI_STATX_BTIME = 0x800, ABI_STATX_MNT_ID = 0x1000,
	ABI_STATX_ALL = 0xfff,
	ABI_STATX_ATTR_MOUNT_ROOT = 0x2000,
	ABI_AT_STATX_FORCE_SYNC = 0x2000, ABI_AT_STATX_DONT_SYNC = 0x4000,
};
#define ABI_STATX_RESERVED 0x80000000u

/* statfs of RV64; statfs64 of RV32. */
struct abi_statfs64 {
	uint64_t type, bsize, blocks, bfree, bavail, files, ffree;
	int32_t fsid[2];
	uint64_t namelen, frsize, flags, spare[4];
};
struct abi_statfs32 {
	uint32_t type, bsize;
	uint64_t blocks, bfree, bavail, files, ffree;
	int32_t fsid[2];
	uint32_t namelen, frsize, flags, spare[4];
};
_Static_assert(sizeof(struct abi_statfs64) == 120, "layout");
_Static_assert(sizeof(struct abi_statfs32) == 88, "layout");

/* getdents64: followed by the name and NUL, reclen rounded up to 8. */
struct abi_dirent64 { uint64_t ino; int64_t off; uint16_t reclen; uint8_t type; char name[]; };
_Static_assert(offsetof(struct abi_dirent64, name) == 19, "layout");

#endif

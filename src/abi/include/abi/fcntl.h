/* Opening files and handling descriptors: constants of RISC-V Linux.
 *
 * RISC-V uses the generic values (uapi/asm-generic/fcntl.h, uapi/linux/fcntl.h,
 * uapi/linux/openat2.h). Those of the host may differ (AArch64 swaps O_DIRECT
 * and O_DIRECTORY), so the guest's have names of their own. */
#ifndef ABI_FCNTL_H
#define ABI_FCNTL_H

#include "abi/types.h"

enum {
	ABI_O_ACCMODE   = 00000003,
	ABI_O_RDONLY    = 00000000,
	ABI_O_WRONLY    = 00000001,
	ABI_O_RDWR      = 00000002,
	ABI_O_CREAT     = 00000100,
	ABI_O_EXCL      = 00000200,
	ABI_O_NOCTTY    = 00000400,
	ABI_O_TRUNC     = 00001000,
	ABI_O_APPEND    = 00002000,
	ABI_O_NONBLOCK  = 00004000,
	ABI_O_DSYNC     = 00010000,
	ABI_O_ASYNC     = 00020000,
	ABI_O_DIRECT    = 00040000,
	ABI_O_LARGEFILE = 00100000,
	ABI_O_DIRECTORY = 00200000,
	ABI_O_NOFOLLOW  = 00400000,
	ABI_O_NOATIME   = 01000000,
	ABI_O_CLOEXEC   = 02000000,
	ABI_O_SYNC      = 04010000,   /* includes O_DSYNC */
	ABI_O_PATH      = 010000000,
	ABI_O_TMPFILE   = 020200000,  /* includes O_DIRECTORY */
};
/* Everything open(2) knows; openat2 refuses other bits, open ignores them. */
#define ABI_O_VALID (ABI_O_ACCMODE | ABI_O_CREAT | ABI_O_EXCL | ABI_O_NOCTTY | ABI_O_TRUNC | \
	ABI_O_APPEND | ABI_O_NONBLOCK | ABI_O_SYNC | ABI_O_ASYNC | ABI_O_DIRECT | \
	ABI_O_LARGEFILE | ABI_O_DIRECTORY | ABI_O_NOFOLLOW | ABI_O_NOATIME | \
	ABI_O_CLOEXEC | ABI_O_PATH | ABI_O_TMPFILE)

/* *at() calls */
enum {
	ABI_AT_FDCWD            = -100,
	ABI_AT_SYMLINK_NOFOLLOW = 0x100,
	ABI_AT_EACCESS          = 0x200,
	ABI_AT_REMOVEDIR        = 0x200,
	ABI_AT_SYMLINK_FOLLOW   = 0x400,
	ABI_AT_NO_AUTOMOUNT     = 0x800,
	ABI_AT_EMPTY_PATH       = 0x1000,
	ABI_AT_STATX_SYNC_TYPE  = 0x6000,
	ABI_AT_RECURSIVE        = 0x8000,
	ABI_AT_EXECVE_CHECK     = 0x10000,
};

/* openat2 */
enum {
	ABI_RESOLVE_NO_XDEV       = 0x01,
	ABI_RESOLVE_NO_MAGICLINKS = 0x02,
	ABI_RESOLVE_NO_SYMLINKS   = 0x04,
	ABI_RESOLVE_BENEATH       = 0x08,
	ABI_RESOLVE_IN_ROOT       = 0x10,
	ABI_RESOLVE_CACHED        = 0x20,
	ABI_RESOLVE_VALID         = 0x3f,
};
struct abi_open_how { uint64_t flags, mode, resolve; };

enum { ABI_RENAME_NOREPLACE = 1, ABI_RENAME_EXCHANGE = 2, ABI_RENAME_WHITEOUT = 4 };

/* fcntl */
enum {                                  /* F_NOTIFY */
	ABI_DN_ACCESS = 1, ABI_DN_MODIFY = 2, ABI_DN_CREATE = 4, ABI_DN_DELETE = 8, ABI_DN_RENAME = 0x10, ABI_DN_ATTRIB = 0x20,
};
#define ABI_DN_MULTISHOT 0x80000000u
enum { ABI_F_OWNER_TID = 0, ABI_F_OWNER_PID = 1, ABI_F_OWNER_PGRP = 2 };         /* struct f_owner_ex */
enum {
	ABI_F_DUPFD = 0, ABI_F_GETFD = 1, ABI_F_SETFD = 2, ABI_F_GETFL = 3, ABI_F_SETFL = 4,
	ABI_F_GETLK = 5, ABI_F_SETLK = 6, ABI_F_SETLKW = 7,
	ABI_F_SETOWN = 8, ABI_F_GETOWN = 9, ABI_F_SETSIG = 10, ABI_F_GETSIG = 11,
	ABI_F_GETLK64 = 12, ABI_F_SETLK64 = 13, ABI_F_SETLKW64 = 14,   /* RV32 */
	ABI_F_SETOWN_EX = 15, ABI_F_GETOWN_EX = 16,
	ABI_F_OFD_GETLK = 36, ABI_F_OFD_SETLK = 37, ABI_F_OFD_SETLKW = 38,
	ABI_F_SETLEASE = 1024, ABI_F_GETLEASE = 1025, ABI_F_NOTIFY = 1026,
	ABI_F_DUPFD_QUERY = 1027, ABI_F_CREATED_QUERY = 1028, ABI_F_DUPFD_CLOEXEC = 1030,
	ABI_F_SETPIPE_SZ = 1031, ABI_F_GETPIPE_SZ = 1032,
	ABI_F_ADD_SEALS = 1033, ABI_F_GET_SEALS = 1034,
	ABI_F_GET_RW_HINT = 1035, ABI_F_SET_RW_HINT = 1036,
};
enum { ABI_FD_CLOEXEC = 1 };
enum { ABI_F_RDLCK = 0, ABI_F_WRLCK = 1, ABI_F_UNLCK = 2 };
/* What F_SETFL may change. */
#define ABI_O_SETFL (ABI_O_APPEND | ABI_O_NONBLOCK | ABI_O_ASYNC | ABI_O_DIRECT | ABI_O_NOATIME)

/* memfd_create, seals */
enum {
	ABI_MFD_CLOEXEC = 1, ABI_MFD_ALLOW_SEALING = 2, ABI_MFD_HUGETLB = 4,
	ABI_MFD_NOEXEC_SEAL = 8, ABI_MFD_EXEC = 16,
};
enum {
	ABI_F_SEAL_SEAL = 1, ABI_F_SEAL_SHRINK = 2, ABI_F_SEAL_GROW = 4,
	ABI_F_SEAL_WRITE = 8, ABI_F_SEAL_FUTURE_WRITE = 16, ABI_F_SEAL_EXEC = 32,
};

/* lseek, fallocate, flock, xattr */
enum { ABI_SEEK_SET = 0, ABI_SEEK_CUR = 1, ABI_SEEK_END = 2, ABI_SEEK_DATA = 3, ABI_SEEK_HOLE = 4 };
enum {
	ABI_FALLOC_KEEP_SIZE = 1, ABI_FALLOC_PUNCH_HOLE = 2, ABI_FALLOC_COLLAPSE = 8,
	ABI_FALLOC_ZERO_RANGE = 16, ABI_FALLOC_INSERT = 32,
};
enum { ABI_LOCK_SH = 1, ABI_LOCK_EX = 2, ABI_LOCK_NB = 4, ABI_LOCK_UN = 8 };
enum { ABI_XATTR_CREATE = 1, ABI_XATTR_REPLACE = 2, ABI_XATTR_NAME_MAX = 255, ABI_XATTR_SIZE_MAX = 65536 };

/* Directory entry types: S_IF* >> 12. */
enum {
	ABI_DT_UNKNOWN = 0, ABI_DT_FIFO = 1, ABI_DT_CHR = 2, ABI_DT_DIR = 4,
	ABI_DT_BLK = 6, ABI_DT_REG = 8, ABI_DT_LNK = 10, ABI_DT_SOCK = 12,
};

/* Limits (uapi/linux/limits.h); PATH_MAX counts the NUL. */
enum { ABI_NAME_MAX = 255, ABI_PATH_MAX = 4096, ABI_PIPE_BUF = 4096 };

/* Linux' dev_t as user space sees it (glibc's makedev): major and minor interleaved. */
static inline uint64_t abi_makedev(uint32_t major, uint32_t minor)
{
	return (minor & 0xff) | ((uint64_t)(major & 0xfff) << 8) |
	       ((uint64_t)(minor & ~0xffu) << 12) | ((uint64_t)(major & ~0xfffu) << 32);
}
static inline uint32_t abi_dev_major(uint64_t dev)
{
	return (uint32_t)((dev >> 8) & 0xfff) | (uint32_t)((dev >> 32) & ~0xfffu);
}
static inline uint32_t abi_dev_minor(uint64_t dev)
{
	return (uint32_t)(dev & 0xff) | (uint32_t)((dev >> 12) & ~0xffu);
}

#endif

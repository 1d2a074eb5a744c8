/* inotify(7): constants and the record of RISC-V Linux (uapi/linux/inotify.h). */
#ifndef ABI_INOTIFY_H
#define ABI_INOTIFY_H

#include "abi/types.h"

/* Followed by `len` bytes: the name with NULs up to a multiple of the record's size. */
struct abi_inotify_event { int32_t wd; uint32_t mask, cookie, len; };
_Static_assert(sizeof(struct abi_inotify_event) == 16, "layout");

enum {
	ABI_IN_ACCESS = 0x1, ABI_IN_MODIFY = 0x2, ABI_IN_ATTRIB = 0x4, ABI_IN_CLOSE_WRITE = 0x8,
	ABI_IN_CLOSE_NOWRITE = 0x10, ABI_IN_OPEN = 0x20, ABI_IN_MOVED_FROM = 0x40, ABI_IN_MOVED_TO = 0x80,
	ABI_IN_CREATE = 0x100, ABI_IN_DELETE = 0x200, ABI_IN_DELETE_SELF = 0x400, ABI_IN_MOVE_SELF = 0x800,
	ABI_IN_ALL_EVENTS = 0xfff,
	ABI_IN_UNMOUNT = 0x2000, ABI_IN_Q_OVERFLOW = 0x4000, ABI_IN_IGNORED = 0x8000,
	ABI_IN_ONLYDIR = 0x1000000, ABI_IN_DONT_FOLLOW = 0x2000000, ABI_IN_EXCL_UNLINK = 0x4000000,
	ABI_IN_MASK_CREATE = 0x10000000, ABI_IN_MASK_ADD = 0x20000000, ABI_IN_ISDIR = 0x40000000,
};
#define ABI_IN_ONESHOT 0x80000000u
/* What inotify_add_watch accepts. */
#define ABI_IN_VALID (ABI_IN_ALL_EVENTS | ABI_IN_UNMOUNT | ABI_IN_Q_OVERFLOW | ABI_IN_IGNORED | ABI_IN_ONLYDIR | \
	ABI_IN_DONT_FOLLOW | ABI_IN_EXCL_UNLINK | ABI_IN_MASK_CREATE | ABI_IN_MASK_ADD | ABI_IN_ISDIR | ABI_IN_ONESHOT)

#endif

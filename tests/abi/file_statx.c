/* statx: the mask it fills in, and its errnos. */
#include "abi.h"

TOPIC(file_statx)
{
	struct statx x;

	put_file("f", "0123456789");
	R(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &x));
	V((x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
	S(type_name(x.stx_mode));
	X(x.stx_mode & 0777);
	V(x.stx_size);
	V(x.stx_nlink);
	V(x.stx_mtime.tv_nsec < 1000000000);
	R(statx(AT_FDCWD, "absent", 0, STATX_BASIC_STATS, &x));
	R(statx(AT_FDCWD, "", 0, STATX_BASIC_STATS, &x));
	R(statx(AT_FDCWD, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x));
	S(type_name(x.stx_mode));
	R(statx(AT_FDCWD, "f", 0x10000, STATX_BASIC_STATS, &x));
	R(statx(AT_FDCWD, "f", 0, STATX__RESERVED, &x));
	R(statx(AT_FDCWD, "f", AT_STATX_SYNC_TYPE, STATX_BASIC_STATS, &x));
	R(statx(999, "f", 0, STATX_BASIC_STATS, &x));
}

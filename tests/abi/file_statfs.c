/* statfs: fields that make sense, errnos. */
#include "abi.h"

TOPIC(file_statfs)
{
	struct statfs fs;
	struct statvfs vfs;

	R(statfs(".", &fs));
	V(fs.f_bsize > 0);
	V(fs.f_namelen);
	V(fs.f_bfree <= fs.f_blocks);
	R(fstatfs(0, &fs));
	R(statfs("absent", &fs));
	R(fstatfs(999, &fs));
	R(statvfs("/", &vfs));
	V(vfs.f_frsize > 0);
	R(statfs("/proc", &fs));
	X(fs.f_type);
}

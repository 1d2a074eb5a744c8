/* access and faccessat. */
#include "abi.h"

TOPIC(file_access)
{
	put_file("f", "");
	R(access("f", F_OK));
	R(access("f", R_OK | W_OK));
	R(chmod("f", 0));
	R(access("f", F_OK));
	R(access("f", X_OK));
	R(chmod("f", 0700));
	R(access("f", R_OK | W_OK | X_OK));
	R(access("f", 8));
	R(access("f", -1));
	R(access("absent", F_OK));
	R(access("f/x", F_OK));
	R(access("", F_OK));
	R(faccessat(999, "f", F_OK, 0));
	R(faccessat(AT_FDCWD, "f", R_OK, AT_EACCESS));
	R(symlink("absent", "dangling"));
	R(access("dangling", F_OK));
	R(faccessat(AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW));
	R(access("/", W_OK | R_OK | X_OK) == 0 || errno == EACCES || errno == EROFS);
}

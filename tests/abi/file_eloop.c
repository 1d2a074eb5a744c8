/* Forty symlinks in one walk are followed, the forty-first is ELOOP. */
#include "abi.h"

TOPIC(file_eloop)
{
	char from[16], to[16];

	R(symlink("loop", "loop"));
	R(open("loop", O_RDONLY));
	R(open("loop/x", O_RDONLY));
	R(stat("loop", &(struct stat){ 0 }));
	R(lstat("loop", &(struct stat){ 0 }));
	R(symlink("b", "a"));
	R(symlink("a", "b"));
	R(access("a", F_OK));
	R(unlink("a"));
	put_file("s0", "end");
	for (int i = 1; i <= 41; i++) {
		snprintf(to, sizeof(to), "s%d", i - 1);
		snprintf(from, sizeof(from), "s%d", i);
		if (symlink(to, from))
			perror("symlink");
	}
	R(access("s39", F_OK));
	R(access("s40", F_OK));
	R(access("s41", F_OK));
	R(open("s41", O_RDONLY | O_NOFOLLOW));
	R(rename("s41", "renamed"));
}

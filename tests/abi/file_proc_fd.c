/* /proc/self/fd: links to what is open; opening one opens the file again. */
#include "abi.h"

TOPIC(file_proc_fd)
{
	char path[64], target[PATH_MAX] = "", cwd[PATH_MAX];
	int fd, again, ends[2];

	put_file("f", "0123456789");
	fd = open("f", O_RDONLY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	R(readlink(path, target, sizeof(target)) > 0);
	R(getcwd(cwd, sizeof(cwd)) != NULL);
	V(strncmp(target, cwd, strlen(cwd)));
	S(target + strlen(cwd));
	R(read(fd, cwd, 4));
	again = open(path, O_RDONLY);
	R(lseek(again, 0, SEEK_CUR));
	R(unlink("f"));
	memset(target, 0, sizeof(target));
	R(readlink(path, target, sizeof(target)) > 0);
	S(strrchr(target, '/') + 1);
	R(open(path, O_RDONLY) > 0);
	R(pipe(ends));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	memset(target, 0, sizeof(target));
	R(readlink(path, target, sizeof(target)) > 6);
	target[6] = 0;
	S(target);
	R(open("/proc/self/fd/999", O_RDONLY));
	R(access("/proc/self/fd/0", F_OK));
}

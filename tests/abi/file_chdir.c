/* The working directory: chdir, fchdir, getcwd, a directory that is gone. */
#include "abi.h"

TOPIC(file_chdir)
{
	char start[PATH_MAX], now[PATH_MAX];
	int fd;

	R(getcwd(start, sizeof(start)) != NULL);
	R(getcwd(now, 1) ? 0 : -1);
	R(syscall(SYS_getcwd, now, sizeof(now)) == (long)strlen(start) + 1);
	R(mkdir("d", 0755));
	R(mkdir("d/e", 0755));
	R(chdir("d/e"));
	R(getcwd(now, sizeof(now)) != NULL);
	S(now + strlen(start));
	fd = open("..", O_RDONLY);
	R(fchdir(fd));
	R(getcwd(now, sizeof(now)) != NULL);
	S(now + strlen(start));
	R(rename("e", "renamed"));
	R(chdir("renamed"));
	R(getcwd(now, sizeof(now)) != NULL);
	S(now + strlen(start));
	R(rmdir("../renamed"));
	R(getcwd(now, sizeof(now)) ? 0 : -1);
	R(open("x", O_CREAT | O_WRONLY, 0600));
	R(mkdir("x", 0700));
	R(chdir("."));
	R(chdir(".."));
	R(chdir("absent"));
	put_file("f", "");
	R(chdir("f"));
	R(chdir(""));
	R(fchdir(open("f", O_RDONLY)));
	R(fchdir(999));
	R(chdir("/.."));
	R(getcwd(now, sizeof(now)) != NULL);
	S(now);
	R(chdir("../../../.."));
	S(getcwd(now, sizeof(now)));
}

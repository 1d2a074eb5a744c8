/* What a program that is shown the directory around hearth's translations can do to them: nothing.
 * Argument: the directory that --cache names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAY(call) do { errno = 0; (void)!(call); printf("%s: %s\n", #call, errno ? strerrorname_np(errno) : "done"); } while (0)

int main(int argc, char **argv)
{
	if (argc < 2)
		return 1;
	/* What is not there yet is not to be made for it. */
	if (chdir(argv[1])) {
		SAY(mkdir(argv[1], 0700));
		return 0;
	}
	SAY(open("translations/secret", O_RDONLY));
	SAY(open("translations", O_RDONLY | O_DIRECTORY));
	SAY(chdir("translations"));
	SAY(rename(argv[1], "/mnt/elsewhere"));
	SAY(rename("translations", "elsewhere"));
	SAY(rmdir("translations"));
	SAY(unlink("translations"));
	SAY(mkdir("mine", 0700));
	SAY(rename("mine", "translations"));
	SAY(symlink("mine", "translations"));
	SAY(mkdir("translations", 0700));
	SAY(rmdir("mine"));
	return 0;
}

/* execve's errnos; the caller lives on. */
#include "abi.h"

TOPIC(exec_errno)
{
	char *const args[] = { "x", NULL };
	char name[5000];

	R(execv("absent", args));
	R(execv("", args));
	R(execv(".", args));
	R(execv("/dev/null", args));
	put_file("text", "just text\n");
	R(execv("text", args));
	R(chmod("text", 0755));
	R(execv("text", args));
	R(execv("text/x", args));
	R(execv("text/", args));
	put_file("empty", "");
	R(chmod("empty", 0755));
	R(execv("empty", args));
	R(symlink("loop", "loop"));
	R(execv("loop", args));
	R(symlink("absent", "dangling"));
	R(execv("dangling", args));
	memset(name, 'n', sizeof(name));
	name[4999] = 0;
	R(execv(name, args));
	name[300] = 0;
	R(execv(name, args));
	put_file("script", "#!/absent/interpreter\n");
	R(chmod("script", 0755));
	R(execv("script", args));
	put_file("script", "#!./text\n");
	R(execv("script", args));
	put_file("script", "#!.\n");
	R(execv("script", args));
	R(mkfifo("fifo", 0777));
	R(execv("fifo", args));
	R(setenv("STILL", "alive", 1));
	S(getenv("STILL"));
}

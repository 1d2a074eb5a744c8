/* /proc/PID/exe: the interpreter for a script; the old place after a rename; "(deleted)". */
#include "abi.h"

static void show_exe(pid_t pid)
{
	char path[64], target[PATH_MAX] = "", *slash;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		printf("%s\n", error_name(errno));
	slash = strrchr(target, '/');
	printf("exe: %s\n", slash ? slash + 1 : target);
}

TOPIC(proc_exe_link)
{
	char self[PATH_MAX] = "", buffer[65536];
	ssize_t len;
	int in, out;

	if (argc > 2) {
		show_exe(getpid());
		R(rename("copy", "moved"));
		show_exe(getpid());
		R(unlink("moved"));
		show_exe(getpid());
		return;
	}
	if (argc > 1) {
		show_exe(getpid());
		return;
	}
	show_exe(getpid());
	R(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	R(symlink(self, "interp"));
	put_file("script", "#!./interp proc_exe_link\n");
	R(chmod("script", 0755));
	CHILD(execl("./script", "x", NULL));
	in = open(self, O_RDONLY);
	out = open("copy", O_WRONLY | O_CREAT, 0755);
	while ((len = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, len) != len)
			puts("short write");
	close(out);
	CHILD(execl("./copy", "abi", "proc_exe_link", "two", "three", NULL));
}

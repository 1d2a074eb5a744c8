/* /proc/self: comm, cmdline, status lines, exe, cwd. */
#include "abi.h"

TOPIC(proc_self_files)
{
	char text[4096] = "", cwd[PATH_MAX], *line;
	int fd = open("/proc/self/cmdline", O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text));

	show_bytes("cmdline tail", text + len - 16, 16);
	R(prctl(PR_SET_NAME, "a-name-that-is-too-long"));
	show_file("/proc/self/comm");
	R(readlink("/proc/self/cwd", text, sizeof(text) - 1) > 0);
	V(strncmp(text, getcwd(cwd, sizeof(cwd)), strlen(cwd)));
	R(readlink("/proc/self/exe", text, sizeof(text) - 1) > 0);
	V(atoi(memset(text, 0, sizeof(text))));
	R(readlink("/proc/self", text, sizeof(text) - 1) > 0);
	V(atoi(text) == getpid());
	fd = open("/proc/self/status", O_RDONLY);
	len = read(fd, text, sizeof(text) - 1);
	text[len] = 0;
	line = strstr(text, "\nPPid:");
	V(line && atoi(line + 6) == getppid());
	line = strstr(text, "\nPid:");
	V(line && atoi(line + 5) == getpid());
	line = strstr(text, "\nThreads:");
	V(line ? atoi(line + 9) : -1);
	V(strncmp(text, "Name:\ta-name-that-is-\n", 21));
	R(open("/proc/999999/stat", O_RDONLY));
	R(open("/proc/self/absent", O_RDONLY));
	R(access("/proc/1/stat", R_OK));
}

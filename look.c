#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int fds = 0, reached = 0;

	while ((entry = readdir(dir)))
		if (atoi(entry->d_name) > 0)
			printf("process %s\n", entry->d_name);
	closedir(dir);
	for (int fd = 3; fd < 100; fd++)
		fds += fcntl(fd, F_GETFD) >= 0;
	printf("pid %d, parent %d, %d descriptors\n", getpid(), getppid(), fds);
	for (char **e = environ; *e; e++)
		if (strstr(*e, "SECRET"))
			printf("environment %s\n", *e);
	for (int pid = 2; pid < 70000; pid++)
		reached += kill(pid, 0) == 0;
	printf("%d processes reached, kill(-1) %d\n", reached, kill(-1, 0));
	for (int i = 1; i < argc; i++)
		printf("%s: %s\n", argv[i], access(argv[i], F_OK) ? strerror(errno) : "there");
	return 0;
}

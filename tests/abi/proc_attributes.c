/* Setting attributes of files of /proc, and what /proc/PID/attr has. */
#include "abi.h"

static int touch(const char *path)
{
	return utimensat(AT_FDCWD, path, (struct timespec[2]){ { 1, 2 }, { 3, 4 } }, 0);
}

static int compare(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

TOPIC(proc_attributes)
{
	static const char *const files[] = { "comm", "stat", "attr", "fd", "ns", "task", "environ" };
	char path[50];
	int fd;

	for (int i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "/proc/self/%s", files[i]);
		S(path);
		R(touch(path));
		R(utimensat(AT_FDCWD, path, NULL, 0));
		R(chmod(path, 0777));
		fd = open(path, O_RDONLY);
		R(futimens(fd, NULL));
		R(fchmod(fd, 0777));
		close(fd);
	}
	R(touch("/proc/self/none"));
	R(chmod("/proc/self", 0777));
	R(close(open("/proc/self/comm", O_WRONLY | O_CREAT | O_TRUNC, 0644)) == 0);
}

/* Security modules add directories of their own. */
TOPIC(proc_attr)
{
	char *names[20];
	char path[60];
	struct dirent *e;
	struct stat st;
	int n = 0;
	DIR *d = opendir("/proc/self/attr");

	while (d && (e = readdir(d)) && n < 20)
		if (e->d_type == DT_REG)
			names[n++] = strdup(e->d_name);
	qsort(names, n, sizeof(*names), compare);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/proc/self/attr/%s", names[i]);
		R(stat(path, &st));
		printf("%s %o\n", names[i], st.st_mode);
	}
	R(access("/proc/thread-self/attr/current", F_OK));
	R(open("/proc/self/attr/none", O_RDONLY));
}

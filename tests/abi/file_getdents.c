/* Reading directories: names and types, after changes, wrong descriptors, small buffers. */
#include "abi.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
	char *names[64];
	int count = 0;
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir)) && count < 64) {
		char text[300];

		snprintf(text, sizeof(text), "%s (%s)", entry->d_name, type_name(DTTOIF(entry->d_type)));
		names[count++] = strdup(text);
	}
	qsort(names, count, sizeof(names[0]), by_name);
	printf("%s:\n", path);
	for (int i = 0; i < count; i++)
		printf("  %s\n", names[i]);
	if (dir)
		closedir(dir);
}

TOPIC(file_getdents)
{
	char buffer[4096];
	int fd, count = 0;
	DIR *dir;

	put_file("file", "");
	R(mkdir("dir", 0755));
	R(symlink("x", "sym"));
	R(mkfifo("fifo", 0600));
	list(".");
	list("dir");
	R(opendir("file") ? 1 : -1);
	R(opendir("absent") ? 1 : -1);
	fd = open("file", O_RDONLY);
	R(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	fd = open("dir", O_RDONLY);
	R(syscall(SYS_getdents64, fd, buffer, 4));
	R(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0);
	R(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	R(lseek(fd, 0, SEEK_SET));
	R(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0);
	R(rmdir("dir"));
	R(lseek(fd, 0, SEEK_SET));
	R(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	for (int i = 0; i < 500; i++) {
		snprintf(buffer, sizeof(buffer), "a-rather-long-name-for-a-file-%03d", i);
		close(open(buffer, O_CREAT | O_WRONLY, 0600));
	}
	dir = opendir(".");
	while (readdir(dir))
		count++;
	V(count);
	rewinddir(dir);
	for (struct dirent *entry; (entry = readdir(dir)); )
		if (entry->d_name[0] == 'a' && unlink(entry->d_name))
			perror("unlink");
	closedir(dir);
	list(".");
}

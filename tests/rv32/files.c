/* Files: large offsets, holes, seeking, directories, links, mapping, truncation. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(void)
{
	int fd = open("big", O_RDWR | O_CREAT, 0644), count = 0;
	struct stat st;
	char buffer[32] = "", *names[20], *map;
	struct dirent *entry;
	DIR *dir;

	printf("off_t has %d bits\n", (int)sizeof(off_t) * 8);
	printf("%d\n", (int)pwrite(fd, "far away", 8, 10000000000LL));
	printf("%lld\n", (long long)lseek(fd, 0, SEEK_END));
	printf("%lld\n", (long long)lseek(fd, -5, SEEK_CUR));
	printf("%d %s\n", (int)read(fd, buffer, 31), buffer);
	fstat(fd, &st);
	printf("%lld %s\n", (long long)st.st_size, st.st_blocks < 100 ? "sparse" : "full");
	ftruncate(fd, 3000000000LL);
	fstat(fd, &st);
	printf("%lld\n", (long long)st.st_size);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 2147483648LL);
	map[5] = 'm';
	pread(fd, buffer, 1, 2147483653LL);
	printf("%c\n", buffer[0]);
	mkdir("dir", 0755);
	symlink("dir", "link");
	link("big", "hard");
	for (int i = 0; i < 5; i++) {
		snprintf(buffer, sizeof(buffer), "dir/entry%d", i);
		close(open(buffer, O_CREAT | O_WRONLY, 0600));
	}
	dir = opendir("link");
	while ((entry = readdir(dir)))
		names[count++] = strdup(entry->d_name);
	qsort(names, count, sizeof(*names), by_name);
	for (int i = 0; i < count; i++)
		printf("%s ", names[i]);
	stat("hard", &st);
	printf("\n%d links\n", (int)st.st_nlink);
	printf("%d ", rename("dir", "hard"));
	printf("errno %d\n", errno);
	printf("%d ", rmdir("dir"));
	printf("errno %d\n", errno);
	printf("%d\n", unlink("hard"));
	memset(buffer, 0, sizeof(buffer));
	printf("%d %s\n", (int)readlink("link", buffer, 31), buffer);
	return 0;
}

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define TRY(call) printf("%s: %s\n", #call, (call) < 0 ? errno == EROFS ? "EROFS" : "another errno" : "done")
int main(void)
{
	chdir("/ro");
	TRY(open("file", O_WRONLY));
	TRY(open("file", O_RDWR));
	TRY(open("file", O_RDONLY | O_TRUNC));
	TRY(open("new", O_WRONLY | O_CREAT, 0600));
	TRY(truncate("file", 0));
	TRY(unlink("file"));
	TRY(rename("file", "other"));
	TRY(mkdir("dir2", 0700));
	TRY(rmdir("dir"));
	TRY(symlink("x", "sym"));
	TRY(link("file", "hard"));
	TRY(chmod("file", 0777));
	TRY(chown("file", 1, 1));
	TRY(utimensat(AT_FDCWD, "file", NULL, 0));
	TRY(mknod("node", S_IFIFO | 0600, 0));
	TRY(access("file", W_OK));
	printf("map: %s\n", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, open("file", O_RDONLY), 0) == MAP_FAILED ? "refused" : "done");
	return 0;
}

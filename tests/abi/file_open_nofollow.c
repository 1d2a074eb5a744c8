/* O_NOFOLLOW, O_PATH and symlinks. */
#include "abi.h"

TOPIC(file_open_nofollow)
{
	struct stat st;
	char buffer[8];
	int fd;

	put_file("f", "text");
	R(symlink("f", "link"));
	R(open("link", O_RDONLY | O_NOFOLLOW));
	R(open("link", O_RDONLY) >= 0);
	fd = open("link", O_PATH | O_NOFOLLOW);
	R(fd >= 0);
	R(fstat(fd, &st));
	S(type_name(st.st_mode));
	R(read(fd, buffer, 4));
	R(write(fd, buffer, 4));
	R(syscall(SYS_fchmod, fd, 0600));
	R(lseek(fd, 0, SEEK_SET));
	R(ftruncate(fd, 0));
	R(fcntl(fd, F_GETFL) & O_PATH ? 1 : 0);
	R(readlinkat(fd, "", buffer, sizeof(buffer)));
	fd = open("f", O_PATH);
	R(read(fd, buffer, 4));
	R(fstat(fd, &st));
	S(type_name(st.st_mode));
	R(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
	R(symlink("absent", "dangling"));
	R(open("dangling", O_RDONLY));
	R(open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0600));
	R(open("dangling", O_WRONLY | O_CREAT, 0600) >= 0);
	R(access("absent", F_OK));
}

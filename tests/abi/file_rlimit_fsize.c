/* RLIMIT_FSIZE: a partial write up to the limit, then SIGXFSZ and EFBIG. */
#include "abi.h"

TOPIC(file_rlimit_fsize)
{
	struct rlimit limit = { 6, RLIM_INFINITY };
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	R(getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = 6;
	R(setrlimit(RLIMIT_FSIZE, &limit));
	CHILD({
		R(write(fd, "0123456789", 10));
		signal(SIGXFSZ, SIG_IGN);
		R(write(fd, "x", 1));
		R(ftruncate(fd, 7));
		R(ftruncate(fd, 5));
	});
	CHILD({ R(lseek(fd, 6, SEEK_SET)); R(write(fd, "x", 1)); });
	show_file("f");
}

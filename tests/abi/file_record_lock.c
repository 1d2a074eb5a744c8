/* fcntl record locks: ranges, between processes, released at close and exit. */
#include "abi.h"

static long lock(int fd, int cmd, int type, long start, long len)
{
	struct flock request = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };
	long result = fcntl(fd, cmd, &request);

	if (result == 0 && cmd == F_GETLK)
		printf("  type %d start %ld len %ld\n", request.l_type,
		       (long)request.l_start, (long)request.l_len);
	return result;
}

TOPIC(file_record_lock)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), other;

	R(lock(fd, F_SETLK, F_WRLCK, 10, 10));
	R(lock(fd, F_SETLK, F_RDLCK, 30, 5));
	R(lock(fd, F_GETLK, F_WRLCK, 0, 0));
	CHILD({
		R(lock(fd, F_SETLK, F_WRLCK, 0, 10));
		R(lock(fd, F_SETLK, F_WRLCK, 15, 1));
		R(lock(fd, F_SETLK, F_RDLCK, 30, 1));
		R(lock(fd, F_SETLK, F_WRLCK, 30, 1));
		R(lock(fd, F_GETLK, F_WRLCK, 0, 0));
		R(lock(fd, F_GETLK, F_RDLCK, 30, 1));
	});
	R(lock(fd, F_GETLK, F_WRLCK, 0, 10));
	R(lock(fd, F_SETLK, F_UNLCK, 12, 4));
	CHILD({ R(lock(fd, F_SETLK, F_WRLCK, 12, 4)); R(lock(fd, F_GETLK, F_WRLCK, 16, 0)); });
	R(other = open("f", O_RDONLY), other > fd);
	R(lock(other, F_SETLK, F_WRLCK, 0, 1));
	R(close(other));
	CHILD(R(lock(fd, F_SETLK, F_WRLCK, 0, 0)));
	R(lock(fd, F_SETLK, 77, 0, 0));
	R(lock(fd, F_SETLK, F_RDLCK, -1, 0));
	R(lock(999, F_SETLK, F_RDLCK, 0, 0));
}

/* fcntl: descriptor and status flags, unknown commands, what F_SETFL ignores. */
#include "abi.h"

TOPIC(file_fcntl)
{
	int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0600);
	int r = open("f", O_RDONLY);

	R(fcntl(fd, F_GETFD));
	R(fcntl(fd, F_SETFD, FD_CLOEXEC));
	R(fcntl(fd, F_GETFD));
	R(fcntl(fd, F_SETFD, 6));
	R(fcntl(fd, F_GETFD));
	X(fcntl(fd, F_GETFL) & (O_ACCMODE | O_CREAT | O_EXCL | O_APPEND | O_NONBLOCK));
	X(fcntl(r, F_GETFL) & O_ACCMODE);
	R(fcntl(r, F_SETFL, O_RDWR | O_APPEND));
	X(fcntl(r, F_GETFL) & (O_ACCMODE | O_APPEND));
	R(fcntl(fd, 9999));
	R(fcntl(999, F_GETFD));
	R(fcntl(999, F_SETFL, 0));
	R(fcntl(open("/dev/null", O_PATH), F_GETFD));
	R(fcntl(r, F_SETFL, O_NOATIME)); X(fcntl(r, F_GETFL) & O_NOATIME);
	/* Not in other people's files, but it may be left on. */
	CHILD(if (getuid() == 0) R(setresuid(4242, 4242, 4242));
	      R(fcntl(r, F_SETFL, O_NOATIME)); R(fcntl(r, F_SETFL, 0)); if (getuid() == 4242) R(fcntl(r, F_SETFL, O_NOATIME)));
}

/* O_CLOEXEC descriptors are closed by exec, others stay with their offset. */
#include "abi.h"

TOPIC(file_cloexec)
{
	char buffer[8] = "";

	if (argc > 1) {
		R(fcntl(50, F_GETFD));
		R(fcntl(51, F_GETFD));
		R(fcntl(52, F_GETFD));
		R(read(50, buffer, 4));
		S(buffer);
		return;
	}
	put_file("f", "0123456789");
	R(dup2(open("f", O_RDONLY), 50));
	R(dup3(50, 51, O_CLOEXEC));
	R(dup2(51, 52));
	R(fcntl(52, F_SETFD, FD_CLOEXEC));
	R(lseek(50, 3, SEEK_SET));
	exec_topic("file_cloexec", "after");
}

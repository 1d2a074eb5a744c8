/* The lowest free descriptor is the one given out. */
#include "abi.h"

TOPIC(file_open_lowest)
{
	int a = open(".", O_RDONLY), b = open(".", O_RDONLY), c = open(".", O_RDONLY);

	V(b - a);
	V(c - a);
	R(close(b));
	R(close(b));
	V(open(".", O_RDONLY) - a);
	R(close(a));
	V(dup(c) - a);
	V(fcntl(c, F_DUPFD, 50));
	V(fcntl(c, F_DUPFD, 50));
	V(open(".", O_RDONLY) - a);
}

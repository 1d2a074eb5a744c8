/* F_CREATED_QUERY: which open made the file. needs: Linux 6.12 */
#include "abi.h"

#ifndef F_CREATED_QUERY
#define F_CREATED_QUERY 1028
#endif

TOPIC(file_created)
{
	int fd = open("made", O_RDWR | O_CREAT, 0600);

	R(fcntl(fd, F_CREATED_QUERY)); R(fcntl(dup(fd), F_CREATED_QUERY));
	R(fcntl(open("made", O_RDWR | O_CREAT, 0600), F_CREATED_QUERY)); R(fcntl(open("made", O_PATH), F_CREATED_QUERY));
	R(fcntl(open(".", O_TMPFILE | O_RDWR, 0600), F_CREATED_QUERY)); R(fcntl(open(".", O_RDONLY), F_CREATED_QUERY));
}

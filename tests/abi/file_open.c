/* open: flags, creation, and the errnos of each combination. */
#include "abi.h"

TOPIC(file_open)
{
	struct stat st;

	R(open("absent", O_RDONLY));
	R(open("", O_RDONLY));
	R(open("f", O_WRONLY | O_CREAT | O_EXCL, 0640) >= 0);
	R(open("f", O_WRONLY | O_CREAT | O_EXCL, 0640));
	R(stat("f", &st));
	X(st.st_mode);
	R(open("f/x", O_RDONLY));
	R(open("f/", O_RDONLY));
	R(open("new/", O_WRONLY | O_CREAT, 0600));
	R(open("f", O_RDONLY | O_DIRECTORY));
	R(mkdir("d", 0755));
	R(open("d", O_WRONLY));
	R(open("d", O_RDWR));
	R(open("d", O_RDONLY | O_CREAT, 0600));
	R(open("d", O_RDONLY | O_TRUNC));
	R(open("d", O_RDONLY | O_DIRECTORY) >= 0);
	R(open("d/.", O_RDONLY) >= 0);
	R(open("d/../f", O_RDONLY) >= 0);
	R(open("absent/../f", O_RDONLY));
	R(open("d//..///f", O_RDONLY) >= 0);
	R(open("d", O_TMPFILE | O_RDONLY, 0600));
}

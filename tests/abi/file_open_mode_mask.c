/* The umask takes bits away from a new file's mode, and only from a new one's. */
#include "abi.h"

TOPIC(file_open_mode_mask)
{
	struct stat st;

	X(umask(027));
	X(umask(027));
	R(close(open("a", O_CREAT | O_WRONLY, 0666)));
	R(stat("a", &st));
	X(st.st_mode);
	R(mkdir("b", 0777));
	R(stat("b", &st));
	X(st.st_mode);
	X(umask(07777));
	X(umask(0));
	R(close(open("c", O_CREAT | O_WRONLY, 01666)));
	R(stat("c", &st));
	X(st.st_mode);
	R(close(open("a", O_CREAT | O_WRONLY, 0)));
	R(stat("a", &st));
	X(st.st_mode);
	R(mkfifo("p", 0606));
	R(stat("p", &st));
	X(st.st_mode);
}

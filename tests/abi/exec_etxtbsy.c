/* A file open for writing cannot be executed, one that runs cannot be opened for writing. */
#include "abi.h"

static void copy_self(const char *to)
{
	char buffer[65536];
	int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t len;

	while ((len = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, len) != len)
			puts("short write");
	close(in);
	close(out);
}

TOPIC(exec_etxtbsy)
{
	int fd;

	if (argc > 1) {
		R(open(argv[1], O_WRONLY));
		R(open(argv[1], O_RDWR));
		R(truncate(argv[1], 0));
		R(open(argv[1], O_RDONLY) >= 0);
		R(unlink(argv[1]));
		return;
	}
	copy_self("copy");
	fd = open("copy", O_WRONLY);
	R(execl("./copy", "x", NULL));
	close(fd);
	CHILD(execl("./copy", "abi", "exec_etxtbsy", "copy", NULL); puts(error_name(errno)));
	R(access("copy", F_OK));
	/* Who only truncated it does not write. */
	put_file("text", "x");
	chmod("text", 0755);
	fd = open("text", O_RDONLY | O_TRUNC);
	put_file("text", "no program");
	R(execl("./text", "x", NULL));
}

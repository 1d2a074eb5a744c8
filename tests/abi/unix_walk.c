/* AF_UNIX path names: modes and the umask, symbolic links, renaming, removing, permissions. */
#include "sock.h"

TOPIC(unix_walk)
{
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c;
	struct stat st;
	char longest[108];
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(a);

	umask(027);
	R(un_bind(l, "s"));
	lstat("s", &st);
	X(st.st_mode & 07777);
	umask(022);
	listen(l, 5);
	R(symlink("s", "link"));
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(un_connect(c, "link"));
	close(c);
	R(un_bind(socket(AF_UNIX, SOCK_STREAM, 0), "link"));
	R(rename("s", "t"));
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(un_connect(c, "s"));
	R(un_connect(c, "t"));
	close(c);
	R(link("t", "u"));
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(un_connect(c, "u"));
	close(c);
	R(getsockname(l, (struct sockaddr *)&a, &len));
	show_un("still", &a, len);
	R(unlink("t"));
	R(unlink("u"));
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(un_connect(c, "t"));
	R(un_bind(c, "t"));
	R(chmod("t", 0));
	close(c);
	/* 108 characters without a NUL are a name. */
	memset(longest, 'n', sizeof(longest));
	memcpy(a.sun_path, longest, sizeof(longest));
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(bind(c, (struct sockaddr *)&a, sizeof(a)));
	len = sizeof(a);
	R(getsockname(c, (struct sockaddr *)&a, &len));
	V(len);
	/* What follows the NUL does not count. */
	memset(&a, 'x', sizeof(a));
	a.sun_family = AF_UNIX;
	strcpy(a.sun_path, "short");
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(bind(c, (struct sockaddr *)&a, sizeof(a)));
	len = sizeof(a);
	R(getsockname(c, (struct sockaddr *)&a, &len));
	show_un("short", &a, len);
	V(access("short", F_OK));
}

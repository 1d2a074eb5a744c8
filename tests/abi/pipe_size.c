/* F_SETPIPE_SZ at its edges, and what the pipes of one user may hold together. needs: privileges */
#include "abi.h"

enum { SOFT = 1024 };          /* pipes of 64 KiB in pipe-user-pages-soft */

static int size_of_new(void)
{
	int p[2];

	return pipe(p) ? -1 : fcntl(p[0], F_GETPIPE_SZ);
}

static int make(int n)
{
	while (n > 0 && size_of_new() == 65536)
		n--;
	return n;
}

static void as_user(void)
{
	int p[2], q[2];

	pipe(p);
	R(fcntl(p[0], F_SETPIPE_SZ, 1 << 20)); R(fcntl(p[0], F_SETPIPE_SZ, (1 << 20) + 1)); R(fcntl(p[0], F_SETPIPE_SZ, 1 << 16));
	R(make(SOFT - 1)); R(size_of_new()); R(size_of_new());
	R(fcntl(p[0], F_SETPIPE_SZ, 1 << 17)); R(fcntl(p[0], F_SETPIPE_SZ, 4096)); R(fcntl(p[0], F_SETPIPE_SZ, 8192));
	/* What is closed counts no more. */
	close(p[0]); close(p[1]);
	pipe(q);
	R(fcntl(q[0], F_GETPIPE_SZ)); R(fcntl(q[0], F_SETPIPE_SZ, 32768)); R(fcntl(q[0], F_SETPIPE_SZ, 65536));
	R(size_of_new());
	CHILD(R(setresuid(0, 0, 0)); R(setresuid(43211, 43211, 43211)); R(size_of_new()));
}

TOPIC(pipe_size)
{
	struct rlimit many = { 4 * SOFT, 4 * SOFT };
	int p[2];

	pipe(p);
	R(fcntl(p[0], F_SETPIPE_SZ, 0)); R(fcntl(p[0], F_SETPIPE_SZ, -1)); R(fcntl(p[0], F_SETPIPE_SZ, (1u << 31) + 1));
	R(fcntl(p[0], F_SETPIPE_SZ, 1L << 32)); R(fcntl(p[0], F_SETPIPE_SZ, 4097));
	R(setrlimit(RLIMIT_NOFILE, &many));
	/* Nobody else on this machine should have pipes as them. */
	CHILD(R(setresuid(43210, 43210, 0)); as_user());
	R(make(SOFT + 5));
}

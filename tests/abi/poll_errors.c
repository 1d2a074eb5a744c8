/* poll and select: error paths. needs: 64 bits (RV32's functions copy the time-outs themselves) */
#include "abi.h"

TOPIC(poll_errors)
{
	struct pollfd p[3] = { { -1, POLLIN }, { 999, POLLIN }, { 0, 0 } };
	struct timespec bad = { 0, -1 }, zero = { 0, 0 };
	fd_set set;
	int q[2];

	R(poll(p, 3, 0));
	X(p[0].revents); X(p[1].revents);
	R(poll(BAD, 1, 0));
	R(poll(NULL, 0, 0));
	R(poll(p, 1u << 30, 0));
	R(ppoll(p, 1, &bad, NULL));
	R(syscall(SYS_ppoll, p, 1, BAD, NULL, 8));
	R(syscall(SYS_ppoll, p, 1, &zero, p, 4));
	R(syscall(SYS_ppoll, p, 1, &zero, BAD, 8));
	FD_ZERO(&set);
	FD_SET(50, &set);      /* every table has 64 */
	R(pselect(51, &set, NULL, NULL, &zero, NULL));
	R(pselect(-1, &set, NULL, NULL, &zero, NULL));
	R(pselect(50, &set, NULL, NULL, &zero, NULL));
	R(pselect(10, BAD, NULL, NULL, &zero, NULL));
	R(pselect(0, NULL, NULL, NULL, &bad, NULL));
	pipe(q);
	close(q[1]);
	p[0] = (struct pollfd){ q[0], POLLIN | POLLPRI | POLLOUT };
	R(poll(p, 1, 0));
	X(p[0].revents);
	pipe(q);
	close(q[0]);
	p[0] = (struct pollfd){ q[1], POLLIN | POLLOUT };
	R(poll(p, 1, 0));
	X(p[0].revents);
	p[0].events = 0;
	R(poll(p, 1, 0));
	X(p[0].revents);
}

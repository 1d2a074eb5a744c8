/* select: the sets it leaves, bad descriptors, the time left. */
#include "abi.h"

TOPIC(poll_select)
{
	fd_set r, w, x;
	struct timeval tv = { 0, 0 };
	int ends[2];

	R(pipe(ends));
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&x);
	FD_SET(ends[0], &r);
	FD_SET(ends[1], &w);
	FD_SET(ends[0], &x);
	R(select(ends[1] + 1, &r, &w, &x, &tv));
	V(FD_ISSET(ends[0], &r));
	V(FD_ISSET(ends[1], &w) != 0);
	V(FD_ISSET(ends[0], &x));
	R(write(ends[1], "x", 1));
	FD_SET(ends[0], &r);
	tv.tv_sec = 5;
	R(select(ends[0] + 1, &r, NULL, NULL, &tv));
	V(FD_ISSET(ends[0], &r) != 0);
	V(tv.tv_sec == 4 || tv.tv_sec == 5);
	FD_SET(40, &r);
	R(select(41, &r, NULL, NULL, &tv));
	R(select(-1, &r, NULL, NULL, &tv));
	tv.tv_sec = -1;
	R(select(0, NULL, NULL, NULL, &tv));
	close(ends[1]);
	R(read(ends[0], &tv, 1));
	FD_ZERO(&r);
	FD_SET(ends[0], &r);
	R(select(ends[0] + 1, &r, NULL, NULL, NULL));
}

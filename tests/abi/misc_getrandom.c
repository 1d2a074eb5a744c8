/* getrandom: lengths, flags, errnos. */
#include "abi.h"

TOPIC(misc_getrandom)
{
	unsigned char a[64] = { 0 }, b[64] = { 0 };

	R(getrandom(a, 64, 0));
	R(getrandom(b, 64, GRND_NONBLOCK));
	V(memcmp(a, b, 64) != 0);
	R(getrandom(a, 0, 0));
	R(getrandom(a, 16, GRND_RANDOM | GRND_NONBLOCK) > 0);
	R(getrandom(a, 16, 0x100));
	R(getrandom(BAD, 16, 0));
	R(getentropy(a, 300));
	R(getentropy(a, 256 > sizeof(a) ? 64 : 256));
}

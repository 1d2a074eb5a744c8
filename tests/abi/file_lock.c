/* flock: shared and exclusive, between descriptions. */
#include "abi.h"

TOPIC(file_lock)
{
	int a = open("f", O_RDWR | O_CREAT, 0600), b = open("f", O_RDWR), copy = dup(a);

	R(flock(a, LOCK_SH));
	R(flock(b, LOCK_SH | LOCK_NB));
	R(flock(b, LOCK_EX | LOCK_NB));
	R(flock(a, LOCK_UN));
	R(flock(b, LOCK_EX | LOCK_NB));
	R(flock(a, LOCK_SH | LOCK_NB));
	R(flock(b, LOCK_UN));
	R(flock(a, LOCK_EX));
	R(flock(copy, LOCK_EX | LOCK_NB));
	R(close(a));
	R(flock(b, LOCK_EX | LOCK_NB));
	R(close(copy));
	R(flock(b, LOCK_EX | LOCK_NB));
	R(flock(b, 16));
	R(flock(999, LOCK_SH));
}

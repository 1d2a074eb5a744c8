/* Clocks, entropy and the size of the host: three of the doors through which
 * non-determinism enters (design D10). */
#include "host/host.h"

#include <sched.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/log.h"

uint64_t host_clock_ns(int clockid)
{
	struct timespec ts;

	if (clock_gettime(clockid, &ts) != 0)
		panic("host clock %d cannot be read", clockid);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

uint64_t host_thread_cpu_ns(void)
{
	return host_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* --seed: xoshiro256** (Blackman and Vigna), its state filled by splitmix64. */
static struct { bool on; uint64_t s[4]; } seeded;

static uint64_t rotate_left(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

static uint64_t seeded_next(void)
{
	uint64_t *s = seeded.s;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

void host_random_seed(uint64_t seed)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t z = (seed += 0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		seeded.s[i] = z ^ (z >> 31);
	}
	seeded.on = true;
}

void host_random_secret(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len > 0) {
		ssize_t got = getrandom(p, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			panic("the host has no entropy to give (getrandom failed)");
		p += got;
		len -= (size_t)got;
	}
}

void host_random(void *buf, size_t len)
{
	uint8_t *p = buf;

	if (!seeded.on) {
		host_random_secret(buf, len);
		return;
	}
	while (len > 0) {
		uint64_t v = seeded_next();
		size_t n = MIN(len, sizeof(v));

		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}

int host_cpu_count(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return CPU_COUNT(&set);
}

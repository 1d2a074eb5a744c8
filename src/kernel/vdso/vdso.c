/* Guest code: the part of the kernel that every RISC-V process finds mapped.
 *
 * Reading a clock needs no trap: `time` counts the host's CLOCK_MONOTONIC, and the page in
 * front of this object says what to multiply it by and what to add. Calls that
 * cannot be answered here (CPU-time clocks) fall through to ecall.
 *
 * Built freestanding, for RV64 and RV32, without libgcc: no 64-bit division on RV32. Names and version (LINUX_4.15) are
 * those of Linux' arch/riscv/kernel/vdso. */
#include "vvar.h"

typedef long word;                       /* a register */

struct timespec64 { int64_t sec; int64_t nsec; };   /* of both widths: RV32 has 64-bit time only */
struct timeval_word { word sec, usec; };
struct timezone { int minuteswest, dsttime; };

enum { CLOCK_REALTIME = 0, CLOCK_REALTIME_COARSE = 5, CLOCK_MONOTONIC_COARSE = 6 };
enum {
	NR_clock_gettime = 113, NR_clock_getres = 114, NR_getcpu = 168,
	NR_riscv_hwprobe = 258, NR_riscv_flush_icache = 259,
	NR_clock_gettime64 = 403, NR_clock_getres_time64 = 406,
};

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
#define VVAR (vvar())
#define barrier() __asm__ volatile("fence r, r" ::: "memory")

/* The page in front of this object's first byte: hidden from the compiler, which knows no such object. */
static inline const volatile struct vvar *vvar(void)
{
	const char *start = __ehdr_start;

	__asm__("" : "+r"(start));
	return (const volatile struct vvar *)(start - VVAR_PAGE_SIZE);
}

static inline word syscall5(word nr, word a, word b, word c, word d, word e)
{
	register word a0 __asm__("a0") = a;
	register word a1 __asm__("a1") = b;
	register word a2 __asm__("a2") = c;
	register word a3 __asm__("a3") = d;
	register word a4 __asm__("a4") = e;
	register word a7 __asm__("a7") = nr;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7) : "memory");
	return a0;
}

/* ---- arithmetic ------------------------------------------------------------------ */

static inline uint64_t read_time(void)
{
#if __riscv_xlen == 64
	uint64_t t;

	__asm__ volatile("rdtime %0" : "=r"(t));
	return t;
#else
	uint32_t high, low, again;

	do {
		__asm__ volatile("rdtimeh %0\n\trdtime %1\n\trdtimeh %2" : "=&r"(high), "=&r"(low), "=&r"(again));
	} while (high != again);
	return (uint64_t)high << 32 | low;
#endif
}

/* ns / 10^9 by multiplying with the reciprocal of 5^9 (the factor 2^9 is a shift), as
 * compilers do for 64-bit machines; RV32's high product is put together from four. */
static inline uint64_t seconds_of(uint64_t ns)
{
#if __riscv_xlen == 64
	return ns / 1000000000;
#else
	const uint64_t magic = 0x44b82fa09b5a53ull;
	uint64_t n = ns >> 9;
	uint32_t nl = (uint32_t)n, nh = (uint32_t)(n >> 32), ml = (uint32_t)magic, mh = (uint32_t)(magic >> 32);
	uint64_t ll = (uint64_t)nl * ml, lh = (uint64_t)nl * mh, hl = (uint64_t)nh * ml, hh = (uint64_t)nh * mh;
	uint64_t mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;

	return (hh + (lh >> 32) + (hl >> 32) + (mid >> 32)) >> 11;
#endif
}

/* ---- clocks ------------------------------------------------------------------------- */

static int clock_is_known(int clock)
{
	return (unsigned)clock < VVAR_CLOCKS && (VVAR->known_clocks >> clock & 1);
}

static uint64_t read_clock(int clock)
{
	uint64_t ns;
	uint32_t seq;

	do {
		seq = VVAR->seq;
		barrier();
		ns = read_time() * VVAR->ns_per_tick + VVAR->offset_ns[clock];
		barrier();
	} while ((seq & 1) || seq != VVAR->seq);
	return ns;
}

static void split(uint64_t ns, struct timespec64 *ts)
{
	ts->sec = (int64_t)seconds_of(ns);
	ts->nsec = (int64_t)(ns - (uint64_t)ts->sec * 1000000000);
}

static void fill_resolution(int clock, struct timespec64 *res)
{
	if (!res)
		return;
	res->sec = 0;
	res->nsec = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ?
		    VVAR->coarse_res_ns : VVAR->fine_res_ns;
}

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#if __riscv_xlen == 64
int __vdso_clock_gettime(int clock, struct timespec64 *ts)
{
	if (!clock_is_known(clock))
		return (int)syscall5(NR_clock_gettime, clock, (word)ts, 0, 0, 0);
	split(read_clock(clock), ts);
	return 0;
}

int __vdso_clock_getres(int clock, struct timespec64 *res)
{
	if (!clock_is_known(clock))
		return (int)syscall5(NR_clock_getres, clock, (word)res, 0, 0, 0);
	fill_resolution(clock, res);
	return 0;
}

int __vdso_gettimeofday(struct timeval_word *tv, struct timezone *tz)
{
	struct timespec64 ts;

	split(read_clock(CLOCK_REALTIME), &ts);
	if (tv) {
		tv->sec = ts.sec;
		tv->usec = ts.nsec / 1000;
	}
	if (tz)
		tz->minuteswest = tz->dsttime = 0;
	return 0;
}
#else
int __vdso_clock_gettime64(int clock, struct timespec64 *ts)
{
	if (!clock_is_known(clock))
		return (int)syscall5(NR_clock_gettime64, clock, (word)ts, 0, 0, 0);
	split(read_clock(clock), ts);
	return 0;
}

int __vdso_clock_getres_time64(int clock, struct timespec64 *res)
{
	if (!clock_is_known(clock))
		return (int)syscall5(NR_clock_getres_time64, clock, (word)res, 0, 0, 0);
	fill_resolution(clock, res);
	return 0;
}
#endif

/* ---- the rest are mostly calls with a fixed address ------------------------------------------- */

int __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
	return (int)syscall5(NR_getcpu, (word)cpu, (word)node, (word)unused, 0, 0);
}

int __vdso_flush_icache(void *start, void *end, unsigned long flags)
{
	return (int)syscall5(NR_riscv_flush_icache, (word)start, (word)end, (word)flags, 0, 0);
}

struct hwprobe_pair { int64_t key; uint64_t value; };

/* What is asked of all harts is answered here. */
int __vdso_riscv_hwprobe(struct hwprobe_pair *pairs, unsigned long pair_count, unsigned long cpusetsize,
			 unsigned long *cpus, unsigned flags)
{
	if (!cpusetsize && !cpus && !flags) {
		for (unsigned long i = 0; i < pair_count; i++) {
			int known = (uint64_t)pairs[i].key < VVAR_HWPROBE_KEYS;

			pairs[i].value = known ? VVAR->hwprobe[__riscv_xlen == 32][pairs[i].key] : 0;
			pairs[i].key = known ? pairs[i].key : -1;
		}
		return 0;
	}
	return (int)syscall5(NR_riscv_hwprobe, (word)pairs, (word)pair_count, (word)cpusetsize,
			     (word)cpus, (word)flags);
}

/* Time as a RISC-V Linux program sees it. RV32 was born with 64-bit time: its timespec is RV64's;
 * only the calls that never got a time64 variant (getitimer, getrusage, times) keep 32-bit seconds. */
#ifndef ABI_TIME_H
#define ABI_TIME_H

#include "abi/types.h"

/* gettimeofday, RV64 itimers: struct __kernel_old_timeval. */
struct abi_timeval64 { int64_t sec, usec; };
struct abi_timeval32 { int32_t sec, usec; };
struct abi_itimerval64 { struct abi_timeval64 interval, value; };
struct abi_itimerval32 { struct abi_timeval32 interval, value; };
struct abi_itimerspec { struct abi_timespec64 interval, value; };
struct abi_timezone { int32_t minuteswest, dsttime; };
struct abi_tms64 { int64_t utime, stime, cutime, cstime; };
struct abi_tms32 { int32_t utime, stime, cutime, cstime; };
_Static_assert(sizeof(struct abi_timespec64) == 16, "layout");
_Static_assert(sizeof(struct abi_itimerspec) == 32, "layout");

enum { ABI_USER_HZ = 100 };      /* clock ticks of times(2), /proc/PID/stat, AT_CLKTCK */

/* Prefixed: host headers define these as macros or not at all, depending on the include. */
enum {
	ABI_CLOCK_REALTIME, ABI_CLOCK_MONOTONIC, ABI_CLOCK_PROCESS_CPUTIME_ID,
	ABI_CLOCK_THREAD_CPUTIME_ID, ABI_CLOCK_MONOTONIC_RAW, ABI_CLOCK_REALTIME_COARSE,
	ABI_CLOCK_MONOTONIC_COARSE, ABI_CLOCK_BOOTTIME, ABI_CLOCK_REALTIME_ALARM,
	ABI_CLOCK_BOOTTIME_ALARM, ABI_CLOCK_TAI = 11,
};
enum { ABI_TIMER_ABSTIME = 1 };
enum { ABI_ITIMER_REAL, ABI_ITIMER_VIRTUAL, ABI_ITIMER_PROF };

#define ABI_UTIME_NOW	0x3fffffff
#define ABI_UTIME_OMIT	0x3ffffffe

/* adjtimex (uapi/linux/timex.h, struct __kernel_timex): both widths. */
struct abi_timex {
	uint32_t modes, pad0;
	int64_t offset, freq, maxerror, esterror;
	int32_t status, pad1;
	int64_t constant, precision, tolerance;
	int64_t time_sec, time_usec;
	int64_t tick, ppsfreq, jitter;
	int32_t shift, pad2;
	int64_t stabil, jitcnt, calcnt, errcnt, stbcnt;
	int32_t tai, pad3[11];
};
_Static_assert(sizeof(struct abi_timex) == 208, "layout");

#endif

/* Clocks, sleeping, timers. What RV64 calls clock_gettime RV32 calls clock_gettime64: the
 * same handlers, as struct timespec has 64-bit fields for both. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/time.h"

/* ---- clocks ----------------------------------------------------------------------------- */

int64_t sys_clock_gettime(int clockid, gva_t tp)
{
	uint64_t ns;
	int err = time_read_clock(clockid, &ns);

	return err ? err : put_timespec(tp, time_ns_show(clockid, ns));
}

int64_t sys_clock_getres(int clockid, gva_t res)
{
	uint64_t ns;
	int err = time_clock_resolution(clockid, &ns);

	return err || !res ? err : put_timespec(res, ns);
}

int64_t sys_clock_settime(int clockid, gva_t tp)
{
	uint64_t ns;
	int err;

	if (clockid != ABI_CLOCK_REALTIME)
		return -EINVAL;
	err = get_timespec(tp, &ns);
	return err ? err : -EPERM;
}

int64_t sys_gettimeofday(gva_t tv, gva_t tz)
{
	struct abi_timezone zone = sys_timezone();
	uint64_t ns;

	time_read_clock(ABI_CLOCK_REALTIME, &ns);
	struct abi_timeval64 now = { (int64_t)(ns / NSEC_PER_SEC), (int64_t)(ns % NSEC_PER_SEC / 1000) };
	if (tv && put_user(tv, &now, sizeof(now)))
		return -EFAULT;
	return tz && put_user(tz, &zone, sizeof(zone)) ? -EFAULT : 0;
}

/* Reading the state of the clock discipline: none is running, the clock is unsynchronised. */
enum { TIMEX_STA_UNSYNC = 0x40, TIMEX_TIME_ERROR = 5, TIMEX_TICK_USEC = 10000, TIMEX_ADJ_OFFSET_SS_READ = 0xa001 };

int64_t sys_clock_adjtime(int clockid, gva_t buf)
{
	struct abi_timex x, out;
	uint64_t ns;

	if (clockid != ABI_CLOCK_REALTIME)
		return time_read_clock(clockid, &ns) ? -EINVAL : -EOPNOTSUPP;
	if (get_user(&x, buf, sizeof(x)))
		return -EFAULT;
	if (x.modes && x.modes != TIMEX_ADJ_OFFSET_SS_READ)
		return -EPERM;
	time_read_clock(ABI_CLOCK_REALTIME, &ns);
	out = (struct abi_timex){
		.modes = x.modes, .status = TIMEX_STA_UNSYNC, .maxerror = 16000000,
		.esterror = 16000000, .constant = 2, .precision = 1, .tolerance = 32768000,
		.time_sec = (int64_t)(ns / NSEC_PER_SEC), .time_usec = (int64_t)(ns % NSEC_PER_SEC / 1000),
		.tick = TIMEX_TICK_USEC,
	};
	return put_user(buf, &out, sizeof(out)) ? -EFAULT : TIMEX_TIME_ERROR;
}

int64_t sys_adjtimex(gva_t buf) { return sys_clock_adjtime(ABI_CLOCK_REALTIME, buf); }

/* ---- sleeping --------------------------------------------------------------------------------- */

int64_t sys_nanosleep(gva_t req, gva_t rem)
{
	uint64_t ns;
	int err = get_timespec(req, &ns);

	return err ? err : time_nanosleep(ABI_CLOCK_MONOTONIC, false, ns, rem);
}

int64_t sys_clock_nanosleep(int clockid, uint32_t flags, gva_t req, gva_t rem)
{
	uint64_t ns;
	bool absolute = flags & ABI_TIMER_ABSTIME;
	int err;

	if (time_read_clock(clockid, &ns))
		return -EINVAL;
	if (clockid == ABI_CLOCK_THREAD_CPUTIME_ID)
		return -EOPNOTSUPP;              /* a thread that sleeps spends nothing */
	err = get_timespec(req, &ns);
	return err ? err : time_nanosleep(clockid, absolute, absolute ? time_ns_mean(clockid, ns) : ns, absolute ? 0 : rem);
}

/* ---- interval timers ------------------------------------------------------------------------------ */

static int put_itimerval(gva_t addr, uint64_t value_ns, uint64_t interval_ns)
{
	uint64_t v = value_ns / 1000, i = interval_ns / 1000;

	/* A running timer never reads as stopped. */
	if (value_ns && !v)
		v = 1;
	if (current_is_32()) {
		struct abi_itimerval32 w = { { (int32_t)(i / 1000000), (int32_t)(i % 1000000) },
					     { (int32_t)(v / 1000000), (int32_t)(v % 1000000) } };
		return put_user(addr, &w, sizeof(w));
	}
	struct abi_itimerval64 w = { { (int64_t)(i / 1000000), (int64_t)(i % 1000000) },
				     { (int64_t)(v / 1000000), (int64_t)(v % 1000000) } };
	return put_user(addr, &w, sizeof(w));
}

static int timeval_to_ns(int64_t sec, int64_t usec, uint64_t *ns)
{
	if (sec < 0 || usec < 0 || usec >= 1000000)
		return -EINVAL;
	*ns = sec >= INT64_MAX / NSEC_PER_SEC ? (uint64_t)INT64_MAX
					      : (uint64_t)(sec * NSEC_PER_SEC + usec * 1000);
	return 0;
}

static int get_itimerval(gva_t addr, uint64_t *value_ns, uint64_t *interval_ns)
{
	struct abi_itimerval64 w;

	if (current_is_32()) {
		struct abi_itimerval32 n;

		if (get_user(&n, addr, sizeof(n)))
			return -EFAULT;
		w = (struct abi_itimerval64){ { n.interval.sec, n.interval.usec },
					      { n.value.sec, n.value.usec } };
	} else if (get_user(&w, addr, sizeof(w))) {
		return -EFAULT;
	}
	if (timeval_to_ns(w.value.sec, w.value.usec, value_ns) ||
	    timeval_to_ns(w.interval.sec, w.interval.usec, interval_ns))
		return -EINVAL;
	return 0;
}

int64_t sys_getitimer(int which, gva_t curr_value)
{
	uint64_t value, interval;
	int64_t err = time_get_itimer(which, &value, &interval);

	return err ? err : put_itimerval(curr_value, value, interval);
}

/* A NULL new value counts as zero, an old feature that Linux keeps. */
int64_t sys_setitimer(int which, gva_t new_value, gva_t old_value)
{
	uint64_t value = 0, interval = 0, old = 0, old_interval = 0;
	int64_t err = new_value ? get_itimerval(new_value, &value, &interval) : 0;

	if (!err)
		err = time_set_itimer(which, value, interval, &old, &old_interval);
	if (err || !old_value)
		return err;
	return put_itimerval(old_value, old, old_interval);
}

/* ---- itimerspec: POSIX timers and timerfd ------------------------------------------------------------ */

static int put_itimerspec(gva_t addr, uint64_t value_ns, uint64_t interval_ns)
{
	int err = put_timespec(addr, interval_ns);

	return err ? err : put_timespec(addr + sizeof(struct abi_timespec64), value_ns);
}

static int get_itimerspec(gva_t addr, uint64_t *value_ns, uint64_t *interval_ns)
{
	int err = get_timespec(addr, interval_ns);

	return err ? err : get_timespec(addr + sizeof(struct abi_timespec64), value_ns);
}

struct sigevent { uint64_t value; int signo, notify, tid; };

static int get_sigevent(gva_t addr, struct sigevent *ev)
{
	if (current_is_32()) {
		struct abi_sigevent32 w;

		if (get_user(&w, addr, sizeof(w)))
			return -EFAULT;
		*ev = (struct sigevent){ w.value, w.signo, w.notify, w.tid };
		return 0;
	}
	struct abi_sigevent64 w;
	if (get_user(&w, addr, sizeof(w)))
		return -EFAULT;
	*ev = (struct sigevent){ w.value, w.signo, w.notify, w.tid };
	return 0;
}

int64_t sys_timer_create(int clockid, gva_t sevp, gva_t timerid)
{
	struct sigevent ev = { .signo = SIGALRM, .notify = SIGEV_SIGNAL };
	int64_t id;
	int err = sevp ? get_sigevent(sevp, &ev) : 0;

	if (err)
		return err;
	id = posix_timer_create(clockid, ev.notify, ev.signo, ev.value, pid_mean(ev.tid), !sevp);
	if (id < 0)
		return id;
	if (put_user_u32(timerid, (uint32_t)id)) {
		posix_timer_delete((int)id);
		return -EFAULT;
	}
	return 0;
}

int64_t sys_timer_settime(int timerid, uint32_t flags, gva_t new_value, gva_t old_value)
{
	uint64_t value, interval, old, old_interval;
	int64_t err = new_value ? get_itimerspec(new_value, &value, &interval) : -EINVAL;

	if (!err)
		err = posix_timer_set(timerid, flags & ABI_TIMER_ABSTIME, value, interval, &old, &old_interval);
	if (err || !old_value)
		return err;
	return put_itimerspec(old_value, old, old_interval);
}

int64_t sys_timer_gettime(int timerid, gva_t curr_value)
{
	uint64_t value, interval;
	int64_t err = posix_timer_get(timerid, &value, &interval);

	return err ? err : put_itimerspec(curr_value, value, interval);
}

int64_t sys_timer_getoverrun(int timerid) { return posix_timer_overrun(timerid); }
int64_t sys_timer_delete(int timerid)     { return posix_timer_delete(timerid); }

int64_t sys_timerfd_create(int clockid, uint32_t flags)
{
	if (flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_NONBLOCK))
		return -EINVAL;
	if ((clockid == ABI_CLOCK_REALTIME_ALARM || clockid == ABI_CLOCK_BOOTTIME_ALARM) &&
	    !task_capable(current(), ABI_CAP_WAKE_ALARM))
		return -EPERM;
	return timerfd_create_fd(clockid, flags);
}

enum { TFD_TIMER_CANCEL_ON_SET = 2 };            /* the clock is never set: nothing to cancel */

int64_t sys_timerfd_settime(int fd, uint32_t flags, gva_t new_value, gva_t old_value)
{
	uint64_t value, interval, old, old_interval;
	struct file *f;
	int64_t err = get_itimerspec(new_value, &value, &interval);

	if (err)
		return err;
	if (flags & ~(uint32_t)(ABI_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	err = timerfd_set(f, flags & ABI_TIMER_ABSTIME, value, interval, &old, &old_interval);
	file_put(f);
	if (err || !old_value)
		return err;
	return put_itimerspec(old_value, old, old_interval);
}

int64_t sys_timerfd_gettime(int fd, gva_t curr_value)
{
	uint64_t value, interval;
	struct file *f = fd_get_io(fd);
	int64_t err;

	if (!f)
		return -EBADF;
	err = timerfd_get(f, &value, &interval);
	file_put(f);
	return err ? err : put_itimerspec(curr_value, value, interval);
}

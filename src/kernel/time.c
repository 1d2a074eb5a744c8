/* Clocks, sleeping, interval timers and CPU-time limits.
 *
 * The guest's clocks are the host's, through host_clock_ns (design D10); those that say how long the
 * machine has been up begin when it does. CPU-time
 * clocks come from what the scheduler accounts at each switch. Timers on CPU
 * time need no timer of their own: the tick looks at them (time_tick), as it is
 * the tick that makes CPU time pass. */
#include "internal.h"

#include "abi/process.h"
#include "abi/time.h"
#include "base/log.h"
#include "host/host.h"

enum { NSEC_PER_USEC = 1000 };

/* ---- CPU time ------------------------------------------------------------------------ */

/* Time in guest code is measured by sampling (trap.c); the scheduler knows the
 * total exactly. The split is scaled into it, and neither part ever goes back
 * (Linux: kernel/sched/cputime.c, cputime_adjust). */
void task_times(struct task *t, uint64_t *utime_ns, uint64_t *stime_ns)
{
	uint64_t total = thread_runtime_ns(&t->thread);
	uint64_t user = MAX(MIN(t->guest_ns, total), t->utime_ns);

	if (user + t->stime_ns > total)
		user = total > t->stime_ns ? MAX(t->utime_ns, total - t->stime_ns) : t->utime_ns;
	t->utime_ns = user;
	t->stime_ns = MAX(t->stime_ns, total > user ? total - user : 0);
	*utime_ns = t->utime_ns;
	*stime_ns = t->stime_ns;
}

uint64_t process_runtime_ns(const struct process *p)
{
	uint64_t sum = p->dead_threads.utime_ns + p->dead_threads.stime_ns;
	struct task *t;

	for_each_task(t, (struct process *)p)
		sum += thread_runtime_ns(&t->thread);
	return sum;
}

static uint64_t process_utime_ns(struct process *p)
{
	struct rusage_k ru;

	process_rusage(p, &ru);
	return ru.utime_ns;
}

/* A clock id below zero names the CPU clock of a task or process, posix-timers.h:
 * ~pid << 3 | per-thread (4) | kind (0 profiling, 1 user, 2 scheduler's). */
static int read_cpu_clock(int clockid, uint64_t *ns)
{
	enum { PER_THREAD = 4, KIND = 3, VIRT = 1 };
	int pid = pid_mean(~(clockid >> 3));
	uint64_t utime, stime;
	struct task *t;
	struct process *p;

	if ((clockid & KIND) == KIND)
		return -EINVAL;
	if (clockid & PER_THREAD) {
		t = pid ? task_find(pid) : task_current();
		if (!t || t->proc != task_current()->proc)
			return -EINVAL;
		task_times(t, &utime, &stime);
		*ns = (clockid & KIND) == VIRT ? utime : thread_runtime_ns(&t->thread);
		return 0;
	}
	p = pid ? process_find(pid) : task_current()->proc;
	if (!p)
		return -EINVAL;
	*ns = (clockid & KIND) == VIRT ? process_utime_ns(p) : process_runtime_ns(p);
	return 0;
}

/* ---- clocks ---------------------------------------------------------------------------- */

int time_read_clock(int clockid, uint64_t *ns)
{
	switch (clockid) {
	case ABI_CLOCK_REALTIME:
	case ABI_CLOCK_REALTIME_COARSE:
	case ABI_CLOCK_REALTIME_ALARM:
	case ABI_CLOCK_TAI:
		*ns = sched_clock_ns() + vdso_clock_offset_ns(ABI_CLOCK_REALTIME);
		return 0;
	case ABI_CLOCK_MONOTONIC:
	case ABI_CLOCK_MONOTONIC_COARSE:
		*ns = sched_clock_ns() + vdso_clock_offset_ns(ABI_CLOCK_MONOTONIC);
		return 0;
	case ABI_CLOCK_MONOTONIC_RAW:
		*ns = host_clock_ns(ABI_CLOCK_MONOTONIC_RAW) - machine.boot_raw_ns;
		return 0;
	case ABI_CLOCK_BOOTTIME:
	case ABI_CLOCK_BOOTTIME_ALARM:
		*ns = sched_clock_ns() + vdso_clock_offset_ns(ABI_CLOCK_BOOTTIME);
		return 0;
	case ABI_CLOCK_PROCESS_CPUTIME_ID:
		*ns = process_runtime_ns(task_current()->proc);
		return 0;
	case ABI_CLOCK_THREAD_CPUTIME_ID:
		*ns = thread_runtime_ns(thread_current());
		return 0;
	default:
		return clockid < 0 ? read_cpu_clock(clockid, ns) : -EINVAL;
	}
}

int time_clock_resolution(int clockid, uint64_t *ns)
{
	enum { COARSE_NS = 4000000 };       /* a jiffy of a 250 Hz kernel, RISC-V's defconfig */
	uint64_t now;
	int err = time_read_clock(clockid, &now);

	if (err)
		return err;
	*ns = clockid == ABI_CLOCK_REALTIME_COARSE || clockid == ABI_CLOCK_MONOTONIC_COARSE ? COARSE_NS : 1;
	return 0;
}

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
	return a + b < a || a + b == WAIT_FOREVER ? WAIT_FOREVER - 1 : a + b;
}

uint64_t time_to_deadline(int clockid, uint64_t abs_ns)
{
	uint64_t now;

	if (clockid == ABI_CLOCK_MONOTONIC || time_read_clock(clockid, &now) < 0)
		return add_saturating(abs_ns, -vdso_clock_offset_ns(ABI_CLOCK_MONOTONIC));
	if (abs_ns <= now)
		return 0;
	return add_saturating(sched_clock_ns(), abs_ns - now);
}

/* ---- sleeping ------------------------------------------------------------------------------ */

static int64_t sleep_until(uint64_t deadline_ns)
{
	struct wait_queue nobody = WAIT_QUEUE_INIT(nobody);
	int err = wait_event(&nobody, false, WAIT_INTERRUPTIBLE, deadline_ns);

	return err == -ETIMEDOUT ? 0 : err;
}

/* Interrupted: what is left goes to the caller, and restart_syscall sleeps on. */
static int64_t sleep_relative(uint64_t deadline_ns, gva_t rem_uaddr);

static int64_t sleep_restart(struct restart_block *r)
{
	return sleep_relative(r->deadline_ns, r->uaddr);
}

static int64_t sleep_relative(uint64_t deadline_ns, gva_t rem_uaddr)
{
	struct task *t = task_current();
	struct abi_timespec64 rem;
	uint64_t now, left;

	if (sleep_until(deadline_ns) == 0)
		return 0;
	now = sched_clock_ns();
	if (now >= deadline_ns)
		return 0;
	left = deadline_ns - now;
	rem.sec = (int64_t)(left / NSEC_PER_SEC);
	rem.nsec = (int64_t)(left % NSEC_PER_SEC);
	if (rem_uaddr && mm_copy_to(t->mm, rem_uaddr, &rem, sizeof(rem)) < 0)
		return -EFAULT;
	t->restart = (struct restart_block){
		.fn = sleep_restart, .deadline_ns = deadline_ns, .uaddr = rem_uaddr,
	};
	return -ERESTART_RESTARTBLOCK;
}

/* Sleep until the process has used that much CPU time: only its other threads can. */
static int64_t sleep_cpu_time(int clockid, bool absolute, uint64_t ns)
{
	enum { LOOK_AGAIN_NS = 1000000 };
	uint64_t now, until;
	int err = time_read_clock(clockid, &now);

	if (err)
		return err;
	for (until = absolute ? ns : now + ns; now < until; time_read_clock(clockid, &now)) {
		int64_t ret = sleep_until(sched_clock_ns() + MAX(until - now, (uint64_t)LOOK_AGAIN_NS));

		if (ret)
			return -ERESTARTNOHAND;
	}
	return 0;
}

int64_t time_nanosleep(int clockid, bool absolute, uint64_t ns, gva_t rem_uaddr)
{
	uint64_t now;
	int err = time_read_clock(clockid, &now);

	if (err)
		return err;
	if (clockid == ABI_CLOCK_THREAD_CPUTIME_ID)
		return -EINVAL;
	if (clockid == ABI_CLOCK_REALTIME_COARSE || clockid == ABI_CLOCK_MONOTONIC_COARSE ||
	    clockid == ABI_CLOCK_MONOTONIC_RAW)
		return -EOPNOTSUPP;
	if (clockid < 0 || clockid == ABI_CLOCK_PROCESS_CPUTIME_ID)
		return sleep_cpu_time(clockid, absolute, ns);
	if (absolute)
		return sleep_until(time_to_deadline(clockid, ns)) ? -ERESTARTNOHAND : 0;
	return sleep_relative(add_saturating(sched_clock_ns(), ns), rem_uaddr);
}

/* ---- interval timers --------------------------------------------------------------------------- */

static const int itimer_signal[3] = { SIGALRM, SIGVTALRM, SIGPROF };

static void itimer_expired(struct itimer_k *it, uint64_t now)
{
	struct abi_siginfo info = signal_info_kernel(itimer_signal[it->which]);

	if (it->interval_ns)
		it->value_ns += ((now - it->value_ns) / it->interval_ns + 1) * it->interval_ns;
	else
		it->value_ns = 0;
	if (it->value_ns && it->which == ABI_ITIMER_REAL)
		timer_arm(&it->timer, it->value_ns);
	signal_send_process(it->proc, &info);
}

static void itimer_real_fired(struct timer *timer)
{
	struct itimer_k *it = container_of(timer, struct itimer_k, timer);

	itimer_expired(it, MAX(sched_clock_ns(), it->value_ns));
}

void time_init_process(struct process *p)
{
	for (int i = 0; i < 3; i++) {
		p->itimer[i].proc = p;
		p->itimer[i].which = i;
		p->itimer[i].timer.fire = itimer_real_fired;
	}
}

static uint64_t itimer_now(struct process *p, int which)
{
	switch (which) {
	case ABI_ITIMER_REAL:    return sched_clock_ns();
	case ABI_ITIMER_VIRTUAL: return process_utime_ns(p);
	default:                 return process_runtime_ns(p);
	}
}

/* value_ns is when it expires, on the timer's own clock; 0: off. */
static uint64_t itimer_left(const struct itimer_k *it, uint64_t now)
{
	if (!it->value_ns)
		return 0;
	/* Expired, but the signal is still to come: never looks disarmed (it_real_get). */
	return it->value_ns > now ? it->value_ns - now : NSEC_PER_USEC;
}

int64_t time_get_itimer(int which, uint64_t *value_ns, uint64_t *interval_ns)
{
	struct process *p = task_current()->proc;

	if (which < 0 || which > ABI_ITIMER_PROF)
		return -EINVAL;
	*value_ns = itimer_left(&p->itimer[which], itimer_now(p, which));
	*interval_ns = p->itimer[which].interval_ns;
	return 0;
}

int64_t time_set_itimer(int which, uint64_t value_ns, uint64_t interval_ns,
			uint64_t *old_value, uint64_t *old_interval)
{
	struct process *p = task_current()->proc;
	struct itimer_k *it;
	int64_t err = time_get_itimer(which, old_value, old_interval);

	if (err)
		return err;
	it = &p->itimer[which];
	timer_cancel(&it->timer);
	it->interval_ns = interval_ns;
	it->value_ns = value_ns ? add_saturating(itimer_now(p, which), value_ns) : 0;
	if (it->value_ns && which == ABI_ITIMER_REAL)
		timer_arm(&it->timer, it->value_ns);
	process_update_cpu_timers(p);
	return 0;
}

void time_process_exit(struct process *p)
{
	for (int i = 0; i < 3; i++)
		timer_cancel(&p->itimer[i].timer);
	posix_timers_exit(p);
}

/* ---- the tick -------------------------------------------------------------------------------------- */

void process_update_cpu_timers(struct process *p)
{
	p->cpu_timers = p->itimer[ABI_ITIMER_VIRTUAL].value_ns || p->itimer[ABI_ITIMER_PROF].value_ns ||
			posix_timers_use_cpu_time(p);
}

/* RLIMIT_CPU: SIGXCPU each second from the soft limit on, SIGKILL at the hard one. */
static void check_cpu_limit(struct process *p, uint64_t runtime_ns)
{
	struct rlimit_k *lim = &p->rlim[ABI_RLIMIT_CPU];
	uint64_t seconds = runtime_ns / NSEC_PER_SEC;
	struct abi_siginfo info = signal_info_kernel(seconds >= lim->max ? SIGKILL : SIGXCPU);

	if (seconds < lim->cur)
		return;
	signal_send_process(p, &info);
	if (seconds < lim->max)
		lim->cur = seconds + 1;
}

/* RLIMIT_RTTIME: a real-time thread that does not sleep; SIGXCPU each second from the soft limit
 * on, SIGKILL at the hard one (kernel/time/posix-cpu-timers.c, check_thread_timers). */
static void check_rt_limit(struct task *t)
{
	struct rlimit_k *lim = &t->proc->rlim[ABI_RLIMIT_RTTIME];
	uint64_t us = t->thread.rt_ns / 1000;
	struct abi_siginfo info = signal_info_kernel(us >= lim->max ? SIGKILL : SIGXCPU);

	if (us < lim->cur)
		return;
	signal_send_process(t->proc, &info);
	if (us < lim->max)
		lim->cur += 1000000;
}

void time_tick(struct task *t)
{
	struct process *p = t->proc;
	bool limited = p->rlim[ABI_RLIMIT_CPU].cur != ABI_RLIM_INFINITY;
	uint64_t now;

	if (unlikely(t->thread.rt_ns))
		check_rt_limit(t);
	if (likely(!p->cpu_timers && !limited))
		return;
	now = process_runtime_ns(p);
	if (limited)
		check_cpu_limit(p, now);
	if (!p->cpu_timers)
		return;
	if (p->itimer[ABI_ITIMER_PROF].value_ns && now >= p->itimer[ABI_ITIMER_PROF].value_ns)
		itimer_expired(&p->itimer[ABI_ITIMER_PROF], now);
	if (p->itimer[ABI_ITIMER_VIRTUAL].value_ns) {
		uint64_t utime = process_utime_ns(p);

		if (utime >= p->itimer[ABI_ITIMER_VIRTUAL].value_ns)
			itimer_expired(&p->itimer[ABI_ITIMER_VIRTUAL], utime);
	}
	posix_timers_tick(p);
	process_update_cpu_timers(p);
}

/* POSIX timers (timer_create) and timerfd: both are a clock, an expiry and an interval.
 *
 *   struct alarm    the common part: when it expires next on its clock, and the
 *                   scheduler's timer for it (CPU-time clocks are looked at by the tick)
 *
 * A timer signal is queued at most once: expiries until it is delivered count
 * as overruns in the queued siginfo (kernel/time/posix-timers.c). */
#include "internal.h"

#include <inttypes.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "abi/process.h"
#include "abi/time.h"
#include "base/alloc.h"
#include "base/strbuf.h"

struct alarm {
	int clockid;
	uint64_t expiry_ns;           /* on the clock; 0: disarmed */
	uint64_t interval_ns;
	struct timer timer;
};

struct posix_timer {
	struct list link;             /* process.posix_timers */
	struct process *proc;
	struct alarm alarm;
	int id, notify, signo, tid;
	uint64_t value;
	int last_overrun;
};

/* ---- alarms ------------------------------------------------------------------------------ */

static bool is_cpu_clock(int clockid)
{
	return clockid < 0 || clockid == ABI_CLOCK_PROCESS_CPUTIME_ID || clockid == ABI_CLOCK_THREAD_CPUTIME_ID;
}

static uint64_t alarm_now(const struct alarm *a)
{
	uint64_t now = 0;

	time_read_clock(a->clockid, &now);
	return now;
}

static void alarm_start(struct alarm *a)
{
	timer_cancel(&a->timer);
	if (a->expiry_ns && !is_cpu_clock(a->clockid))
		timer_arm(&a->timer, time_to_deadline(a->clockid, a->expiry_ns));
}

static void alarm_set(struct alarm *a, bool absolute, uint64_t value_ns, uint64_t interval_ns)
{
	a->interval_ns = interval_ns;
	/* A time that passed before the machine was there is not "disarmed". */
	a->expiry_ns = !value_ns ? 0 : absolute ? MAX(time_ns_mean(a->clockid, value_ns), 1ul) : alarm_now(a) + value_ns;
	alarm_start(a);
}

static void alarm_get(const struct alarm *a, uint64_t *value_ns, uint64_t *interval_ns)
{
	uint64_t now = alarm_now(a);

	*interval_ns = a->interval_ns;
	*value_ns = !a->expiry_ns ? 0 : a->expiry_ns > now ? a->expiry_ns - now : 1;
}

/* It has expired: how often since, and when next. */
static uint64_t alarm_advance(struct alarm *a)
{
	uint64_t now = alarm_now(a), times = 1;

	if (!a->interval_ns) {
		a->expiry_ns = 0;
		return 1;
	}
	if (now > a->expiry_ns)
		times += (now - a->expiry_ns) / a->interval_ns;
	a->expiry_ns += times * a->interval_ns;
	alarm_start(a);
	return times;
}

/* ---- POSIX timers -------------------------------------------------------------------------- */

static struct posix_timer *find_timer(struct process *p, int id)
{
	struct posix_timer *t;

	list_for_each(t, &p->posix_timers, link)
		if (t->id == id)
			return t;
	return NULL;
}

static void timer_notify(struct posix_timer *t, uint64_t times)
{
	struct task *target = t->notify == SIGEV_THREAD_ID ? task_find(t->tid) : NULL;
	struct abi_siginfo *queued, info = {
		.signo = t->signo, .code = SI_TIMER, .timerid = t->id, .value = t->value,
		.overrun = (int32_t)(times - 1),
	};

	if (t->notify == SIGEV_NONE)
		return;
	if (t->notify == SIGEV_THREAD_ID && (!target || target->proc != t->proc))
		return;
	queued = signal_find_queued_timer(t->proc, target, t->id);
	if (queued)
		queued->overrun += (int32_t)times;
	else if (target)
		signal_send_task(target, &info);
	else
		signal_send_process(t->proc, &info);
}

static void posix_timer_fired(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, alarm.timer);

	timer_notify(t, alarm_advance(&t->alarm));
}

void posix_timer_signal_taken(struct process *p, struct abi_siginfo *info)
{
	struct posix_timer *t = find_timer(p, info->timerid);

	if (t)
		t->last_overrun = info->overrun;
}

int64_t posix_timer_create(int clockid, int notify, int signo, uint64_t value, int tid, bool default_value)
{
	struct process *p = task_current()->proc;
	struct posix_timer *t;
	uint64_t now;
	int err = time_read_clock(clockid, &now);

	if (err)
		return err;
	if (notify != SIGEV_NONE && (signo < 1 || signo > ABI_NSIG))
		return -EINVAL;
	if (notify == SIGEV_THREAD_ID && (!task_find(tid) || task_find(tid)->proc != p))
		return -EINVAL;
	t = xnew(struct posix_timer);
	t->proc = p;
	t->id = p->next_timer_id++;
	t->notify = notify;
	t->signo = signo;
	t->tid = tid;
	t->value = default_value ? (uint64_t)t->id : value;
	t->alarm.clockid = clockid;
	t->alarm.timer.fire = posix_timer_fired;
	list_add_tail(&p->posix_timers, &t->link);
	return t->id;
}

int64_t posix_timer_set(int id, bool absolute, uint64_t value_ns, uint64_t interval_ns,
			uint64_t *old_value, uint64_t *old_interval)
{
	struct process *p = task_current()->proc;
	struct posix_timer *t = find_timer(p, id);

	if (!t)
		return -EINVAL;
	alarm_get(&t->alarm, old_value, old_interval);
	alarm_set(&t->alarm, absolute, value_ns, value_ns ? interval_ns : 0);     /* common_timer_set() */
	process_update_cpu_timers(p);
	return 0;
}

int64_t posix_timer_get(int id, uint64_t *value_ns, uint64_t *interval_ns)
{
	struct posix_timer *t = find_timer(task_current()->proc, id);

	if (!t)
		return -EINVAL;
	alarm_get(&t->alarm, value_ns, interval_ns);
	return 0;
}

int64_t posix_timer_overrun(int id)
{
	struct posix_timer *t = find_timer(task_current()->proc, id);

	return t ? t->last_overrun : -EINVAL;
}

static void timer_free(struct posix_timer *t)
{
	timer_cancel(&t->alarm.timer);
	list_del(&t->link);
	free(t);
}

int64_t posix_timer_delete(int id)
{
	struct posix_timer *t = find_timer(task_current()->proc, id);

	if (!t)
		return -EINVAL;
	timer_free(t);
	return 0;
}

void posix_timers_exit(struct process *p)
{
	struct posix_timer *t, *next;

	list_for_each_safe(t, next, &p->posix_timers, link)
		timer_free(t);
	p->next_timer_id = 0;
}

bool posix_timers_use_cpu_time(struct process *p)
{
	struct posix_timer *t;

	list_for_each(t, &p->posix_timers, link)
		if (t->alarm.expiry_ns && is_cpu_clock(t->alarm.clockid))
			return true;
	return false;
}

void posix_timers_tick(struct process *p)
{
	struct posix_timer *t;

	list_for_each(t, &p->posix_timers, link)
		if (t->alarm.expiry_ns && is_cpu_clock(t->alarm.clockid) &&
		    alarm_now(&t->alarm) >= t->alarm.expiry_ns)
			timer_notify(t, alarm_advance(&t->alarm));
}

/* ---- timerfd --------------------------------------------------------------------------------- */

struct timerfd {
	struct alarm alarm;
	uint64_t expired;             /* since the last read */
	bool absolute;                /* as it was set last */
	struct wait_queue wait;
};

static void timerfd_fired(struct timer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, alarm.timer);

	t->expired += alarm_advance(&t->alarm);
	wake_up_all(&t->wait);
}

static ssize_t timerfd_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct timerfd *t = f->private;
	uint64_t count;
	int err;

	if (u->left < sizeof(count))
		return -EINVAL;
	if (!t->expired && (f->flags & ABI_O_NONBLOCK))
		return -EAGAIN;
	err = wait_event(&t->wait, t->expired, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (err)
		return err;
	count = t->expired;
	t->expired = 0;
	return uio_copy_in(u, &count, sizeof(count)) == sizeof(count) ? (ssize_t)sizeof(count) : -EFAULT;
}

static uint32_t timerfd_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *t = f->private;

	poll_wait(pt, &t->wait);
	return t->expired ? ABI_EPOLLIN | ABI_EPOLLRDNORM : 0;
}

static void timerfd_release(struct file *f)
{
	struct timerfd *t = f->private;

	timer_cancel(&t->alarm.timer);
	free(t);
}

static void timerfd_show(struct file *f, struct strbuf *out)
{
	const struct timerfd *t = f->private;
	uint64_t value, interval, second = NSEC_PER_SEC;

	alarm_get(&t->alarm, &value, &interval);
	strbuf_printf(out, "clockid: %d\nticks: %" PRIu64 "\nsettime flags: 0%o\n", t->alarm.clockid, t->expired, t->absolute);
	strbuf_printf(out, "it_value: (%" PRIu64 ", %" PRIu64 ")\nit_interval: (%" PRIu64 ", %" PRIu64 ")\n",
		      value / second, value % second, interval / second, interval % second);
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read, .poll = timerfd_poll, .release = timerfd_release, .show_fdinfo = timerfd_show,
};

int64_t timerfd_create_fd(int clockid, uint32_t flags)
{
	struct task *self = task_current();
	struct timerfd *t;
	struct file *f;
	int fd;

	if (flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_NONBLOCK))
		return -EINVAL;
	if (clockid != ABI_CLOCK_REALTIME && clockid != ABI_CLOCK_MONOTONIC && clockid != ABI_CLOCK_BOOTTIME &&
	    clockid != ABI_CLOCK_REALTIME_ALARM && clockid != ABI_CLOCK_BOOTTIME_ALARM)
		return -EINVAL;
	t = xnew(struct timerfd);
	t->alarm.clockid = clockid;
	t->alarm.timer.fire = timerfd_fired;
	wait_queue_init(&t->wait);
	f = anon_file_create("anon_inode:[timerfd]", &timerfd_ops, t,
			     ABI_O_RDWR | (flags & ABI_O_NONBLOCK), self->cred);
	fd = files_install(self->files, f, 0, flags & ABI_O_CLOEXEC, task_rlimit(self, ABI_RLIMIT_NOFILE));
	if (fd < 0)
		file_put(f);
	return fd;
}

int64_t timerfd_set(struct file *f, bool absolute, uint64_t value_ns, uint64_t interval_ns,
		    uint64_t *old_value, uint64_t *old_interval)
{
	struct timerfd *t = f->private;

	if (f->ops != &timerfd_ops)
		return -EINVAL;
	alarm_get(&t->alarm, old_value, old_interval);
	t->expired = 0;
	t->absolute = absolute;
	alarm_set(&t->alarm, absolute, value_ns, interval_ns);
	return 0;
}

int64_t timerfd_get(struct file *f, uint64_t *value_ns, uint64_t *interval_ns)
{
	struct timerfd *t = f->private;

	if (f->ops != &timerfd_ops)
		return -EINVAL;
	alarm_get(&t->alarm, value_ns, interval_ns);
	return 0;
}

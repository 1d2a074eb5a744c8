/* Time name spaces: who enters them when, what they shift and what not, their offsets. needs: privileges
 * needs: mounted root (a new user name space is refused in a chroot).
 * Offsets are thousands of seconds, and what is read is shown in thousands. */
#include "abi.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define MONOTONIC_SHIFT 1000000
#define BOOTTIME_SHIFT  2000000
#define NS_GET_NSTYPE 0xb703

static const int clocks[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
			      CLOCK_BOOTTIME_ALARM, CLOCK_REALTIME, CLOCK_TAI };
struct readings { long long clock[COUNT(clocks)], uptime, info, btime, start; };

static long long number_in(const char *file, const char *before, int skip)
{
	char text[4096] = "", *at;
	FILE *f = fopen(file, "r");

	if (f) {
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
		fclose(f);
	}
	at = strstr(text, before);
	for (at = at ? at + strlen(before) : text; skip && *at; at++)
		skip -= *at == ' ';
	return atoll(at);
}

static void read_all(struct readings *r, const char *stat)
{
	struct timespec ts;
	struct sysinfo info;

	for (int i = 0; i < COUNT(clocks); i++) {
		clock_gettime(clocks[i], &ts);
		r->clock[i] = ts.tv_sec;
	}
	sysinfo(&info);
	r->info = info.uptime;
	r->uptime = number_in("/proc/uptime", "", 0);
	r->btime = number_in("/proc/stat", "btime ", 0);
	r->start = number_in(stat, ") ", 19) / 100;
}

/* In thousands of seconds, with room on both sides for what goes by meanwhile. */
static void show_shift(const char *what, long long now, long long before)
{
	printf("%s: %+lld thousand seconds\n", what, (now - before + (now < before ? -500 : 500)) / 1000);
}

static void show_shifts(const struct readings *before, const char *stat)
{
	struct readings now;
	char name[20];

	read_all(&now, stat);
	for (int i = 0; i < COUNT(clocks); i++) {
		snprintf(name, sizeof(name), "clock %d", clocks[i]);
		show_shift(name, now.clock[i], before->clock[i]);
	}
	show_shift("sysinfo", now.info, before->info);
	show_shift("/proc/uptime", now.uptime, before->uptime);
	show_shift("btime", now.btime, before->btime);
	show_shift("starttime", now.start, before->start);
}

static int set_offsets(const char *text)
{
	int fd = open("/proc/self/timens_offsets", O_WRONLY), n = (int)write(fd, text, strlen(text)), e = errno;

	close(fd);
	errno = e;
	return n;
}

static ino_t number(const char *space)
{
	struct stat st = { 0 };

	stat(space, &st);
	return st.st_ino;
}

static void enter_user_and_time(void)
{
	R(unshare(CLONE_NEWUSER | CLONE_NEWTIME));
	V(number("/proc/self/ns/time") == number("/proc/self/ns/time_for_children"));
}

TOPIC(ns_time_offsets)
{
	show_file("/proc/self/timens_offsets");
	R(set_offsets("monotonic 1 0\n"));
	V(number("/proc/self/ns/time") == number("/proc/self/ns/time_for_children"));
	enter_user_and_time();
	show_file("/proc/self/timens_offsets");
	R(set_offsets("realtime 1 0\n"));
	R(set_offsets("monotonic 1\n"));
	R(set_offsets("monotonic 1 1000000000\n"));
	R(set_offsets("monotonic x 0\n"));
	R(set_offsets("\n"));
	R(set_offsets("monotonic 10 0\nmonotonic_and_more 11 0\n"));
	R(set_offsets("monotonic -9000000000 0\n"));
	R(set_offsets("monotonic 9223372037 0\n"));
	R(set_offsets("boottime 4611686019 0\n"));
	show_file("/proc/self/timens_offsets");
	R(set_offsets("monotonic 3 4"));
	show_file("/proc/self/timens_offsets");
	R(set_offsets("7 5 6\n1 8 9\n"));
	show_file("/proc/self/timens_offsets");
	R(set_offsets("monotonic 1 2\nboottime 3 4\nmonotonic 5 6\n"));
	show_file("/proc/self/timens_offsets");
	R(access("/proc/self/task/self/timens_offsets", F_OK));
	/* Another one begins where the last one stood; the first to live there freezes it. */
	R(unshare(CLONE_NEWTIME));
	show_file("/proc/self/timens_offsets");
	CHILD(R(set_offsets("monotonic 0 0\n")); show_file("/proc/self/timens_offsets"));
	R(set_offsets("monotonic 0 0\n"));
	R(unshare(CLONE_NEWTIME));
	R(set_offsets("monotonic 0 0\n"));
}

TOPIC(ns_time_clocks)
{
	struct readings before;
	char text[100], stat[40];

	snprintf(stat, sizeof(stat), "/proc/%d/stat", getpid());
	enter_user_and_time();
	snprintf(text, sizeof(text), "monotonic %d 0\nboottime %d 0\n", MONOTONIC_SHIFT, BOOTTIME_SHIFT);
	V(set_offsets(text) == (int)strlen(text));
	read_all(&before, stat);
	show_shifts(&before, stat);
	CHILD(show_shifts(&before, stat); V(number("/proc/self/ns/time") == number("/proc/self/ns/time_for_children"));
	      CHILD(show_shifts(&before, stat)));
	show_shifts(&before, stat);
}

static long long elapsed_ms(long long since) { return (now_ms() - since) / 60000; }      /* 0: not longer than a minute */

static struct timespec in_20_ms(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_nsec += 20000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

static void sleep_until(int clock)
{
	long long start = now_ms();
	struct timespec until = in_20_ms(clock), zero = { 0 };

	E(clock_nanosleep(clock, TIMER_ABSTIME, &until, NULL));
	V(now_ms() - start >= 19);
	E(clock_nanosleep(clock, TIMER_ABSTIME, &zero, NULL));
	V(elapsed_ms(start));
}

static void timers(int clock)
{
	struct itimerspec at = { .it_value = in_20_ms(clock) }, left = { 0 };
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	uint64_t n = 0;
	timer_t timer;
	int fd;

	R(fd = timerfd_create(clock, 0));
	R(timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL));
	R(timerfd_gettime(fd, &left));
	V(left.it_value.tv_sec);
	R(read(fd, &n, 8));
	V(n);
	at.it_value = (struct timespec){ 1, 0 };      /* long ago */
	R(timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL));
	R(read(fd, &n, 8));
	close(fd);
	clock_gettime(clock, &at.it_value);
	at.it_value.tv_sec += 5000;
	R(timer_create(clock, &none, &timer));
	R(timer_settime(timer, TIMER_ABSTIME, &at, NULL));
	R(timer_gettime(timer, &left));
	V(left.it_value.tv_sec / 1000);
	R(timer_delete(timer));
}

static void wait_on_condition(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t c;
	pthread_condattr_t a;
	struct timespec until = in_20_ms(CLOCK_MONOTONIC);

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&c, &a);
	pthread_mutex_lock(&m);
	E(pthread_cond_timedwait(&c, &m, &until));
}

static void wait_for_times(void)
{
	sleep_until(CLOCK_MONOTONIC);
	sleep_until(CLOCK_BOOTTIME);
	sleep_until(CLOCK_REALTIME);
	timers(CLOCK_MONOTONIC);
	timers(CLOCK_BOOTTIME);
	wait_on_condition();
}

TOPIC(ns_time_waiting)
{
	enter_user_and_time();
	R(set_offsets("monotonic 1000000 0\nboottime 2000000 0\n"));
	CHILD(wait_for_times());
}

static long long shift_now(long long before)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec - before + 500) / 1000;
}

TOPIC(ns_time_after_exec)
{
	if (argc < 2)
		return;
	printf("after exec: %lld\n", shift_now(atoll(argv[1])));
	V(number("/proc/self/ns/time") == number("/proc/self/ns/time_for_children"));
	R(set_offsets("monotonic 0 0\n"));
}

static int code_of_child(void *before) { return (int)shift_now(*(long long *)before); }

static void *try_setns(void *fd)
{
	R(setns((int)(intptr_t)fd, CLONE_NEWTIME));
	return NULL;
}

TOPIC(ns_time_entering)
{
	struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } args = { 0 };
	long long before;
	struct timespec ts;
	char text[30];
	static char stack[32768] __attribute__((aligned(16)));
	int first, next, status;
	pthread_t thread;
	pid_t p;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	before = ts.tv_sec;
	first = open("/proc/self/ns/time", O_RDONLY);
	enter_user_and_time();
	R(set_offsets("monotonic 1000000 0\n"));
	R(next = open("/proc/self/ns/time_for_children", O_RDONLY));
	X(ioctl(next, NS_GET_NSTYPE));
	V(shift_now(before));
	/* Who shares memory stays; a new program, and who has memory of its own, does not. */
	p = clone(code_of_child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &before);
	R(waitpid(p, &status, 0) == p);
	show_status(status);
	snprintf(text, sizeof(text), "%lld", before);
	fflush(stdout);
	CHILD(V(shift_now(before)));
	p = vfork();
	if (!p)
		exec_topic("ns_time_after_exec", text);
	R(waitpid(p, &status, 0) == p);
	show_status(status);
	R(setns(next, CLONE_NEWPID));
	CHILD(R(setns(first, CLONE_NEWTIME)));
	pthread_create(&thread, NULL, try_setns, (void *)(intptr_t)next);
	pthread_join(thread, NULL);
	CHILD(R(setns(next, 0)); V(shift_now(before)));
	R(setns(next, CLONE_NEWTIME));
	V(shift_now(before));
	V(number("/proc/self/ns/time") == number("/proc/self/ns/time_for_children"));
	/* clone3 makes one and enters it. */
	args.flags = CLONE_NEWTIME;
	args.exit_signal = SIGCHLD;
	R(unshare(CLONE_NEWTIME));
	R(set_offsets("monotonic 3000000 0\n"));
	fflush(stdout);
	p = (pid_t)syscall(435, &args, sizeof(args));
	if (!p) {
		V(shift_now(before));
		R(set_offsets("monotonic 0 0\n"));
		fflush(stdout);
		_exit(0);
	}
	R(waitpid(p, &status, 0) == p);
	show_status(status);
	R(set_offsets("monotonic 4000000 0\n"));
	CHILD(R(setresuid(1000, 1000, 1000)); R(unshare(CLONE_NEWTIME)));
}

TOPIC(ns_time_refused)
{
	CHILD(R(setresuid(1000, 1000, 1000)); R(unshare(CLONE_NEWTIME)); R(unshare(CLONE_NEWTIME | CLONE_NEWUSER)));
}

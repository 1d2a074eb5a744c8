/* The machine's device interrupts: one epoll set, one kick, and host signals.
 *
 * Everything that may wake an idle hart is a descriptor in this set. Host
 * signals are turned into a descriptor too (signalfd): the machine hears of ^C
 * where it hears of everything else, never in the middle of kernel code.
 * The set, the kick and the signals' descriptor are made when somebody first looks at them, or when a
 * second thread comes that might be woken, so that a short program never pays for them. */
#include "host/host.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

enum { EVENTS_PER_POLL = 64 };

static int epoll_fd = -1;
static struct host_event kick = { .fd = -1 };
static struct host_event signals = { .fd = -1 };
static void (*signal_arrived)(int signo);   /* NULL: nobody watches them */

/* Signals sent to hearth that are meant for the machine inside. */
static const int watched_signals[] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT,
};

/* Events of the batch being fired; host_event_del() clears its entries here, so
 * that an event removed by an earlier one of the same batch never fires. */
static struct epoll_event batch[EVENTS_PER_POLL];
static int batch_count;

static int set_fd(void)
{
	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return epoll_fd < 0 ? -errno : epoll_fd;
}

static int control(int op, struct host_event *ev, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = ev };
	int set = set_fd();

	if (set < 0)
		return set;
	return epoll_ctl(set, op, ev->fd, &e) == 0 ? 0 : -errno;
}

int host_event_add(struct host_event *ev, uint32_t events)
{
	return control(EPOLL_CTL_ADD, ev, events);
}

int host_event_modify(struct host_event *ev, uint32_t events)
{
	return control(EPOLL_CTL_MOD, ev, events);
}

void host_event_del(struct host_event *ev)
{
	control(EPOLL_CTL_DEL, ev, 0);
	for (int i = 0; i < batch_count; i++)
		if (batch[i].data.ptr == ev)
			batch[i].data.ptr = NULL;
}

static void drain_kick(struct host_event *ev, uint32_t events)
{
	uint64_t count;

	if (read(ev->fd, &count, sizeof(count)) < 0)
		return;   /* another hart was first */
}

/* `fd`, if it is one, becomes the event's and is watched. */
static int watch(struct host_event *ev, int fd, void (*fire)(struct host_event *ev, uint32_t events))
{
	int err;

	if (fd < 0)
		return -errno;
	ev->fd = fd;
	ev->fire = fire;
	err = host_event_add(ev, EPOLLIN);
	if (err) {
		close(fd);
		ev->fd = -1;
	}
	return err;
}

static void read_signals(struct host_event *ev, uint32_t events)
{
	struct signalfd_siginfo info;

	while (read(ev->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		signal_arrived((int)info.ssi_signo);
}

static void fill_watched(sigset_t *set)
{
	sigemptyset(set);
	for (unsigned i = 0; i < ARRAY_SIZE(watched_signals); i++)
		sigaddset(set, watched_signals[i]);
}

void host_poll_prepare(void)
{
	sigset_t set;
	int err = 0;

	if (kick.fd < 0)
		err = watch(&kick, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), drain_kick);
	if (!err && signal_arrived && signals.fd < 0) {
		fill_watched(&set);
		err = watch(&signals, signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), read_signals);
	}
	if (err)
		fatal("the host gives no event descriptor: raise `ulimit -n`");
}

int host_poll(int64_t timeout_ns)
{
	struct timespec ts = { timeout_ns / NSEC_PER_SEC, timeout_ns % NSEC_PER_SEC };
	int n;

	/* Nothing can happen that nobody registered for. */
	if (timeout_ns == 0 && epoll_fd < 0 && !signal_arrived)
		return 0;
	host_poll_prepare();
	n = epoll_pwait2(set_fd(), batch, EVENTS_PER_POLL, timeout_ns < 0 ? NULL : &ts, NULL);
	if (n < 0)
		return 0;    /* EINTR: the caller looks at its conditions again */
	batch_count = n;
	for (int i = 0; i < batch_count; i++) {
		struct host_event *ev = batch[i].data.ptr;

		if (ev)
			ev->fire(ev, batch[i].events);
	}
	batch_count = 0;
	return n;
}

void host_poll_wait(int64_t timeout_ns)
{
	struct timespec ts = { timeout_ns / NSEC_PER_SEC, timeout_ns % NSEC_PER_SEC };
	struct pollfd set = { .events = POLLIN };

	host_poll_prepare();
	set.fd = set_fd();
	/* An epoll set is itself readable while one of its descriptors is ready. Whatever the
	 * answer, EINTR included, the caller looks. */
	ppoll(&set, 1, timeout_ns < 0 ? NULL : &ts, NULL);
}

void host_poll_kick(void)
{
	static const uint64_t one = 1;

	if (kick.fd >= 0 && write(kick.fd, &one, sizeof(one)) < 0)
		return;      /* the counter is full: the poll returns anyway */
}

void host_signals_watch(void (*arrived)(int signo))
{
	sigset_t set;

	/* What arrives before anybody looks is pending, and comes by the descriptor then. */
	fill_watched(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* A guest's write to a closed host pipe is its EPIPE, not hearth's death. */
	signal(SIGPIPE, SIG_IGN);
	/* Nor is a file that grows beyond `ulimit -f`: it is EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	signal_arrived = arrived;
}

/* Waiting for files: ppoll, pselect6, epoll. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "abi/process.h"
#include "base/alloc.h"

/* ---- what ppoll and pselect6 share ----------------------------------------------------- */

/* How long is left, written back as Linux does when a time-out was given (poll_select_finish),
 * so that a call that is restarted after a signal goes on with the rest. */
static void put_remaining(gva_t timeout, uint64_t deadline)
{
	uint64_t now = sched_clock_ns();

	if (timeout && deadline != WAIT_FOREVER)
		put_timespec(timeout, deadline > now ? deadline - now : 0);
}

static void release_items(struct poll_item *items, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (items[i].file)
			file_put(items[i].file);
	free(items);
}

/* vfs_poll skips items without a file; here they count as ready at once. */
static int64_t poll_items(struct poll_item *items, unsigned n, unsigned ready, uint64_t deadline)
{
	int64_t ret = vfs_poll(items, n, ready ? 0 : deadline);

	return ret < 0 ? ret : ret + ready;
}

/* ---- ppoll --------------------------------------------------------------------------------- */

/* A descriptor that is not open is an event of its own, POLLNVAL. Returns how many. */
static unsigned take_pollfds(struct abi_pollfd *fds, unsigned n, struct poll_item *items)
{
	unsigned invalid = 0;

	for (unsigned i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		items[i].file = fd_get_io(fds[i].fd);
		items[i].events = (uint16_t)fds[i].events | ABI_EPOLLERR | ABI_EPOLLHUP;
		if (!items[i].file) {
			fds[i].revents = ABI_POLLNVAL;
			invalid++;
		}
	}
	return invalid;
}

static int64_t poll_fds(struct abi_pollfd *fds, unsigned n, gva_t ufds, uint64_t deadline)
{
	struct poll_item *items = xalloc((n + 1) * sizeof(*items));
	unsigned invalid = take_pollfds(fds, n, items);
	int64_t ret = poll_items(items, n, invalid, deadline);

	for (unsigned i = 0; i < n; i++)
		if (items[i].file)
			fds[i].revents = (int16_t)items[i].revents;
	release_items(items, n);
	for (unsigned i = 0; ret >= 0 && i < n; i++)
		if (put_user(ufds + i * sizeof(fds[i]) + offsetof(struct abi_pollfd, revents),
			     &fds[i].revents, sizeof(fds[i].revents)))
			ret = -EFAULT;
	return ret;
}

int64_t sys_ppoll(gva_t ufds, uint32_t nfds, gva_t timeout, gva_t sigmask, uint64_t sigsetsize)
{
	struct abi_pollfd *fds;
	uint64_t deadline;
	int64_t ret = get_deadline(timeout, &deadline);

	if (ret)
		return ret;
	if (nfds > task_rlimit(current(), ABI_RLIMIT_NOFILE))
		return -EINVAL;
	fds = xalloc((nfds + 1) * sizeof(*fds));
	ret = get_user(fds, ufds, nfds * sizeof(*fds)) ? -EFAULT : sigmask_swap(sigmask, sigsetsize);
	if (!ret) {
		ret = poll_fds(fds, nfds, ufds, deadline);
		sigmask_restore(ret);
		put_remaining(timeout, deadline);
	}
	free(fds);
	return ret;
}

/* ---- pselect6 ---------------------------------------------------------------------------------- */

/* What each of the three sets asks for, and what counts as an answer (fs/select.c). */
static const struct { uint32_t ask, answer; } set_events[3] = {
	{ ABI_EPOLLIN | ABI_EPOLLRDNORM | ABI_EPOLLRDBAND,
	  ABI_EPOLLIN | ABI_EPOLLRDNORM | ABI_EPOLLRDBAND | ABI_EPOLLHUP | ABI_EPOLLERR },
	{ ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND,
	  ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND | ABI_EPOLLERR },
	{ ABI_EPOLLPRI, ABI_EPOLLPRI },
};

/* Sets are arrays of longs; as both sides are little endian, bytes do. */
struct select_sets { uint8_t *bits[3]; gva_t user[3]; size_t bytes; };

static bool has_bit(const uint8_t *set, unsigned fd) { return set[fd / 8] >> (fd % 8) & 1; }

static int take_sets(struct select_sets *s)
{
	for (int i = 0; i < 3; i++) {
		s->bits[i] = xalloc(s->bytes + 8);
		if (s->user[i] && get_user(s->bits[i], s->user[i], s->bytes))
			return -EFAULT;
	}
	return 0;
}

static int take_select_items(const struct select_sets *s, unsigned n, struct poll_item *items)
{
	for (unsigned fd = 0; fd < n; fd++) {
		uint32_t ask = 0;

		for (int i = 0; i < 3; i++)
			if (has_bit(s->bits[i], fd))
				ask |= set_events[i].ask;
		if (!ask)
			continue;
		items[fd].file = fd_get_io((int)fd);
		if (!items[fd].file)
			return -EBADF;
		items[fd].events = ask | ABI_EPOLLERR | ABI_EPOLLHUP;
	}
	return 0;
}

/* Keep the bits whose answer came; the result counts bits, not descriptors. */
static int64_t answer_sets(struct select_sets *s, unsigned n, const struct poll_item *items)
{
	int64_t count = 0;

	for (int i = 0; i < 3; i++) {
		for (unsigned fd = 0; fd < n; fd++) {
			if (!has_bit(s->bits[i], fd))
				continue;
			if (items[fd].revents & set_events[i].answer)
				count++;
			else
				s->bits[i][fd / 8] &= (uint8_t)~(1u << (fd % 8));
		}
		if (s->user[i] && put_user(s->user[i], s->bits[i], s->bytes))
			return -EFAULT;
	}
	return count;
}

static int64_t select_fds(unsigned n, struct select_sets *s, uint64_t deadline)
{
	struct poll_item *items = xalloc((n + 1) * sizeof(*items));
	int64_t ret = take_sets(s);

	if (!ret)
		ret = take_select_items(s, n, items);
	if (!ret)
		ret = poll_items(items, n, 0, deadline);
	if (ret >= 0)
		ret = answer_sets(s, n, items);
	release_items(items, n);
	for (int i = 0; i < 3; i++)
		free(s->bits[i]);
	return ret;
}

int64_t sys_pselect6(int nfds, gva_t readfds, gva_t writefds, gva_t exceptfds, gva_t timeout, gva_t sigmask)
{
	/* Descriptors beyond the table's size cannot be open: Linux looks at no more bits (core_sys_select). */
	unsigned max = files_capacity(current()->files);
	unsigned word = current_is_32() ? 4 : 8, n = MIN((unsigned)MAX(nfds, 0), max);
	struct select_sets s = { .user = { readfds, writefds, exceptfds },
				 .bytes = align_up(n, word * 8) / 8 };
	uint64_t mask = 0, size = 0, deadline;
	int64_t ret;

	/* The sixth argument points to a pair: the mask's address and its size. */
	if (sigmask && (get_user_word(sigmask, &mask) || get_user_word(sigmask + word, &size)))
		return -EFAULT;
	ret = get_deadline(timeout, &deadline);
	if (!ret && nfds < 0)
		ret = -EINVAL;
	if (!ret)
		ret = sigmask_swap(mask, size);
	if (ret)
		return ret;
	ret = select_fds(n, &s, deadline);
	sigmask_restore(ret);
	put_remaining(timeout, deadline);
	return ret;
}

/* ---- epoll ----------------------------------------------------------------------------------------- */

int64_t sys_epoll_create1(uint32_t flags)
{
	struct file *f;
	int err;

	if (flags & ~(uint32_t)ABI_EPOLL_CLOEXEC)
		return -EINVAL;
	err = epoll_create_file(flags, current()->cred, &f);
	return err ? err : fd_install(f, flags & ABI_EPOLL_CLOEXEC);
}

int64_t sys_epoll_ctl(int epfd, int op, int fd, gva_t event)
{
	struct abi_epoll_event ev = { 0 };
	struct file *ep, *target;
	int64_t ret = -EBADF;

	if (op != ABI_EPOLL_CTL_DEL && get_user(&ev, event, sizeof(ev)))
		return -EFAULT;
	ep = fd_get_io(epfd);
	target = fd_get_io(fd);
	if (ep && target)
		ret = epoll_ctl_file(ep, op, fd, target, ev.events, ev.data);
	if (target)
		file_put(target);
	if (ep)
		file_put(ep);
	return ret;
}

enum { EPOLL_BATCH = 65536 };    /* events handed out by one call, whatever maxevents says */

static int64_t epoll_wait_fd(int epfd, gva_t events, int maxevents, uint64_t deadline)
{
	struct epoll_result *results;
	struct file *ep;
	int64_t n;

	if (maxevents <= 0 || maxevents > INT32_MAX / (int)sizeof(struct abi_epoll_event))
		return -EINVAL;
	ep = fd_get_io(epfd);
	if (!ep)
		return -EBADF;
	maxevents = MIN(maxevents, (int)EPOLL_BATCH);
	results = xalloc((size_t)maxevents * sizeof(*results));
	n = epoll_wait_file(ep, results, maxevents, deadline);
	file_put(ep);
	for (int64_t i = 0; i < n; i++) {
		struct abi_epoll_event ev = { .events = results[i].events, .data = results[i].data };

		if (put_user(events + (uint64_t)i * sizeof(ev), &ev, sizeof(ev)))
			n = i ? i : -EFAULT;
	}
	free(results);
	return n;
}

static int64_t epoll_wait_masked(int epfd, gva_t events, int maxevents, uint64_t deadline, gva_t sigmask, uint64_t size)
{
	int64_t ret = sigmask_swap(sigmask, size);

	if (ret)
		return ret;
	ret = epoll_wait_fd(epfd, events, maxevents, deadline);
	/* epoll_wait is never restarted: its time-out is relative and stays unread. */
	if (ret == -ERESTARTSYS || ret == -ERESTARTNOHAND)
		ret = -EINTR;
	sigmask_restore(ret);
	return ret;
}

int64_t sys_epoll_pwait(int epfd, gva_t events, int maxevents, int timeout, gva_t sigmask, uint64_t sigsetsize)
{
	uint64_t deadline = timeout < 0 ? WAIT_FOREVER :
			    timeout ? sched_clock_ns() + (uint64_t)timeout * 1000000 : 0;

	return epoll_wait_masked(epfd, events, maxevents, deadline, sigmask, sigsetsize);
}

int64_t sys_epoll_pwait2(int epfd, gva_t events, int maxevents, gva_t timeout, gva_t sigmask, uint64_t sigsetsize)
{
	uint64_t deadline;
	int err = get_deadline(timeout, &deadline);

	return err ? err : epoll_wait_masked(epfd, events, maxevents, deadline, sigmask, sigsetsize);
}

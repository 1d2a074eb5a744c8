/* What sleeps: pipes, FIFOs, poll, epoll, eventfd, locks, the console's streams. Several kernel
 * threads of one machine; each test must end with all of them awake and gone. */
#include "vtest.h"

#include "base/alloc.h"
#include "base/log.h"

enum { CREW = 4 };

static int alive;
static struct wait_queue all_gone;

struct job { struct thread thread; void (*fn)(void *); void *arg; };

static void job_gone(void *arg)
{
	free(arg);
	if (--alive == 0)
		wake_up_all(&all_gone);
}

static void job_entry(void *arg)
{
	struct job *j = arg;

	j->fn(j->arg);
	thread_exit(job_gone, j);
}

static struct job *start(void (*fn)(void *), void *arg)
{
	struct job *j = xnew(struct job);

	j->fn = fn;
	j->arg = arg;
	alive++;
	CHECK_EQ(thread_init(&j->thread, job_entry, j), 0);
	thread_start(&j->thread);
	return j;
}

static void join_all(void)
{
	CHECK_EQ(wait_event(&all_gone, alive == 0, WAIT_UNINTERRUPTIBLE, sched_clock_ns() + 5000000000ull), 0);
}

static ssize_t rd(struct file *f, void *buf, size_t n)
{
	struct uio u;

	uio_init_kernel(&u, buf, n);
	return file_read(f, &u, NULL);
}

static ssize_t wr(struct file *f, const void *buf, size_t n)
{
	struct uio u;

	uio_init_kernel(&u, (void *)buf, n);
	return file_write(f, &u, NULL);
}

/* ---- pipes ----------------------------------------------------------------------- */

static struct file *ends[2];

/* Each writer's packets of 1000 bytes must come out whole. */
enum { PACKET = 1000, PACKETS = 300 };
static void packet_writer(void *arg)
{
	char buf[PACKET];

	memset(buf, (int)(long)arg, sizeof(buf));
	for (int n = 0; n < PACKETS; n++)
		CHECK_EQ(wr(ends[1], buf, sizeof(buf)), PACKET);
	file_put(ends[1]);
}

static void atomic_writes(void)
{
	char buf[PACKET];
	long got = 0;

	CHECK_EQ(pipe_create(0, vt_root, ends), 0);
	for (long n = 0; n < CREW; n++) {
		file_get(ends[1]);
		start(packet_writer, (void *)('a' + n));
	}
	file_put(ends[1]);
	for (;;) {
		ssize_t n, at = 0;

		while (at < PACKET && (n = rd(ends[0], buf + at, (size_t)(PACKET - at))) > 0)
			at += n;
		if (!at)
			break;
		CHECK_EQ(at, PACKET);
		for (int k = 1; k < PACKET; k++)
			if (buf[k] != buf[0]) {
				CHECK(buf[k] == buf[0]);
				break;
			}
		got++;
	}
	CHECK_EQ(got, CREW * PACKETS);
	file_put(ends[0]);
	join_all();
}

static void big_writer(void *arg)
{
	static char big[300000];

	for (size_t n = 0; n < sizeof(big); n++)
		big[n] = (char)(n * 31 >> 3);
	CHECK_EQ(wr(ends[1], big, sizeof(big)), sizeof(big));
	file_put(ends[1]);
}

static void big_write(void)
{
	char buf[777];
	size_t at = 0;
	ssize_t n;

	CHECK_EQ(pipe_create(0, vt_root, ends), 0);
	start(big_writer, NULL);
	while ((n = rd(ends[0], buf, sizeof(buf))) > 0) {
		for (ssize_t k = 0; k < n; k++, at++)
			if (buf[k] != (char)(at * 31 >> 3)) {
				CHECK(!"wrong byte");
				break;
			}
	}
	CHECK_EQ(n, 0);
	CHECK_EQ(at, 300000);
	file_put(ends[0]);
	join_all();
}

static void pipe_errors(void)
{
	static char fill[70000];
	struct file *dup;

	CHECK_EQ(pipe_create(ABI_O_NONBLOCK, vt_root, ends), 0);
	CHECK_EQ(rd(ends[0], fill, 10), -EAGAIN);
	CHECK_EQ(rd(ends[1], fill, 10), -EBADF);
	CHECK_EQ(wr(ends[0], fill, 10), -EBADF);
	CHECK_EQ(file_seek(ends[0], 0, 0), -ESPIPE);
	CHECK_EQ(file_poll(ends[0], NULL), 0);
	CHECK_EQ(wr(ends[1], fill, sizeof(fill)), 65536);
	CHECK_EQ(wr(ends[1], fill, 1), -EAGAIN);
	CHECK_EQ(file_poll(ends[1], NULL), 0);
	CHECK_EQ(pipe_set_size(ends[0], 4096, ends[0]->cred), -EBUSY);
	CHECK_EQ(rd(ends[0], fill, 65000), 65000);
	CHECK_EQ(pipe_set_size(ends[0], 5000, ends[0]->cred), 8192);
	CHECK_EQ(wr(ends[1], fill, 8000), 8192 - 536);
	CHECK_EQ(rd(ends[0], fill, 4000), 4000);
	CHECK_EQ(wr(ends[1], fill, 4096), -EAGAIN);           /* atomic: all or nothing */
	dup = file_get(ends[0]);
	file_put(ends[0]);
	CHECK_EQ(file_poll(ends[1], NULL) & ABI_EPOLLERR, 0);
	file_put(dup);
	CHECK(file_poll(ends[1], NULL) & ABI_EPOLLERR);
	CHECK_EQ(wr(ends[1], fill, 1), -EPIPE);
	file_put(ends[1]);
	CHECK_EQ(pipe_create(ABI_O_DIRECT, vt_root, ends), 0);
	CHECK_EQ(wr(ends[1], "first", 5), 5);
	CHECK_EQ(wr(ends[1], "second", 6), 6);
	CHECK_EQ(rd(ends[0], fill, 3), 3);                    /* the rest of the packet is gone */
	CHECK_EQ(rd(ends[0], fill, 100), 6);
	CHECK_MEM(fill, "second", 6);
	file_put(ends[1]);
	CHECK_EQ(rd(ends[0], fill, 100), 0);
	CHECK(file_poll(ends[0], NULL) & ABI_EPOLLHUP);
	file_put(ends[0]);
}

static void fifo_reader(void *arg)
{
	struct file *f;
	char buf[8];

	(void)arg;
	CHECK_EQ(vfs_open(vt_walker(vt_root), "/fifo", O_RDONLY, 0, 0, &f), 0);
	CHECK_EQ(rd(f, buf, 8), 2);
	CHECK_EQ(rd(f, buf, 8), 0);
	file_put(f);
}

static void fifos(void)
{
	struct walker w = vt_walker(vt_root);
	struct file *f;

	CHECK_EQ(vfs_mknod(w, "/fifo", S_IFIFO | 0666, 0), 0);
	CHECK_EQ(vfs_open(w, "/fifo", O_WRONLY | O_NONBLOCK, 0, 0, &f), -ENXIO);
	CHECK_EQ(vfs_open(w, "/fifo", O_RDONLY | O_NONBLOCK, 0, 0, &f), 0);
	CHECK_EQ(file_poll(f, NULL), 0);                      /* no writer yet is not a hang-up */
	file_put(f);
	start(fifo_reader, NULL);
	CHECK_EQ(vfs_open(w, "/fifo", O_WRONLY, 0, 0, &f), 0);
	CHECK_EQ(wr(f, "ok", 2), 2);
	file_put(f);
	join_all();
	CHECK_EQ(vfs_unlink(w, "/fifo", false), 0);
}

/* ---- poll, epoll, eventfd ------------------------------------------------------------- */

static void late_writer(void *arg)
{
	struct wait_queue never;

	wait_queue_init(&never);
	wait_event(&never, false, WAIT_UNINTERRUPTIBLE, sched_clock_ns() + 5000000);
	CHECK_EQ(wr(arg, "x", 1), 1);
}

static void polling(void)
{
	struct file *a[2], *b[2], *ev;
	struct poll_item items[3];
	uint64_t now = sched_clock_ns(), one = 1;
	char c;

	CHECK_EQ(pipe_create(0, vt_root, a), 0);
	CHECK_EQ(pipe_create(0, vt_root, b), 0);
	CHECK_EQ(eventfd_create(0, 0, vt_root, &ev), 0);
	items[0] = (struct poll_item){ a[0], ABI_EPOLLIN, 0 };
	items[1] = (struct poll_item){ b[0], ABI_EPOLLIN, 0 };
	items[2] = (struct poll_item){ ev, ABI_EPOLLIN, 0 };
	CHECK_EQ(vfs_poll(items, 3, 0), 0);
	CHECK_EQ(vfs_poll(items, 3, now + 3000000), 0);
	CHECK(sched_clock_ns() >= now + 3000000);
	start(late_writer, b[1]);
	CHECK_EQ(vfs_poll(items, 3, WAIT_FOREVER), 1);
	CHECK_EQ(items[1].revents, ABI_EPOLLIN);
	CHECK_EQ(wr(ev, &one, 8), 8);
	CHECK_EQ(vfs_poll(items, 3, WAIT_FOREVER), 2);
	CHECK_EQ(rd(b[0], &c, 1), 1);
	file_put(b[1]);
	CHECK_EQ(vfs_poll(items, 2, 0), 1);
	CHECK_EQ(items[1].revents, ABI_EPOLLHUP);
	join_all();
	file_put(a[0]);
	file_put(a[1]);
	file_put(b[0]);
	file_put(ev);
}

static void epolling(void)
{
	struct file *ep, *ep2, *p[2], *reg;
	struct epoll_result r[4];
	char c;

	CHECK_EQ(epoll_create_file(0, vt_root, &ep), 0);
	CHECK_EQ(epoll_create_file(0, vt_root, &ep2), 0);
	CHECK_EQ(pipe_create(0, vt_root, p), 0);
	CHECK_EQ(vfs_open(vt_walker(vt_root), "/reg", O_CREAT | O_RDWR, 0644, 0, &reg), 0);
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_ADD, 9, reg, ABI_EPOLLIN, 0), -EPERM);
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_ADD, 3, p[0], ABI_EPOLLIN, 33), 0);
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_ADD, 3, p[0], ABI_EPOLLIN, 33), -EEXIST);
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_MOD, 4, p[1], ABI_EPOLLIN, 33), -ENOENT);
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_ADD, 5, ep, ABI_EPOLLIN, 0), -EINVAL);
	CHECK_EQ(epoll_ctl_file(ep2, ABI_EPOLL_CTL_ADD, 6, ep, ABI_EPOLLIN, 66), 0);
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_ADD, 7, ep2, ABI_EPOLLIN, 0), -ELOOP);
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 0);
	start(late_writer, p[1]);
	CHECK_EQ(epoll_wait_file(ep2, r, 4, WAIT_FOREVER), 1);
	CHECK_EQ(r[0].data, 66);
	CHECK_EQ(epoll_wait_file(ep, r, 4, WAIT_FOREVER), 1);
	CHECK_EQ(r[0].data, 33);
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 1);            /* level-triggered: again */
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_MOD, 3, p[0], ABI_EPOLLIN | ABI_EPOLLET, 34), 0);
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 1);
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 0);            /* edge: once */
	CHECK_EQ(wr(p[1], "y", 1), 1);
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 1);
	CHECK_EQ(epoll_ctl_file(ep, ABI_EPOLL_CTL_MOD, 3, p[0], ABI_EPOLLIN | ABI_EPOLLONESHOT, 35), 0);
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 1);
	CHECK_EQ(wr(p[1], "z", 1), 1);
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 0);
	while (rd(p[0], &c, 1) == 1 && c != 'z')
		;
	join_all();
	file_put(p[0]);                                       /* the set forgets it */
	CHECK_EQ(epoll_wait_file(ep, r, 4, 0), 0);
	file_put(p[1]);
	file_put(reg);
	file_put(ep2);
	file_put(ep);
}

/* ---- locks -------------------------------------------------------------------------------- */

static struct file *shared;
static void lock_taker(void *arg)
{
	struct lock_request r = { .kind = LOCK_FLOCK, .type = ABI_F_WRLCK, .end = UINT64_MAX, .wait = true };
	struct file *f = arg;

	CHECK_EQ(file_lock(f, &r), 0);
	file_put(f);                                          /* closing releases */
}

static void locking(void)
{
	struct lock_request r = { .kind = LOCK_FLOCK, .type = ABI_F_WRLCK, .end = UINT64_MAX }, who;
	struct files *ta = files_create(), *tb = files_create();
	struct file *other;

	CHECK_EQ(vfs_open(vt_walker(vt_root), "/reg", O_RDWR, 0, 0, &shared), 0);
	CHECK_EQ(vfs_open(vt_walker(vt_root), "/reg", O_RDWR, 0, 0, &other), 0);
	CHECK_EQ(file_lock(shared, &r), 0);
	CHECK_EQ(file_lock(other, &r), -EAGAIN);
	start(lock_taker, file_get(other));
	r.type = ABI_F_UNLCK;
	sched_yield_hart();
	CHECK_EQ(file_lock(shared, &r), 0);
	file_put(other);
	join_all();
	r.type = ABI_F_WRLCK;
	CHECK_EQ(file_lock(shared, &r), 0);
	/* Record locks do not see flock, split in the middle, and go with any close of the table. */
	r = (struct lock_request){ .kind = LOCK_POSIX, .type = ABI_F_WRLCK, .start = 0, .end = 99, .table = ta, .pid = 1 };
	CHECK_EQ(file_lock(shared, &r), 0);
	r.type = ABI_F_UNLCK;
	r.start = 40;
	r.end = 59;
	CHECK_EQ(file_lock(shared, &r), 0);
	r = (struct lock_request){ .kind = LOCK_POSIX, .type = ABI_F_RDLCK, .start = 40, .end = 59, .table = tb, .pid = 2 };
	CHECK_EQ(file_lock(shared, &r), 0);
	r.start = 39;
	CHECK_EQ(file_lock(shared, &r), -EAGAIN);
	CHECK(file_lock_test(shared, &r, &who));
	CHECK_EQ(who.pid, 1);
	CHECK_EQ(who.start, 0);
	CHECK_EQ(who.end, 39);
	CHECK_EQ(files_install(ta, file_get(shared), 0, false, 100), 0);
	CHECK_EQ(files_close(ta, 0), 0);
	CHECK_EQ(file_lock(shared, &r), 0);
	file_put(shared);
	/* tb's locks go with its table's descriptors; it has none open, so by hand. */
	files_put(ta);
	CHECK_EQ(vfs_open(vt_walker(vt_root), "/reg", O_RDWR, 0, 0, &shared), 0);
	CHECK_EQ(files_install(tb, shared, 0, false, 100), 0);
	files_put(tb);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static void descriptors(void)
{
	struct files *t = files_create(), *copy;
	struct file *f;

	CHECK_EQ(vfs_open(vt_walker(vt_root), "/reg", O_RDWR, 0, 0, &f), 0);
	CHECK_EQ(files_install(t, file_get(f), 0, false, 40), 0);
	CHECK_EQ(files_install(t, file_get(f), 10, true, 40), 10);
	CHECK_EQ(files_install(t, file_get(f), 0, false, 40), 1);
	CHECK_EQ(files_close(t, 0), 0);
	CHECK_EQ(files_install(t, file_get(f), 0, false, 40), 0);
	for (int n = 2; n < 10; n++)
		CHECK_EQ(files_install(t, file_get(f), 0, false, 40), n);
	CHECK_EQ(files_install(t, file_get(f), 0, false, 40), 11);
	CHECK_EQ(files_install(t, f, 40, false, 40), -EINVAL);
	CHECK_EQ(files_install(t, f, 0, false, 12), -EMFILE);
	CHECK_EQ(files_replace(t, 200, file_get(f), true), 200);
	CHECK_EQ(files_cloexec(t, 200), 1);
	CHECK_EQ(files_cloexec(t, 199), -EBADF);
	CHECK_EQ(files_copy(t, &copy), 0);
	files_close_on_exec(copy);
	CHECK_EQ(files_next(copy, 10), 11);
	CHECK_EQ(files_next(copy, 12), -1);
	CHECK_EQ(files_close_range(copy, 3, ~0u, false), 0);
	CHECK_EQ(files_next(copy, 3), -1);
	files_put(copy);
	files_put(t);
	CHECK_EQ(f->refs, 1);
	file_put(f);
}

/* A file whose only pages are far out, and goes again. */
static void sparse(void)
{
	static const uint64_t far[] = { 1ull << 20, 6000000000ull, 4096, 1ull << 40 };
	struct file *f;
	char c = 0;

	for (size_t n = 0; n < ARRAY_SIZE(far); n++) {
		CHECK_EQ(vfs_open(vt_walker(vt_root), "/sparse", O_CREAT | O_RDWR, 0644, 0, &f), 0);
		CHECK_EQ(file_seek(f, (int64_t)far[n], 0), far[n]);
		CHECK_EQ(wr(f, "s", 1), 1);
		CHECK_EQ(file_read_kernel(f, &c, 1, far[n]), 1);
		CHECK_EQ(c, 's');
		CHECK_EQ(file_read_kernel(f, &c, 1, far[n] / 2), 1);
		CHECK_EQ(c, 0);
		file_put(f);
		CHECK_EQ(vfs_unlink(vt_walker(vt_root), "/sparse", false), 0);
	}
}

/* ---- console streams ---------------------------------------------------------------------------- */

static void stream_writer(void *arg)
{
	int fd = (int)(long)arg;
	struct wait_queue never;

	wait_queue_init(&never);
	wait_event(&never, false, WAIT_UNINTERRUPTIBLE, sched_clock_ns() + 5000000);
	CHECK_EQ(write(fd, "typed", 5), 5);
	close(fd);
}

static void streams(void)
{
	int p[2], reg;
	struct file *f;
	struct kstat st;
	char buf[16], name[] = "/tmp/vfs-stream-XXXXXX";

	CHECK_EQ(pipe(p), 0);
	CHECK_EQ(console_open(p[0], &f), 0);
	CHECK_EQ(file_stat(f, &st), 0);
	CHECK(S_ISFIFO(st.mode));
	CHECK_EQ(file_poll(f, NULL), 0);
	f->flags |= ABI_O_NONBLOCK;
	CHECK_EQ(rd(f, buf, 16), -EAGAIN);
	f->flags &= ~(uint32_t)ABI_O_NONBLOCK;
	CHECK_EQ(fcntl(p[0], F_GETFL) & O_NONBLOCK, 0);       /* the host's description is untouched */
	start(stream_writer, (void *)(long)p[1]);
	CHECK_EQ(rd(f, buf, 16), 5);                          /* sleeps here; the machine goes on */
	CHECK_MEM(buf, "typed", 5);
	CHECK_EQ(rd(f, buf, 16), 0);
	join_all();
	file_put(f);
	close(p[0]);
	reg = mkstemp(name);
	CHECK_EQ(write(reg, "0123456789", 10), 10);
	CHECK_EQ(lseek(reg, 2, SEEK_SET), 2);
	CHECK_EQ(console_open(reg, &f), 0);
	CHECK_EQ(rd(f, buf, 3), 3);
	CHECK_MEM(buf, "234", 3);
	CHECK_EQ(lseek(reg, 0, SEEK_CUR), 5);                 /* the offset others share has moved */
	CHECK_EQ(file_seek(f, -1, ABI_SEEK_END), 9);
	CHECK_EQ(wr(f, "X", 1), 1);
	CHECK_EQ(file_read_kernel(f, buf, 10, 0), 10);
	CHECK_MEM(buf, "012345678X", 10);
	file_put(f);
	close(reg);
	unlink(name);
}

static void body(void)
{
	struct super *s;

	wait_queue_init(&all_gone);
	CHECK_EQ(tmpfs_create(0755, &s), 0);
	vt_start(s);
	RUN(atomic_writes);
	RUN(big_write);
	RUN(pipe_errors);
	RUN(fifos);
	RUN(polling);
	RUN(epolling);
	RUN(locking);
	RUN(descriptors);
	RUN(sparse);
	RUN(streams);
	vt_stop();
}

int main(void)
{
	return vt_main(body);
}

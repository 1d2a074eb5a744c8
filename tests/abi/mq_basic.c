/* POSIX message queues: order by priority, attributes, limits, errors. Names are per process. */
#include "abi.h"
#include <mqueue.h>

static char name[40];

static void receive(mqd_t q)
{
	char buf[128] = "";
	unsigned prio = 99;
	ssize_t n;

	errno = 0;
	n = mq_receive(q, buf, sizeof(buf), &prio);
	printf("mq_receive: %zd %s \"%s\" prio %u\n", n, n < 0 ? error_name(errno) : "", buf, prio);
}

TOPIC(mq_basic)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 100 }, now;
	struct pollfd p = { .events = POLLIN | POLLOUT };
	struct timespec past = { 1, 0 }, wrong = { 1, -1 };
	char buf[200] = "";
	mqd_t q, r;

	sprintf(name, "/hearth-abi-%d", getpid());
	errno = 0;
	V(mq_open(name, O_RDWR) == -1);
	show_error("absent", errno);
	q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr);
	V(q != -1);
	errno = 0;
	V(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr) == -1);
	show_error("exists", errno);
	p.fd = q;
	R(poll(&p, 1, 0));
	X(p.revents);
	R(mq_send(q, "low", 4, 1));
	R(mq_send(q, "high", 5, 30));
	R(mq_send(q, "low too", 8, 1));
	R(mq_send(q, "", 0, 0));
	R(mq_send(q, "full", 5, 2));
	R(poll(&p, 1, 0));
	X(p.revents);
	R(mq_getattr(q, &now));
	printf("flags %lx maxmsg %ld msgsize %ld curmsgs %ld\n", now.mq_flags, now.mq_maxmsg, now.mq_msgsize, now.mq_curmsgs);
	R(mq_receive(q, buf, 99, NULL));
	for (int i = 0; i < 5; i++)
		receive(q);
	R(mq_send(q, buf, 101, 0));
	R(mq_send(q, "x", 1, 32768));
	R(mq_send(q, BAD, 1, 0));
	now.mq_flags = 0;
	R(mq_setattr(q, &now, NULL));
	R(mq_timedreceive(q, buf, 100, NULL, &past));
	R(mq_timedreceive(q, buf, 100, NULL, &wrong));
	r = mq_open(name, O_RDONLY);
	R(mq_send(r, "x", 1, 0));
	mq_close(r);
	r = mq_open(name, O_WRONLY);
	R(mq_receive(r, buf, 100, NULL));
	V(fcntl(r, F_GETFD));
	mq_close(r);
	R(mq_send(999, "x", 1, 0));
	R(mq_send(1, "x", 1, 0));
	R(mq_unlink(name));
	R(mq_unlink(name));
	R(mq_send(q, "still", 6, 0));
	receive(q);
	R(mq_close(q));
	errno = 0;
	V(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL) == -1);
	show_error("slash", errno);
	errno = 0;
	V(mq_open("/", O_RDWR | O_CREAT, 0600, NULL) == -1);
	show_error("empty", errno);
	attr.mq_maxmsg = 0;
	errno = 0;
	V(mq_open(name, O_RDWR | O_CREAT, 0600, &attr) == -1);
	show_error("attr", errno);
}

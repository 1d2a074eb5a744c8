/* Sockets: what every protocol shares. The file, its reference counts, the queue of what came in,
 * the calls' common checks (Linux net/socket.c, net/core/sock.c).
 *
 * A socket has one wait queue. Whoever changes what somebody may wait for calls
 * sock_tell() with the EPOLL* bits that may hold now. */
#include "iface.h"

#include <stdio.h>
#include <string.h>

#include "abi/tty.h"
#include "base/alloc.h"
#include "base/log.h"

struct net_hooks net_hooks;

static const struct file_ops socket_fops;
static uint64_t next_ino = 1000;         /* netstat takes no number of one digit for a socket */
static unsigned live_socks;

unsigned net_live_count(void)
{
	return live_socks;
}

/* ---- life ---------------------------------------------------------------------------- */

void sock_init(struct sock *s, const struct net_proto *proto, int family, int type, int protocol)
{
	struct net_caller who = net_current();

	s->refs = 1;
	s->net = ns_get(who.net ? who.net : &net_first);
	s->proto = proto;
	s->family = family;
	s->type = type;
	s->protocol = protocol;
	s->ino = next_ino++;
	s->uid = who.cred->euid;
	snprintf(s->name, sizeof(s->name), "socket:[%llu]", (unsigned long long)s->ino);
	s->state = ABI_TCP_CLOSE;
	s->sndbuf = s->rcvbuf = SOCK_BUFFER_DEFAULT;
	s->rcvlowat = 1;
	wait_queue_init(&s->changed);
	list_init(&s->rx);
	live_socks++;
}

struct sock *sock_get(struct sock *s)
{
	s->refs++;
	return s;
}

void sock_put(struct sock *s)
{
	if (!s)
		return;
	ASSERT(s->refs > 0);
	if (--s->refs)
		return;
	ASSERT(list_empty(&s->rx));
	if (s->proto->destroy)
		s->proto->destroy(s);
	live_socks--;
	ns_put(s->net);
	free(s);
}

struct file *sock_file(struct sock *s, uint32_t flags)
{
	struct net_caller who = net_current();

	s->file = anon_file_create(s->name, &socket_fops, s, ABI_O_RDWR | (flags & ABI_O_NONBLOCK), who.cred);
	s->file->inode->mode = S_IFSOCK | 0777;
	s->file->inode->ino = s->ino;
	return s->file;
}

struct sock *sock_of(const struct file *f)
{
	return f->ops == &socket_fops ? f->private : NULL;
}

bool net_is_socket(const struct file *f)
{
	return sock_of(f) != NULL;
}

static void socket_release(struct file *f)
{
	struct sock *s = f->private;

	s->file = NULL;
	s->proto->close(s);
	sock_put(s);
}

/* ---- small things ------------------------------------------------------------------------ */

struct net_caller net_current(void)
{
	struct net_caller who;

	net_hooks.caller(&who);
	return who;
}

void sock_tell(struct sock *s, uint32_t events)
{
	wake_up_nr(&s->changed, INT32_MAX, events);
}

void sock_tell_urgent(struct sock *s)
{
	if (s->file && net_hooks.sigurg)
		net_hooks.sigurg(s->file);
	sock_tell(s, ABI_EPOLLPRI | ABI_EPOLLIN | ABI_EPOLLRDNORM | ABI_EPOLLRDBAND);
}

int sock_error(struct sock *s)
{
	int err = s->err;

	s->err = 0;
	return -err;
}

uint64_t sock_deadline(uint64_t timeout_ns)
{
	return timeout_ns ? sched_clock_ns() + timeout_ns : WAIT_FOREVER;
}

int sock_wait_result(int err, uint64_t deadline)
{
	if (err == -ETIMEDOUT)
		return -EAGAIN;
	/* A time-out that was begun cannot be begun again: no restart. */
	return err == -ERESTARTSYS && deadline != WAIT_FOREVER ? -EINTR : err;
}

ssize_t sock_epipe(uint32_t flags)
{
	if (!(flags & ABI_MSG_NOSIGNAL) && net_hooks.sigpipe)
		net_hooks.sigpipe();
	return -EPIPE;
}

void addr_set_family(struct net_addr *a, uint16_t family)
{
	a->len = sizeof(a->family);
	a->family = family;
}

void net_msg_release(struct net_msg *m)
{
	for (unsigned i = 0; i < m->nr_files; i++)
		file_put(m->files[i]);
	free(m->files);
	m->files = NULL;
	m->nr_files = 0;
}

/* ---- making ---------------------------------------------------------------------------------- */

static int check_type(int family, int type)
{
	if (family < 0 || family >= ABI_AF_MAX)
		return -EAFNOSUPPORT;
	return type < 0 || type >= ABI_SOCK_MAX ? -EINVAL : 0;
}

static int sock_create(int family, int type, int protocol, struct sock **out)
{
	int err = check_type(family, type);

	if (err)
		return err;
	if (host_sock_enabled() && !net_current().net && (family == ABI_AF_INET || family == ABI_AF_INET6 || family == ABI_AF_NETLINK))
		return host_sock_create(family, type, protocol, out);
	switch (family) {
	case ABI_AF_UNIX:    return unix_create(type, protocol, out);
	case ABI_AF_INET: case ABI_AF_INET6: return inet_create(family, type, protocol, out);
	case ABI_AF_NETLINK: return netlink_create(type, protocol, out);
	default:             return -EAFNOSUPPORT;
	}
}

int net_socket(int family, int type, int protocol, uint32_t flags, struct file **out)
{
	struct sock *s;
	int err = sock_create(family, type, protocol, &s);

	if (!err)
		*out = sock_file(s, flags);
	return err;
}

int net_socketpair(int family, int type, int protocol, uint32_t flags, struct file *ends[2])
{
	struct sock *s[2] = { NULL, NULL };
	int err;

	for (int i = 0; i < 2; i++) {
		err = sock_create(family, type, protocol, &s[i]);
		if (err)
			goto fail;
	}
	err = family == ABI_AF_UNIX ? unix_pair(s) : -EOPNOTSUPP;
	if (err)
		goto fail;
	for (int i = 0; i < 2; i++)
		ends[i] = sock_file(s[i], flags);
	return 0;
fail:
	for (int i = 0; i < 2; i++)
		if (s[i]) {
			s[i]->proto->close(s[i]);
			sock_put(s[i]);
		}
	return err;
}

/* ---- calls --------------------------------------------------------------------------------------- */

static bool is_nonblocking(const struct file *f)
{
	return f->flags & ABI_O_NONBLOCK;
}

int net_bind(struct file *f, const struct net_addr *addr)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	return s->proto->bind ? s->proto->bind(s, addr) : -EOPNOTSUPP;
}

int net_connect(struct file *f, const struct net_addr *addr)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	return s->proto->connect ? s->proto->connect(s, addr, is_nonblocking(f)) : -EOPNOTSUPP;
}

int net_listen(struct file *f, int backlog)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	/* As an unsigned number, so that -1 means the most (net/socket.c __sys_listen). */
	if ((unsigned)backlog > SOMAXCONN_HERE)
		backlog = SOMAXCONN_HERE;
	return s->proto->listen ? s->proto->listen(s, backlog) : -EOPNOTSUPP;
}

int net_accept(struct file *f, uint32_t flags, struct file **out, struct net_addr *peer)
{
	struct sock *s = sock_of(f), *made;
	int err;

	if (!s)
		return -ENOTSOCK;
	if (!s->proto->accept)
		return -EOPNOTSUPP;
	err = s->proto->accept(s, is_nonblocking(f), &made);
	if (err)
		return err;
	/* A peer that is gone already still had a name: an empty one will do. */
	if (made->proto->getname(made, true, peer))
		addr_set_family(peer, (uint16_t)made->family);
	*out = sock_file(made, flags);
	return 0;
}

int net_getname(struct file *f, bool peer, struct net_addr *out)
{
	struct sock *s = sock_of(f);

	return s ? s->proto->getname(s, peer, out) : -ENOTSOCK;
}

int net_shutdown(struct file *f, int how)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	if (how < ABI_SHUT_RD || how > ABI_SHUT_RDWR)
		return -EINVAL;
	return s->proto->shutdown ? s->proto->shutdown(s, how) : -EOPNOTSUPP;
}

ssize_t net_send(struct file *f, struct net_msg *m)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	if (is_nonblocking(f))
		m->flags |= ABI_MSG_DONTWAIT;
	return s->proto->send(s, m);
}

ssize_t net_receive(struct file *f, struct net_msg *m)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	if (is_nonblocking(f))
		m->flags |= ABI_MSG_DONTWAIT;
	return s->proto->receive(s, m);
}

/* ---- the file --------------------------------------------------------------------------------------- */

static ssize_t socket_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct net_msg m = { .u = u };
	ssize_t n;

	if (!u->left)                 /* sock_read_iter: nothing asked, not even for errors */
		return 0;
	n = net_receive(f, &m);
	net_msg_release(&m);          /* files that nobody asked for are closed */
	return n;
}

static ssize_t socket_write(struct file *f, struct uio *u, uint64_t *pos)
{
	struct net_msg m = { .u = u };

	return net_send(f, &m);
}

static uint32_t socket_poll(struct file *f, struct poll_table *pt)
{
	struct sock *s = f->private;

	poll_wait(pt, &s->changed);
	return s->proto->poll(s, pt);
}

static int64_t socket_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct sock *s = f->private;
	int64_t ret = s->proto->ioctl ? s->proto->ioctl(s, cmd, arg, mm) : -ENOTTY;

	return ret == -ENOTTY && !s->proto->host_options ? iface_ioctl(s->net, cmd, arg, mm) : ret;
}

static const struct file_ops socket_fops = {
	.default_owner = file_no_owner,
	.read = socket_read, .write = socket_write, .poll = socket_poll,
	.ioctl = socket_ioctl, .release = socket_release,
};

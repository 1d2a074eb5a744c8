/* AF_UNIX: names, listening, connecting (Linux net/unix/af_unix.c; unix(7)).
 *
 *   path name       a socket inode in the guest's file system; found by file system and inode number
 *   abstract name   bytes after a NUL; found in the list of sockets, gone with its socket
 *   no name         most clients and every pair
 *
 * Connecting a stream makes a third socket at once, the server's end, which waits
 * with its listener until accept gives it a file:
 *
 *     client <--peer--> embryo  --in listener.embryos-->  accept -> a file
 *
 * So a client may write before anybody has accepted. Streams and packets hold their peer; a
 * datagram socket's peer is where it sends by default, and may not know of it. */
#include "unix.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

struct list unix_all = LIST_INIT(unix_all);
unsigned unix_count;
static const struct net_proto unix_proto;
static const uint32_t everything = ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLHUP | ABI_EPOLLRDHUP | ABI_EPOLLERR;

/* ---- making -------------------------------------------------------------------------- */

static struct unix_sock *unix_alloc(int type)
{
	struct unix_sock *u = xnew(struct unix_sock);

	sock_init(&u->sk, &unix_proto, ABI_AF_UNIX, type, 0);
	list_add_tail(&unix_all, &u->all_link);
	unix_count++;
	list_init(&u->embryos);
	list_init(&u->embryo_link);
	list_init(&u->gc_link);
	u->backlog = UNIX_BACKLOG_DEFAULT;
	return u;
}

int unix_create(int type, int protocol, struct sock **out)
{
	if (protocol && protocol != ABI_AF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == ABI_SOCK_RAW)      /* BSD's habit (net/unix/af_unix.c) */
		type = ABI_SOCK_DGRAM;
	if (type != ABI_SOCK_STREAM && type != ABI_SOCK_DGRAM && type != ABI_SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	*out = &unix_alloc(type)->sk;
	return 0;
}

static struct abi_ucred own_cred(void)
{
	struct net_caller who = net_current();

	return (struct abi_ucred){ who.pid, who.cred->euid, who.cred->egid };
}

static void set_peer_cred(struct unix_sock *u, struct abi_ucred cred)
{
	if (u->peer_pid_held)
		net_hooks.drop_pid(u->peer_cred.pid);
	u->peer_cred = cred;
	u->peer_pid_held = cred.pid && net_hooks.hold_pid(cred.pid);
}

void unix_set_peer(struct unix_sock *u, struct unix_sock *peer)
{
	struct unix_sock *old = u->peer;

	if (peer) {
		sock_get(&peer->sk);
		peer->watchers += !unix_connects(&u->sk);
	}
	u->peer = peer;
	if (old) {
		old->watchers -= !unix_connects(&u->sk);
		sock_put(&old->sk);
	}
}

void unix_wait_for(struct unix_sock *u, struct unix_sock *other)
{
	if (u->waits_for)
		u->waits_for->watchers--;
	if (other)
		other->watchers++;
	u->waits_for = other;
}

int unix_pair(struct sock *ends[2])
{
	for (int i = 0; i < 2; i++) {
		struct unix_sock *u = unix_of(ends[i]);

		unix_set_peer(u, unix_of(ends[!i]));
		u->sk.state = ABI_TCP_ESTABLISHED;
		set_peer_cred(u, own_cred());
	}
	return 0;
}

/* ---- names ------------------------------------------------------------------------------- */

enum { PATH_AT = offsetof(struct abi_sockaddr_un, path) };

int unix_check_addr(const struct net_addr *a)
{
	return a->len <= PATH_AT || a->len > sizeof(struct abi_sockaddr_un) || a->family != ABI_AF_UNIX ? -EINVAL : 0;
}

static bool is_abstract(const struct net_addr *a)
{
	return !a->un.path[0];
}

/* A name in the file system, as a string. */
static void path_of(const struct net_addr *a, char path[ABI_UNIX_PATH_MAX + 1])
{
	size_t n = strnlen(a->un.path, a->len - PATH_AT);

	memcpy(path, a->un.path, n);
	path[n] = '\0';
}

static struct unix_sock *find_abstract(const struct net_ns *net, const struct net_addr *a, int type)
{
	struct unix_sock *u;

	list_for_each(u, &unix_all, all_link)
		if (u->listed && u->addr.len == a->len && !u->path.dentry && !memcmp(u->addr.bytes, a->bytes, a->len) && u->sk.net == net &&
		    (!type || u->sk.type == type))
			return u;
	return NULL;
}

static struct unix_sock *find_inode(const struct inode *i)
{
	struct unix_sock *u;

	list_for_each(u, &unix_all, all_link)
		if (u->listed && u->path.dentry && u->super == i->super && u->path_ino == i->ino)
			return u;
	return NULL;
}

static int find_path(const struct net_addr *a, struct unix_sock **out)
{
	struct net_caller who = net_current();
	char name[ABI_UNIX_PATH_MAX + 1];
	struct path p;
	int err;

	path_of(a, name);
	err = vfs_lookup((struct walker){ .fs = who.fs, .cred = who.cred }, name, 0, &p);
	if (err)
		return err;
	err = inode_permission(path_inode(p), who.cred, 2);
	if (!err) {
		*out = S_ISSOCK(path_inode(p)->mode) ? find_inode(path_inode(p)) : NULL;
		err = *out ? 0 : -ECONNREFUSED;
	}
	path_put(p);
	return err;
}

int unix_find(const struct net_ns *net, const struct net_addr *a, int type, struct unix_sock **out)
{
	int err;

	if (is_abstract(a)) {
		/* The type is a part of an abstract name's identity. */
		*out = find_abstract(net, a, type);
		err = *out ? 0 : -ECONNREFUSED;
	} else {
		err = find_path(a, out);
		if (!err && (*out)->sk.type != type)
			err = -EPROTOTYPE;
	}
	if (!err)
		sock_get(&(*out)->sk);
	return err;
}

/* Five hexadecimal digits nobody has (af_unix.c unix_autobind). */
int unix_autobind(struct unix_sock *u)
{
	struct net_addr a = { .len = PATH_AT + 6, .family = ABI_AF_UNIX };
	char digits[8];
	uint32_t n;

	if (u->addr.len)
		return 0;
	host_random(&n, sizeof(n));
	for (unsigned tries = 0; tries <= 0xfffff; tries++) {
		snprintf(digits, sizeof(digits), "%05x", (n + tries) & 0xfffff);
		memcpy(a.un.path + 1, digits, 5);
		if (find_abstract(u->sk.net, &a, u->sk.type))
			continue;
		u->addr = a;
		u->listed = true;
		return 0;
	}
	return -ENOSPC;
}

static int bind_path(struct unix_sock *u, const struct net_addr *a)
{
	struct net_caller who = net_current();
	struct walker w = { .fs = who.fs, .cred = who.cred };
	char name[ABI_UNIX_PATH_MAX + 1];
	struct path p;
	int err;

	path_of(a, name);
	err = vfs_mknod(w, name, S_IFSOCK | 0777, 0);
	if (!err)
		err = vfs_lookup(w, name, WALK_NOFOLLOW, &p);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	/* Only now does Linux look whether it has a name; while the node was made it may have got one. */
	if (u->addr.len) {
		path_put(p);
		vfs_unlink(w, name, false);
		return -EINVAL;
	}
	u->addr = *a;
	u->addr.len = (uint32_t)(PATH_AT + strlen(name) + 1);
	u->addr.bytes[u->addr.len - 1] = '\0';
	u->path = p;
	u->listed = true;
	u->super = path_inode(p)->super;
	u->path_ino = path_inode(p)->ino;
	return 0;
}

static int unix_bind(struct sock *s, const struct net_addr *a)
{
	struct unix_sock *u = unix_of(s);
	int err;

	if (a->len == PATH_AT && a->family == ABI_AF_UNIX)
		return unix_autobind(u);
	err = unix_check_addr(a);
	if (err)
		return err;
	if (!is_abstract(a))
		return bind_path(u, a);
	if (u->addr.len)
		return -EINVAL;
	if (find_abstract(s->net, a, s->type))
		return -EADDRINUSE;
	u->addr = *a;
	u->listed = true;
	return 0;
}

static int unix_getname(struct sock *s, bool peer, struct net_addr *out)
{
	struct unix_sock *u = unix_of(s);

	if (peer && !u->peer)
		return -ENOTCONN;
	if (peer)
		u = u->peer;
	if (u->addr.len)
		*out = u->addr;
	else
		addr_set_family(out, ABI_AF_UNIX);
	return 0;
}

/* ---- listening, accepting ------------------------------------------------------------------------ */

static int unix_listen(struct sock *s, int backlog)
{
	struct unix_sock *u = unix_of(s);

	if (!unix_connects(s))
		return -EOPNOTSUPP;
	if (!u->addr.len || (s->state != ABI_TCP_CLOSE && s->state != ABI_TCP_LISTEN))
		return -EINVAL;
	u->backlog = (unsigned)backlog;
	s->state = ABI_TCP_LISTEN;
	set_peer_cred(u, own_cred());
	unix_tell_waiting(u);
	return 0;
}

static int unix_accept(struct sock *s, bool nonblock, struct sock **out)
{
	struct unix_sock *u = unix_of(s), *made;
	uint64_t deadline = nonblock ? 0 : sock_deadline(s->rcv_timeout_ns);
	bool was_full;
	int err;

	if (!unix_connects(s))
		return -EOPNOTSUPP;
	if (s->state != ABI_TCP_LISTEN)
		return -EINVAL;
	err = sock_wait(s, !list_empty(&u->embryos) || s->shut_read, deadline);
	if (err)
		return err;
	if (list_empty(&u->embryos))
		return -EINVAL;       /* shut down for reading */
	was_full = unix_queue_full(u);
	made = list_first(&u->embryos, struct unix_sock, embryo_link);
	list_del(&made->embryo_link);
	u->nr_embryos--;
	if (was_full)
		unix_tell_waiting(u);
	*out = &made->sk;             /* with the queue's reference */
	return 0;
}

void unix_tell_waiting(struct unix_sock *u)
{
	struct unix_sock *other;

	if (!u->watchers)
		return;
	list_for_each(other, &unix_all, all_link)
		if (other->peer == u || other->waits_for == u)
			sock_tell(&other->sk, ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND);
}

/* ---- connecting ------------------------------------------------------------------------------------- */

static int dgram_disconnect(struct unix_sock *u)
{
	unix_set_peer(u, NULL);
	u->sk.state = ABI_TCP_CLOSE;
	sock_rx_lock(&u->sk);
	sock_rx_purge(&u->sk);
	sock_rx_unlock(&u->sk);
	return 0;
}

static int dgram_connect(struct unix_sock *u, const struct net_addr *a)
{
	struct unix_sock *other;
	int err;

	if (a->family == ABI_AF_UNSPEC)
		return dgram_disconnect(u);
	err = unix_check_addr(a);
	if (!err && (u->sk.options & OPT_PASSCRED))
		err = unix_autobind(u);
	if (!err)
		err = unix_find(u->sk.net, a, u->sk.type, &other);
	if (err)
		return err;
	if (other->peer && other->peer != u) {
		err = -EPERM;         /* unix_may_send: it listens to another one */
	} else {
		/* What came from others before does not count any more. */
		if (u->peer && u->peer != other)
			sock_rx_purge(&u->sk);
		unix_set_peer(u, other);
		u->sk.state = ABI_TCP_ESTABLISHED;
	}
	sock_put(&other->sk);
	return err;
}

static bool refuses(const struct unix_sock *listener)
{
	return listener->sk.state != ABI_TCP_LISTEN || listener->sk.shut_read || !listener->sk.file;
}

/* The server's end, to be accepted. */
static void join(struct unix_sock *u, struct unix_sock *listener)
{
	struct unix_sock *end = unix_alloc(u->sk.type);

	end->sk.state = u->sk.state = ABI_TCP_ESTABLISHED;
	end->sk.options |= listener->sk.options & OPT_PASSCRED;
	end->addr = listener->addr;
	set_peer_cred(end, own_cred());
	set_peer_cred(u, listener->peer_cred);
	unix_set_peer(end, u);
	unix_set_peer(u, end);
	list_add_tail(&listener->embryos, &end->embryo_link);
	listener->nr_embryos++;
	sock_tell(&listener->sk, ABI_EPOLLIN | ABI_EPOLLRDNORM);
	sock_tell(&u->sk, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
}

static int wait_for_listener(struct unix_sock *u, struct unix_sock *listener, uint64_t deadline)
{
	int err;

	if (refuses(listener))
		return -ECONNREFUSED;
	unix_wait_for(u, listener);
	err = sock_wait(&u->sk, !unix_queue_full(listener) || refuses(listener), deadline);
	unix_wait_for(u, NULL);
	return err ? err : refuses(listener) ? -ECONNREFUSED : 0;
}

static int unix_connect(struct sock *s, const struct net_addr *a, bool nonblock)
{
	struct unix_sock *u = unix_of(s), *listener;
	uint64_t deadline = nonblock ? 0 : sock_deadline(s->snd_timeout_ns);
	int err;

	if (a->len < sizeof(a->family))
		return -EINVAL;
	if (!unix_connects(s))
		return dgram_connect(u, a);
	err = unix_check_addr(a);
	if (!err && (s->options & OPT_PASSCRED))
		err = unix_autobind(u);
	if (!err)
		err = unix_find(s->net, a, s->type, &listener);
	if (err)
		return err;
	err = wait_for_listener(u, listener, deadline);
	if (!err)
		err = s->state == ABI_TCP_ESTABLISHED ? -EISCONN : s->state != ABI_TCP_CLOSE ? -EINVAL : 0;
	if (!err)
		join(u, listener);
	sock_put(&listener->sk);
	return err;
}

/* ---- ending ------------------------------------------------------------------------------------------- */

static int unix_shutdown(struct sock *s, int how)
{
	struct unix_sock *peer = unix_of(s)->peer;
	bool r = how != ABI_SHUT_WR, w = how != ABI_SHUT_RD;

	s->shut_read |= r;
	s->shut_write |= w;
	if (peer && unix_connects(s)) {
		peer->sk.shut_write |= r;
		peer->sk.shut_read |= w;
		sock_tell(&peer->sk, everything);
	}
	sock_tell(s, everything);
	return 0;
}

/* Connections nobody accepted end as if reset. */
static void drop_embryos(struct unix_sock *u)
{
	while (!list_empty(&u->embryos)) {
		struct unix_sock *end = list_first(&u->embryos, struct unix_sock, embryo_link);

		list_del(&end->embryo_link);
		u->nr_embryos--;
		if (end->peer)
			end->peer->sk.err = ECONNRESET;
		end->sk.proto->close(&end->sk);
		sock_put(&end->sk);
	}
}

static void unix_close(struct sock *s)
{
	struct unix_sock *u = unix_of(s), *peer = u->peer;

	u->listed = false;
	if (u->path.dentry)
		path_put(u->path);
	u->path = (struct path){ 0 };
	s->shut_read = s->shut_write = true;
	s->state = ABI_TCP_CLOSE;
	if (peer && unix_connects(s)) {
		peer->sk.shut_read = peer->sk.shut_write = true;
		if (!list_empty(&s->rx))
			peer->sk.err = ECONNRESET;
		sock_tell(&peer->sk, everything);
	}
	unix_set_peer(u, NULL);
	drop_embryos(u);
	unix_tell_waiting(u);
	u->oob = NULL;
	sock_rx_purge(s);
	unix_collect();
}

static void unix_destroy(struct sock *s)
{
	set_peer_cred(unix_of(s), (struct abi_ucred){ 0 });
	list_del(&unix_of(s)->all_link);
	unix_count--;
}

/* ---- options ------------------------------------------------------------------------------------------- */

static int unix_getsockopt(struct sock *s, int level, int name, void *value, uint32_t *len)
{
	struct unix_sock *u = unix_of(s);
	struct abi_ucred none = { 0, UINT32_MAX, UINT32_MAX }, cred;

	if (level != ABI_SOL_SOCKET)
		return -EOPNOTSUPP;
	if (name != ABI_SO_PEERCRED)
		return -ENOPROTOOPT;
	cred = u->peer_cred.pid ? unix_show_cred(u->peer_cred) : none;
	return sockopt_put(value, len, &cred, sizeof(cred));
}

static const struct net_proto unix_proto = {
	.bind = unix_bind, .connect = unix_connect, .listen = unix_listen, .accept = unix_accept,
	.getname = unix_getname, .shutdown = unix_shutdown, .send = unix_send, .receive = unix_receive,
	.poll = unix_poll, .ioctl = unix_ioctl, .getsockopt = unix_getsockopt, .close = unix_close,
	.destroy = unix_destroy,
};

/* ---- /proc/net/unix -------------------------------------------------------------------------------------- */

static void show_one(struct strbuf *out, const struct unix_sock *u)
{
	bool connected = u->sk.state == ABI_TCP_ESTABLISHED;

	/* The first column is an address in the kernel; unprivileged readers of Linux see zeros. */
	strbuf_printf(out, "%016x: %08X %08X %08X %04X %02X %5llu", 0, u->sk.refs, 0,
		      u->sk.state == ABI_TCP_LISTEN ? 0x10000 : 0, (unsigned)u->sk.type,
		      u->sk.file ? (connected ? 3u : 1u) : (connected ? 2u : 4u), (unsigned long long)u->sk.ino);
	if (u->addr.len) {
		unsigned n = u->addr.len - PATH_AT;

		strbuf_printf(out, " ");
		for (unsigned i = 0; i < n && (u->addr.un.path[i] || is_abstract(&u->addr)); i++)
			strbuf_printf(out, "%c", u->addr.un.path[i] ? u->addr.un.path[i] : '@');
	}
	strbuf_printf(out, "\n");
}

void net_show_unix(struct net_ns *net, struct strbuf *out)
{
	struct unix_sock *u;

	strbuf_printf(out, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	list_for_each(u, &unix_all, all_link)
		if (u->sk.net == (net ? net : &net_first))
			show_one(out, u);
}

/* Ports: who has which, and who is meant.
 *
 * Every bound socket is on one of 256 lists of its name space, by its port. Two sockets on one
 * port are in each other's way when their addresses overlap, unless both said they do not
 * mind (Linux net/ipv4/inet_connection_sock.c inet_csk_bind_conflict, udp.c):
 *
 *                  TCP                                     UDP
 *   SO_REUSEADDR   both, and neither listens               both
 *   SO_REUSEPORT   both, same user                         both, same user */
#include "inet.h"

#include <string.h>

#include "abi/process.h"
#include "host/host.h"

enum { PORT_FIRST = 32768, PORT_LAST = 60999, PORT_PRIVILEGED = 1024 };  /* ip_local_port_range */

struct list *inet_port_list(struct net_ns *net, enum inet_transport t, unsigned n)
{
	struct list *l = &net->ports[t * INET_PORT_LISTS + n % INET_PORT_LISTS];

	if (!l->next)
		list_init(l);
	return l;
}

/* ---- overlap --------------------------------------------------------------------------- */

static bool takes_v4(const struct inet_sock *i)
{
	return ip_is_v4(i->local.ip) || (ip_is_any(i->local.ip) && !i->v6only);
}

static bool takes_v6(const struct inet_sock *i)
{
	return !ip_is_v4(i->local.ip);
}

static bool overlap(const struct inet_sock *a, const struct inet_sock *b)
{
	if (!memcmp(a->local.ip, b->local.ip, 16))
		return true;
	if (!ip_is_any(a->local.ip) && !ip_is_any(b->local.ip))
		return false;
	return (takes_v4(a) && takes_v4(b)) || (takes_v6(a) && takes_v6(b));
}

static bool both(const struct inet_sock *a, const struct inet_sock *b, uint32_t option)
{
	return a->sk.options & b->sk.options & option;
}

static bool tolerate(const struct inet_sock *a, const struct inet_sock *b)
{
	bool listens = a->transport == INET_TCP && (a->sk.state == ABI_TCP_LISTEN || b->sk.state == ABI_TCP_LISTEN);

	if (both(a, b, OPT_REUSEADDR) && !listens)
		return true;
	return both(a, b, OPT_REUSEPORT) && a->sk.uid == b->sk.uid;
}

/* strict: a port for nobody else. */
static bool conflict(const struct inet_sock *i, uint16_t port, bool strict)
{
	struct inet_sock *other;

	list_for_each(other, inet_port_list(i->sk.net, i->transport, port), port_link)
		if (other != i && other->local.port == port && overlap(i, other) && (strict || !tolerate(i, other)))
			return true;
	return false;
}

bool inet_listen_conflict(struct inet_sock *i)
{
	struct inet_sock *other;

	list_for_each(other, inet_port_list(i->sk.net, i->transport, i->local.port), port_link)
		if (other != i && other->local.port == i->local.port && other->sk.state == ABI_TCP_LISTEN &&
		    overlap(i, other) && !(both(i, other, OPT_REUSEPORT) && i->sk.uid == other->sk.uid))
			return true;
	return false;
}

/* ---- taking and giving back ----------------------------------------------------------------- */

static void take_port(struct inet_sock *i, uint16_t port)
{
	i->local.port = port;
	list_add_tail(inet_port_list(i->sk.net, i->transport, port), &i->port_link);
}

void inet_put_port(struct inet_sock *i)
{
	list_del(&i->port_link);
	i->local.port = 0;
}

void inet_share_port(struct inet_sock *i, const struct inet_sock *with)
{
	take_port(i, with->local.port);
}

int inet_autobind(struct inet_sock *i)
{
	enum { COUNT = PORT_LAST - PORT_FIRST + 1 };
	uint32_t start;

	if (inet_has_port(i))
		return 0;
	host_random(&start, sizeof(start));
	for (unsigned n = 0; n < COUNT; n++) {
		uint16_t port = (uint16_t)(PORT_FIRST + (start % COUNT + n) % COUNT);

		if (conflict(i, port, true))
			continue;
		take_port(i, port);
		return 0;
	}
	return -EADDRNOTAVAIL;
}

/* AF_UNSPEC with address 0 is accepted by AF_INET for old programs (af_inet.c __inet_bind). */
static int bind_family(const struct inet_sock *i, struct net_addr *a)
{
	static const uint8_t zero[4];

	if (i->sk.family != ABI_AF_INET || a->len < sizeof(a->in) || a->family != ABI_AF_UNSPEC)
		return 0;
	if (memcmp(a->in.addr, zero, 4) != 0)
		return -EAFNOSUPPORT;
	a->family = ABI_AF_INET;
	return 0;
}

static int take_asked_port(struct inet_sock *i, uint16_t port)
{
	if (!port)
		return inet_autobind(i) ? -EADDRINUSE : 0;
	if (conflict(i, port, false))
		return -EADDRINUSE;
	take_port(i, port);
	return 0;
}

int inet_bind(struct sock *s, const struct net_addr *asked)
{
	struct inet_sock *i = inet_of(s);
	struct net_addr a = *asked;
	struct endpoint e, old = i->local;
	int err = bind_family(i, &a);

	if (!err && s->family == ABI_AF_INET6 && a.len >= sizeof(a.family) && a.family == ABI_AF_INET)
		err = a.len < 24 ? -EINVAL : -EAFNOSUPPORT;
	if (!err)
		err = endpoint_from(i, &a, &e);
	if (err)
		return err == -ENETUNREACH ? -EINVAL : err;
	if (!ip_is_any(e.ip) && !ip_is_loopback(e.ip) && !inet_option(i, ABI_SOL_IP, ABI_IP_FREEBIND))
		return -EADDRNOTAVAIL;
	if (e.port && e.port < PORT_PRIVILEGED && !net_capable(s->net, ABI_CAP_NET_BIND_SERVICE))
		return -EACCES;
	if (s->state != ABI_TCP_CLOSE || inet_has_port(i))
		return -EINVAL;
	memcpy(i->local.ip, e.ip, 16);
	err = take_asked_port(i, e.port);
	if (err) {
		i->local = old;
		return err;
	}
	i->locked_addr = !ip_is_any(e.ip);
	i->locked_port = e.port != 0;
	return 0;
}

int inet_getname(struct sock *s, bool peer, struct net_addr *out)
{
	struct inet_sock *i = inet_of(s);

	if (peer && (!i->remote.port || s->state == ABI_TCP_CLOSE || s->state == ABI_TCP_SYN_SENT))
		return -ENOTCONN;
	endpoint_to(i, peer ? &i->remote : &i->local, out);
	return 0;
}

/* ---- finding ---------------------------------------------------------------------------------- */

/* How well the socket fits; 0: not at all. A connected one takes its peer's packets only. */
static int fitness(const struct inet_sock *i, const struct endpoint *to, const struct endpoint *from)
{
	bool v4 = ip_is_v4(to->ip), exact = !memcmp(i->local.ip, to->ip, 16);
	int score = 1;

	if (i->local.port != to->port)
		return 0;
	if (!exact && (!ip_is_any(i->local.ip) || (v4 ? !takes_v4(i) : !takes_v6(i))))
		return 0;
	if (i->transport == INET_UDP && i->remote.port) {
		if (i->remote.port != from->port || memcmp(i->remote.ip, from->ip, 16) != 0)
			return 0;
		score += 8;
	}
	return score + (exact ? 4 : 0) + (v4 == (i->sk.family == ABI_AF_INET) ? 2 : 0);
}

struct inet_sock *inet_find(struct net_ns *net, enum inet_transport t, const struct endpoint *to, const struct endpoint *from)
{
	struct inet_sock *i, *best = NULL;
	int best_score = 0;

	list_for_each(i, inet_port_list(net, t, to->port), port_link) {
		int score;

		if (t == INET_TCP && i->sk.state != ABI_TCP_LISTEN)
			continue;
		score = fitness(i, to, from);
		/* Of several that share a port, the one with least to do. */
		if (score > best_score || (score && score == best_score && i->sk.rx_count < best->sk.rx_count)) {
			best = i;
			best_score = score;
		}
	}
	return best;
}

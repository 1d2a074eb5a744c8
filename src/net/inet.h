/* AF_INET and AF_INET6: what their files share. */
#ifndef NET_INET_H
#define NET_INET_H

#include "internal.h"

enum inet_transport { INET_TCP, INET_UDP, INET_TRANSPORTS };

/* Options that are kept and told: numbers in a row of this many (inet_option.c). */
enum { INET_KEPT_OPTIONS = 40 };

struct inet_sock {
	struct sock sk;
	struct list port_link;         /* among the sockets of its port; unlinked: it has none */
	enum inet_transport transport;
	struct endpoint local, remote; /* port 0: not bound, not connected */
	bool locked_addr, locked_port; /* chosen by bind: kept when a connection ends */
	bool v6only;
	int32_t kept[INET_KEPT_OPTIONS];
};
static inline struct inet_sock *inet_of(struct sock *s)
{
	return container_of(s, struct inet_sock, sk);
}

void inet_init(struct inet_sock *i, const struct net_proto *proto, int family, enum inet_transport t);
int tcp_create(int family, struct sock **out);
unsigned tcp_backlog(const struct sock *s);
/* A socket of the machine's own (no file), connecting to a port of the guest over IPv4, or IPv6 if
 * only that listens. */
int tcp_connect_inside(uint16_t port, struct sock **out);
int udp_connect_inside(uint16_t port, struct sock **out);
/* protocol: 0 and UDP; UDP-Lite is the same without a checksum to leave out. */
int udp_create(int family, int protocol, struct sock **out);

/* ---- addresses (inet_addr.c) ------------------------------------------------------------------- */
bool ip_is_v4(const uint8_t ip[16]);
bool ip_is_any(const uint8_t ip[16]);          /* 0.0.0.0 or :: */
bool ip_is_loopback(const uint8_t ip[16]);
void ip_set_any(uint8_t ip[16], int family);
/* A guest's address: -EINVAL (too short), -EAFNOSUPPORT, -ENETUNREACH (the wrong family for it). */
int  endpoint_from(const struct inet_sock *i, const struct net_addr *a, struct endpoint *out);
void endpoint_to(const struct inet_sock *i, const struct endpoint *e, struct net_addr *out);
/* Where a packet to `to` goes, with "any" meaning this machine: 0 or -ENETUNREACH; `from` is filled
 * in when it is "any". */
int  inet_route(const struct net_ns *net, struct endpoint *from, struct endpoint *to);

/* ---- ports (inet_port.c) ------------------------------------------------------------------------- */
int  inet_bind(struct sock *s, const struct net_addr *a);
/* A port of the machine's choice, unless it has one. -EADDRNOTAVAIL. */
int  inet_autobind(struct inet_sock *i);
static inline bool inet_has_port(const struct inet_sock *i)
{
	return !list_empty(&i->port_link);
}
void inet_put_port(struct inet_sock *i);
/* A new socket on the port of an old one (accept). */
void inet_share_port(struct inet_sock *i, const struct inet_sock *with);
/* Would the socket, about to listen, be in the way of another that listens? */
bool inet_listen_conflict(struct inet_sock *i);
/* Who gets what comes for `to` from `from`: the best match, borrowed; NULL: nobody. */
struct inet_sock *inet_find(struct net_ns *net, enum inet_transport t, const struct endpoint *to, const struct endpoint *from);
struct list *inet_port_list(struct net_ns *net, enum inet_transport t, unsigned n);      /* n < INET_PORT_LISTS */
int  inet_getname(struct sock *s, bool peer, struct net_addr *out);

/* ---- options (inet_option.c) ------------------------------------------------------------------------ */
int  inet_setsockopt(struct sock *s, int level, int name, const void *value, uint32_t len);
int  inet_getsockopt(struct sock *s, int level, int name, void *value, uint32_t *len);
int32_t inet_option(const struct inet_sock *i, int level, int name);
void inet_default_options(struct inet_sock *i);

#endif

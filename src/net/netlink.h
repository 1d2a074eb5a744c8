/* Netlink: what the protocols behind its sockets share. */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include "abi/netlink.h"
#include "internal.h"

struct netlink_sock {
	struct sock sk;
	struct list link;              /* every netlink socket */
	uint32_t pid;                  /* its address; 0: none yet */
	uint32_t groups;               /* a bit each, group 1 the lowest */
	bool cap_ack;                  /* NETLINK_CAP_ACK: errors come without the request */
};
extern struct list netlink_all;
static inline struct netlink_sock *netlink_of(struct sock *s)
{
	return container_of(s, struct netlink_sock, sk);
}

/* What is being answered, or told to who listens. Messages are gathered in datagrams of a size every
 * library has room for; the last one is sent at the end. */
struct nl_answer {
	struct netlink_sock *to;
	struct abi_nlmsghdr ask;
	struct skb *b;                 /* being filled; NULL: nothing yet */
	size_t begin;                  /* of the message being made */
	bool dump;                     /* one of many: NLM_F_MULTI */
	bool failed;                   /* out of memory: the rest goes nowhere */
};
/* A message of at most NL_MESSAGE_MAX bytes: its body, then attributes, then end. */
enum { NL_MESSAGE_MAX = 1024 };
void nl_begin(struct nl_answer *r, uint16_t type, const void *body, size_t len);
void nl_attr(struct nl_answer *r, uint16_t type, const void *data, size_t len);
void nl_attr_u32(struct nl_answer *r, uint16_t type, uint32_t v);
void nl_attr_u8(struct nl_answer *r, uint16_t type, uint8_t v);
void nl_end(struct nl_answer *r);
/* The value of an attribute among those from `body + skip` on, and its length; NULL: not there. */
const void *nl_find(const uint8_t *body, size_t len, size_t skip, uint16_t type, size_t *size);
uint32_t nl_find_u32(const uint8_t *body, size_t len, size_t skip, uint16_t type, uint32_t otherwise);
/* Tell the members of a group of NETLINK_ROUTE: make(r, net) makes the message. */
void nl_tell(struct net_ns *net, unsigned group, void (*make)(struct nl_answer *r, struct net_ns *net));

/* A request, its header in r->ask. 0 or -errno; a dump is ended by the caller. */
int rtnetlink_request(struct nl_answer *r, const uint8_t *body, size_t len);       /* rtnetlink.c */
int sock_diag_request(struct nl_answer *r, const uint8_t *body, size_t len);       /* sock_diag.c */
void rtnetlink_link(struct nl_answer *r, struct net_ns *net);                      /* what is told of lo */
void rtnetlink_addr4(struct nl_answer *r, struct net_ns *net);
void rtnetlink_addr6(struct nl_answer *r, struct net_ns *net);
/* lo goes up or down, and who listens hears of it. */
void rtnetlink_set_lo(struct net_ns *net, bool up);

#endif

/* NETLINK_ROUTE by hand: binding, a dump, errors. needs: 64 bits (the RV32 library has no kernel headers) */
#include "sock.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

static char reply[65536];

static void ask(int s, int type, int flags, const void *body, size_t len)
{
	struct { struct nlmsghdr h; char body[64]; } m = { .h = { NLMSG_LENGTH(len), (uint16_t)type, (uint16_t)(NLM_F_REQUEST | flags), 77, 0 } };
	struct sockaddr_nl from;
	socklen_t from_len = sizeof(from);
	long n;

	memcpy(m.body, body, len);
	R(send(s, &m, m.h.nlmsg_len, 0) == m.h.nlmsg_len);
	for (;;) {
		bool done = true;

		n = recvfrom(s, reply, sizeof(reply), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
		if (n < 0) {
			printf("no answer: %s\n", error_name(errno));
			return;
		}
		for (struct nlmsghdr *h = (void *)reply; NLMSG_OK(h, (unsigned)n); h = NLMSG_NEXT(h, n)) {
			const struct ifinfomsg *link = NLMSG_DATA(h);
			const struct ifaddrmsg *addr = NLMSG_DATA(h);

			done = !(h->nlmsg_flags & NLM_F_MULTI) || h->nlmsg_type == NLMSG_DONE;
			if ((h->nlmsg_type == RTM_NEWLINK && link->ifi_index != 1) || (h->nlmsg_type == RTM_NEWADDR && addr->ifa_index != 1))
				continue;
			printf("type %d, %s, seq %d, from %d", h->nlmsg_type, h->nlmsg_flags & NLM_F_MULTI ? "one of several" : "alone", h->nlmsg_seq, from.nl_pid);
			if (h->nlmsg_type == NLMSG_ERROR)
				printf(", %s", error_name(-((struct nlmsgerr *)NLMSG_DATA(h))->error));
			if (h->nlmsg_type == RTM_NEWADDR)
				printf(", family %d / %d scope %d", addr->ifa_family, addr->ifa_prefixlen, addr->ifa_scope);
			if (h->nlmsg_type == RTM_NEWLINK)
				printf(", type %d flags %#x", link->ifi_type, link->ifi_flags);
			printf("\n");
		}
		if (done)
			return;
	}
}

TOPIC(net_netlink)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK };
	struct ifinfomsg link = { 0 };
	socklen_t len = sizeof(a);
	int s, t;

	R(socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE));
	R(socket(AF_NETLINK, SOCK_RAW, 99));
	R(s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
	show_events("fresh", s);
	R(getsockname(s, (struct sockaddr *)&a, &len));
	V(len);
	V(a.nl_pid);
	R(bind(s, (struct sockaddr *)&a, 8));
	R(bind(s, (struct sockaddr *)&a, sizeof(a)));
	getsockname(s, (struct sockaddr *)&a, &len);
	V(a.nl_pid == getpid());
	t = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	memset(&a, 0, sizeof(a));
	a.nl_family = AF_NETLINK;
	R(bind(t, (struct sockaddr *)&a, sizeof(a)));
	getsockname(t, (struct sockaddr *)&a, &len);
	V(a.nl_pid != getpid() && a.nl_pid != 0);
	ask(s, RTM_GETADDR, NLM_F_DUMP, &(struct ifaddrmsg){ .ifa_family = AF_INET }, sizeof(struct ifaddrmsg));
	link.ifi_index = 1;
	ask(s, RTM_GETLINK, 0, &link, sizeof(link));
	link.ifi_index = 9999;
	ask(s, RTM_GETLINK, 0, &link, sizeof(link));
	ask(s, RTM_GETLINK, NLM_F_ACK, &link, sizeof(link));
	R(recv(s, reply, 10, MSG_DONTWAIT));
	R(listen(s, 1));
	R(accept(s, NULL, NULL));
	R(send(s, BAD, 20, 0));
	V(get_int(s, SOL_SOCKET, SO_TYPE));
	V(get_int(s, SOL_SOCKET, SO_DOMAIN));
}

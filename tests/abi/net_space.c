/* Network name spaces: a new one's lo, what rtnetlink says of it, what can be reached, names. needs: privileges; needs: 64 bits */
#include "sock.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

static char reply[65536];
static int nl;

static void show_attrs(const struct rtattr *a, int len, const unsigned short *wanted)
{
	for (; RTA_OK(a, len); a = RTA_NEXT(a, len))
		for (const unsigned short *w = wanted; *w; w++)
			if (a->rta_type == *w) {
				printf(" %d=", *w);
				for (unsigned i = 0; i < RTA_PAYLOAD(a); i++)
					printf("%02x", ((unsigned char *)RTA_DATA(a))[i]);
			}
}

static void show_message(const struct nlmsghdr *h)
{
	static const unsigned short link[] = { IFLA_IFNAME, IFLA_MTU, IFLA_QDISC, IFLA_OPERSTATE, IFLA_TXQLEN, IFLA_ADDRESS, 0 };
	static const unsigned short addr[] = { IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_FLAGS, 0 };
	static const unsigned short route[] = { RTA_DST, RTA_OIF, RTA_PREFSRC, RTA_TABLE, RTA_PRIORITY, 0 };
	static const unsigned short rule[] = { 6, 15, 0 };

	if (h->nlmsg_type == RTM_NEWLINK) {
		const struct ifinfomsg *m = NLMSG_DATA(h);

		printf("link %d type %d flags %#x", m->ifi_index, m->ifi_type, m->ifi_flags);
		show_attrs(IFLA_RTA(m), IFLA_PAYLOAD(h), link);
	} else if (h->nlmsg_type == RTM_NEWADDR) {
		const struct ifaddrmsg *m = NLMSG_DATA(h);

		printf("address family %d / %d scope %d flags %#x index %d", m->ifa_family, m->ifa_prefixlen, m->ifa_scope, m->ifa_flags, m->ifa_index);
		show_attrs(IFA_RTA(m), IFA_PAYLOAD(h), addr);
	} else if (h->nlmsg_type == RTM_NEWROUTE) {
		const struct rtmsg *m = NLMSG_DATA(h);

		printf("route family %d / %d table %d protocol %d scope %d type %d", m->rtm_family, m->rtm_dst_len, m->rtm_table, m->rtm_protocol, m->rtm_scope, m->rtm_type);
		show_attrs(RTM_RTA(m), RTM_PAYLOAD(h), route);
	} else if (h->nlmsg_type == RTM_NEWRULE) {
		const struct rtmsg *m = NLMSG_DATA(h);

		printf("rule family %d table %d action %d", m->rtm_family, m->rtm_table, m->rtm_type);
		show_attrs(RTM_RTA(m), RTM_PAYLOAD(h), rule);
	} else if (h->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *e = NLMSG_DATA(h);

		printf("error %s, length %d, flags %#x", error_name(-e->error), h->nlmsg_len, h->nlmsg_flags);
	} else {
		printf("type %d", h->nlmsg_type);
	}
	printf("\n");
}

/* `attr`: one attribute behind the body, if it has a length. */
static void ask(int type, int flags, const void *body, size_t len, unsigned short attr, const void *value, unsigned short size)
{
	struct { struct nlmsghdr h; char body[128]; } m = { .h = { 0, (uint16_t)type, (uint16_t)(NLM_F_REQUEST | flags), 1, 0 } };
	long n;

	memcpy(m.body, body, len);
	if (size) {
		struct rtattr *a = (void *)(m.body + NLMSG_ALIGN(len));

		a->rta_type = attr;
		a->rta_len = RTA_LENGTH(size);
		memcpy(RTA_DATA(a), value, size);
		len = NLMSG_ALIGN(len) + RTA_ALIGN(a->rta_len);
	}
	m.h.nlmsg_len = NLMSG_LENGTH(len);
	send(nl, &m, m.h.nlmsg_len, 0);
	for (bool done = false; !done;) {
		n = recv(nl, reply, sizeof(reply), MSG_DONTWAIT);
		if (n < 0)
			return;
		for (struct nlmsghdr *h = (void *)reply; NLMSG_OK(h, (unsigned)n); h = NLMSG_NEXT(h, n)) {
			show_message(h);
			done = !(h->nlmsg_flags & NLM_F_MULTI) || h->nlmsg_type == NLMSG_DONE;
		}
	}
}

static void dump_all(const char *when)
{
	static const int families[] = { AF_INET, AF_INET6 };

	printf("-- %s\n", when);
	ask(RTM_GETLINK, NLM_F_DUMP, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg), 0, NULL, 0);
	for (int i = 0; i < 2; i++) {
		ask(RTM_GETADDR, NLM_F_DUMP, &(struct ifaddrmsg){ families[i] }, sizeof(struct ifaddrmsg), 0, NULL, 0);
		ask(RTM_GETROUTE, NLM_F_DUMP, &(struct rtmsg){ families[i] }, sizeof(struct rtmsg), 0, NULL, 0);
		ask(RTM_GETRULE, NLM_F_DUMP, &(struct rtmsg){ families[i] }, sizeof(struct rtmsg), 0, NULL, 0);
	}
}

static void ioctls(void)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq r = { 0 };
	struct ifconf c = { 0 };

	strcpy(r.ifr_name, "lo");
	R(ioctl(s, SIOCGIFFLAGS, &r));
	X(r.ifr_flags);
	R(ioctl(s, SIOCGIFADDR, &r));
	R(ioctl(s, SIOCGIFMTU, &r));
	V(r.ifr_mtu);
	R(ioctl(s, SIOCGIFCONF, &c));
	V(c.ifc_len != 0);
	close(s);
}

static void reach(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9) };
	struct sockaddr_in6 b = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = htons(9) };
	int s = socket(AF_INET, SOCK_STREAM, 0), t = socket(AF_INET6, SOCK_STREAM, 0), u = socket(AF_INET, SOCK_DGRAM, 0);

	R(connect(s, (struct sockaddr *)&a, sizeof(a)));
	R(connect(t, (struct sockaddr *)&b, sizeof(b)));
	R(sendto(u, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	a.sin_addr.s_addr = htonl(0x08080808);
	R(connect(u, (struct sockaddr *)&a, sizeof(a)));
	close(s);
	close(t);
	close(u);
	s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	R(bind(s, (struct sockaddr *)&a, sizeof(a)));
	close(s);
	s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = 0;
	R(bind(s, (struct sockaddr *)&a, sizeof(a)));
	close(s);
}

TOPIC(net_space)
{
	struct ifinfomsg up = { .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP }, down = { .ifi_index = 1, .ifi_change = IFF_UP };
	struct ifaddrmsg lo = { AF_INET, 8, IFA_F_PERMANENT, RT_SCOPE_HOST, 1 };
	unsigned char ip[4] = { 127, 0, 0, 1 };
	unsigned mtu = 1500;

	R(unshare(CLONE_NEWNET));
	R(nl = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	dump_all("fresh");
	ioctls();
	reach();
	R(access("/proc/self/net/tcp", F_OK));
	printf("-- as bubblewrap does\n");
	ask(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &lo, sizeof(lo), IFA_LOCAL, ip, 4);
	ask(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &lo, sizeof(lo), IFA_LOCAL, ip, 4);
	ask(RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up), 0, NULL, 0);
	dump_all("up");
	ioctls();
	reach();
	ask(RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up), IFLA_MTU, &mtu, 4);
	ask(RTM_GETLINK, 0, &up, sizeof(up), 0, NULL, 0);
	up.ifi_index = 77;
	ask(RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up), 0, NULL, 0);
	ask(RTM_GETLINK, 0, &up, sizeof(up), 0, NULL, 0);
	ask(RTM_GETROUTE, 0, &(struct rtmsg){ AF_INET, 32 }, sizeof(struct rtmsg), RTA_DST, (unsigned char[]){ 127, 0, 0, 5 }, 4);
	ask(RTM_GETROUTE, 0, &(struct rtmsg){ AF_INET, 32 }, sizeof(struct rtmsg), RTA_DST, (unsigned char[]){ 8, 8, 8, 8 }, 4);
	ask(RTM_NEWLINK, NLM_F_ACK, &down, sizeof(down), 0, NULL, 0);
	ask(RTM_GETLINK, NLM_F_DUMP, &up, sizeof(up), 0, NULL, 0);
	ask(RTM_GETADDR, NLM_F_DUMP, &lo, sizeof(lo), 0, NULL, 0);
	if (getuid() == 0) {
		R(seteuid(12345));
		ask(RTM_NEWLINK, NLM_F_ACK, &down, sizeof(down), 0, NULL, 0);
	}
}

TOPIC(net_space_names)
{
	const char *name = un_abstract("space");
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int s = socket(AF_UNIX, SOCK_STREAM, 0), t = socket(AF_INET, SOCK_STREAM, 0), c, outside;
	char was[64] = "", is[64] = "";

	R(un_bind(s, name));
	R(listen(s, 1));
	R(un_bind(socket(AF_UNIX, SOCK_DGRAM, 0), "path"));
	R(bind(t, (struct sockaddr *)&a, sizeof(a)));
	R(listen(t, 1));
	getsockname(t, (struct sockaddr *)&a, &len);
	R(outside = open("/proc/self/ns/net", O_RDONLY));
	readlink("/proc/self/ns/net", was, 63);
	R(unshare(CLONE_NEWNET));
	readlink("/proc/self/ns/net", is, 63);
	V(strcmp(was, is) != 0);
	R(un_connect(socket(AF_UNIX, SOCK_STREAM, 0), name));
	R(un_connect(socket(AF_UNIX, SOCK_DGRAM, 0), "path"));
	R(un_bind(socket(AF_UNIX, SOCK_STREAM, 0), name));
	R(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof(a)));
	/* A socket stays where it was made. */
	V(getsockname(t, (struct sockaddr *)&a, &len));
	R(setns(outside, CLONE_NEWIPC));
	R(setns(outside, CLONE_NEWNET));
	R(un_connect(socket(AF_UNIX, SOCK_STREAM, 0), name));
	R(c = connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof(a)));
	memset(is, 0, sizeof(is));
	readlink("/proc/self/ns/net", is, 63);
	V(strcmp(was, is) == 0);
	CHILD(R(seteuid(12345)); R(setns(outside, CLONE_NEWNET)); R(unshare(CLONE_NEWNET)));
}

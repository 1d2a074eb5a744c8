/* The loopback as getifaddrs, rtnetlink and the ioctls show it. */
#include "sock.h"

#include <ifaddrs.h>
#include <net/if.h>

static void show_ioctl(int s, const char *what, unsigned long request, const char *name)
{
	struct ifreq r;
	int ret;

	memset(&r, 0, sizeof(r));
	strcpy(r.ifr_name, name);
	r.ifr_ifindex = 1;
	errno = 0;
	ret = ioctl(s, request, &r);
	printf("%s %s: %d %s", what, name, ret, error_name(errno));
	if (!ret)
		show_bytes("", &r.ifr_addr, 8);
	else
		printf("\n");
}

TOPIC(net_lo)
{
	struct ifaddrs *all, *a;
	int s = socket(AF_INET, SOCK_DGRAM, 0), u = socket(AF_UNIX, SOCK_STREAM, 0);
	char name[IF_NAMESIZE];
	struct ifconf conf = { 0 };

	R(getifaddrs(&all));
	for (a = all; a; a = a->ifa_next) {
		if (strcmp(a->ifa_name, "lo") != 0 || !a->ifa_addr)
			continue;
		printf("family %d flags %#x", a->ifa_addr->sa_family, a->ifa_flags);
		if (a->ifa_addr->sa_family == AF_INET)
			show_bytes("", a->ifa_addr, 8);
		else if (a->ifa_addr->sa_family == AF_INET6)
			show_in("", a->ifa_addr, sizeof(struct sockaddr_in6));
		else
			printf("\n");
		if (a->ifa_netmask && a->ifa_addr->sa_family != AF_PACKET)
			show_bytes("mask", a->ifa_netmask, 8);
	}
	freeifaddrs(all);
	V(if_nametoindex("lo"));
	V(if_nametoindex("nothing"));
	S(if_indextoname(1, name));
	show_ioctl(s, "address", SIOCGIFADDR, "lo");
	show_ioctl(s, "netmask", SIOCGIFNETMASK, "lo");
	show_ioctl(s, "flags", SIOCGIFFLAGS, "lo");
	show_ioctl(s, "mtu", SIOCGIFMTU, "lo");
	show_ioctl(s, "index", SIOCGIFINDEX, "lo");
	show_ioctl(s, "hardware", SIOCGIFHWADDR, "lo");
	show_ioctl(s, "metric", SIOCGIFMETRIC, "lo");
	show_ioctl(s, "address", SIOCGIFADDR, "nothing");
	show_ioctl(u, "flags", SIOCGIFFLAGS, "lo");
	R(ioctl(s, SIOCGIFFLAGS, BAD));
	V(ioctl(s, SIOCGIFCONF, &conf) == 0 && conf.ifc_len >= (int)sizeof(struct ifreq));
	R(access("/proc/net/dev", R_OK));
	R(access("/proc/net/tcp", R_OK));
	R(access("/proc/self/net/unix", R_OK));
}

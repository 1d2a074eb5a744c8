/* Network name spaces: each has an lo, its ports, its abstract AF_UNIX names (Linux
 * net/core/net_namespace.c, net/ipv4/devinet.c inetdev_event).
 *
 * The machine's own lo is up. That of a new name space is down and has no address until somebody
 * with CAP_NET_ADMIN there sets it up, by ioctl or rtnetlink; then it gets 127.0.0.1/8 and ::1.
 * Nothing can be reached from one name space in another. */
#include "internal.h"

#include "abi/process.h"
#include "base/alloc.h"
#include "iface.h"

#define FIRST_NUMBER 0xf0000001u
const struct ns_kind net_ns_kind = { .name = "net", .flag = CLONE_NEWNET, .first = FIRST_NUMBER };

struct net_ns net_first = {
	.ns = { .kind = &net_ns_kind, .refs = 1, .number = FIRST_NUMBER }, .lo_up = true, .lo_was_up = true, .lo_v4 = true, .lo_v6 = true, .lo_mtu = LO_MTU,
};

struct net_ns *net_ns_create(struct user_ns *owner)
{
	struct net_ns *ns = xnew(struct net_ns);

	ns_init(&ns->ns, &net_ns_kind, owner);
	ns->lo_mtu = LO_MTU;
	return ns;
}

bool net_capable(const struct net_ns *ns, int cap)
{
	return user_ns_capable(net_current().cred, ns->ns.owner, cap);
}

void net_count(struct net_ns *ns, size_t len)
{
	ns->lo_packets++;
	ns->lo_bytes += len;
}

/* Down, IPv6 forgets its addresses and IPv4 does not. */
void lo_set_up(struct net_ns *ns, bool up)
{
	ns->lo_up = up;
	ns->lo_was_up |= up;
	ns->lo_v4 |= up;
	ns->lo_v6 = up;
}

struct net_lo net_lo_state(struct net_ns *net)
{
	const struct net_ns *ns = net ? net : &net_first;

	return (struct net_lo){ ns->lo_up, ns->lo_mtu, ns->lo_packets, ns->lo_bytes };
}

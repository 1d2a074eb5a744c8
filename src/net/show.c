/* /proc/net: the texts (Linux net/ipv4/tcp_ipv4.c, udp.c, net/core/net-procfs.c). */
#include "inet.h"
#include "netlink.h"

#include <string.h>

/* Network order, printed as a host-order number would be: "0100007F:1F90". */
static void show_endpoint(struct strbuf *out, const struct endpoint *e, bool v6)
{
	for (unsigned i = v6 ? 0 : 12; i < 16; i += 4) {
		uint32_t word;

		memcpy(&word, e->ip + i, sizeof(word));
		strbuf_printf(out, "%08X", word);
	}
	strbuf_printf(out, ":%04X", e->port);
}

static void show_socket(struct strbuf *out, const struct inet_sock *i, unsigned n, bool v6)
{
	const struct sock *s = &i->sk;

	strbuf_printf(out, i->transport == INET_TCP ? "%4u: " : "%5u: ", n);
	show_endpoint(out, &i->local, v6);
	strbuf_printf(out, " ");
	show_endpoint(out, &i->remote, v6);
	strbuf_printf(out, " %02X %08X:%08X 00:00000000 00000000 %5u %8d %llu %u %016x", (unsigned)s->state, 0,
		      (unsigned)(s->state == ABI_TCP_LISTEN ? s->rx_count : i->transport == INET_UDP ? s->rx_charge : s->rx_bytes),
		      s->uid, 0, (unsigned long long)(s->file ? s->ino : 0), s->refs, 0);
	strbuf_printf(out, i->transport == INET_TCP ? " 100 0 0 10 0\n" : " 0\n");
}

void net_show_inet(struct net_ns *net, struct strbuf *out, bool udp, bool v6)
{
	static const char *const heads[2][2] = {
		{ "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n",
		  "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" },
		{ "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops             \n",
		  "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n" },
	};
	unsigned n = 0;

	strbuf_printf(out, "%s", heads[udp][v6]);
	for (unsigned l = 0; l < INET_PORT_LISTS; l++) {
		struct inet_sock *i;

		list_for_each(i, inet_port_list(net ? net : &net_first, udp ? INET_UDP : INET_TCP, l), port_link)
			if ((i->sk.family == ABI_AF_INET6) == v6)
				show_socket(out, i, n++, v6);
	}
}

void net_show_dev(struct net_ns *net, struct strbuf *out)
{
	unsigned long long packets = (net ? net : &net_first)->lo_packets, bytes = (net ? net : &net_first)->lo_bytes;

	strbuf_printf(out, "Inter-|   Receive                                                |  Transmit\n"
			   " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n");
	strbuf_printf(out, "%6s: %7llu %7llu %4d %4d %4d %5d %10d %9d %8llu %7llu %4d %4d %4d %5d %7d %10d\n", "lo",
		      bytes, packets, 0, 0, 0, 0, 0, 0, bytes, packets, 0, 0, 0, 0, 0, 0);
}

void net_show_if_inet6(struct net_ns *net, struct strbuf *out)
{
	if ((net ? net : &net_first)->lo_v6)
		strbuf_printf(out, "00000000000000000000000000000001 01 80 10 80       lo\n");
}

/* net/ipv6/route.c: ::1 is here, and nothing else can be reached. */
void net_show_ipv6_route(struct net_ns *net, struct strbuf *out)
{
	static const char zero[] = "00000000000000000000000000000000", one[] = "00000000000000000000000000000001";

	if ((net ? net : &net_first)->lo_v6)
		strbuf_printf(out, "%s 80 %s 00 %s 00000000 00000003 00000000 80200001       lo\n", one, zero, zero);
	strbuf_printf(out, "%s 00 %s 00 %s ffffffff 00000001 00000000 00200200       lo\n", zero, zero, zero);
}

static unsigned count_inet(struct net_ns *net, enum inet_transport t, int family)
{
	unsigned n = 0;

	for (unsigned l = 0; l < INET_PORT_LISTS; l++) {
		struct inet_sock *i;

		list_for_each(i, inet_port_list(net, t, l), port_link)
			n += i->sk.family == family;
	}
	return n;
}

void net_show_sockstat(struct net_ns *net, struct strbuf *out, bool v6)
{
	struct net_ns *ns = net ? net : &net_first;
	int family = v6 ? ABI_AF_INET6 : ABI_AF_INET;
	unsigned tcp = count_inet(ns, INET_TCP, family), udp = count_inet(ns, INET_UDP, family);

	if (v6)
		strbuf_printf(out, "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n", tcp, udp);
	else
		strbuf_printf(out, "sockets: used %u\nTCP: inuse %u orphan 0 tw 0 alloc %u mem 0\nUDP: inuse %u mem 0\n"
			      "UDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n", net_live_count(), tcp, tcp, udp);
}

static unsigned count_established(struct net_ns *net)
{
	unsigned n = 0;

	for (unsigned l = 0; l < INET_PORT_LISTS; l++) {
		struct inet_sock *i;

		list_for_each(i, inet_port_list(net, INET_TCP, l), port_link)
			n += i->sk.state == ABI_TCP_ESTABLISHED || i->sk.state == ABI_TCP_CLOSE_WAIT;
	}
	return n;
}

/* Packets are counted, what was in them is not. */
void net_show_snmp(struct net_ns *net, struct strbuf *out)
{
	struct net_ns *ns = net ? net : &net_first;
	unsigned long long n = ns->lo_packets;

	strbuf_printf(out, "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers "
		      "OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits\n"
		      "Ip: 2 64 %llu 0 0 0 0 0 %llu %llu 0 0 0 0 0 0 0 0 0 %llu\n", n, n, n, n);
	strbuf_printf(out, "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs "
		      "RetransSegs InErrs OutRsts InCsumErrors\nTcp: 1 200 120000 -1 0 0 0 0 %u %llu %llu 0 0 0 0\n", count_established(ns), n, n);
	strbuf_printf(out, "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n"
		      "Udp: 0 0 0 0 0 0 0 0 0\n");
}

void net_show_netlink(struct net_ns *net, struct strbuf *out)
{
	struct netlink_sock *n;

	strbuf_printf(out, "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n");
	list_for_each(n, &netlink_all, link)
		if (n->sk.net == (net ? net : &net_first))
			strbuf_printf(out, "%016x %-3d %-10u %08x %-8u %-8u %-5d %-8d %-8u %-8llu\n", 0, n->sk.protocol, n->pid,
				      n->groups, (unsigned)n->sk.rx_bytes, 0, 0, 2, 0, (unsigned long long)n->sk.ino);
}

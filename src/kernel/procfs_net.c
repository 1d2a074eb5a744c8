/* /proc/PID/net: of the process's name space. The texts are net's. */
#include "procfs.h"

#include "net/net.h"

static struct net_ns *net_of(uint64_t arg)
{
	const struct task *t = proc_task(arg);

	return t ? t->net : NULL;
}

static int show_tcp(uint64_t arg, struct strbuf *out)  { net_show_inet(net_of(arg), out, false, false); return 0; }
static int show_tcp6(uint64_t arg, struct strbuf *out) { net_show_inet(net_of(arg), out, false, true); return 0; }
static int show_udp(uint64_t arg, struct strbuf *out)  { net_show_inet(net_of(arg), out, true, false); return 0; }
static int show_udp6(uint64_t arg, struct strbuf *out) { net_show_inet(net_of(arg), out, true, true); return 0; }
static int show_unix(uint64_t arg, struct strbuf *out) { net_show_unix(net_of(arg), out); return 0; }
static int show_dev(uint64_t arg, struct strbuf *out)  { net_show_dev(net_of(arg), out); return 0; }
static int show_if_inet6(uint64_t arg, struct strbuf *out)   { net_show_if_inet6(net_of(arg), out); return 0; }
static int show_ipv6_route(uint64_t arg, struct strbuf *out) { net_show_ipv6_route(net_of(arg), out); return 0; }
static int show_sockstat(uint64_t arg, struct strbuf *out)   { net_show_sockstat(net_of(arg), out, false); return 0; }
static int show_sockstat6(uint64_t arg, struct strbuf *out)  { net_show_sockstat(net_of(arg), out, true); return 0; }
static int show_snmp(uint64_t arg, struct strbuf *out)       { net_show_snmp(net_of(arg), out); return 0; }
static int show_netlink(uint64_t arg, struct strbuf *out)    { net_show_netlink(net_of(arg), out); return 0; }

static int show_route(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "%-127s", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
}

static int show_arp(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "IP address       HW type     Flags       HW address            Mask     Device");
}

/* Kinds of sockets nobody has here, and their headings. */
static int show_raw(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops");
}

static int show_raw6(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when"
			      " retrnsmt   uid  timeout inode ref pointer drops");
}

static int show_packet(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "sk               RefCnt Type Proto  Iface R Rmem   User   Inode");
}

#define FILE_RO(n, fn) { .name = n, .mode = S_IFREG | 0444, .show = fn }
const struct pseudo_node procfs_net_children[] = {
	FILE_RO("arp", show_arp), FILE_RO("dev", show_dev), FILE_RO("if_inet6", show_if_inet6),
	FILE_RO("ipv6_route", show_ipv6_route), FILE_RO("netlink", show_netlink), FILE_RO("packet", show_packet),
	FILE_RO("raw", show_raw), FILE_RO("raw6", show_raw6), FILE_RO("route", show_route),
	FILE_RO("snmp", show_snmp), FILE_RO("sockstat", show_sockstat), FILE_RO("sockstat6", show_sockstat6),
	FILE_RO("tcp", show_tcp), FILE_RO("tcp6", show_tcp6),
	FILE_RO("udp", show_udp), FILE_RO("udp6", show_udp6), FILE_RO("unix", show_unix), { 0 },
};

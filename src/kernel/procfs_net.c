/* /proc/PID/net: one name space for all processes. The texts are net's. */
#include "procfs.h"

#include "net/net.h"

static int show_tcp(uint64_t arg, struct strbuf *out)  { net_show_inet(out, false, false); return 0; }
static int show_tcp6(uint64_t arg, struct strbuf *out) { net_show_inet(out, false, true); return 0; }
static int show_udp(uint64_t arg, struct strbuf *out)  { net_show_inet(out, true, false); return 0; }
static int show_udp6(uint64_t arg, struct strbuf *out) { net_show_inet(out, true, true); return 0; }
static int show_unix(uint64_t arg, struct strbuf *out) { net_show_unix(out); return 0; }
static int show_dev(uint64_t arg, struct strbuf *out)  { net_show_dev(out); return 0; }

static int show_route(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "%-127s", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
}

static int show_if_inet6(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "00000000000000000000000000000001 01 80 10 80       lo");
}

static int show_arp(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "IP address       HW type     Flags       HW address            Mask     Device");
}

#define FILE_RO(n, fn) { .name = n, .mode = S_IFREG | 0444, .show = fn }
const struct pseudo_node procfs_net_children[] = {
	FILE_RO("arp", show_arp), FILE_RO("dev", show_dev), FILE_RO("if_inet6", show_if_inet6),
	FILE_RO("route", show_route), FILE_RO("tcp", show_tcp), FILE_RO("tcp6", show_tcp6),
	FILE_RO("udp", show_udp), FILE_RO("udp6", show_udp6), FILE_RO("unix", show_unix), { 0 },
};

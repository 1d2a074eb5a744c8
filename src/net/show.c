/* /proc/net: the texts (Linux net/ipv4/tcp_ipv4.c, udp.c, net/core/net-procfs.c). */
#include "inet.h"

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

void net_show_inet(struct strbuf *out, bool udp, bool v6)
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

		list_for_each(i, inet_port_list(udp ? INET_UDP : INET_TCP, l), port_link)
			if ((i->sk.family == ABI_AF_INET6) == v6)
				show_socket(out, i, n++, v6);
	}
}

void net_show_dev(struct strbuf *out)
{
	strbuf_printf(out, "Inter-|   Receive                                                |  Transmit\n"
			   " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n");
	strbuf_printf(out, "%6s: %7d %7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d %5d %7d %10d\n", "lo",
		      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

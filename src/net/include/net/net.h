/* net: sockets. AF_UNIX, AF_INET and AF_INET6 on a loopback of our own, AF_NETLINK's routes.
 *
 *   open file          struct file          its private is a struct sock
 *   socket             struct sock          one protocol's object; referenced by its file, by a
 *                                           listener's queue, by messages it sent
 *   protocol           struct net_proto     unix, tcp, udp, netlink, or the host's own sockets
 *
 * Everything that enters and leaves is in the kernel's terms: addresses are copied, files
 * are referenced, ancillary data is taken apart. The layouts of msghdr and cmsghdr, which differ
 * between widths, belong to sys.
 *
 * Guarded by the kernel lock; what waits may sleep. */
#ifndef NET_NET_H
#define NET_NET_H

#include "abi/socket.h"
#include "base/strbuf.h"
#include "vfs/vfs.h"

struct net_addr {
	uint32_t len;                  /* bytes that count; 0: no address */
	union {
		uint16_t family;
		struct abi_sockaddr_un un;
		struct abi_sockaddr_in in;
		struct abi_sockaddr_in6 in6;
		struct abi_sockaddr_nl nl;
		uint8_t bytes[ABI_SOCKADDR_MAX];
	};
};

/* Ancillary data other than files and credentials (IP_PKTINFO, IP_TTL, SO_TIMESTAMP, ...). */
enum { NET_CMSGS_MAX = 6 };
struct net_cmsg { int level, type; unsigned len; uint8_t data[40]; };

struct net_msg {
	struct uio *u;
	uint32_t flags;                /* MSG_* of the call; MSG_DONTWAIT also for O_NONBLOCK */
	struct net_addr addr;          /* sending: to whom; receiving: from whom */
	bool has_cred;                 /* SCM_CREDENTIALS */
	struct abi_ucred cred;
	unsigned nr_files;             /* SCM_RIGHTS: each with a reference, the message's until taken */
	struct file **files;
	unsigned nr_cmsgs;
	struct net_cmsg cmsgs[NET_CMSGS_MAX];
	uint32_t out_flags;            /* receiving: MSG_TRUNC, MSG_EOR, ... */
};
void net_msg_release(struct net_msg *m);       /* drops the files */

/* What the room above tells: who calls, and how SIGPIPE is sent. */
struct net_ns;
struct net_caller {
	int pid;
	const struct cred *cred;
	const struct fs *fs;
	uint64_t nofile;
	struct net_ns *net;
	const struct user_ns *ruler;   /* whose root may name other processes: the PID name space's owner */
};
struct net_hooks {
	void (*caller)(struct net_caller *out);
	void (*sigpipe)(void);
	void (*sigurg)(const struct file *f);          /* to the owner of a socket that got urgent data */
	int (*show_pid)(int nr);       /* a process's number as the caller sees it, */
	int (*mean_pid)(int shown);    /* and back */
	bool (*knows_pid)(int nr);     /* somebody has it */
	/* A number is to be shown later, when the process may be gone: true, and drop_pid() then. */
	bool (*hold_pid)(int nr);
	void (*drop_pid)(int nr);
};
extern struct net_hooks net_hooks;

/* Network name spaces: NULL is the machine's. A new one has an lo of its own, which is down. */
extern const struct ns_kind net_ns_kind;
struct net_ns *net_ns_create(struct user_ns *owner);            /* takes a reference of the owner */

/* flags: O_NONBLOCK or 0. */
int net_socket(int family, int type, int protocol, uint32_t flags, struct file **out);
int net_socketpair(int family, int type, int protocol, uint32_t flags, struct file *ends[2]);
bool net_is_socket(const struct file *f);

/* Each of these: -ENOTSOCK for another file. */
int net_bind(struct file *f, const struct net_addr *addr);
int net_connect(struct file *f, const struct net_addr *addr);
int net_listen(struct file *f, int backlog);
int net_accept(struct file *f, uint32_t flags, struct file **out, struct net_addr *peer);
int net_getname(struct file *f, bool peer, struct net_addr *out);
int net_shutdown(struct file *f, int how);
ssize_t net_send(struct file *f, struct net_msg *m);
ssize_t net_receive(struct file *f, struct net_msg *m);
/* Values as a 64-bit process sees them. *len: room in, size of the value out. */
int net_setsockopt(struct file *f, int level, int name, const void *value, uint32_t len);
int net_getsockopt(struct file *f, int level, int name, void *value, uint32_t *len);

/* --net host: AF_INET, AF_INET6 and AF_NETLINK sockets are the host's. */
void net_use_host(bool on);
/* --publish: what comes to the host's `address` and port goes to the guest's port. 0 or -errno. */
int net_publish(const char *address, uint16_t host_port, uint16_t guest_port, bool udp);

/* Leak check: sockets alive. */
unsigned net_live_count(void);
void net_shutdown_all(void);                   /* published ports and what came through them */

/* ---- /proc/net -------------------------------------------------------------------------- */
void net_show_unix(struct net_ns *net, struct strbuf *out);
void net_show_inet(struct net_ns *net, struct strbuf *out, bool udp, bool v6);
void net_show_dev(struct net_ns *net, struct strbuf *out);
void net_show_if_inet6(struct net_ns *net, struct strbuf *out);
void net_show_ipv6_route(struct net_ns *net, struct strbuf *out);
void net_show_sockstat(struct net_ns *net, struct strbuf *out, bool v6);
void net_show_snmp(struct net_ns *net, struct strbuf *out);
void net_show_netlink(struct net_ns *net, struct strbuf *out);
/* lo, for /sys/class/net. */
struct net_lo { bool up; uint32_t mtu; uint64_t packets, bytes; };
struct net_lo net_lo_state(struct net_ns *net);

#endif

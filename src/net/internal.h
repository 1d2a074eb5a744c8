/* What the files of this room share with each other. */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include <sys/stat.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "net/net.h"

struct sock;

/* One piece of data on its way: a datagram, or part of a stream. In the receiver's queue. */
struct scm { struct abi_ucred cred; bool pid_held; unsigned nr_files; struct file *files[]; };
/* An address of either family as sixteen bytes: IPv4's behind ::ffff: (RFC 4291 2.5.5.2). */
struct endpoint { uint8_t ip[16]; uint16_t port; };
struct skb {
	struct list link;
	struct sock *owner;            /* who sent it and is charged for it; with a reference, or NULL */
	size_t charge;
	size_t len, taken, cap;        /* bytes; consumed (streams); room in data */
	struct scm *scm;               /* credentials and files; NULL: none */
	struct net_addr from;
	struct endpoint to;            /* UDP: where it was sent, and what its header says */
	uint8_t hops, class;
	uint8_t *data;                 /* inline_data, or an allocation of its own */
	uint8_t inline_data[];
};
struct skb *skb_alloc(size_t cap);                       /* NULL: out of memory */
void skb_set_owner(struct skb *b, struct sock *owner, size_t charge);
void skb_free(struct skb *b);
/* What Linux charges a sender for `len` bytes (sk_buff, its shared info, power-of-two memory). */
size_t skb_truesize(size_t len);

struct net_proto {
	int (*bind)(struct sock *s, const struct net_addr *a);
	int (*connect)(struct sock *s, const struct net_addr *a, bool nonblock);
	int (*listen)(struct sock *s, int backlog);
	/* A new connection with a reference. */
	int (*accept)(struct sock *s, bool nonblock, struct sock **out);
	int (*getname)(struct sock *s, bool peer, struct net_addr *out);
	int (*shutdown)(struct sock *s, int how);
	ssize_t (*send)(struct sock *s, struct net_msg *m);
	ssize_t (*receive)(struct sock *s, struct net_msg *m);
	uint32_t (*poll)(struct sock *s, struct poll_table *pt);
	int64_t (*ioctl)(struct sock *s, unsigned cmd, gva_t arg, struct mm *mm);
	/* Levels and names SOL_SOCKET's common code does not know; NULL: -ENOPROTOOPT. */
	int (*setsockopt)(struct sock *s, int level, int name, const void *value, uint32_t len);
	int (*getsockopt)(struct sock *s, int level, int name, void *value, uint32_t *len);
	bool host_options;                 /* SOL_SOCKET's options are the protocol's, too */
	void (*close)(struct sock *s);     /* its file is gone */
	void (*destroy)(struct sock *s);   /* its last reference is gone: frees what the protocol holds */
};

/* Boolean options, a bit each. */
enum {
	OPT_REUSEADDR = 1, OPT_REUSEPORT = 2, OPT_KEEPALIVE = 4, OPT_BROADCAST = 8, OPT_PASSCRED = 0x10,
	OPT_OOBINLINE = 0x20, OPT_DONTROUTE = 0x40, OPT_TIMESTAMP = 0x80, OPT_TIMESTAMPNS = 0x100,
	OPT_DEBUG = 0x200, OPT_PASSSEC = 0x400, OPT_ZEROCOPY = 0x800,
};
/* A name space: lo, and who has which port (ns.c). What is sent over lo is received at once: one count does. */
enum { INET_PORT_LISTS = 256, INET_LISTS = 2 * INET_PORT_LISTS };
struct net_ns {
	struct ns ns;
	bool lo_up, lo_was_up, lo_v4, lo_v6;      /* lo is up; was it ever; has its addresses */
	uint32_t lo_mtu;
	uint64_t lo_packets, lo_bytes;
	struct list ports[INET_LISTS]; /* inet_port.c; those never used are not initialised */
};
extern struct net_ns net_first;
/* May the caller do this to the name space? */
bool net_capable(const struct net_ns *ns, int cap);
/* A packet with this much in it went over lo. */
void net_count(struct net_ns *ns, size_t len);

struct sock {
	unsigned refs;
	struct net_ns *net;            /* with a reference */
	const struct net_proto *proto;
	struct file *file;             /* borrowed; NULL: not accepted yet, or closed */
	int family, type, protocol;
	char name[32];                 /* "socket:[n]" */
	uint64_t ino;
	uint32_t uid;                  /* of the creator */
	enum abi_tcp_state state;      /* connection-oriented ones, and AF_UNIX as Linux does */
	struct wait_queue changed;     /* data, room, connection, shutdown, error */
	struct list rx;                /* of skb, oldest first */
	size_t rx_bytes;
	unsigned rx_count;
	size_t rx_charge;              /* UDP: what lies in rx, as charged */
	size_t tx_charge;              /* what others have not read yet of what was sent */
	uint32_t sndbuf, rcvbuf, rcvlowat, priority, mark;
	bool sndbuf_set, rcvbuf_set;
	uint32_t options;              /* OPT_* */
	struct abi_linger linger;
	uint64_t rcv_timeout_ns, snd_timeout_ns;     /* 0: none */
	int err;                       /* SO_ERROR: positive */
	bool shut_read, shut_write;
	bool rx_busy;                  /* sock_rx_lock */
};
/* Set the common part up; one reference. */
void sock_init(struct sock *s, const struct net_proto *proto, int family, int type, int protocol);
struct sock *sock_get(struct sock *s);
void sock_put(struct sock *s);
struct file *sock_file(struct sock *s, uint32_t flags);       /* consumes the reference */
struct sock *sock_of(const struct file *f);                    /* NULL: not a socket */

void sock_tell(struct sock *s, uint32_t events);               /* EPOLL* that may hold now */
void sock_tell_urgent(struct sock *s);                         /* out-of-band data: SIGURG and EPOLLPRI */
int  sock_error(struct sock *s);                               /* takes s->err: 0 or -errno */
void sock_rx_add(struct sock *s, struct skb *b);
void sock_rx_remove(struct sock *s, struct skb *b);            /* does not free */
/* Free all of a queue; safe however deep files in messages nest (sockets passed over sockets). */
void sock_rx_purge(struct sock *s);
/* Copying to a guest may sleep: one reader at a time looks into rx while it does. */
void sock_rx_lock(struct sock *s);
void sock_rx_unlock(struct sock *s);
void skb_list_free(struct list *doomed);                       /* the same of a list of skbs */
/* Deadline of a wait by SO_RCVTIMEO or SO_SNDTIMEO. */
uint64_t sock_deadline(uint64_t timeout_ns);
/* What a wait_event's result means to the caller of a socket call (Linux sock_intr_errno). */
int  sock_wait_result(int err, uint64_t deadline);
struct net_caller net_current(void);
/* A broken stream: -EPIPE, with SIGPIPE unless MSG_NOSIGNAL. */
ssize_t sock_epipe(uint32_t flags);
/* For getsockopt handlers: at most *len bytes, and how many it were. 0. */
int  sockopt_put(void *value, uint32_t *len, const void *from, uint32_t size);
int  sockopt_put_int(void *value, uint32_t *len, int32_t n);
void addr_set_family(struct net_addr *a, uint16_t family);     /* an address that is its family alone */

/* Wait for `cond` on the socket until `deadline`, 0: not at all. 0, -EAGAIN, -EINTR, -ERESTARTSYS. */
#define sock_wait(s, cond, deadline) ({                                                      \
	uint64_t _deadline = (deadline);                                                     \
	int _err = (cond) ? 0 : -EAGAIN;                                                     \
	if (_err && _deadline)                                                               \
		_err = sock_wait_result(wait_event(&(s)->changed, (cond), WAIT_INTERRUPTIBLE, \
						   _deadline), _deadline);                   \
	_err; })

/* Linux' net.core.{r,w}mem_{default,max}, somaxconn; smallest buffers (include/net/sock.h). */
enum {
	SOCK_BUFFER_DEFAULT = 212992, SOCK_BUFFER_MAX = 4194304, SOMAXCONN_HERE = 4096,
	SOCK_MIN_SNDBUF = 4608, SOCK_MIN_RCVBUF = 2304,
};

/* ---- families ------------------------------------------------------------------------------ */
bool host_sock_enabled(void);
int host_sock_create(int family, int type, int protocol, struct sock **out);
void lo_set_up(struct net_ns *ns, bool up);
int inet_create(int family, int type, int protocol, struct sock **out);
int unix_create(int type, int protocol, struct sock **out);
int unix_pair(struct sock *ends[2]);
void unix_collect_hold(bool on);       /* put unix_collect off until false */
void unix_not_in_flight(const struct scm *scm);

#endif

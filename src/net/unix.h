/* AF_UNIX: what its files share. */
#ifndef NET_UNIX_H
#define NET_UNIX_H

#include "internal.h"

enum { UNIX_BACKLOG_DEFAULT = 10 };    /* net.unix.max_dgram_qlen: datagrams a reader may leave lying */

struct unix_sock {
	struct sock sk;
	struct list all_link;          /* every AF_UNIX socket */
	struct unix_sock *peer;        /* with a reference */
	struct net_addr addr;          /* its name, for as long as it lives; len 0: none */
	bool listed;                   /* found by that name: it was bound, and is open */
	struct path path;              /* of a name in the file system */
	const struct super *super;     /* that name's inode: super and number */
	uint64_t path_ino;
	struct abi_ucred peer_cred;    /* SO_PEERCRED; pid 0: none */
	bool peer_pid_held;
	unsigned backlog;              /* connections, or datagrams, that may wait: one more than this */
	/* A listener's connections that wait for accept. */
	struct list embryos, embryo_link;
	unsigned nr_embryos;
	unsigned watchers;             /* datagram sockets whose peer it is, and who waits for it */
	struct skb *oob;               /* streams: the one byte of rx that is out of band, borrowed; unix_data.c */
	struct unix_sock *waits_for;   /* a full receiver or listener its caller sleeps for */
	/* unix_gc.c */
	unsigned in_flight;            /* references to its file that are in messages */
	bool doomed;                   /* no other reference is known */
	struct list gc_link;
};
extern struct list unix_all;
extern unsigned unix_count;            /* how many those are */

static inline struct unix_sock *unix_of(struct sock *s)
{
	return container_of(s, struct unix_sock, sk);
}
static inline bool unix_connects(const struct sock *s)
{
	return s->type != ABI_SOCK_DGRAM;
}

/* The socket an address names, of the type: a reference in *out. -ECONNREFUSED, -EPROTOTYPE, the
 * walk's errors. */
struct abi_ucred unix_show_cred(struct abi_ucred u);      /* as the caller sees it */
int unix_find(const struct net_ns *net, const struct net_addr *a, int type, struct unix_sock **out);
int unix_check_addr(const struct net_addr *a);
int unix_autobind(struct unix_sock *u);
/* u's caller sleeps until `other` has room; NULL: not any more. */
void unix_wait_for(struct unix_sock *u, struct unix_sock *other);
void unix_set_peer(struct unix_sock *u, struct unix_sock *peer);
/* Somebody took something out of u's full queue: who waited for that may go on. */
void unix_tell_waiting(struct unix_sock *u);
static inline bool unix_queue_full(const struct unix_sock *u)
{
	return (unix_connects(&u->sk) ? u->nr_embryos : u->sk.rx_count) > u->backlog;
}
ssize_t unix_send(struct sock *s, struct net_msg *m);
ssize_t unix_receive(struct sock *s, struct net_msg *m);
uint32_t unix_poll(struct sock *s, struct poll_table *pt);
int64_t unix_ioctl(struct sock *s, unsigned cmd, gva_t arg, struct mm *mm);

int unix_in_flight(const struct scm *scm);      /* -ETOOMANYREFS */
void unix_collect(void);

#endif

/* Sockets in messages: how many, and those that nobody can reach any more.
 *
 * A socket may be sent through a socket (SCM_RIGHTS), also through itself. Close
 * all descriptors then, and the files keep each other alive from inside their
 * queues. So when a socket is closed and files of sockets are in flight, look:
 * a socket all of whose file's references are in messages is a candidate; what
 * lies in the queue of a socket that is none is reachable, and so on from there.
 * The queues of the candidates that remain are emptied, which closes them
 * (Linux net/unix/garbage.c, before 6.10's graph). */
#include "unix.h"

#include "abi/process.h"

static unsigned total_in_flight, sockets_in_flight;

static struct unix_sock *unix_of_file(const struct file *f)
{
	struct sock *s = sock_of(f);

	return s && s->family == ABI_AF_UNIX ? unix_of(s) : NULL;
}

/* Privileged users are trusted not to hide files from their limits (too_many_unix_fds). */
int unix_in_flight(const struct scm *scm)
{
	struct net_caller who = net_current();
	uint64_t powers = 1ull << ABI_CAP_SYS_RESOURCE | 1ull << ABI_CAP_SYS_ADMIN;

	if (total_in_flight > who.nofile && !(who.cred->cap_effective & powers))
		return -ETOOMANYREFS;
	for (unsigned i = 0; i < scm->nr_files; i++) {
		struct unix_sock *u = unix_of_file(scm->files[i]);

		total_in_flight++;
		if (u) {
			u->in_flight++;
			sockets_in_flight++;
		}
	}
	return 0;
}

void unix_not_in_flight(const struct scm *scm)
{
	for (unsigned i = 0; i < scm->nr_files; i++) {
		struct unix_sock *u = unix_of_file(scm->files[i]);

		total_in_flight--;
		if (u) {
			u->in_flight--;
			sockets_in_flight--;
		}
	}
}

static void reach(struct list *work, struct unix_sock *u)
{
	if (!u->doomed)
		return;
	u->doomed = false;
	list_add_tail(work, &u->gc_link);
}

static void reach_queue(struct list *work, struct sock *s)
{
	struct skb *b;

	list_for_each(b, &s->rx, link)
		for (unsigned i = 0; b->scm && i < b->scm->nr_files; i++) {
			struct unix_sock *u = unix_of_file(b->scm->files[i]);

			if (u)
				reach(work, u);
		}
}

static void reach_from(struct list *work, struct unix_sock *u)
{
	struct unix_sock *end;

	reach_queue(work, &u->sk);
	list_for_each(end, &u->embryos, embryo_link)
		reach_queue(work, &end->sk);
}

static void move_queue(struct list *doomed, struct sock *s)
{
	while (!list_empty(&s->rx)) {
		struct skb *b = list_first(&s->rx, struct skb, link);

		sock_rx_remove(s, b);
		list_add_tail(doomed, &b->link);
	}
}

static bool held, wanted;

void unix_collect_hold(bool on)
{
	held = on;
	if (!on && wanted)
		unix_collect();
}

/* A look is at all sockets: where there are thousands it waits until some more are closed. */
static bool worth_a_look(void)
{
	enum { SHARE = 256 };
	static unsigned closed;

	if (++closed < unix_count / SHARE)
		return false;
	closed = 0;
	return true;
}

void unix_collect(void)
{
	struct list work = LIST_INIT(work), doomed = LIST_INIT(doomed);
	struct unix_sock *u, *end;

	wanted = held && sockets_in_flight;
	if (!sockets_in_flight || held || !worth_a_look())
		return;
	list_for_each(u, &unix_all, all_link)
		u->doomed = u->in_flight && u->sk.file && u->sk.file->refs == u->in_flight;
	list_for_each(u, &unix_all, all_link)
		if (!u->doomed && list_empty(&u->gc_link) && u->sk.file)
			reach_from(&work, u);
	while (!list_empty(&work)) {
		u = list_first(&work, struct unix_sock, gc_link);
		list_del(&u->gc_link);
		reach_from(&work, u);
	}
	list_for_each(u, &unix_all, all_link) {
		if (!u->doomed)
			continue;
		move_queue(&doomed, &u->sk);
		list_for_each(end, &u->embryos, embryo_link)
			move_queue(&doomed, &end->sk);
	}
	skb_list_free(&doomed);
}

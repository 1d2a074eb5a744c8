/* skb: a piece of data between two sockets, and the queues of them.
 *
 * Who sends is charged for what the receiver has not taken yet, as on Linux: for the
 * memory Linux would use, not only for the bytes. So a sender stops after as many
 * small messages as it would there.
 *
 * A message may carry files, a file may be a socket whose queue holds messages
 * with files, and so on. Freeing by recursion would need a stack as deep as
 * that, so a purge while another is under way only leaves its work to that one. */
#include "internal.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

struct skb *skb_alloc(size_t cap)
{
	struct skb *b = try_alloc(sizeof(*b) + cap);

	if (!b)
		return NULL;
	list_init(&b->link);
	b->data = b->inline_data;
	b->cap = cap;
	return b;
}

/* include/linux/skbuff.h SKB_TRUESIZE: 320 bytes of shared info behind the data in memory that comes
 * in powers of two, and 256 of sk_buff; beyond one allocation's use the rest comes in pages. */
size_t skb_truesize(size_t len)
{
	enum { SHARED_INFO = 320, SK_BUFF = 256, HEAD_MAX = PAGE_SIZE - SHARED_INFO };
	size_t memory = 512, pages = 0;

	if (len > HEAD_MAX) {
		pages = align_up(len - HEAD_MAX, PAGE_SIZE);
		len = pages > len ? 0 : len - pages;
	}
	while (memory < len + SHARED_INFO)
		memory *= 2;
	return memory + SK_BUFF + pages;
}

void skb_set_owner(struct skb *b, struct sock *owner, size_t charge)
{
	b->owner = sock_get(owner);
	b->charge = charge;
	owner->tx_charge += charge;
}

static void scm_free(struct scm *scm)
{
	for (unsigned i = 0; i < scm->nr_files; i++)
		file_put(scm->files[i]);
	if (scm->pid_held)
		net_hooks.drop_pid(scm->cred.pid);
	free(scm);
}

void skb_free(struct skb *b)
{
	if (b->scm) {
		unix_not_in_flight(b->scm);
		scm_free(b->scm);
	}
	if (b->owner) {
		ASSERT(b->owner->tx_charge >= b->charge);
		b->owner->tx_charge -= b->charge;
		sock_tell(b->owner, ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND);
		sock_put(b->owner);
	}
	free(b);
}

void sock_rx_add(struct sock *s, struct skb *b)
{
	list_add_tail(&s->rx, &b->link);
	s->rx_bytes += b->len;
	s->rx_count++;
}

void sock_rx_remove(struct sock *s, struct skb *b)
{
	list_del(&b->link);
	s->rx_bytes -= b->len - b->taken;
	s->rx_count--;
}

void skb_list_free(struct list *doomed)
{
	static struct list pending = LIST_INIT(pending);
	static bool busy;

	while (!list_empty(doomed)) {
		struct list *l = doomed->next;

		list_del(l);
		list_add_tail(&pending, l);
	}
	if (busy)
		return;
	/* Many sockets may be closed by this: they are looked through once, at the end. */
	unix_collect_hold(true);
	busy = true;
	while (!list_empty(&pending)) {
		struct skb *b = list_first(&pending, struct skb, link);

		list_del(&b->link);
		skb_free(b);
	}
	busy = false;
	unix_collect_hold(false);
}

void sock_rx_purge(struct sock *s)
{
	struct list doomed = LIST_INIT(doomed);

	while (!list_empty(&s->rx)) {
		struct skb *b = list_first(&s->rx, struct skb, link);

		sock_rx_remove(s, b);
		list_add_tail(&doomed, &b->link);
	}
	skb_list_free(&doomed);
}

/* Rarely contended: one queue for all. */
static struct wait_queue unlocked = WAIT_QUEUE_INIT(unlocked);

void sock_rx_lock(struct sock *s)
{
	wait_event(&unlocked, !s->rx_busy, WAIT_UNINTERRUPTIBLE, WAIT_FOREVER);
	s->rx_busy = true;
}

void sock_rx_unlock(struct sock *s)
{
	s->rx_busy = false;
	if (wait_queue_active(&unlocked))
		wake_up_all(&unlocked);
}

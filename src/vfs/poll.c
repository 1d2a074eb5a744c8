/* poll(2): wait until one of several files is ready.
 *
 * A file's poll operation says what is ready now and, asked to, hangs an entry
 * on the wait queues where it would announce a change. All entries of one call
 * share a flag and a queue of the sleeper; a wake-up sets the flag, and the
 * files are asked again. */
#include "internal.h"

#include <stdlib.h>

#include "base/alloc.h"

struct poll_call;
struct poll_entry {
	struct wait_entry wait;
	struct poll_call *call;
	struct poll_entry *next;
};
enum { INLINE_ENTRIES = 16 };
struct poll_call {
	struct poll_table table;
	struct wait_queue queue;      /* the caller sleeps here */
	bool triggered;
	struct poll_entry *more;      /* beyond the inline ones */
	unsigned used;
	struct poll_entry entries[INLINE_ENTRIES];
};

static bool entry_woken(struct wait_entry *w, uint64_t key)
{
	struct poll_call *call = container_of(w, struct poll_entry, wait)->call;

	call->triggered = true;
	wake_up_all(&call->queue);
	return true;
}

static void entry_queue(struct poll_table *pt, struct wait_queue *q)
{
	struct poll_call *call = container_of(pt, struct poll_call, table);
	struct poll_entry *e;

	if (call->used < INLINE_ENTRIES) {
		e = &call->entries[call->used++];
	} else {
		e = xnew(struct poll_entry);
		e->next = call->more;
		call->more = e;
	}
	e->call = call;
	list_init(&e->wait.link);
	e->wait.thread = thread_current();
	e->wait.wake = entry_woken;
	wait_queue_add(q, &e->wait);
}

static void entries_remove(struct poll_call *call)
{
	for (unsigned n = 0; n < call->used; n++)
		wait_queue_remove(&call->entries[n].wait);
	while (call->more) {
		struct poll_entry *e = call->more;

		call->more = e->next;
		wait_queue_remove(&e->wait);
		free(e);
	}
}

static int ask_all(struct poll_item *items, unsigned n, struct poll_table *pt)
{
	int ready = 0;

	for (unsigned k = 0; k < n; k++) {
		struct poll_item *it = &items[k];

		if (!it->file)
			continue;
		it->revents = file_poll(it->file, pt) & (it->events | ABI_EPOLLERR | ABI_EPOLLHUP);
		if (it->revents) {
			ready++;
			pt = NULL;        /* this call will not sleep any more */
		}
	}
	return ready;
}

int vfs_poll(struct poll_item *items, unsigned n, uint64_t deadline_ns)
{
	struct poll_call call = { .table.queue = entry_queue };
	int ready, err = 0;

	if (deadline_ns == 0)
		return ask_all(items, n, NULL);
	wait_queue_init(&call.queue);
	ready = ask_all(items, n, &call.table);
	while (!ready && !err) {
		err = wait_event(&call.queue, call.triggered, WAIT_INTERRUPTIBLE, deadline_ns);
		call.triggered = false;
		ready = ask_all(items, n, NULL);
	}
	entries_remove(&call);
	if (ready)
		return ready;
	return err == -ETIMEDOUT ? 0 : -ERESTARTNOHAND;
}

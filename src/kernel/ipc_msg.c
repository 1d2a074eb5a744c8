/* System V message queues (Linux ipc/msg.c): a list of typed messages with a limit in bytes.
 *
 * Senders wait while there is no room, receivers while nothing matches; both look again
 * when the queue changes. A removed queue wakes all with -EIDRM. */
#include "ipc.h"

#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "internal.h"

struct queue {
	struct ipc_object o;
	struct list messages;
	uint64_t bytes, count, max_bytes;
	int64_t stime, rtime, ctime;
	int32_t lspid, lrpid;
	struct wait_queue senders, receivers;
};

static void queue_free(struct ipc_object *o)
{
	struct queue *q = (struct queue *)o;

	while (!list_empty(&q->messages)) {
		struct message *m = list_first(&q->messages, struct message, link);

		list_del(&m->link);
		free(m);
	}
	free(q);
}

static struct ipc_table *table(void) { return &ipc_here()->queues; }

void ipc_msg_init(struct ipc_table *t)
{
	t->limit = MSG_QUEUES_MAX;
	t->destroy = queue_free;
}

int64_t ipc_msgget(int32_t key, int flags)
{
	struct ipc_object *o = NULL;
	struct queue *q;
	int err = ipc_find_key(table(), key, flags, &o), id;

	if (err != -EAGAIN)
		return err ? err : o->perm.id;
	q = xnew(struct queue);
	list_init(&q->messages);
	wait_queue_init(&q->senders);
	wait_queue_init(&q->receivers);
	q->max_bytes = MSG_QUEUE_BYTES;
	q->ctime = ipc_seconds();
	id = ipc_add(table(), &q->o, key, flags);
	if (id < 0)
		free(q);
	return id;
}

/* ---- sending --------------------------------------------------------------------------- */

/* An empty message counts as one, so that their number is limited, too (msg_fits_inqueue). */
static bool fits(const struct queue *q, size_t size)
{
	return size + q->bytes <= q->max_bytes && 1 + q->count <= q->max_bytes;
}

static int wait_for_room(struct queue *q, size_t size)
{
	int err;

	q->o.refs++;
	err = wait_event(&q->senders, q->o.removed || fits(q, size), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (q->o.removed)
		err = -EIDRM;
	ipc_object_put(&q->o);
	return err == -ERESTARTSYS ? -ERESTARTNOHAND : err;
}

int64_t ipc_msgsnd(int id, struct message *m, int flags)
{
	struct queue *q = (struct queue *)ipc_find_id(table(), id);
	int err = q ? ipc_access(&q->o, 2) : -EINVAL;

	if (!err && !fits(q, m->size))
		err = flags & ABI_IPC_NOWAIT ? -EAGAIN : wait_for_room(q, m->size);
	if (err) {
		free(m);
		return err;
	}
	list_add_tail(&q->messages, &m->link);
	q->bytes += m->size;
	q->count++;
	q->stime = ipc_seconds();
	q->lspid = task_current()->proc->pid;
	wake_up_all(&q->receivers);
	return 0;
}

/* ---- receiving ---------------------------------------------------------------------------- */

/* The first of any type, of this type, of any other (MSG_EXCEPT), or the lowest up to -type. */
static struct message *find_message(struct queue *q, int64_t type, int flags)
{
	struct message *m, *best = NULL;
	int64_t nth = 0;

	list_for_each(m, &q->messages, link) {
		if (flags & ABI_MSG_COPY) {
			if (nth++ == type)
				return m;
		} else if (!type || (type > 0 && (m->type == type) == !(flags & ABI_MSG_EXCEPT))) {
			return m;
		} else if (type < 0 && m->type <= -type && (!best || m->type < best->type)) {
			best = m;
		}
	}
	return best;
}

static int wait_for_message(struct queue *q, int64_t type, int flags)
{
	int err;

	q->o.refs++;
	err = wait_event(&q->receivers, q->o.removed || find_message(q, type, flags), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (q->o.removed)
		err = -EIDRM;
	ipc_object_put(&q->o);
	return err == -ERESTARTSYS ? -ERESTARTNOHAND : err;
}

static struct message *message_copy(const struct message *m)
{
	struct message *copy = xalloc(sizeof(*copy) + m->size + 1);

	memcpy(copy, m, sizeof(*copy) + m->size);
	return copy;
}

int64_t ipc_msgrcv(int id, size_t size, int64_t type, int flags, struct message **out)
{
	struct queue *q = (struct queue *)ipc_find_id(table(), id);
	struct message *m = NULL;
	int err = q ? ipc_access(&q->o, 4) : -EINVAL;

	if (err)
		return err;
	m = find_message(q, type, flags);
	if (!m) {
		err = flags & ABI_IPC_NOWAIT ? -ENOMSG : wait_for_message(q, type, flags);
		if (err)
			return err;
		m = find_message(q, type, flags);
	}
	if (m->size > size && !(flags & ABI_MSG_NOERROR))
		return -E2BIG;
	if (flags & ABI_MSG_COPY) {
		*out = message_copy(m);
		return (int64_t)MIN(m->size, size);
	}
	list_del(&m->link);
	q->bytes -= m->size;
	q->count--;
	q->rtime = ipc_seconds();
	q->lrpid = task_current()->proc->pid;
	wake_up_all(&q->senders);
	*out = m;
	return (int64_t)MIN(m->size, size);
}

/* ---- msgctl ---------------------------------------------------------------------------------- */

int64_t ipc_msg_status(int id, int cmd, struct msg_status *out)
{
	struct ipc_object *o;
	int64_t ret = ipc_find_status(table(), id, cmd != ABI_IPC_STAT, cmd == ABI_MSG_STAT_ANY, &o);
	struct queue *q = (struct queue *)o;

	if (ret < 0)
		return ret;
	*out = (struct msg_status){ .perm = q->o.perm, .stime = q->stime, .rtime = q->rtime, .ctime = q->ctime,
				    .cbytes = q->bytes, .qnum = q->count, .qbytes = q->max_bytes,
				    .lspid = q->lspid, .lrpid = q->lrpid };
	return ret;
}

int64_t ipc_msg_set(int id, const struct ipc_perm *p, uint64_t qbytes)
{
	struct ipc_object *o;
	int err = ipc_find_owned(table(), id, &o);
	struct queue *q = (struct queue *)o;

	if (!err && qbytes > MSG_QUEUE_BYTES && !task_capable(task_current(), ABI_CAP_SYS_RESOURCE))
		err = -EPERM;
	if (err)
		return err;
	if (!ipc_take_owner(&q->o.perm, p))
		return -EINVAL;
	q->max_bytes = qbytes;
	q->ctime = ipc_seconds();
	wake_up_all(&q->senders);
	return 0;
}

int64_t ipc_msg_remove(int id)
{
	struct ipc_object *o;
	int err = ipc_find_owned(table(), id, &o);
	struct queue *q = (struct queue *)o;

	if (err)
		return err;
	q->o.refs++;
	ipc_remove(&q->o);
	wake_up_all(&q->senders);
	wake_up_all(&q->receivers);
	ipc_object_put(&q->o);
	return 0;
}

int ipc_msg_usage(int *nr_queues, int *messages, int *bytes)
{
	*nr_queues = (int)table()->used;
	*messages = *bytes = 0;
	for (unsigned i = 0; i < table()->nr_slots; i++) {
		struct queue *q = (struct queue *)table()->slots[i];

		if (!q)
			continue;
		*messages += (int)q->count;
		*bytes += (int)q->bytes;
	}
	return ipc_highest(table());
}

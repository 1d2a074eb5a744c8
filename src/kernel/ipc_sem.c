/* System V semaphores (Linux ipc/sem.c).
 *
 * A call's operations happen all together or not at all: try_ops() applies them to the values
 * one by one and takes back what it did when one cannot go on. Who must wait sleeps on the
 * set's queue with a note of which semaphore stopped him, and tries again when the set changes.
 *
 * SEM_UNDO adds up, for each process and semaphore, what its exit has to add. */
#include "ipc.h"

#include <string.h>

#include "base/alloc.h"
#include "internal.h"

struct sem { int32_t value; int32_t pid; };
struct sem_undo {
	struct list link, of_process; /* sem_set.undos, process.sem_undos */
	struct sem_set *set;
	struct process *proc;
	int16_t *adjust;              /* one a semaphore */
};
struct sem_waiter { struct list link; unsigned num; bool for_zero; };
struct sem_set {
	struct ipc_object o;
	unsigned nsems;
	struct sem *sems;
	int64_t otime, ctime;
	struct wait_queue changed;
	struct list undos, waiters;
};

static void undo_free(struct sem_undo *u)
{
	list_del(&u->link);
	list_del(&u->of_process);
	free(u->adjust);
	free(u);
}

static void set_free(struct ipc_object *o)
{
	struct sem_set *s = (struct sem_set *)o;

	while (!list_empty(&s->undos))
		undo_free(list_first(&s->undos, struct sem_undo, link));
	free(s->sems);
	free(s);
}

static struct ipc_table *table(void) { return &ipc_here()->sets; }

void ipc_sem_init(struct ipc_table *t)
{
	t->limit = SEM_SETS_MAX;
	t->destroy = set_free;
}

/* ---- semget -------------------------------------------------------------------------- */

static int64_t set_create(int32_t key, int nsems, int flags)
{
	struct sem_set *s;
	int id;

	if (!nsems)
		return -EINVAL;
	s = xnew(struct sem_set);
	s->sems = try_alloc((size_t)nsems * sizeof(*s->sems));
	if (!s->sems) {
		free(s);
		return -ENOMEM;
	}
	s->nsems = (unsigned)nsems;
	s->ctime = ipc_seconds();
	wait_queue_init(&s->changed);
	list_init(&s->undos);
	list_init(&s->waiters);
	id = ipc_add(table(), &s->o, key, flags);
	if (id < 0)
		set_free(&s->o);
	return id;
}

int64_t ipc_semget(int32_t key, int nsems, int flags)
{
	struct ipc_object *o = NULL;
	int err;

	if (nsems < 0 || nsems > SEM_PER_SET_MAX)
		return -EINVAL;
	err = ipc_find_key(table(), key, flags, &o);
	if (err == -EAGAIN)
		return set_create(key, nsems, flags);
	if (err)
		return err;
	return (unsigned)nsems > ((struct sem_set *)o)->nsems ? -EINVAL : o->perm.id;
}

/* ---- undo ------------------------------------------------------------------------------ */

static struct sem_undo *undo_of(struct sem_set *s, struct process *p)
{
	struct sem_undo *u;

	list_for_each(u, &s->undos, link)
		if (u->proc == p)
			return u;
	return NULL;
}

static struct sem_undo *undo_get(struct sem_set *s, struct process *p)
{
	struct sem_undo *u = undo_of(s, p);

	if (u)
		return u;
	u = xnew(struct sem_undo);
	u->set = s;
	u->proc = p;
	u->adjust = xalloc(s->nsems * sizeof(*u->adjust));
	list_add_tail(&s->undos, &u->link);
	list_add_tail(&p->sem_undos, &u->of_process);
	return u;
}

/* A set value makes all that was to be undone void. */
static void undo_forget(struct sem_set *s, unsigned num)
{
	struct sem_undo *u;

	list_for_each(u, &s->undos, link)
		u->adjust[num] = 0;
}

static void undo_apply(struct sem_undo *u)
{
	struct sem_set *s = u->set;

	for (unsigned n = 0; n < s->nsems; n++) {
		if (!u->adjust[n])
			continue;
		s->sems[n].value = MIN(MAX(s->sems[n].value + u->adjust[n], 0), SEM_VALUE_MAX);
		s->sems[n].pid = u->proc->pid;
	}
	undo_free(u);
	s->otime = ipc_seconds();
	wake_up_all(&s->changed);
}

void ipc_sem_process_exit(struct process *p)
{
	while (!list_empty(&p->sem_undos))
		undo_apply(list_first(&p->sem_undos, struct sem_undo, of_process));
}

/* ---- semop ------------------------------------------------------------------------------- */

struct attempt { const struct sem_op *ops; unsigned n; struct sem_undo *undo; unsigned blocking; };

/* 1 done, 0 must wait (a->blocking says for which), -errno. */
static int try_ops(struct sem_set *s, struct attempt *a)
{
	int ret = 1;
	unsigned k;

	for (k = 0; k < a->n && ret == 1; k++) {
		const struct sem_op *op = &a->ops[k];
		struct sem *sem = &s->sems[op->num];
		int32_t value = sem->value + op->op;

		if ((op->op == 0 && sem->value) || value < 0)
			ret = op->flags & ABI_IPC_NOWAIT ? -EAGAIN : 0;
		else if (value > SEM_VALUE_MAX)
			ret = -ERANGE;
		else if ((op->flags & ABI_SEM_UNDO) && (a->undo->adjust[op->num] - op->op < INT16_MIN ||
							a->undo->adjust[op->num] - op->op > SEM_VALUE_MAX))
			ret = -ERANGE;
		if (ret != 1) {
			a->blocking = k;
			break;
		}
		sem->value = value;
		if (op->flags & ABI_SEM_UNDO)
			a->undo->adjust[op->num] = (int16_t)(a->undo->adjust[op->num] - op->op);
	}
	while (ret != 1 && k-- > 0) {
		s->sems[a->ops[k].num].value -= a->ops[k].op;
		if (a->ops[k].flags & ABI_SEM_UNDO)
			a->undo->adjust[a->ops[k].num] = (int16_t)(a->undo->adjust[a->ops[k].num] + a->ops[k].op);
	}
	return ret;
}

static int wait_for_ops(struct sem_set *s, struct attempt *a, uint64_t deadline)
{
	struct sem_waiter w;
	int ret = 0, err;

	list_add_tail(&s->waiters, &w.link);
	/* A failed attempt has put everything back, so trying is the condition. */
	err = wait_event(&s->changed, ({
		bool over = s->o.removed || (ret = try_ops(s, a)) != 0;

		w.num = a->ops[a->blocking].num;
		w.for_zero = a->ops[a->blocking].op == 0;
		over; }), WAIT_INTERRUPTIBLE, deadline);
	list_del(&w.link);
	if (s->o.removed)
		return -EIDRM;
	return err == -ETIMEDOUT ? -EAGAIN : err ? -EINTR : ret;      /* never restarted (signal(7)) */
}

static int check_ops(struct sem_set *s, const struct sem_op *ops, unsigned n, bool *undo)
{
	bool alters = false;

	for (unsigned k = 0; k < n; k++) {
		if (ops[k].num >= s->nsems)
			return -EFBIG;
		alters = alters || ops[k].op;
		*undo = *undo || (ops[k].flags & ABI_SEM_UNDO);
	}
	return ipc_access(&s->o, alters ? 2 : 4);
}

static void ops_done(struct sem_set *s, const struct attempt *a)
{
	bool altered = false;

	s->otime = ipc_seconds();
	for (unsigned k = 0; k < a->n; k++) {
		s->sems[a->ops[k].num].pid = task_current()->proc->pid;
		altered = altered || a->ops[k].op;
	}
	if (altered)
		wake_up_all(&s->changed);
}

int64_t ipc_semop(int id, const struct sem_op *ops, unsigned n, uint64_t deadline_ns)
{
	struct attempt a = { .ops = ops, .n = n };
	struct sem_set *s = (struct sem_set *)ipc_find_id(table(), id);
	bool undo = false;
	int ret = s ? check_ops(s, ops, n, &undo) : -EINVAL;

	if (ret)
		return ret;
	if (undo)
		a.undo = undo_get(s, task_current()->proc);
	s->o.refs++;
	ret = try_ops(s, &a);
	if (!ret)
		ret = wait_for_ops(s, &a, deadline_ns);
	if (ret == 1)
		ops_done(s, &a);
	ipc_object_put(&s->o);
	return ret == 1 ? 0 : ret;
}

/* ---- semctl -------------------------------------------------------------------------------- */

static struct sem_set *readable(int id, int want, int *err)
{
	struct sem_set *s = (struct sem_set *)ipc_find_id(table(), id);

	*err = s ? ipc_access(&s->o, want) : -EINVAL;
	return s;
}

int64_t ipc_sem_status(int id, int cmd, struct sem_status *out)
{
	struct ipc_object *o;
	int64_t ret = ipc_find_status(table(), id, cmd != ABI_IPC_STAT, cmd == ABI_SEM_STAT_ANY, &o);
	struct sem_set *s = (struct sem_set *)o;

	if (ret < 0)
		return ret;
	*out = (struct sem_status){ .perm = s->o.perm, .otime = s->otime, .ctime = s->ctime, .nsems = s->nsems };
	return ret;
}

int64_t ipc_sem_set(int id, const struct ipc_perm *p)
{
	struct ipc_object *o;
	int err = ipc_find_owned(table(), id, &o);
	struct sem_set *s = (struct sem_set *)o;

	if (err)
		return err;
	if (!ipc_take_owner(&s->o.perm, p))
		return -EINVAL;
	s->ctime = ipc_seconds();
	return 0;
}

int64_t ipc_sem_remove(int id)
{
	struct ipc_object *o;
	int err = ipc_find_owned(table(), id, &o);
	struct sem_set *s = (struct sem_set *)o;

	if (err)
		return err;
	s->o.refs++;
	ipc_remove(&s->o);
	wake_up_all(&s->changed);
	ipc_object_put(&s->o);
	return 0;
}

static int count_waiters(const struct sem_set *s, unsigned num, bool for_zero)
{
	const struct sem_waiter *w;
	int n = 0;

	list_for_each(w, &s->waiters, link)
		n += w->num == num && w->for_zero == for_zero;
	return n;
}

int64_t ipc_sem_read(int id, int num, int cmd)
{
	int err;
	struct sem_set *s = readable(id, 4, &err);

	if (err)
		return err;
	if (num < 0 || (unsigned)num >= s->nsems)
		return -EINVAL;
	switch (cmd) {
	case ABI_SEM_GETVAL:  return s->sems[num].value;
	case ABI_SEM_GETPID:  return pid_show(s->sems[num].pid);
	case ABI_SEM_GETNCNT: return count_waiters(s, (unsigned)num, false);
	default:              return count_waiters(s, (unsigned)num, true);
	}
}

int64_t ipc_sem_values(int id, uint16_t **out)
{
	int err;
	struct sem_set *s = readable(id, 4, &err);

	if (err)
		return err;
	*out = xalloc(s->nsems * sizeof(**out));
	for (unsigned n = 0; n < s->nsems; n++)
		(*out)[n] = (uint16_t)s->sems[n].value;
	return s->nsems;
}

int64_t ipc_sem_count(int id)
{
	int err;
	struct sem_set *s = readable(id, 2, &err);

	return err ? err : (int64_t)s->nsems;
}

int64_t ipc_sem_set_values(int id, const uint16_t *values, unsigned n)
{
	int err;
	struct sem_set *s = readable(id, 2, &err);

	if (err)
		return err;
	for (unsigned k = 0; k < n; k++)
		if (values[k] > SEM_VALUE_MAX)
			return -ERANGE;
	for (unsigned k = 0; k < MIN(n, s->nsems); k++) {
		s->sems[k].value = values[k];
		s->sems[k].pid = task_current()->proc->pid;
		undo_forget(s, k);
	}
	s->ctime = ipc_seconds();
	wake_up_all(&s->changed);
	return 0;
}

int64_t ipc_sem_set_value(int id, int num, int value)
{
	struct sem_set *s;
	int err;

	if (value < 0 || value > SEM_VALUE_MAX)
		return -ERANGE;
	s = (struct sem_set *)ipc_find_id(table(), id);
	if (!s || num < 0 || (unsigned)num >= s->nsems)
		return -EINVAL;
	err = ipc_access(&s->o, 2);
	if (err)
		return err;
	s->sems[num] = (struct sem){ value, task_current()->proc->pid };
	undo_forget(s, (unsigned)num);
	s->ctime = ipc_seconds();
	wake_up_all(&s->changed);
	return 0;
}

int ipc_sem_usage(int *nr_sets, int *semaphores)
{
	*nr_sets = (int)table()->used;
	*semaphores = 0;
	for (unsigned i = 0; i < table()->nr_slots; i++)
		if (table()->slots[i])
			*semaphores += (int)((struct sem_set *)table()->slots[i])->nsems;
	return ipc_highest(table());
}

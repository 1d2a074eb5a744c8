/* Futexes: sleep on a word of guest memory while it has an expected value.
 *
 * Waiters hang in a hash table by key, in the order they came. The key of memory
 * that only this address space can see is (mm, address); of a shared mapping it
 * is (file pages, offset), so that processes meet that map it at different
 * places (kernel/futex/core.c, get_futex_key). "Private" callers promise the
 * former and spare the look-up of the area.
 *
 * The word is read and the waiter queued under the kernel lock with no sleep
 * between: a wake-up cannot slip through. */
#include "futex.h"

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

enum { FUTEX_BUCKETS = 256, ROBUST_LIST_LIMIT = 2048 };
static struct list buckets[FUTEX_BUCKETS];
static unsigned nr_waiters;

void futex_init(void)
{
	for (int i = 0; i < FUTEX_BUCKETS; i++)
		list_init(&buckets[i]);
	nr_waiters = 0;
}

unsigned futex_waiter_count(void)
{
	return nr_waiters;
}

/* ---- keys ------------------------------------------------------------------------------ */

struct list *futex_bucket(const struct futex_key *k)
{
	uint64_t h = (k->object * 31 + k->offset / 4) * 0x9e3779b97f4a7c15ull;

	return &buckets[h >> 56];
}

int futex_key_for(struct mm *mm, gva_t uaddr, bool shared, struct futex_key *out)
{
	struct vma_info vma;

	if (uaddr & 3)
		return -EINVAL;
	*out = (struct futex_key){ KEY_MM, mm_id(mm), uaddr };
	if (uaddr >= mm_top(mm))
		return -EFAULT;
	if (!shared)
		return 0;
	if (!mm_find_vma(mm, uaddr, false, &vma) || vma.start > uaddr)
		return -EFAULT;
	if (vma.shared && vma.mapping)
		*out = (struct futex_key){ KEY_MAPPING, vma.mapping->id, uaddr - vma.start + vma.offset };
	return 0;
}

/* ---- waiting ----------------------------------------------------------------------------- */

static unsigned priority_of(const struct thread *t)
{
	return (unsigned)t->sched.rt_priority;
}

void futex_waiter_queue(struct futex_waiter *w)
{
	struct list *bucket = futex_bucket(&w->key);
	struct futex_waiter *at;

	nr_waiters++;
	if (w->priority)
		list_for_each(at, bucket, link)
			if (at->priority < w->priority) {
				list_add_tail(&at->link, &w->link);
				return;
			}
	list_add_tail(bucket, &w->link);
}

void futex_waiter_unqueue(struct futex_waiter *w)
{
	list_del(&w->link);
	nr_waiters--;
}

struct futex_waiter *futex_first_waiter(const struct futex_key *key)
{
	struct futex_waiter *w;

	list_for_each(w, futex_bucket(key), link)
		if (futex_same_key(&w->key, key))
			return w;
	return NULL;
}

void futex_waiter_wake(struct futex_waiter *w)
{
	futex_waiter_unqueue(w);
	w->woken = true;
	wake_up(w->queue);
}

static int64_t wait_restart(struct restart_block *r)
{
	return futex_wait(r->uaddr, (uint32_t)r->arg[0], (uint32_t)r->arg[1], r->deadline_ns, r->arg[2]);
}

static int64_t wait_interrupted(gva_t uaddr, uint32_t val, uint32_t bitset, uint64_t deadline_ns, bool shared)
{
	if (deadline_ns == WAIT_FOREVER)
		return -ERESTARTSYS;
	/* Goes on towards the same point in time. */
	task_current()->restart = (struct restart_block){
		.fn = wait_restart, .uaddr = uaddr, .deadline_ns = deadline_ns,
		.arg = { val, bitset, shared },
	};
	return -ERESTART_RESTARTBLOCK;
}

int64_t futex_wait(gva_t uaddr, uint32_t val, uint32_t bitset, uint64_t deadline_ns, bool shared)
{
	struct mm *mm = task_current()->mm;
	struct wait_queue queue = WAIT_QUEUE_INIT(queue);
	struct futex_waiter w = { .bitset = bitset, .queue = &queue,
				  .priority = priority_of(thread_current()) };
	uint32_t now;
	int err;

	if (!bitset)
		return -EINVAL;
	err = futex_key_for(mm, uaddr, shared, &w.key);
	if (err)
		return err;
	if (mm_copy_from(mm, &now, uaddr, sizeof(now)) < 0)
		return -EFAULT;
	if (now != val)
		return -EAGAIN;
	futex_waiter_queue(&w);
	err = wait_event(&queue, w.woken, WAIT_INTERRUPTIBLE, deadline_ns);
	if (!w.woken)
		futex_waiter_unqueue(&w);
	if (err == -ERESTARTSYS)
		return wait_interrupted(uaddr, val, bitset, deadline_ns, shared);
	return err;
}

/* ---- waiting for several: futex_waitv(2) --------------------------------------------------------- */

static int first_woken(const struct futex_waiter *w, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		if (w[i].woken)
			return (int)i;
	return -1;
}

static int queue_several(struct futex_waiter *w, const struct futex_wait_k *want, unsigned nr,
			 struct wait_queue *queue)
{
	struct mm *mm = task_current()->mm;
	uint32_t now;
	int err;

	for (unsigned i = 0; i < nr; i++) {
		err = futex_key_for(mm, want[i].uaddr, want[i].shared, &w[i].key);
		if (err)
			return err;
		w[i].bitset = ABI_FUTEX_BITSET_ALL;
		w[i].queue = queue;
		w[i].priority = priority_of(thread_current());
	}
	/* Reading may fault, but does not sleep: all are as expected at one moment. */
	for (unsigned i = 0; i < nr; i++) {
		if (mm_copy_from(mm, &now, want[i].uaddr, sizeof(now)) < 0)
			return -EFAULT;
		if (now != want[i].val)
			return -EAGAIN;
	}
	for (unsigned i = 0; i < nr; i++)
		futex_waiter_queue(&w[i]);
	return 0;
}

int64_t futex_wait_several(const struct futex_wait_k *want, unsigned nr, uint64_t deadline_ns)
{
	struct wait_queue queue = WAIT_QUEUE_INIT(queue);
	struct futex_waiter *w = xalloc(nr * sizeof(*w));
	int64_t ret = queue_several(w, want, nr, &queue);

	if (!ret) {
		ret = wait_event(&queue, first_woken(w, nr) >= 0, WAIT_INTERRUPTIBLE, deadline_ns);
		for (unsigned i = 0; i < nr; i++)
			if (!w[i].woken)
				futex_waiter_unqueue(&w[i]);
		if (!ret)
			ret = first_woken(w, nr);
	}
	free(w);
	return ret;
}

/* ---- waking ---------------------------------------------------------------------------------- */

static int wake_key(const struct futex_key *key, int nr, uint32_t bitset)
{
	struct futex_waiter *w, *next;
	int woken = 0;

	list_for_each_safe(w, next, futex_bucket(key), link) {
		if (woken >= nr)
			break;
		if (!futex_same_key(&w->key, key))
			continue;
		if (!futex_is_plain(w))
			return -EINVAL;
		if (w->bitset & bitset) {
			futex_waiter_wake(w);
			woken++;
		}
	}
	return woken;
}

int64_t futex_wake(gva_t uaddr, int nr, uint32_t bitset, bool shared)
{
	struct futex_key key;
	int err;

	if (!bitset)
		return -EINVAL;
	err = futex_key_for(task_current()->mm, uaddr, shared, &key);
	if (err)
		return err;
	/* Linux wakes one when asked for none (or fewer). */
	return wake_key(&key, MAX(nr, 1), bitset);
}

void futex_wake_at(struct mm *mm, gva_t uaddr, int nr)
{
	struct futex_key key;

	if (futex_key_for(mm, uaddr, true, &key) == 0)
		wake_key(&key, nr, ABI_FUTEX_BITSET_ALL);
}

int64_t futex_requeue(gva_t uaddr, gva_t uaddr2, int nr_wake, int nr_requeue, const uint32_t *cmp, bool shared)
{
	struct mm *mm = task_current()->mm;
	struct futex_key from, to;
	struct futex_waiter *w, *next;
	int err, done = 0;
	uint32_t now;

	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	err = futex_key_for(mm, uaddr, shared, &from);
	if (!err)
		err = futex_key_for(mm, uaddr2, shared, &to);
	if (err)
		return err;
	if (cmp) {
		if (mm_copy_from(mm, &now, uaddr, sizeof(now)) < 0)
			return -EFAULT;
		if (now != *cmp)
			return -EAGAIN;
	}
	list_for_each_safe(w, next, futex_bucket(&from), link) {
		if (done >= nr_wake && done - nr_wake >= nr_requeue)
			break;
		if (!futex_same_key(&w->key, &from))
			continue;
		if (!futex_is_plain(w))
			return -EINVAL;
		if (done++ < nr_wake) {
			futex_waiter_wake(w);
		} else if (!futex_same_key(&from, &to)) {
			futex_waiter_unqueue(w);
			w->key = to;
			futex_waiter_queue(w);
		}
	}
	return done;
}

/* ---- FUTEX_WAKE_OP ------------------------------------------------------------------------------ */

enum { OP_SET, OP_ADD, OP_OR, OP_ANDN, OP_XOR, OP_COUNT, OP_ARG_SHIFT = 8 };
enum { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE, CMP_COUNT };

static int32_t apply_op(unsigned op, int32_t old, int32_t arg)
{
	switch (op) {
	case OP_SET:  return arg;
	case OP_ADD:  return (int32_t)((uint32_t)old + (uint32_t)arg);
	case OP_OR:   return old | arg;
	case OP_ANDN: return old & ~arg;
	default:      return old ^ arg;
	}
}

static bool compare(unsigned cmp, int32_t old, int32_t arg)
{
	switch (cmp) {
	case CMP_EQ: return old == arg;
	case CMP_NE: return old != arg;
	case CMP_LT: return old < arg;
	case CMP_LE: return old <= arg;
	case CMP_GT: return old > arg;
	default:     return old >= arg;
	}
}

static int32_t sign_extend12(uint32_t v)
{
	return (int32_t)(v << 20) >> 20;
}

/* encoded: | op 4 | cmp 4 | oparg 12 | cmparg 12 |, uapi/linux/futex.h. */
int64_t futex_wake_op(gva_t uaddr, gva_t uaddr2, int nr_wake, int nr_wake2, uint32_t encoded, bool shared)
{
	struct mm *mm = task_current()->mm;
	unsigned op = encoded >> 28 & 7, cmp = encoded >> 24 & 15;
	int32_t oparg = sign_extend12(encoded >> 12), cmparg = sign_extend12(encoded), old, new;
	struct futex_key key, key2;
	int32_t *word;
	int err, woken, woken2;

	err = futex_key_for(mm, uaddr, shared, &key);
	if (!err)
		err = futex_key_for(mm, uaddr2, shared, &key2);
	if (err)
		return err;
	if (op >= OP_COUNT || cmp >= CMP_COUNT)
		return -ENOSYS;
	if (encoded >> 28 & OP_ARG_SHIFT)
		oparg = (int32_t)(1u << (oparg & 31));
	/* Other harts may be changing it. */
	word = mm_pin(mm, uaddr2, sizeof(*word), ACCESS_WRITE);
	if (!word)
		return -EFAULT;
	old = __atomic_load_n(word, __ATOMIC_RELAXED);
	do
		new = apply_op(op, old, oparg);
	while (!__atomic_compare_exchange_n(word, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	woken = wake_key(&key, nr_wake, ABI_FUTEX_BITSET_ALL);
	if (woken < 0 || !compare(cmp, old, cmparg))
		return woken;
	woken2 = wake_key(&key2, nr_wake2, ABI_FUTEX_BITSET_ALL);
	return woken2 < 0 ? woken2 : woken + woken2;
}

/* ---- robust lists: locks that a dying task still holds --------------------------------------------- */

static bool read_word(struct mm *mm, gva_t at, gva_t *out)
{
	uint64_t v = 0;

	if (mm_copy_from(mm, &v, at, mm_xlen(mm) / 8) < 0)
		return false;
	*out = v;
	return true;
}

/* Mark the lock as orphaned and let one waiter find out (handle_futex_death). */
static void lock_owner_died(struct task *t, gva_t uaddr, bool pi, bool pending_op)
{
	uint32_t val, *word = uaddr & 3 ? NULL : mm_pin(t->mm, uaddr, sizeof(*word), ACCESS_WRITE);

	if (!word)
		return;
	val = __atomic_load_n(word, __ATOMIC_RELAXED);
	/* Interrupted between unlocking and waking: the wake-up is still owed. */
	if (pending_op && !pi && val == 0) {
		futex_wake_at(t->mm, uaddr, 1);
		return;
	}
	/* A waiter on another hart may be setting its bit. */
	do
		if ((val & ABI_FUTEX_TID_MASK) != (uint32_t)t->own_tid)
			return;
	while (!__atomic_compare_exchange_n(word, &val, (val & ABI_FUTEX_WAITERS) | ABI_FUTEX_OWNER_DIED,
					    false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	/* Who waits for a lock of the other kind gets it from futex_exit_pi(). */
	if (!pi && (val & ABI_FUTEX_WAITERS))
		futex_wake_at(t->mm, uaddr, 1);
}

static void exit_robust_list(struct task *t)
{
	gva_t head = t->robust_list, entry, next, pending, offset, mark;
	unsigned word;

	t->robust_list = 0;
	if (!head || !t->mm)
		return;
	word = mm_xlen(t->mm) / 8;
	if (!read_word(t->mm, head, &entry) || !read_word(t->mm, head + word, &offset) ||
	    !read_word(t->mm, head + 2 * word, &pending))
		return;
	if (word == 4)
		offset = (gva_t)(int64_t)(int32_t)offset;
	mark = word == 4 ? UINT32_MAX : UINT64_MAX;
	/* Bit 0 of an entry says that the lock is a PI one. */
	for (int i = 0; i < ROBUST_LIST_LIMIT && (entry & ~(gva_t)1) != head; i++) {
		if (!read_word(t->mm, entry & ~(gva_t)1, &next))
			break;
		if ((entry ^ pending) & ~(gva_t)1)
			lock_owner_died(t, ((entry & ~(gva_t)1) + offset) & mark, entry & 1, false);
		entry = next;
	}
	if (pending & ~(gva_t)1)
		lock_owner_died(t, ((pending & ~(gva_t)1) + offset) & mark, pending & 1, true);
}

void futex_exit(struct task *t)
{
	exit_robust_list(t);
	futex_exit_pi(t);
}

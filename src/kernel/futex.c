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
#include "internal.h"

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

struct futex_key { enum { KEY_MM, KEY_MAPPING } kind; uint64_t object, offset; };

struct futex_waiter {
	struct list link;             /* in its bucket; unlinked by the waker */
	struct futex_key key;
	uint32_t bitset;
	bool woken;
	struct wait_queue *queue;     /* its thread alone */
};

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

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->kind == b->kind && a->object == b->object && a->offset == b->offset;
}

static struct list *bucket_of(const struct futex_key *k)
{
	uint64_t h = (k->object * 31 + k->offset / 4) * 0x9e3779b97f4a7c15ull;

	return &buckets[h >> 56];
}

static int key_for(struct mm *mm, gva_t uaddr, bool shared, struct futex_key *out)
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

static void waiter_queue(struct futex_waiter *w)
{
	list_add_tail(bucket_of(&w->key), &w->link);
	nr_waiters++;
}

static void waiter_unqueue(struct futex_waiter *w)
{
	list_del(&w->link);
	nr_waiters--;
}

static void waiter_wake(struct futex_waiter *w)
{
	waiter_unqueue(w);
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
	struct futex_waiter w = { .bitset = bitset, .queue = &queue };
	uint32_t now;
	int err;

	if (!bitset)
		return -EINVAL;
	err = key_for(mm, uaddr, shared, &w.key);
	if (err)
		return err;
	if (mm_copy_from(mm, &now, uaddr, sizeof(now)) < 0)
		return -EFAULT;
	if (now != val)
		return -EAGAIN;
	waiter_queue(&w);
	err = wait_event(&queue, w.woken, WAIT_INTERRUPTIBLE, deadline_ns);
	if (!w.woken)
		waiter_unqueue(&w);
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
		err = key_for(mm, want[i].uaddr, want[i].shared, &w[i].key);
		if (err)
			return err;
		w[i].bitset = ABI_FUTEX_BITSET_ALL;
		w[i].queue = queue;
	}
	/* Reading may fault, but does not sleep: all are as expected at one moment. */
	for (unsigned i = 0; i < nr; i++) {
		if (mm_copy_from(mm, &now, want[i].uaddr, sizeof(now)) < 0)
			return -EFAULT;
		if (now != want[i].val)
			return -EAGAIN;
	}
	for (unsigned i = 0; i < nr; i++)
		waiter_queue(&w[i]);
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
				waiter_unqueue(&w[i]);
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

	list_for_each_safe(w, next, bucket_of(key), link) {
		if (woken >= nr)
			break;
		if (same_key(&w->key, key) && (w->bitset & bitset)) {
			waiter_wake(w);
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
	err = key_for(task_current()->mm, uaddr, shared, &key);
	if (err)
		return err;
	/* Linux wakes one when asked for none (or fewer). */
	return wake_key(&key, MAX(nr, 1), bitset);
}

void futex_wake_at(struct mm *mm, gva_t uaddr, int nr)
{
	struct futex_key key;

	if (key_for(mm, uaddr, true, &key) == 0)
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
	err = key_for(mm, uaddr, shared, &from);
	if (!err)
		err = key_for(mm, uaddr2, shared, &to);
	if (err)
		return err;
	if (cmp) {
		if (mm_copy_from(mm, &now, uaddr, sizeof(now)) < 0)
			return -EFAULT;
		if (now != *cmp)
			return -EAGAIN;
	}
	list_for_each_safe(w, next, bucket_of(&from), link) {
		if (done >= nr_wake && done - nr_wake >= nr_requeue)
			break;
		if (!same_key(&w->key, &from))
			continue;
		if (done++ < nr_wake) {
			waiter_wake(w);
		} else if (!same_key(&from, &to)) {
			waiter_unqueue(w);
			w->key = to;
			waiter_queue(w);
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
	int err, woken;

	err = key_for(mm, uaddr, shared, &key);
	if (!err)
		err = key_for(mm, uaddr2, shared, &key2);
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
	if (compare(cmp, old, cmparg))
		woken += wake_key(&key2, nr_wake2, ABI_FUTEX_BITSET_ALL);
	return woken;
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
static void lock_owner_died(struct task *t, gva_t uaddr, bool pending_op)
{
	uint32_t val, *word = uaddr & 3 ? NULL : mm_pin(t->mm, uaddr, sizeof(*word), ACCESS_WRITE);

	if (!word)
		return;
	val = __atomic_load_n(word, __ATOMIC_RELAXED);
	/* Interrupted between unlocking and waking: the wake-up is still owed. */
	if (pending_op && val == 0) {
		futex_wake_at(t->mm, uaddr, 1);
		return;
	}
	/* A waiter on another hart may be setting its bit. */
	do
		if ((val & ABI_FUTEX_TID_MASK) != (uint32_t)t->tid)
			return;
	while (!__atomic_compare_exchange_n(word, &val, (val & ABI_FUTEX_WAITERS) | ABI_FUTEX_OWNER_DIED,
					    false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	if (val & ABI_FUTEX_WAITERS)
		futex_wake_at(t->mm, uaddr, 1);
}

void futex_exit_robust_list(struct task *t)
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
		if (entry != pending)
			lock_owner_died(t, ((entry & ~(gva_t)1) + offset) & mark, false);
		entry = next;
	}
	if (pending & ~(gva_t)1)
		lock_owner_died(t, ((pending & ~(gva_t)1) + offset) & mark, true);
}

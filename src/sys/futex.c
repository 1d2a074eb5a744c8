/* futex(2): decoding the operation; the queues are the kernel's (kernel/futex.c). */
#include "syscall.h"

#include "abi/process.h"
#include "abi/time.h"

/* WAIT's time-out is relative; the others' are points in time, on MONOTONIC unless the flag
 * says REALTIME. LOCK_PI's is always on REALTIME. */
static int futex_deadline(uint32_t op, uint32_t cmd, gva_t timeout, uint64_t *deadline)
{
	bool realtime = (op & ABI_FUTEX_CLOCK_REALTIME) || cmd == ABI_FUTEX_LOCK_PI;
	uint64_t ns;
	int err;

	if (!timeout || cmd == ABI_FUTEX_WAIT)
		return get_deadline(timeout, deadline);
	err = get_timespec(timeout, &ns);
	if (!err)
		*deadline = realtime ? time_to_deadline(ABI_CLOCK_REALTIME, ns) :
			    time_to_deadline(ABI_CLOCK_MONOTONIC, time_ns_mean(ABI_CLOCK_MONOTONIC, ns));
	return err;
}

struct futex_call { gva_t uaddr, uaddr2, timeout; uint32_t op, cmd, val, val3; bool shared; };

static int64_t call_wait(const struct futex_call *c)
{
	uint64_t deadline;
	int err = futex_deadline(c->op, c->cmd, c->timeout, &deadline);

	return err ? err : futex_wait(c->uaddr, c->val, c->cmd == ABI_FUTEX_WAIT ? ABI_FUTEX_BITSET_ALL : c->val3,
				      deadline, c->shared);
}

static int64_t call_wake(const struct futex_call *c)
{
	return futex_wake(c->uaddr, (int)c->val, c->cmd == ABI_FUTEX_WAKE ? ABI_FUTEX_BITSET_ALL : c->val3,
			  c->shared);
}

/* How many to requeue is where others have their time-out. */
static int64_t call_requeue(const struct futex_call *c)
{
	return futex_requeue(c->uaddr, c->uaddr2, (int)c->val, (int)c->timeout,
			     c->cmd == ABI_FUTEX_REQUEUE ? NULL : &c->val3, c->shared);
}

static int64_t call_wake_op(const struct futex_call *c)
{
	return futex_wake_op(c->uaddr, c->uaddr2, (int)c->val, (int)c->timeout, c->val3, c->shared);
}

static int64_t call_lock_pi(const struct futex_call *c)
{
	uint64_t deadline;
	int err = futex_deadline(c->op, c->cmd, c->timeout, &deadline);

	return err ? err : futex_lock_pi(c->uaddr, deadline, c->shared, false);
}

static int64_t call_trylock_pi(const struct futex_call *c)
{
	return futex_lock_pi(c->uaddr, WAIT_FOREVER, c->shared, true);
}

static int64_t call_unlock_pi(const struct futex_call *c)
{
	return futex_unlock_pi(c->uaddr, c->shared);
}

static int64_t call_wait_requeue_pi(const struct futex_call *c)
{
	uint64_t deadline;
	int err = futex_deadline(c->op, c->cmd, c->timeout, &deadline);

	return err ? err : futex_wait_requeue_pi(c->uaddr, c->val, c->uaddr2, deadline, c->shared);
}

static int64_t call_cmp_requeue_pi(const struct futex_call *c)
{
	return futex_cmp_requeue_pi(c->uaddr, c->uaddr2, (int)c->val, (int)c->timeout, c->val3, c->shared);
}

static int64_t (*const futex_calls[])(const struct futex_call *) = {
	[ABI_FUTEX_WAIT] = call_wait, [ABI_FUTEX_WAIT_BITSET] = call_wait,
	[ABI_FUTEX_WAKE] = call_wake, [ABI_FUTEX_WAKE_BITSET] = call_wake,
	[ABI_FUTEX_REQUEUE] = call_requeue, [ABI_FUTEX_CMP_REQUEUE] = call_requeue,
	[ABI_FUTEX_WAKE_OP] = call_wake_op,
	[ABI_FUTEX_LOCK_PI] = call_lock_pi, [ABI_FUTEX_LOCK_PI2] = call_lock_pi,
	[ABI_FUTEX_TRYLOCK_PI] = call_trylock_pi, [ABI_FUTEX_UNLOCK_PI] = call_unlock_pi,
	[ABI_FUTEX_WAIT_REQUEUE_PI] = call_wait_requeue_pi, [ABI_FUTEX_CMP_REQUEUE_PI] = call_cmp_requeue_pi,
};

int64_t sys_futex(gva_t uaddr, uint32_t op, uint32_t val, gva_t timeout, gva_t uaddr2, uint32_t val3)
{
	uint32_t cmd = op & ~(uint32_t)(ABI_FUTEX_PRIVATE_FLAG | ABI_FUTEX_CLOCK_REALTIME);
	struct futex_call c = { uaddr, uaddr2, timeout, op, cmd, val, val3, !(op & ABI_FUTEX_PRIVATE_FLAG) };

	if ((op & ABI_FUTEX_CLOCK_REALTIME) && cmd != ABI_FUTEX_WAIT && cmd != ABI_FUTEX_WAIT_BITSET &&
	    cmd != ABI_FUTEX_WAIT_REQUEUE_PI && cmd != ABI_FUTEX_LOCK_PI2)
		return -ENOSYS;
	if (cmd >= ARRAY_SIZE(futex_calls) || !futex_calls[cmd])
		return -ENOSYS;
	return futex_calls[cmd](&c);
}

/* ---- futex_wait(2) and its relatives: one call for each operation --------------------------------- */

/* The low bits say how wide the word is; only 32 bits are served, by Linux as well. */
enum { WAITV_MAX = 128, FUTEX2_SIZE_MASK = 3, FUTEX2_SIZE_U32 = 2, FUTEX2_PRIVATE = 128 };

static bool futex2_flags_ok(uint32_t flags)
{
	return (flags & ~(uint32_t)FUTEX2_PRIVATE) == FUTEX2_SIZE_U32;
}

static int futex2_deadline(gva_t timeout, int clockid, uint64_t *deadline)
{
	uint64_t ns;
	int err;

	*deadline = WAIT_FOREVER;
	if (!timeout)
		return 0;
	if (clockid != ABI_CLOCK_REALTIME && clockid != ABI_CLOCK_MONOTONIC)
		return -EINVAL;
	err = get_timespec(timeout, &ns);
	if (!err)
		*deadline = time_to_deadline(clockid, time_ns_mean(clockid, ns));
	return err;
}

static int get_waiters(struct futex_wait_k *want, gva_t waiters, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		struct abi_futex_waitv w;

		if (get_user(&w, waiters + i * sizeof(w), sizeof(w)))
			return -EFAULT;
		if (!futex2_flags_ok(w.flags) || w.reserved)
			return -EINVAL;
		want[i] = (struct futex_wait_k){ w.uaddr, (uint32_t)w.val, !(w.flags & FUTEX2_PRIVATE) };
	}
	return 0;
}

int64_t sys_futex_waitv(gva_t waiters, uint32_t nr, uint32_t flags, gva_t timeout, int clockid)
{
	struct futex_wait_k want[WAITV_MAX];
	uint64_t deadline;
	int err;

	if (flags || !nr || nr > WAITV_MAX || !waiters)
		return -EINVAL;
	err = futex2_deadline(timeout, clockid, &deadline);
	if (!err)
		err = get_waiters(want, waiters, nr);
	return err ? err : futex_wait_several(want, nr, deadline);
}

int64_t sys_futex2_wait(gva_t uaddr, uint64_t val, uint64_t mask, uint32_t flags, gva_t timeout, int clockid)
{
	uint64_t deadline;
	int err;

	if (!futex2_flags_ok(flags) || val > UINT32_MAX || mask > UINT32_MAX)
		return -EINVAL;
	err = futex2_deadline(timeout, clockid, &deadline);
	return err ? err : futex_wait(uaddr, (uint32_t)val, (uint32_t)mask, deadline, !(flags & FUTEX2_PRIVATE));
}

int64_t sys_futex2_wake(gva_t uaddr, uint64_t mask, int nr, uint32_t flags)
{
	if (!futex2_flags_ok(flags) || mask > UINT32_MAX)
		return -EINVAL;
	/* Unlike futex(2), which wakes one when asked for none. */
	if (!nr && mask)
		return 0;
	return futex_wake(uaddr, nr, (uint32_t)mask, !(flags & FUTEX2_PRIVATE));
}

int64_t sys_futex2_requeue(gva_t waiters, uint32_t flags, int nr_wake, int nr_requeue)
{
	struct futex_wait_k w[2];
	int err;

	if (flags || !waiters)
		return -EINVAL;
	err = get_waiters(w, waiters, 2);
	if (err)
		return err;
	if (w[0].shared != w[1].shared)
		return -EINVAL;
	return futex_requeue(w[0].uaddr, w[1].uaddr, nr_wake, nr_requeue, &w[0].val, w[0].shared);
}

int64_t sys_rseq(gva_t area, uint32_t len, int flags, uint32_t signature)
{
	return rseq_register(area, len, flags, signature);
}

int64_t sys_set_robust_list(gva_t head, uint64_t len)
{
	uint64_t want = current_is_32() ? sizeof(struct abi_robust_list_head32)
					: sizeof(struct abi_robust_list_head64);

	if (len != want)
		return -EINVAL;
	current()->robust_list = head;
	current()->robust_len = len;
	return 0;
}

int64_t sys_get_robust_list(int pid, gva_t head_ptr, gva_t len_ptr)
{
	struct task *t = pid ? task_find(pid_mean(pid)) : current();
	uint64_t len = current_is_32() ? sizeof(struct abi_robust_list_head32)
				       : sizeof(struct abi_robust_list_head64);

	if (!t)
		return -ESRCH;
	if (t->proc != current()->proc && t->cred->uid != current()->cred->uid &&
	    !task_capable(current(), ABI_CAP_SYS_PTRACE))
		return -EPERM;
	return put_user_word(len_ptr, len) || put_user_word(head_ptr, t->robust_list) ? -EFAULT : 0;
}

/* futex(2): decoding the operation; the queues are the kernel's (kernel/futex.c). */
#include "syscall.h"

#include "abi/process.h"
#include "abi/time.h"

/* WAIT's time-out is relative; WAIT_BITSET's is absolute, on MONOTONIC or, with the flag,
 * on REALTIME. */
static int futex_deadline(uint32_t op, uint32_t cmd, gva_t timeout, uint64_t *deadline)
{
	uint64_t ns;
	int err;

	if (!timeout || cmd == ABI_FUTEX_WAIT)
		return get_deadline(timeout, deadline);
	err = get_timespec(timeout, &ns);
	if (!err)
		*deadline = time_to_deadline(op & ABI_FUTEX_CLOCK_REALTIME ? ABI_CLOCK_REALTIME
									   : ABI_CLOCK_MONOTONIC, ns);
	return err;
}

int64_t sys_futex(gva_t uaddr, uint32_t op, uint32_t val, gva_t timeout, gva_t uaddr2, uint32_t val3)
{
	uint32_t cmd = op & ~(uint32_t)(ABI_FUTEX_PRIVATE_FLAG | ABI_FUTEX_CLOCK_REALTIME);
	bool shared = !(op & ABI_FUTEX_PRIVATE_FLAG);
	uint64_t deadline;
	int err;

	if ((op & ABI_FUTEX_CLOCK_REALTIME) && cmd != ABI_FUTEX_WAIT && cmd != ABI_FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (cmd) {
	case ABI_FUTEX_WAIT:
		val3 = ABI_FUTEX_BITSET_ALL;
		/* fall through */
	case ABI_FUTEX_WAIT_BITSET:
		err = futex_deadline(op, cmd, timeout, &deadline);
		if (err || !val3)
			return err ? err : -EINVAL;
		return futex_wait(uaddr, val, val3, deadline, shared);
	case ABI_FUTEX_WAKE:
		val3 = ABI_FUTEX_BITSET_ALL;
		/* fall through */
	case ABI_FUTEX_WAKE_BITSET:
		return val3 ? futex_wake(uaddr, (int)val, val3, shared) : -EINVAL;
	case ABI_FUTEX_REQUEUE:
		return futex_requeue(uaddr, uaddr2, (int)val, (int)timeout, NULL, shared);
	case ABI_FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, uaddr2, (int)val, (int)timeout, &val3, shared);
	case ABI_FUTEX_WAKE_OP:
		return futex_wake_op(uaddr, uaddr2, (int)val, (int)timeout, val3, shared);
	default:
		return -ENOSYS;
	}
}

enum { WAITV_MAX = 128, WAITV_SIZE_U32 = 2, WAITV_PRIVATE = 128 };

int64_t sys_futex_waitv(gva_t waiters, uint32_t nr, uint32_t flags, gva_t timeout, int clockid)
{
	struct futex_wait_k want[WAITV_MAX];
	uint64_t deadline = WAIT_FOREVER, ns;
	int err;

	if (flags || !nr || nr > WAITV_MAX || !waiters)
		return -EINVAL;
	if (timeout) {
		if (clockid != ABI_CLOCK_REALTIME && clockid != ABI_CLOCK_MONOTONIC)
			return -EINVAL;
		err = get_timespec(timeout, &ns);
		if (err)
			return err;
		deadline = time_to_deadline(clockid, ns);
	}
	for (uint32_t i = 0; i < nr; i++) {
		struct abi_futex_waitv w;

		if (get_user(&w, waiters + i * sizeof(w), sizeof(w)))
			return -EFAULT;
		if ((w.flags & ~(uint32_t)WAITV_PRIVATE) != WAITV_SIZE_U32 || w.reserved)
			return -EINVAL;
		want[i] = (struct futex_wait_k){ w.uaddr, (uint32_t)w.val, !(w.flags & WAITV_PRIVATE) };
	}
	return futex_wait_several(want, nr, deadline);
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
	struct task *t = pid ? task_find(pid) : current();
	uint64_t len = current_is_32() ? sizeof(struct abi_robust_list_head32)
				       : sizeof(struct abi_robust_list_head64);

	if (!t)
		return -ESRCH;
	if (t->proc != current()->proc && t->cred->uid != current()->cred->uid &&
	    !task_capable(current(), ABI_CAP_SYS_PTRACE))
		return -EPERM;
	return put_user_word(len_ptr, len) || put_user_word(head_ptr, t->robust_list) ? -EFAULT : 0;
}

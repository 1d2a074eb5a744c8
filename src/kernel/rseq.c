/* Restartable sequences (kernel/rseq.c of Linux; librseq): short stretches of guest code on data that
 * belong to the hart it runs on.
 *
 * A thread registers 32 bytes of its own. The kernel keeps the number of the
 * hart there; the thread says there which critical section it is in. When a thread in such
 * a section was off its hart, or gets a signal, the section has failed: it goes on at the
 * section's abort address, before which stands the signature it registered with.
 *
 * On a hart nothing else of the process runs between two instructions but what
 * comes through here, which is all that the sections rely on. */
#include "internal.h"

#include "abi/process.h"

enum { AREA_LEN = 32, AREA_ALIGN = 32, SIGNATURE_LEN = 4 };

static bool write_numbers(struct task *t, uint32_t start, uint32_t cpu, uint32_t cid)
{
	const uint32_t numbers[2] = { start, cpu }, place[2] = { 0, cid };

	return mm_copy_to(t->mm, t->rseq, numbers, sizeof(numbers)) == 0 &&
	       mm_copy_to(t->mm, t->rseq + offsetof(struct abi_rseq, node_id), place, sizeof(place)) == 0;
}

int64_t rseq_register(gva_t area, uint32_t len, int flags, uint32_t signature)
{
	struct task *t = task_current();

	if (flags & ABI_RSEQ_FLAG_UNREGISTER) {
		if (flags != ABI_RSEQ_FLAG_UNREGISTER || !t->rseq || t->rseq != area || t->rseq_len != len)
			return -EINVAL;
		if (t->rseq_sig != signature)
			return -EPERM;
		if (!write_numbers(t, 0, (uint32_t)ABI_RSEQ_CPU_ID_UNINITIALIZED, 0))
			return -EFAULT;
		t->rseq = 0;
		return 0;
	}
	if (flags)
		return -EINVAL;
	if (t->rseq) {
		if (t->rseq != area || t->rseq_len != len)
			return -EINVAL;
		return t->rseq_sig == signature ? -EBUSY : -EPERM;
	}
	if (len < AREA_LEN || area & (AREA_ALIGN - 1))
		return -EINVAL;
	if (area >= mm_top(t->mm) || len > mm_top(t->mm) - area)
		return -EFAULT;
	t->rseq = area;
	t->rseq_len = len;
	t->rseq_sig = signature;
	t->thread.switched = true;     /* the numbers are written on the way back */
	return 0;
}

/* Is the thread in the section it names? Then it goes on at the abort address. False: the section
 * is not one. */
static bool leave_section(struct task *t)
{
	struct abi_rseq_cs cs;
	uint64_t at, none = 0;
	uint32_t signature;

	if (mm_copy_from(t->mm, &at, t->rseq + offsetof(struct abi_rseq, rseq_cs), sizeof(at)) < 0)
		return false;
	if (!at)
		return true;
	if (mm_copy_from(t->mm, &cs, at, sizeof(cs)) < 0)
		return false;
	if (cs.version || cs.start_ip >= mm_top(t->mm) || cs.abort_ip >= mm_top(t->mm) ||
	    cs.start_ip + cs.post_commit_offset < cs.start_ip ||
	    cs.abort_ip - cs.start_ip < cs.post_commit_offset)
		return false;
	if (mm_copy_from(t->mm, &signature, cs.abort_ip - SIGNATURE_LEN, SIGNATURE_LEN) < 0 ||
	    signature != t->rseq_sig)
		return false;
	if (mm_copy_to(t->mm, t->rseq + offsetof(struct abi_rseq, rseq_cs), &none, sizeof(none)) < 0)
		return false;
	if (t->regs.pc - cs.start_ip < cs.post_commit_offset)
		t->regs.pc = cs.abort_ip;
	return true;
}

void rseq_resume(struct task *t)
{
	uint32_t hart = sched_hart();

	t->thread.switched = false;
	if (t->mm && (!leave_section(t) || !write_numbers(t, hart, hart, hart)))
		signal_force(SIGSEGV, SEGV_MAPERR, t->rseq);
}

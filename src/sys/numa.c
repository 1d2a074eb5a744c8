/* Memory policies and moving pages between nodes (Linux mm/mempolicy.c, migrate.c) on a machine
 * with one node: whatever is asked is checked, and all memory is on node 0 already. */
#include "syscall.h"

#include "abi/mman.h"
#include "abi/process.h"

enum { MPOL_DEFAULT = 0, MPOL_MAX = 6, MPOL_MODE_FLAGS = 0xe000 };

enum { MPOL_PREFERRED = 1, MPOL_LOCAL = 4 };

/* mpol_new(): which policies want nodes and which must not have any. */
static int check_policy(int mode, gva_t nodemask, uint64_t maxnode)
{
	int m = mode & ~MPOL_MODE_FLAGS;
	uint64_t nodes = 0;

	if (m < MPOL_DEFAULT || m > MPOL_MAX)
		return -EINVAL;
	if (nodemask && maxnode > 1 && get_user_word(nodemask, &nodes))
		return -EFAULT;
	if (maxnode - 1 < 64)
		nodes &= (1ull << (maxnode - 1)) - 1;
	if (m == MPOL_DEFAULT || m == MPOL_LOCAL)
		return nodes ? -EINVAL : 0;
	return m == MPOL_PREFERRED || (nodes & 1) ? 0 : -EINVAL;
}

static bool is_mapped(gva_t from, gva_t to)
{
	struct vma_info v;

	for (; from < to; from = v.end)
		if (!mm_find_vma(current_mm(), from, false, &v) || v.start > from)
			return false;
	return true;
}

int64_t sys_mbind(gva_t addr, uint64_t len, int mode, gva_t nodemask, uint64_t maxnode, uint32_t flags)
{
	uint64_t end = addr + align_up(len, PAGE_SIZE);
	int err = addr & PAGE_MASK || flags & ~7u || end < addr ? -EINVAL : check_policy(mode, nodemask, maxnode);

	if (err || end == addr)
		return err;
	return is_mapped(addr, end) ? 0 : -EFAULT;
}

int64_t sys_set_mempolicy(int mode, gva_t nodemask, uint64_t maxnode)
{
	return check_policy(mode, nodemask, maxnode);
}

int64_t sys_get_mempolicy(gva_t mode, gva_t nodemask, uint64_t maxnode, gva_t addr, uint64_t flags)
{
	if (flags & ~7ull)
		return -EINVAL;
	if (mode && put_user_u32(mode, MPOL_DEFAULT))
		return -EFAULT;
	if (nodemask && maxnode) {
		uint64_t bits = flags & 4;       /* MPOL_F_MEMS_ALLOWED: node 0 */

		return put_user_word(nodemask, bits >> 2);
	}
	return 0;
}

/* No area has a policy of its own, and only one of those has a home (mempolicy.c). */
int64_t sys_set_mempolicy_home_node(gva_t start, uint64_t len, uint64_t home_node, uint64_t flags)
{
	uint64_t end = start + align_up(len, PAGE_SIZE);

	if (start & PAGE_MASK || flags || home_node || end < start)
		return -EINVAL;
	return end == start ? 0 : -ENOENT;
}

/* The process whose pages are meant; 0 is the caller. */
static int64_t numa_task(int pid, struct task **out)
{
	struct task *t = pid ? task_find(pid_mean(pid)) : current();

	if (!t || !t->mm)
		return -ESRCH;
	*out = t;
	return task_may_access(current(), t, true) ? -EPERM : 0;
}

int64_t sys_migrate_pages(int pid, uint64_t maxnode, gva_t old_nodes, gva_t new_nodes)
{
	uint64_t from = 0, to = 0;
	struct task *t;
	int64_t err;

	if (maxnode > 1 && ((old_nodes && get_user_word(old_nodes, &from)) || (new_nodes && get_user_word(new_nodes, &to))))
		return -EFAULT;
	err = numa_task(pid, &t);
	if (err)
		return err;
	return to & 1 ? 0 : -EINVAL;
}

/* Where a page is: node 0, or why nowhere. */
static int32_t page_node(struct mm *mm, gva_t addr)
{
	struct vma_info v;
	struct mm_page p;

	if (!mm_find_vma(mm, addr, false, &v) || v.start > addr)
		return -EFAULT;
	mm_look_at_page(mm, addr, &p);
	return p.present ? 0 : -ENOENT;
}

int64_t sys_move_pages(int pid, uint64_t count, gva_t pages, gva_t nodes, gva_t status, int flags)
{
	enum { MOVE = 2, MOVE_ALL = 4 };
	unsigned word = current_is_32() ? 4 : 8;
	struct task *t;
	int64_t err;

	if (flags & ~(MOVE | MOVE_ALL))
		return -EINVAL;
	if ((flags & MOVE_ALL) && !task_capable(current(), ABI_CAP_SYS_NICE))
		return -EPERM;
	err = numa_task(pid, &t);
	for (uint64_t i = 0; !err && i < count; i++) {
		uint64_t page;
		int32_t node;

		if (get_user_word(pages + i * word, &page) || (nodes && get_user(&node, nodes + i * 4, sizeof(node))))
			return -EFAULT;
		if (nodes && node)
			return -ENODEV;
		node = page_node(t->mm, page & ~(uint64_t)PAGE_MASK);
		if (put_user(status + i * 4, &node, sizeof(node)))
			return -EFAULT;
	}
	return err;
}

/* /proc/PID's entries that take more than a line: map_files, ns, pagemap, children. */
#include "procfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/alloc.h"

static struct mm *mm_of(uint64_t arg, int *err)
{
	struct task *t = proc_task(arg & ~(UINT64_MAX << PROC_FD_SHIFT));

	*err = t ? proc_may_look(arg & ~(UINT64_MAX << PROC_FD_SHIFT)) : -ENOENT;
	return *err ? NULL : t->mm;
}

/* ---- map_files: a link an area that maps a file, named by its addresses ------------------ */

/* The page number of the area's start goes where a descriptor would: 24 bits hold Sv39's user half
 * in units of 16 KiB only, so the n-th area is counted instead. */
static bool nth_area(struct mm *mm, unsigned n, struct vma_info *v)
{
	for (gva_t at = 0; mm_find_vma(mm, at, false, v); at = v->end)
		if (v->file && n-- == 0)
			return true;
	return false;
}

static struct file *file_of_area(uint64_t arg, int *err)
{
	struct mm *mm = mm_of(arg, err);
	struct vma_info v;

	if (mm && nth_area(mm, proc_fd(arg), &v))
		return v.file;
	if (!*err)
		*err = -ENOENT;
	return NULL;
}

static int read_area_link(uint64_t arg, char *buf, size_t cap)
{
	int err;
	struct file *f = file_of_area(arg, &err);

	return f ? proc_file_link_text(f, buf, cap) : err;
}

static int follow_area_link(uint64_t arg, struct path *out)
{
	int err;
	struct file *f = file_of_area(arg, &err);

	if (!f)
		return err;
	*out = file_place(f);
	return 0;
}

static const struct pseudo_node area_node = {
	.mode = S_IFLNK | 0500, .readlink = read_area_link, .follow = follow_area_link, .owner = proc_owner,
};

static int lookup_area(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child)
{
	unsigned long start, end;
	unsigned n = 0;
	int err, used = 0;
	struct mm *mm = mm_of(arg, &err);
	struct vma_info v;

	if (!mm)
		return err ? err : -ENOENT;
	if (sscanf(name, "%lx-%lx%n", &start, &end, &used) != 2 || name[used])
		return -ENOENT;
	for (; nth_area(mm, n, &v); n++)
		if (v.start == start && v.end == end) {
			*node = &area_node;
			*child = (arg & ~(UINT64_MAX << PROC_FD_SHIFT)) | (uint64_t)n << PROC_FD_SHIFT;
			return 0;
		}
	return -ENOENT;
}

static bool next_area(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	int err;
	struct mm *mm = mm_of(arg, &err);
	struct vma_info v;

	if (!mm || !nth_area(mm, (unsigned)cursor, &v))
		return false;
	snprintf(buf, cap, "%lx-%lx", v.start, v.end);
	*dtype = S_IFLNK >> 12;
	*next = cursor + 1;
	return true;
}

const struct pseudo_dir procfs_map_files_dir = { .lookup = lookup_area, .entry = next_area };

/* ---- pagemap: 8 bytes a page (Documentation/admin-guide/mm/pagemap.rst) ----------------------- */

enum { PM_FILE = 61, PM_SWAP = 62, PM_PRESENT = 63, PM_MMAP_EXCLUSIVE = 56 };

/* Frame numbers are for CAP_SYS_ADMIN; nobody here needs them, so they read as zero, as
 * without that right. */
static uint64_t page_entry(struct mm *mm, gva_t va)
{
	struct mm_page p;

	mm_look_at_page(mm, va, &p);
	return (uint64_t)p.present << PM_PRESENT | (uint64_t)p.swapped << PM_SWAP |
	       (uint64_t)(p.present && p.file) << PM_FILE | (uint64_t)(p.present && p.exclusive) << PM_MMAP_EXCLUSIVE;
}

static ssize_t read_pagemap(struct file *f, struct uio *u, uint64_t *pos)
{
	int err;
	struct mm *mm = mm_of((uint64_t)(uintptr_t)f->private, &err);
	ssize_t done = 0;

	if (!mm)
		return err;
	if ((*pos | u->left) & 7)
		return -EINVAL;
	while (u->left) {
		gva_t va = *pos / 8 * PAGE_SIZE;
		uint64_t e = va < mm_top(mm) ? page_entry(mm, va) : 0;

		if (va >= mm_top(mm))
			break;
		if (uio_copy_in(u, &e, sizeof(e)) != sizeof(e))
			return done ? done : -EFAULT;
		*pos += sizeof(e);
		done += (ssize_t)sizeof(e);
	}
	return done;
}

static int64_t seek_pagemap(struct file *f, int64_t off, int whence)
{
	if (whence == ABI_SEEK_CUR)
		off += (int64_t)f->pos;
	else if (whence != ABI_SEEK_SET)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	f->pos = (uint64_t)off;
	return off;
}

const struct file_ops procfs_pagemap_fops = { .read = read_pagemap, .seek = seek_pagemap };

/* ---- children, and what nobody is told ------------------------------------------------------------ */

int procfs_show_children(uint64_t arg, struct strbuf *out)
{
	struct process *p = proc_process(arg), *c;

	if (!p)
		return -ESRCH;
	list_for_each(c, &p->children, sibling)
		if (c->parent_tid == proc_id(arg) || (proc_id(arg) == p->pid && !task_find(c->parent_tid)))
			strbuf_printf(out, "%d ", proc_show_pid(arg, c->pid));
	return 0;
}

int procfs_show_mountstats(uint64_t arg, struct strbuf *out)
{
	const struct task *t = proc_task(arg);

	return t ? 0 : -ESRCH;
}

/* ---- of the machine ---------------------------------------------------------------------------------- */

/* The timer is the one interrupt hearth counts: instructions are its clock. */
int procfs_show_interrupts(uint64_t arg, struct strbuf *out)
{
	strbuf_printf(out, "           CPU0       \n  5:          0  RISC-V INTC   5 Edge      riscv-timer\n"
			   "IPI0:         0  Rescheduling interrupts\n");
	return 0;
}

int procfs_show_cgroups(uint64_t arg, struct strbuf *out)
{
	strbuf_printf(out, "#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
	return 0;
}

int procfs_show_tty_drivers(uint64_t arg, struct strbuf *out)
{
	strbuf_printf(out, "/dev/tty             /dev/tty        5       0 system:/dev/tty\n"
			   "/dev/console         /dev/console    5       1 system:console\n"
			   "/dev/ptmx            /dev/ptmx       5       2 system\n"
			   "pty_slave            /dev/pts      136 0-1048575 pty:slave\n"
			   "pty_master           /dev/ptm      128 0-1048575 pty:master\n");
	return 0;
}

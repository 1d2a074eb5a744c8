/* /proc/PID/maps, smaps and smaps_rollup (Linux fs/proc/task_mmu.c). */
#include "procfs.h"

#include <stdio.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "base/alloc.h"

/* ---- one line an area ------------------------------------------------------------------- */

static const char *area_name(struct mm *mm, const struct vma_info *v)
{
	const struct mm_layout *l = mm_layout(mm);

	if (v->name)
		return v->name;
	if (v->start <= l->brk && v->end >= l->start_brk && l->brk > l->start_brk)
		return "[heap]";
	if (v->start <= l->start_stack && v->end >= l->start_stack)
		return "[stack]";
	return v->shared ? "/dev/zero (deleted)" : NULL;
}

/* Newlines in names would make lines of their own. */
static void print_escaped(struct strbuf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			strbuf_printf(out, "\\012");
		else
			strbuf_putc(out, *s);
	}
}

static void print_name(struct strbuf *out, struct mm *mm, const struct vma_info *v)
{
	const char *name = v->file ? NULL : area_name(mm, v);
	char *buf;

	if (name)
		strbuf_printf(out, "%s", name);
	if (!v->file)
		return;
	buf = xalloc(ABI_PATH_MAX + 16);
	if (file_describe(v->file, task_current()->fs, buf, ABI_PATH_MAX + 16) >= 0)
		print_escaped(out, buf);
	free(buf);
}

/* Names stand in one column: seq_setwidth(25 + 6 * sizeof(void *) - 1). */
static void print_line(struct strbuf *out, struct mm *mm, const struct vma_info *v)
{
	size_t start = out->len, width = 25 + 6 * (mm_xlen(mm) / 8) - 1;
	struct kstat st = { 0 };

	if (v->file)
		file_stat(v->file, &st);
	strbuf_printf(out, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", v->start, v->end,
		      v->prot & PROT_READ ? 'r' : '-', v->prot & PROT_WRITE ? 'w' : '-',
		      v->prot & PROT_EXEC ? 'x' : '-', v->shared ? 's' : 'p', v->mapping ? v->offset : 0,
		      abi_dev_major(st.dev), abi_dev_minor(st.dev), st.ino);
	if (v->file || area_name(mm, v)) {
		while (out->len - start < width)
			strbuf_putc(out, ' ');
		strbuf_putc(out, ' ');
		print_name(out, mm, v);
	}
	strbuf_putc(out, '\n');
}

static struct mm *mm_to_show(uint64_t arg, int *err)
{
	struct task *t;

	*err = proc_may_open_memory(arg);
	if (*err)
		return NULL;
	t = proc_task(arg);
	return t ? t->mm : NULL;
}

int procfs_show_maps(uint64_t arg, struct strbuf *out)
{
	struct vma_info v;
	int err;
	struct mm *mm = mm_to_show(arg, &err);

	if (!mm)
		return err;
	for (gva_t at = 0; mm_find_vma(mm, at, false, &v); at = v.end)
		print_line(out, mm, &v);
	return 0;
}

/* ---- with counts ----------------------------------------------------------------------------- */

struct counts { uint64_t swap, locked, referenced, rss, pss, shared_clean, shared_dirty, private_clean, private_dirty, anon, pss_anon; };

static void add_counts(struct counts *c, const struct vma_info *v)
{
	uint64_t shared_dirty = v->mapping && v->shared ? MIN(v->dirty_pages, v->shared_pages) : 0;
	uint64_t private_dirty = MIN(v->dirty_pages - shared_dirty, v->private_pages);

	c->rss += v->rss_pages;
	c->swap += v->swap_pages;
	c->referenced += v->referenced_pages;
	c->locked += v->locked ? v->pss_bytes : 0;
	c->pss += v->pss_bytes;
	c->shared_dirty += shared_dirty;
	c->shared_clean += v->shared_pages - shared_dirty;
	c->private_dirty += private_dirty;
	c->private_clean += v->private_pages - private_dirty;
	if (!v->mapping) {
		c->anon += v->rss_pages;
		c->pss_anon += v->pss_bytes;
	} else if (!v->shared) {
		c->anon += private_dirty;             /* copied: no longer the file's */
		c->pss_anon += private_dirty * PAGE_SIZE;
	}
}

static void kb(struct strbuf *out, const char *label, uint64_t bytes)
{
	char tag[32];

	snprintf(tag, sizeof(tag), "%s:", label);
	strbuf_printf(out, "%-16s%8lu kB\n", tag, bytes / 1024);
}

static void print_counts(struct strbuf *out, const struct counts *c, bool rollup)
{
	static const char *const zero[] = {
		"KSM", "LazyFree", "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb",
		"Private_Hugetlb",
	};

	kb(out, "Rss", c->rss * PAGE_SIZE);
	kb(out, "Pss", c->pss);
	kb(out, "Pss_Dirty", c->private_dirty * PAGE_SIZE);
	if (rollup) {
		kb(out, "Pss_Anon", c->pss_anon);
		kb(out, "Pss_File", c->pss - MIN(c->pss, c->pss_anon));
		kb(out, "Pss_Shmem", 0);
	}
	kb(out, "Shared_Clean", c->shared_clean * PAGE_SIZE);
	kb(out, "Shared_Dirty", c->shared_dirty * PAGE_SIZE);
	kb(out, "Private_Clean", c->private_clean * PAGE_SIZE);
	kb(out, "Private_Dirty", c->private_dirty * PAGE_SIZE);
	kb(out, "Referenced", c->referenced * PAGE_SIZE);
	kb(out, "Anonymous", c->anon * PAGE_SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(zero); i++)
		kb(out, zero[i], 0);
	kb(out, "Swap", c->swap * PAGE_SIZE);
	kb(out, "SwapPss", c->swap * PAGE_SIZE);
	kb(out, "Locked", c->locked);
}

static void print_flags(struct strbuf *out, const struct vma_info *v)
{
	strbuf_printf(out, "VmFlags: %s%s%s%smr mw me %s%s%s%s%s%s%s\n", v->prot & PROT_READ ? "rd " : "",
		      v->prot & PROT_WRITE ? "wr " : "", v->prot & PROT_EXEC ? "ex " : "",
		      v->shared ? "sh " : "", v->shared ? "ms " : "", v->grows_down ? "gd ac " :
		      !v->mapping && (v->prot & PROT_WRITE) ? "ac " : "", v->locked ? "lo " : "",
		      v->dont_fork ? "dc " : "", v->no_dump ? "dd " : "", v->wipe_on_fork ? "wf " : "",
		      v->no_reserve ? "nr " : "");
}

int procfs_show_smaps(uint64_t arg, struct strbuf *out)
{
	struct vma_info v;
	int err;
	struct mm *mm = mm_to_show(arg, &err);

	if (!mm)
		return err;
	for (gva_t at = 0; mm_find_vma(mm, at, true, &v); at = v.end) {
		struct counts c = { 0 };

		print_line(out, mm, &v);
		add_counts(&c, &v);
		kb(out, "Size", v.end - v.start);
		kb(out, "KernelPageSize", PAGE_SIZE);
		kb(out, "MMUPageSize", PAGE_SIZE);
		print_counts(out, &c, false);
		strbuf_printf(out, "THPeligible:           0\n");
		print_flags(out, &v);
	}
	return 0;
}

int procfs_show_smaps_rollup(uint64_t arg, struct strbuf *out)
{
	struct counts c = { 0 };
	gva_t first = 0, last = 0;
	struct vma_info v;
	int err;
	struct mm *mm = mm_to_show(arg, &err);

	if (!mm)
		return err ? err : -ESRCH;
	for (gva_t at = 0; mm_find_vma(mm, at, true, &v); at = v.end) {
		if (!first)
			first = v.start;
		last = v.end;
		add_counts(&c, &v);
	}
	strbuf_printf(out, "%08lx-%08lx ---p 00000000 00:00 0                          [rollup]\n", first, last);
	print_counts(out, &c, true);
	return 0;
}

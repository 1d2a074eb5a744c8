/* The kernel's access to guest memory: page by page, faulting in what is missing.
 *
 * Every function is bounded by the table's own rights, so a bad pointer is
 * -EFAULT and nothing else. A fault here counts and traces like one of the
 * program's. */
#include "mm_private.h"

#include <string.h>

#include "pte.h"

/* Host address of va for this access; NULL: the access is not allowed. */
static uint8_t *reach(struct mm *mm, gva_t va, enum access access)
{
	struct translation t;

	if (unlikely(mm_translate(mm, va, access, &t) != 0)) {
		if (mm_fault(mm, va, access) != FAULT_OK || mm_translate(mm, va, access, &t) != 0)
			return NULL;
	}
	return t.host + (va & PAGE_MASK);
}

static size_t rest_of_page(gva_t va, size_t len)
{
	return MIN(len, (size_t)(PAGE_SIZE - (va & PAGE_MASK)));
}

size_t mm_copy_from_partial(struct mm *mm, void *dst, gva_t src, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = rest_of_page(src + done, len - done);
		const uint8_t *p = reach(mm, src + done, ACCESS_READ);

		if (!p)
			break;
		memcpy((char *)dst + done, p, n);
		done += n;
	}
	return done;
}

size_t mm_copy_to_partial(struct mm *mm, gva_t dst, const void *src, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = rest_of_page(dst + done, len - done);
		uint8_t *p = reach(mm, dst + done, ACCESS_WRITE);

		if (!p)
			break;
		memcpy(p, (const char *)src + done, n);
		done += n;
	}
	return done;
}

int mm_copy_from(struct mm *mm, void *dst, gva_t src, size_t len)
{
	return mm_copy_from_partial(mm, dst, src, len) == len ? 0 : -EFAULT;
}

int mm_copy_to(struct mm *mm, gva_t dst, const void *src, size_t len)
{
	return mm_copy_to_partial(mm, dst, src, len) == len ? 0 : -EFAULT;
}

int mm_zero(struct mm *mm, gva_t dst, size_t len)
{
	while (len) {
		size_t n = rest_of_page(dst, len);
		uint8_t *p = reach(mm, dst, ACCESS_WRITE);

		if (!p)
			return -EFAULT;
		memset(p, 0, n);
		dst += n;
		len -= n;
	}
	return 0;
}

int64_t mm_copy_string(struct mm *mm, char *dst, gva_t src, size_t cap)
{
	size_t done = 0;

	while (done < cap) {
		size_t n = rest_of_page(src + done, cap - done);
		const uint8_t *p = reach(mm, src + done, ACCESS_READ), *nul;

		if (!p)
			return -EFAULT;
		nul = memchr(p, 0, n);
		if (nul)
			n = (size_t)(nul - p) + 1;
		memcpy(dst + done, p, n);
		done += n;
		if (nul)
			return (int64_t)done - 1;
	}
	return -ENAMETOOLONG;
}

void *mm_pin(struct mm *mm, gva_t va, size_t len, enum access access)
{
	if (len > PAGE_SIZE - (va & PAGE_MASK))
		return NULL;
	return reach(mm, va, access);
}

/* ---- as a debugger ------------------------------------------------------------------- */

/* The frame under va whatever the rights (Linux FOLL_FORCE): a write to a private area gets
 * a page of its own, one to a shared area needs the right to write the file. */
static pfn_t force_page(struct mm *mm, gva_t va, bool write)
{
	struct vma *v = vma_find(mm, va);
	enum access access = write ? ACCESS_WRITE : ACCESS_READ;
	pte_t e;

	if (!v) {
		if (mm_fault(mm, va, access) != FAULT_OK || !(v = vma_find(mm, va)))
			return PFN_NONE;
	}
	if (write && (v->flags & VMA_SHARED) && !(v->prot & PROT_WRITE))
		return PFN_NONE;
	e = pt_lookup(mm, va);
	if (!(e & PTE_PRESENT) || (write && (e & (PTE_W | PTE_D)) != (PTE_W | PTE_D))) {
		if (fault_page(mm, v, va, access, FAULT_FORCE | FAULT_QUIET) != FAULT_OK)
			return PFN_NONE;
		e = pt_lookup(mm, va);
	}
	return e & PTE_PRESENT ? pte_pfn(e) : PFN_NONE;
}

int mm_copy_force(struct mm *mm, gva_t va, void *buf, size_t len, bool write)
{
	while (len) {
		size_t n = rest_of_page(va, len);
		pfn_t pfn = va < mm->top ? force_page(mm, va, write) : PFN_NONE;
		uint8_t *p;

		if (pfn == PFN_NONE)
			return -EFAULT;
		p = frame_ptr(pfn) + (va & PAGE_MASK);
		if (write) {
			memcpy(p, buf, n);
			/* A breakpoint put into code takes effect at once (copy_to_user_page()). */
			code_changes(mm);
			if (frame_of(pfn)->code && frame_code_gone)
				frame_code_gone(pfn);
		} else {
			memcpy(buf, p, n);
		}
		buf = (char *)buf + n;
		va += n;
		len -= n;
	}
	return 0;
}

/* struct uio: a place to move bytes to or from, in pieces. */
#include "mm_private.h"

#include <string.h>

void uio_init_kernel(struct uio *u, void *buf, size_t len)
{
	*u = (struct uio){ .kbuf = buf, .left = len };
}

void uio_init_user(struct uio *u, struct mm *mm, const struct uio_seg *segs, unsigned nr)
{
	*u = (struct uio){ .mm = mm, .segs = segs, .nr_segs = nr };
	for (unsigned i = 0; i < nr; i++)
		u->left += segs[i].len;
}

/* Empty pieces are not looked at. */
static void skip_done(struct uio *u)
{
	while (u->nr_segs && u->seg_done == u->segs->len) {
		u->segs++;
		u->nr_segs--;
		u->seg_done = 0;
	}
}

void uio_advance(struct uio *u, size_t n)
{
	ASSERT(n <= u->left);
	u->left -= n;
	if (!u->mm) {
		u->kbuf += n;
		return;
	}
	while (n) {
		size_t here;

		skip_done(u);
		here = (size_t)MIN((uint64_t)n, u->segs->len - u->seg_done);
		u->seg_done += here;
		n -= here;
	}
}

void *uio_span(struct uio *u, enum access access, size_t *len)
{
	gva_t va;
	void *p;

	*len = 0;
	if (!u->left)
		return NULL;
	if (!u->mm) {
		*len = u->left;
		return u->kbuf;
	}
	skip_done(u);
	va = u->segs->base + u->seg_done;
	p = mm_pin(u->mm, va, 1, access);
	if (p)
		*len = (size_t)MIN(u->segs->len - u->seg_done, PAGE_SIZE - (va & PAGE_MASK));
	*len = (size_t)MIN(*len, u->left);    /* the caller may have cut the transfer short */
	return p;
}

size_t uio_copy_in(struct uio *u, const void *src, size_t len)
{
	size_t done = 0, n;
	void *p;

	while (done < len && (p = uio_span(u, ACCESS_WRITE, &n))) {
		n = MIN(n, len - done);
		memcpy(p, (const char *)src + done, n);
		uio_advance(u, n);
		done += n;
	}
	return done;
}

size_t uio_copy_out(struct uio *u, void *dst, size_t len)
{
	size_t done = 0, n;
	const void *p;

	while (done < len && (p = uio_span(u, ACCESS_READ, &n))) {
		n = MIN(n, len - done);
		memcpy((char *)dst + done, p, n);
		uio_advance(u, n);
		done += n;
	}
	return done;
}

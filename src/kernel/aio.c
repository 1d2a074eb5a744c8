/* Kernel AIO: contexts and their results.
 *
 * A request is carried out while it is submitted, as Linux does for buffered files; what is
 * kept here are the results until io_getevents takes them. The context's number is the
 * address of a page in the caller's memory, as user space expects; libaio looks there for a
 * ring and, as the page has no ring's magic number, asks by system call. */
#include "kernel/ipc.h"

#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "internal.h"

enum { AIO_MAX = 65536 };             /* /proc/sys/fs/aio-max-nr: requests of all contexts */

struct aio_context {
	struct list link;
	uint64_t mm;                  /* mm_id */
	gva_t address;
	unsigned max, used, first;    /* ring of results */
	unsigned refs;
	bool gone;
	struct wait_queue arrived;
	struct aio_result *results;
};
static struct list contexts = LIST_INIT(contexts);
static unsigned nr_reserved;

static void context_put(struct aio_context *c)
{
	if (--c->refs)
		return;
	free(c->results);
	free(c);
}

static struct aio_context *find(gva_t address)
{
	uint64_t mm = mm_id(task_current()->mm);
	struct aio_context *c;

	list_for_each(c, &contexts, link)
		if (c->mm == mm && c->address == address)
			return c;
	return NULL;
}

static void remove_context(struct aio_context *c)
{
	list_del(&c->link);
	nr_reserved -= c->max;
	c->gone = true;
	wake_up_all(&c->arrived);
	context_put(c);
}

static void mm_gone(uint64_t id)
{
	struct aio_context *c, *next;

	list_for_each_safe(c, next, &contexts, link)
		if (c->mm == id)
			remove_context(c);
}

int64_t aio_setup(unsigned nr, gva_t *ctx)
{
	struct mmap_request r = { .len = PAGE_SIZE, .prot = PROT_READ | PROT_WRITE, .flags = MAP_PRIVATE | MAP_ANONYMOUS,
				  .may_write = true, .name = "/[aio]" };
	struct aio_context *c;
	int64_t at;

	if (!nr)
		return -EINVAL;
	if (nr > AIO_MAX || nr_reserved + nr > AIO_MAX)
		return -EAGAIN;
	mm_destroyed = mm_gone;
	at = mm_mmap(task_current()->mm, &r);
	if (at < 0)
		return at;
	c = xnew(struct aio_context);
	c->results = xalloc(nr * sizeof(*c->results));
	c->max = nr;
	c->refs = 1;
	c->mm = mm_id(task_current()->mm);
	c->address = (gva_t)at;
	wait_queue_init(&c->arrived);
	list_add_tail(&contexts, &c->link);
	nr_reserved += nr;
	*ctx = c->address;
	return 0;
}

int64_t aio_destroy(gva_t ctx)
{
	struct aio_context *c = find(ctx);

	if (!c)
		return -EINVAL;
	mm_munmap(task_current()->mm, c->address, PAGE_SIZE);
	remove_context(c);
	return 0;
}

int64_t aio_check(gva_t ctx)
{
	return find(ctx) ? 0 : -EINVAL;
}

bool aio_reserve(gva_t ctx)
{
	struct aio_context *c = find(ctx);

	return c && c->used < c->max;
}

void aio_complete(gva_t ctx, const struct aio_result *r)
{
	struct aio_context *c = find(ctx);

	if (!c || c->used == c->max)
		return;                       /* destroyed by another thread meanwhile */
	c->results[(c->first + c->used++) % c->max] = *r;
	wake_up_all(&c->arrived);
}

int64_t aio_collect(gva_t ctx, unsigned min, unsigned max, uint64_t deadline_ns, struct aio_result *out)
{
	struct aio_context *c = find(ctx);
	unsigned n = 0;
	int err = 0;

	if (!c)
		return -EINVAL;
	c->refs++;
	if (c->used < min && deadline_ns)
		err = wait_event(&c->arrived, c->used >= min || c->gone, WAIT_INTERRUPTIBLE, deadline_ns);
	for (; n < max && c->used; n++, c->used--) {
		out[n] = c->results[c->first];
		c->first = (c->first + 1) % c->max;
	}
	context_put(c);
	return n || err != -ERESTARTSYS ? (int64_t)n : -EINTR;
}

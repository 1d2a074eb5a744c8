/* Descriptor tables: small integers -> open files, with close-on-exec.
 *
 * Shared by CLONE_FILES, copied by fork. The lowest free descriptor is found
 * from `first_free`, below which there is none.
 *
 * Programs can see how large a table is: select() looks at no descriptor beyond
 * it, and /proc/PID/status tells. So it has Linux' sizes for 64 bits (fs/file.c):
 * 64, doubled as needed; a copy is as large as what is open needs. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

enum { FIRST_SLOTS = 64 /* NR_OPEN_DEFAULT */ };

struct slot { struct file *file; bool cloexec; };
struct files {
	unsigned refs;
	unsigned nr_slots;
	unsigned first_free;          /* no free slot below */
	struct slot *slots;
};

static unsigned live_tables;

unsigned files_count(void)
{
	return live_tables;
}

struct files *files_create(void)
{
	struct files *t = xnew(struct files);

	t->refs = 1;
	t->nr_slots = FIRST_SLOTS;
	t->slots = xalloc(FIRST_SLOTS * sizeof(*t->slots));
	live_tables++;
	return t;
}

struct files *files_get(struct files *t)
{
	t->refs++;
	return t;
}

void files_put(struct files *t)
{
	if (!t || --t->refs)
		return;
	for (unsigned fd = 0; fd < t->nr_slots; fd++)
		if (t->slots[fd].file)
			files_close(t, (int)fd);
	free(t->slots);
	free(t);
	live_tables--;
}

/* sane_fdtable_size(): descriptors that were closed leave no room behind. */
static unsigned slots_for_copy(const struct files *t)
{
	unsigned used = t->nr_slots, n = FIRST_SLOTS;

	while (used && !t->slots[used - 1].file)
		used--;
	while (n < used)
		n *= 2;
	return n;
}

int files_copy(const struct files *t, struct files **out)
{
	struct files *n = xnew(struct files);

	n->nr_slots = slots_for_copy(t);
	n->slots = try_alloc(n->nr_slots * sizeof(*n->slots));
	if (!n->slots) {
		free(n);
		return -ENOMEM;
	}
	n->refs = 1;
	n->first_free = t->first_free;
	memcpy(n->slots, t->slots, MIN(n->nr_slots, t->nr_slots) * sizeof(*n->slots));
	for (unsigned fd = 0; fd < n->nr_slots; fd++)
		if (n->slots[fd].file)
			file_get(n->slots[fd].file);
	live_tables++;
	*out = n;
	return 0;
}

unsigned files_count_refs(const struct files *t)
{
	return t->refs;
}

unsigned files_capacity(const struct files *t)
{
	return t->nr_slots;
}

static struct slot *slot_of(struct files *t, int fd)
{
	if (fd < 0 || (unsigned)fd >= t->nr_slots || !t->slots[fd].file)
		return NULL;
	return &t->slots[fd];
}

struct file *files_lookup(struct files *t, int fd)
{
	struct slot *s = slot_of(t, fd);

	return s ? s->file : NULL;
}

/* A descriptor of the table stood for the file (filp_close). */
static void closed(struct files *t, struct file *f)
{
	locks_descriptor_closed(t, f);
	dnotify_closed(f, t);
	if (f->ops && f->ops->flush)
		f->ops->flush(f);
	file_put(f);
}

static int grow(struct files *t, unsigned need)
{
	unsigned n = t->nr_slots;
	struct slot *slots;

	while (n < need)
		n *= 2;
	slots = try_alloc(n * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memcpy(slots, t->slots, t->nr_slots * sizeof(*slots));
	free(t->slots);
	t->slots = slots;
	t->nr_slots = n;
	return 0;
}

int files_install(struct files *t, struct file *f, int min, bool cloexec, uint64_t limit)
{
	unsigned fd;

	if (min < 0 || (uint64_t)min >= limit)
		return -EINVAL;
	fd = MAX((unsigned)min, t->first_free);
	while (fd < t->nr_slots && t->slots[fd].file)
		fd++;
	if (fd >= limit)
		return -EMFILE;
	if (fd >= t->nr_slots) {
		int err = grow(t, fd + 1);

		if (err)
			return err;
	}
	t->slots[fd] = (struct slot){ f, cloexec };
	if ((unsigned)min <= t->first_free)
		t->first_free = fd + 1;
	return (int)fd;
}

bool files_have_room(const struct files *t, uint64_t limit)
{
	unsigned fd = t->first_free;

	while (fd < t->nr_slots && t->slots[fd].file)
		fd++;
	return fd < limit;
}

int files_replace(struct files *t, int fd, struct file *f, bool cloexec)
{
	struct file *old;

	if (fd < 0)
		return -EBADF;
	if ((unsigned)fd >= t->nr_slots) {
		int err = grow(t, (unsigned)fd + 1);

		if (err)
			return err;
	}
	old = t->slots[fd].file;
	t->slots[fd] = (struct slot){ f, cloexec };
	if (old)
		closed(t, old);
	return fd;
}

int files_close(struct files *t, int fd)
{
	struct slot *s = slot_of(t, fd);
	struct file *f;

	if (!s)
		return -EBADF;
	f = s->file;
	*s = (struct slot){ 0 };
	if ((unsigned)fd < t->first_free)
		t->first_free = (unsigned)fd;
	closed(t, f);
	return 0;
}

int files_close_range(struct files *t, unsigned first, unsigned last, bool cloexec_only)
{
	if (first > last)
		return -EINVAL;
	for (unsigned fd = first; fd < t->nr_slots && fd <= last; fd++) {
		if (!t->slots[fd].file)
			continue;
		if (cloexec_only)
			t->slots[fd].cloexec = true;
		else
			files_close(t, (int)fd);
	}
	return 0;
}

void files_close_on_exec(struct files *t)
{
	for (unsigned fd = 0; fd < t->nr_slots; fd++)
		if (t->slots[fd].file && t->slots[fd].cloexec)
			files_close(t, (int)fd);
}

int files_cloexec(struct files *t, int fd)
{
	struct slot *s = slot_of(t, fd);

	return s ? s->cloexec : -EBADF;
}

int files_set_cloexec(struct files *t, int fd, bool on)
{
	struct slot *s = slot_of(t, fd);

	if (!s)
		return -EBADF;
	s->cloexec = on;
	return 0;
}

int files_next(struct files *t, int from)
{
	for (unsigned fd = from < 0 ? 0 : (unsigned)from; fd < t->nr_slots; fd++)
		if (t->slots[fd].file)
			return (int)fd;
	return -1;
}

/* Shared anonymous memory: a file without a name (Linux mm/shmem.c shmem_zero_setup()). */
#include "mm_private.h"

#include "base/alloc.h"

struct shmem {
	struct mapping mapping;
	uint64_t size;             /* of the first mapping: mremap beyond it finds SIGBUS, as in Linux */
	unsigned refs;             /* areas that map it, and its creator for a moment */
};

static struct shmem *shmem_of(struct mapping *m)
{
	return container_of(m, struct shmem, mapping);
}

static int shmem_read(struct mapping *m, uint64_t index, void *page)
{
	return 0;                  /* the frame came zeroed */
}

static uint64_t shmem_size(struct mapping *m)
{
	return shmem_of(m)->size;
}

static void shmem_get(struct mapping *m)
{
	shmem_of(m)->refs++;
}

static void shmem_put(struct mapping *m)
{
	struct shmem *s = shmem_of(m);

	if (--s->refs)
		return;
	mapping_destroy(m);
	free(s);
}

static const struct mapping_ops shmem_ops = {
	.read_page = shmem_read,
	.size = shmem_size,
	.get = shmem_get,
	.put = shmem_put,
};

bool mapping_is_shmem(const struct mapping *m)
{
	return m->unevictable;
}

struct mapping *shmem_create(uint64_t size)
{
	struct shmem *s = try_alloc(sizeof(*s));

	if (!s)
		return NULL;
	mapping_init(&s->mapping, &shmem_ops);
	s->mapping.unevictable = true;
	s->size = size;
	s->refs = 1;
	return &s->mapping;
}

/* The host's memory: the guest's RAM, kernel stacks and large tables.
 *
 * RAM is a memfd and not anonymous memory, because the translator's views map
 * the same pages a second time (design D4). Nothing is touched here: a page
 * costs the host nothing before its first use. */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The process ends with the machine: taking mappings apart one by one would only be done before the
 * host does it at once. */
static bool left_to_exit;

void host_memory_leave_to_exit(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	left_to_exit = true;
#endif
}

int host_ram_create(uint64_t size, void **base)
{
	int fd = memfd_create("hearth-ram", MFD_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size) == 0) {
		/* NORESERVE: RAM is a limit, not a claim; --memory may exceed what is free now. */
		void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		void *p = at == MAP_FAILED ? at
			: mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd, 0);

		if (p != MAP_FAILED) {
			*base = p;
			return fd;
		}
		err = -errno;
		if (at != MAP_FAILED)
			munmap(at, size);
		errno = -err;
	}
	err = -errno;
	close(fd);
	return err;
}

void host_ram_destroy(int fd, void *base, uint64_t size)
{
	if (left_to_exit)
		return;
	munmap(base, size);
	close(fd);
}

/* Where temporary files go; they are never seen by name. */
int host_swap_create(uint64_t size)
{
	const char *const dirs[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
	int err = -ENOENT;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int fd = dirs[i] ? open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;

		if (fd < 0) {
			err = dirs[i] ? -errno : err;
			continue;
		}
		if (ftruncate(fd, (off_t)size) == 0)
			return fd;
		err = -errno;
		close(fd);
	}
	return err;
}

int host_ram_discard(int fd, uint64_t offset, uint64_t len)
{
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)len) != 0)
		return -errno;
	return 0;
}

int host_pages_populate(void *p, size_t size)
{
	/* One call for a run of pages costs a third of faulting each of them in. */
	return madvise(p, size, MADV_POPULATE_WRITE) == 0 ? 0 : -errno;
}

/* Linux 6.1 and later, whatever /sys/kernel/mm/transparent_hugepage says; a page has to be there. */
int host_pages_collapse(void *p, size_t size)
{
	enum { COLLAPSE = 25 };        /* MADV_COLLAPSE: the C library may not know it yet */
	int err = host_pages_populate(p, PAGE_SIZE);

	if (err)
		return err;
	return madvise(p, size, COLLAPSE) == 0 ? 0 : -errno;
}

void host_pages_want_huge(void *p, size_t size)
{
	madvise(p, size, MADV_HUGEPAGE);   /* advice: a host without huge pages is as good, slower */
}

void *host_stack_alloc(size_t size)
{
	size_t guard = PAGE_SIZE;
	char *p = mmap(NULL, size + guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (mprotect(p + guard, size, PROT_READ | PROT_WRITE) != 0) {
		munmap(p, size + guard);
		return NULL;
	}
	return p + guard;
}

void host_stack_free(void *base, size_t size)
{
	if (!left_to_exit)
		munmap((char *)base - PAGE_SIZE, size + PAGE_SIZE);
}

void *host_pages_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void host_pages_free(void *p, size_t size)
{
	if (!left_to_exit)
		munmap(p, size);
}

/* ---- views ------------------------------------------------------------------------ */

enum { VIEW_RESERVED = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };

int host_view_reserve(uint64_t size, uint64_t guard, void **base)
{
	char *p = mmap(NULL, size + 2 * guard, PROT_NONE, VIEW_RESERVED, -1, 0);

	if (p == MAP_FAILED)
		return -errno;
	/* A core dump of hearth is no place for terabytes of nothing. */
	madvise(p, size + 2 * guard, MADV_DONTDUMP);
	*base = p + guard;
	return 0;
}

void host_view_release(void *base, uint64_t size, uint64_t guard)
{
	munmap((char *)base - guard, size + 2 * guard);
}

int host_view_map(void *at, uint64_t len, int ram_fd, uint64_t offset, bool writable)
{
	int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	void *p = mmap(at, len, prot, MAP_SHARED | MAP_FIXED | MAP_NORESERVE | MAP_POPULATE, ram_fd, (off_t)offset);

	return p == MAP_FAILED ? -errno : 0;
}

int host_view_zeros(void *at, uint64_t len)
{
	void *p = mmap(at, len, PROT_READ, VIEW_RESERVED | MAP_FIXED, -1, 0);

	return p == MAP_FAILED ? -errno : 0;
}

int host_view_protect(void *at, uint64_t len)
{
	return mprotect(at, len, PROT_READ) == 0 ? 0 : -errno;
}

int host_view_unmap(void *at, uint64_t len)
{
	void *p = mmap(at, len, PROT_NONE, VIEW_RESERVED | MAP_FIXED, -1, 0);

	return p == MAP_FAILED ? -errno : 0;
}

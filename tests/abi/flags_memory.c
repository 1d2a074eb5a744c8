/* Which flag bits the calls for memory take. needs: 64 bits */
#include "probe.h"

#define MAP(prot, flags, fd, off) syscall(SYS_mmap, NULL, PAGE, prot, flags, fd, off)

TOPIC(flags_mmap)
{
	int fd;

	put_file("f", "some text");
	fd = open("f", O_RDWR);
	/* Not MAP_FIXED, MAP_FIXED_NOREPLACE at 0, MAP_HUGETLB (configured or not), MAP_32BIT (x86's own),
	 * MAP_GROWSDOWN (another topic). */
	BITS("private, anonymous", MAP(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | (f & ~0x1c01d0u), -1, 0), munmap((void *)r, PAGE));
	BITS("private", MAP(PROT_READ, MAP_PRIVATE | (f & ~0x1c01d0u), fd, 0), munmap((void *)r, PAGE));
	BITS("shared, validated", MAP(PROT_READ, MAP_SHARED_VALIDATE | (f & ~0x1c01f0u), fd, 0), munmap((void *)r, PAGE));
	NUMBERS("types, file", 0, 4, MAP(PROT_READ, f, fd, 0), munmap((void *)r, PAGE));
	NUMBERS("types, anonymous", 0, 4, MAP(PROT_READ, MAP_ANONYMOUS | f, -1, 0), munmap((void *)r, PAGE));
	/* What is wrong with huge pages even where there are some. */
	R(MAP(PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0)); R(MAP(PROT_READ, MAP_PRIVATE | MAP_HUGETLB, 99, 0));
	R(MAP(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 63 << 26, -1, 0));
	R(syscall(SYS_mmap, NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
}
TOPIC(flags_mmap_prot)
{
	NUMBERS("prot", 0, 7, MAP(f, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), munmap((void *)r, PAGE));
	BITS("prot bits", MAP(f, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), munmap((void *)r, PAGE));
}
TOPIC(flags_mprotect)
{
	char *p = anon(1, PROT_READ);

	NUMBERS("mprotect", 0, 7, mprotect(p, PAGE, f), );
	/* PROT_GROWSDOWN and PROT_GROWSUP: only for such areas. */
	BITS("bits", syscall(SYS_mprotect, p, PAGE, f & ~0x10u), );
	R(mprotect(p, PAGE, PROT_READ | 0x3000000));
	R(mprotect(p + 1, PAGE, PROT_READ));
	R(mprotect(p, 0, PROT_READ));
	R(mprotect(p, 0, -1));
	R(mprotect(p, -1, PROT_READ));
	R(mprotect(p, 3 * PAGE, PROT_READ));
}
TOPIC(flags_mremap)
{
	char *p = anon(1, PROT_READ);

	NUMBERS("mremap of a page to itself", 0, 9, syscall(SYS_mremap, p, PAGE, PAGE, f, p + 64 * PAGE), p = (char *)r);
	BITS("bits", syscall(SYS_mremap, p, PAGE, PAGE, f & ~4u, 0), p = (char *)r);
	R(syscall(SYS_mremap, p + 1, PAGE, PAGE, 0));
	R(syscall(SYS_mremap, p, PAGE, 0, 0));
	R(syscall(SYS_mremap, p, 0, PAGE, 1));
	R(syscall(SYS_mremap, p, -PAGE, PAGE, 1));
	R(syscall(SYS_mremap, p, PAGE, PAGE, 3, p + 1));
	R(syscall(SYS_mremap, p, 2 * PAGE, PAGE, 3, p + PAGE));
	R(syscall(SYS_mremap, p, 2 * PAGE, 4 * PAGE, 1));
	R(syscall(SYS_mremap, p, PAGE, 2 * PAGE, 5));
}
TOPIC(flags_msync)
{
	char *p = anon(1, PROT_READ);

	NUMBERS("msync", 0, 8, msync(p, PAGE, f), );
	BITS("bits", msync(p, PAGE, f), );
	R(msync(p + 1, PAGE, MS_SYNC));
	R(msync(p, 0, MS_SYNC));
	R(msync(p, 2 * PAGE, MS_SYNC));
	R(msync(p - PAGE, 2 * PAGE, MS_ASYNC));
	R(msync(p, -PAGE, MS_SYNC));
	R(msync(p, -1, MS_SYNC));
}
TOPIC(flags_mlock2)
{
	char *p = anon(1, PROT_READ);

	BITS("mlock2", syscall(SYS_mlock2, p, PAGE, f), munlock(p, PAGE));
	R(syscall(SYS_mlock2, p, 2 * PAGE, 0));
	R(syscall(SYS_mlock2, p, 0, 2));
	R(munlock(p, 2 * PAGE));
	R(munlock(p - PAGE, PAGE));
	R(mlock(p + 5, 1));
	R(munlock(p + PAGE - 1, 1));
}
TOPIC(flags_mlockall)
{
	NUMBERS("mlockall", 0, 9, syscall(SYS_mlockall, f) && errno == ENOMEM ? 0 : errno ? -1 : 0, munlockall());
	BITS("bits", syscall(SYS_mlockall, f) && errno == ENOMEM ? 0 : errno ? -1 : 0, munlockall());
}
TOPIC(flags_madvise)
{
	char *p = anon(4, PROT_READ | PROT_WRITE);

	NUMBERS("anonymous, advice", 0, 4, madvise(p, PAGE, f), );
	NUMBERS("to 11", 8, 11, madvise(p, PAGE, f), );
	NUMBERS("to 23", 16, 23, madvise(p, PAGE, f), );
	NUMBERS("none such", 5, 7, madvise(p, PAGE, f), );
	NUMBERS("far ones", 104, 120, madvise(p, PAGE, f), );
	R(madvise(p + 1, PAGE, MADV_NORMAL));
	R(madvise(p, 0, MADV_NORMAL));
	R(madvise(p, 0, 7));
	R(madvise(p, -1, MADV_NORMAL));
	R(madvise(p, 5 * PAGE, MADV_NORMAL));
	R(madvise(p - PAGE, PAGE, MADV_DONTNEED));
	R(madvise(p, 5 * PAGE, MADV_DONTNEED));
}
TOPIC(flags_madvise_file)
{
	char *p, *q;
	int fd;

	put_file("f", "some text");
	fd = open("f", O_RDWR);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	NUMBERS("shared file", 0, 4, madvise(p, PAGE, f), );
	NUMBERS("to 11", 8, 11, madvise(p, PAGE, f), );
	NUMBERS("to 19", 16, 19, madvise(p, PAGE, f), );
	NUMBERS("read only private file", 0, 4, madvise(q, PAGE, f), );
	NUMBERS("to 11", 8, 11, madvise(q, PAGE, f), );
	NUMBERS("to 23", 16, 23, madvise(q, PAGE, f), );
}
TOPIC(flags_mincore)
{
	unsigned char vec[8] = { 0 };
	char *p = anon(2, PROT_READ | PROT_WRITE);

	*p = 1;
	R(mincore(p, 2 * PAGE, vec));
	V(vec[0]); V(vec[1]);
	R(mincore(p + 1, PAGE, vec));
	R(mincore(p, 0, vec));
	R(mincore(p, 1, vec));
	R(mincore(p, 3 * PAGE, vec));
	R(mincore(p - PAGE, PAGE, vec));
	R(mincore(p, PAGE, BAD));
	R(mincore(p, -1, vec));
	R(mincore(NULL, PAGE, vec));
}
TOPIC(flags_membarrier)
{
	int q = syscall(SYS_membarrier, 0, 0, 0);

	/* Private expedited, its registration and the sync-core pair are what C libraries ask for. */
	V((q & 0x1f) == 0x1f);
	R(syscall(SYS_membarrier, 0, 1, 0));
	R(syscall(SYS_membarrier, 3, 0, 0));
	R(syscall(SYS_membarrier, 1 << 20, 0, 0));
	R(syscall(SYS_membarrier, -1, 0, 0));
	R(syscall(SYS_membarrier, 8, 0, 0));
	R(syscall(SYS_membarrier, 8, 2, 0));
	R(syscall(SYS_membarrier, 16, 0, 0));
	R(syscall(SYS_membarrier, 8, 0, 0));
	R(syscall(SYS_membarrier, 1, 0, 0));
	R(syscall(SYS_membarrier, 2, 0, 0));
}

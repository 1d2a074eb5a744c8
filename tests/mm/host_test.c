/* Real Linux is the oracle: random sequences of memory calls, done here and by the kernel this
 * test runs on, in a window of the same size. After every call the results are equal (errno
 * included), and now and then every page's protection, sharing, residency and contents are.
 *
 *     mm_host [seeds [first seed]]
 *
 * Places the kernel would choose itself are left out: they depend on what else is mapped. */
#include "mm_test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WINDOW_PAGES = 96, FILE_PAGES = 20, STEPS = 400, COMPARE_EVERY = 4 };
#define WINDOW (WINDOW_PAGES * PAGE_SIZE)
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#ifdef __SANITIZE_THREAD__
enum { ADDRESSES_ARE_TAKEN = 1 };   /* TSan lets nobody map at an address of his own */
#else
enum { ADDRESSES_ARE_TAKEN = 0 };
#endif
/* Far below where the kernel puts anything, and above what ASan keeps for itself. */
#define HOST_BASE 0x200000000000ull
#define OUR_BASE  0x10000000ull

static struct mm *mm;
static struct test_file file;
static int host_file, host_mem;
static uint64_t memlock;           /* what the host grants this test */
static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

static uint64_t pick(const uint64_t *table, unsigned n) { return table[rnd(n)]; }
#define PICK(...) ({ static const uint64_t _t[] = { __VA_ARGS__ }; pick(_t, ARRAY_SIZE(_t)); })

/* Where in the window; rarely not a page boundary, rarely outside. */
static uint64_t random_offset(void)
{
	uint64_t at = rnd(WINDOW_PAGES) * PAGE_SIZE;

	return rnd(40) ? at : at + PICK(1, 8, 0x800, 4095);
}
static uint64_t random_len(uint64_t offset)
{
	uint64_t room = (WINDOW - align_up(offset, PAGE_SIZE)) / PAGE_SIZE;

	if (!room || !rnd(40))
		return PICK(0, 1, UINT64_MAX, UINT64_MAX - 4095, 1ull << 60);
	return (1 + rnd((uint32_t)MIN(room, 1 + rnd(30)))) * PAGE_SIZE - (rnd(8) ? 0 : 100);
}

/* For calls that go on behind a hole: not into this program's own memory. */
static uint64_t near_len(uint64_t at)
{
	uint64_t len = random_len(at);

	return len > WINDOW && at + len > at ? 0 : len;
}

static char description[200];
#define DESCRIBE(...) snprintf(description, sizeof(description), __VA_ARGS__)

/* Read before anything else can touch errno. */
static int64_t host_result(int64_t ret)
{
	if (ret == -1)
		return -errno;
	return ret >= (int64_t)HOST_BASE ? ret - (int64_t)HOST_BASE : ret;
}
static int64_t our_result(int64_t ret)
{
	return ret >= (int64_t)OUR_BASE ? ret - (int64_t)OUR_BASE : ret;
}

/* ---- the calls: each returns whether both sides agree ------------------------------- */

static bool same(int64_t host, int64_t ours)
{
	ours = our_result(ours);
	unit_checks++;
	if (host == ours)
		return true;
	UNIT_FAIL("%s: Linux says %lld, mm %lld", description, (long long)host, (long long)ours);
	return false;
}

static bool do_mmap(void)
{
	uint64_t at = random_offset(), len = random_len(at), offset = rnd(FILE_PAGES + 4) * PAGE_SIZE;
	int prot = (int)PICK(0, 1, 2, 3, 3, 3, 4, 5, 7), type = (int)PICK(1, 2, 2, 2, 2, 3, 0, 4);
	int flags = type | (int)PICK(MAP_FIXED, MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE,
	                             MAP_FIXED | MAP_NORESERVE, MAP_FIXED | MAP_STACK, MAP_FIXED | MAP_POPULATE);
	bool anon = rnd(3);
	struct mmap_request r = { .addr = OUR_BASE + at, .len = len, .prot = prot, .offset = anon ? 0 : offset,
		.mapping = anon ? NULL : &file.mapping, .may_write = true, .may_exec = true };
	int64_t host, ours;

	r.flags = flags |= anon ? MAP_ANONYMOUS : 0;
	DESCRIBE("mmap(+%#lx, %#lx, %d, %#x, %s, %#lx)", at, len, prot, flags, anon ? "anon" : "file", r.offset);
	host = host_result((int64_t)mmap((void *)(HOST_BASE + at), len, prot, flags, anon ? -1 : host_file,
	                                 (off_t)r.offset));
	ours = mm_mmap(mm, &r);
	return same(host, ours);
}

static bool do_munmap(void)
{
	uint64_t at = random_offset(), len = random_len(at);
	int64_t host;

	DESCRIBE("munmap(+%#lx, %#lx)", at, len);
	host = host_result(munmap((void *)(HOST_BASE + at), len));
	return same(host, mm_munmap(mm, OUR_BASE + at, len));
}

static bool do_mprotect(void)
{
	uint64_t at = random_offset(), len = near_len(at);
	int prot = (int)PICK(0, 1, 1, 2, 3, 3, 4, 5, 7, 8, 11, 16, PROT_GROWSDOWN | 1, PROT_GROWSUP, 0x03000000);
	int64_t host;

	DESCRIBE("mprotect(+%#lx, %#lx, %#x)", at, len, prot);
	host = host_result(mprotect((void *)(HOST_BASE + at), len, prot));
	return same(host, mm_mprotect(mm, OUR_BASE + at, len, prot));
}

static bool do_mremap(void)
{
	uint64_t at = random_offset(), old_len = random_len(at), to = random_offset(), new_len = random_len(to);
	int64_t host, ours;
	int flags = (int)PICK(0, 0, MREMAP_MAYMOVE | MREMAP_FIXED, MREMAP_MAYMOVE | MREMAP_FIXED,
	                      MREMAP_FIXED, MREMAP_DONTUNMAP, 8,
	                      MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP);

	if ((flags & MREMAP_DONTUNMAP) && rnd(8))
		new_len = old_len;
	/* It unlocks the whole area it takes from: as far as Linux has joined it, see below. */
	if (flags & MREMAP_DONTUNMAP) {
		syscall(SYS_munlockall);
		mm_mlockall(mm, 0);
	}
	DESCRIBE("mremap(+%#lx, %#lx, %#lx, %d, +%#lx)", at, old_len, new_len, flags, to);
	host = host_result((int64_t)mremap((void *)(HOST_BASE + at), old_len, new_len, flags,
	                                   (void *)(HOST_BASE + to)));
	ours = mm_mremap(mm, OUR_BASE + at, old_len, new_len, flags, OUR_BASE + to);
	/* An old length may not cross areas, and which neighbours Linux has joined depends on its
	 * anon_vmas: this sequence cannot go on, and says nothing. */
	if (host == -EFAULT && ours != -EFAULT)
		return false;
	return same(host, ours);
}

static bool do_madvise(void)
{
	uint64_t at = random_offset(), len = near_len(at);
	/* Not the ones whose effect the kernel may choose, or that depend on its configuration. */
	int advice = (int)PICK(0, 1, 2, MADV_DONTNEED, MADV_DONTNEED, MADV_DONTNEED, 10, 11, 16, 17, 18, 19,
	                       MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED, 5, 7, 99, -1);
	int64_t host;

	DESCRIBE("madvise(+%#lx, %#lx, %d)", at, len, advice);
	host = host_result(madvise((void *)(HOST_BASE + at), len, advice));
	return same(host, mm_madvise(mm, OUR_BASE + at, len, advice));
}

static bool do_msync(void)
{
	uint64_t at = random_offset(), len = near_len(at);
	int flags = (int)PICK(0, MS_SYNC, MS_ASYNC, MS_SYNC | MS_ASYNC, MS_INVALIDATE, 8);
	int64_t host;

	DESCRIBE("msync(+%#lx, %#lx, %d)", at, len, flags);
	host = host_result(msync((void *)(HOST_BASE + at), len, flags));
	return same(host, mm_msync(mm, OUR_BASE + at, len, flags));
}

static bool do_mlock(void)
{
	uint64_t at = random_offset(), len = near_len(at);
	bool lock = rnd(2);
	int64_t host;

	DESCRIBE("%s(+%#lx, %#lx)", lock ? "mlock" : "munlock", at, len);
	/* Not by libc's function: ASan replaces it by nothing. */
	host = host_result(syscall(lock ? SYS_mlock : SYS_munlock, (void *)(HOST_BASE + at), len));
	return same(host, mm_mlock(mm, OUR_BASE + at, len, lock));
}

static bool do_mincore(void)
{
	static uint8_t host_vec[WINDOW_PAGES], our_vec[WINDOW_PAGES];
	uint64_t at = random_offset(), len = random_len(at);
	int64_t host;

	if (len <= WINDOW && at + len > WINDOW)
		len = PAGE_SIZE;
	DESCRIBE("mincore(+%#lx, %#lx)", at, len);
	host = host_result(mincore((void *)(HOST_BASE + at), len, host_vec));
	return same(host, mm_mincore(mm, OUR_BASE + at, len, our_vec));
}

/* ---- the window's state, as both sides see it ------------------------------------------ */

struct page_state {
	bool mapped, shared;
	int prot;
	uint32_t word;             /* the first of the page */
	bool readable;             /* word is valid: not past the end of a file */
};
static struct page_state host_pages[WINDOW_PAGES], our_pages[WINDOW_PAGES];

static void look_at_host(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	char p[5], line[512];

	memset(host_pages, 0, sizeof(host_pages));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %4s", &start, &end, p) != 3)
			continue;
		for (uint64_t va = MAX(start, HOST_BASE); va < MIN(end, HOST_BASE + WINDOW); va += PAGE_SIZE) {
			struct page_state *s = &host_pages[(va - HOST_BASE) / PAGE_SIZE];

			s->mapped = true;
			s->prot = (p[0] == 'r') | (p[1] == 'w') << 1 | (p[2] == 'x') << 2;
			s->shared = p[3] == 's';
			s->readable = pread(host_mem, &s->word, 4, (off_t)va) == 4;
		}
	}
	fclose(f);
}

static void look_at_ours(void)
{
	struct vma_info v;

	memset(our_pages, 0, sizeof(our_pages));
	for (uint64_t va = OUR_BASE; mm_find_vma(mm, va, false, &v) && v.start < OUR_BASE + WINDOW; va = v.end)
		for (va = MAX(v.start, OUR_BASE); va < MIN(v.end, OUR_BASE + WINDOW); va += PAGE_SIZE) {
			struct page_state *s = &our_pages[(va - OUR_BASE) / PAGE_SIZE];

			s->mapped = true;
			s->prot = v.prot;
			s->shared = v.shared;
			s->readable = mm_copy_force(mm, va, &s->word, 4, false) == 0;
			if (!s->readable)
				s->word = 0;
		}
}

static bool compare_states(void)
{
	look_at_host();
	look_at_ours();
	for (int i = 0; i < WINDOW_PAGES; i++) {
		const struct page_state *h = &host_pages[i], *o = &our_pages[i];

		unit_checks++;
		if (h->mapped == o->mapped && h->shared == o->shared && h->prot == o->prot &&
		    h->readable == o->readable && h->word == o->word)
			continue;
		UNIT_FAIL("after %s: page %d: Linux %d/%d/%d/%d/%#x, mm %d/%d/%d/%d/%#x", description, i,
		          h->mapped, h->shared, h->prot, h->readable, h->word,
		          o->mapped, o->shared, o->prot, o->readable, o->word);
		return false;
	}
	return true;
}

/* A store wherever stores are allowed. */
static bool do_stores(void)
{
	if (!compare_states())
		return false;
	for (int i = 0; i < WINDOW_PAGES; i++) {
		uint32_t word = (uint32_t)seed + (uint32_t)i;

		if (rnd(3) || !(host_pages[i].prot & PROT_WRITE) || !host_pages[i].readable)
			continue;
		*(volatile uint32_t *)(HOST_BASE + (uint64_t)i * PAGE_SIZE) = word;
		CHECK_EQ(mm_copy_to(mm, OUR_BASE + (uint64_t)i * PAGE_SIZE, &word, 4), 0);
	}
	DESCRIBE("stores");
	return compare_states();
}

static bool (*const calls[])(void) = {
	do_mmap, do_mmap, do_mmap, do_munmap, do_mprotect, do_mprotect, do_mremap, do_mremap, do_mremap,
	do_madvise, do_madvise, do_msync, do_mlock, do_mincore, do_stores, do_stores,
};

static void one_sequence(uint64_t s)
{
	uint64_t frames = ram_free_pages();
	FILE *f = tmpfile();

	seed = s;
	mm = mm_create(XLEN_64);
	mm_limits(mm)->memlock = memlock;
	test_file_open(&file, FILE_PAGES * PAGE_SIZE - 1000);
	host_file = fileno(f);
	CHECK_EQ(write(host_file, file.data, file.size), file.size);
	munmap((void *)HOST_BASE, 2 * WINDOW);     /* mremap may have grown past the window */
	for (int i = 0; i < STEPS; i++) {
		UNIT_CONTEXT("seed %lu step %d", (unsigned long)s, i);
		if (!calls[rnd(ARRAY_SIZE(calls))]() || ((i % COMPARE_EVERY == 0) && !compare_states()))
			break;
	}
	munmap((void *)HOST_BASE, 2 * WINDOW);     /* mremap may have grown past the window */
	fclose(f);
	mm_put(mm);
	test_file_close(&file);
	CHECK_EQ(ram_free_pages(), frames);
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 0) : 40;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;

	struct rlimit limit;

	if (ADDRESSES_ARE_TAKEN)
		return 77;                 /* skipped */
	getrlimit(RLIMIT_MEMLOCK, &limit);
	memlock = geteuid() == 0 ? UINT64_MAX : limit.rlim_cur;
	/* The kernel must populate page by page, as mm does. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	host_mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	CHECK(host_mem >= 0);
	CHECK_EQ(ram_init(64 << 20), 0);
	for (unsigned long i = 0; i < n && unit_failures < 10; i++)
		one_sequence(first + i);
	ram_shutdown();
	return unit_done();
}

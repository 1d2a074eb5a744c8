/* Random processes against a model that is simple enough to be right.
 *
 *     mm_model [seeds [first seed]]
 *
 * The model of a page is a protection and a cell that holds the page's first word. Cells of
 * shared memory and of files are owned by all who map them; a private page refers to the file's
 * cell until it is written. fork copies pages and shares nothing else: copy-on-write must be
 * invisible. After each step some page of some process is compared, now and then all. At the end
 * of a seed every frame must be free. A second pass runs in a RAM so small that everything fails
 * now and then: then only survival and the leak check count. */
#include "mm_test.h"

enum { PROCS = 5, PAGES = 64, FILE_PAGES = 24, STEPS = 1500 };
#define BASE 0x40000000ull

struct cell { uint32_t word; int refs; };
struct page {
	bool mapped, shared;
	int prot;
	struct cell *cell;         /* NULL: private, still zero */
	int file_index;            /* >= 0: private, still the file's */
	bool dontfork;
};
struct proc {
	struct mm *mm;
	struct page pages[PAGES];
};

static struct proc procs[PROCS];
static struct test_file file;
static struct cell *file_cells[FILE_PAGES];
static int file_pages;             /* of FILE_PAGES, after truncations */
static enum xlen xlen;
static uint64_t seed;
static bool scarce;                /* RAM is so small that anything may fail */

static uint32_t rnd(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

static struct cell *cell_new(uint32_t word)
{
	struct cell *c = calloc(1, sizeof(*c));

	c->word = word;
	c->refs = 1;
	return c;
}
static struct cell *cell_get(struct cell *c) { if (c) c->refs++; return c; }
static void cell_put(struct cell *c) { if (c && --c->refs == 0) free(c); }

static void page_clear(struct page *p)
{
	cell_put(p->cell);
	*p = (struct page){ .file_index = -1 };
}

static gva_t va_of(int page) { return BASE + (uint64_t)page * PAGE_SIZE; }

/* ---- what the model says ---------------------------------------------------------- */

static enum fault_result expected(const struct page *p, enum access access, uint32_t *word)
{
	static const int needs[] = { PROT_READ | PROT_WRITE, PROT_WRITE, PROT_EXEC };

	*word = 0;
	if (!p->mapped)
		return FAULT_MAPERR;
	if (!(p->prot & needs[access]))
		return FAULT_ACCERR;
	if (p->file_index >= 0) {
		if (p->file_index >= file_pages)
			return FAULT_BUS;
		*word = file_cells[p->file_index]->word;
	} else if (p->cell) {
		*word = p->cell->word;
	}
	return FAULT_OK;
}

static bool check_page(struct proc *proc, int i, enum access access)
{
	struct translation t;
	uint32_t word, got;
	enum fault_result want = expected(&proc->pages[i], access, &word), r = FAULT_OK;

	if (mm_translate(proc->mm, va_of(i), access, &t) != 0)
		r = mm_fault(proc->mm, va_of(i), access);
	unit_checks++;
	if (scarce)
		return true;
	if (r != want) {
		UNIT_FAIL("page %d access %d: fault result %d, expected %d", i, access, r, want);
		return false;
	}
	if (r != FAULT_OK)
		return true;
	if (mm_translate(proc->mm, va_of(i), access, &t) != 0) {
		UNIT_FAIL("page %d access %d: resolved but not there", i, access);
		return false;
	}
	memcpy(&got, t.host, 4);
	/* A fault for a write makes the page private. */
	if (access == ACCESS_WRITE && !proc->pages[i].shared && proc->pages[i].file_index >= 0) {
		proc->pages[i].cell = cell_new(word);
		proc->pages[i].file_index = -1;
	}
	if (got == word)
		return true;
	UNIT_FAIL("page %d access %d: word %#x, expected %#x", i, access, got, word);
	return false;
}

static bool check_all(void)
{
	for (int k = 0; k < PROCS; k++)
		for (int i = 0; procs[k].mm && i < PAGES; i++)
			if (!check_page(&procs[k], i, rnd(2) ? ACCESS_READ : ACCESS_EXEC))
				return false;
	return true;
}

/* ---- steps ---------------------------------------------------------------------------- */

static int first, count;           /* the range a step works on */

static void random_range(void)
{
	first = (int)rnd(PAGES);
	count = 1 + (int)rnd((uint32_t)MIN(PAGES - first, 12));
}

static int random_prot(void)
{
	static const int prots[] = { 3, 3, 3, 3, 1, 0, 2, 4, 5, 7 };

	return prots[rnd(ARRAY_SIZE(prots))];
}

static bool done(int64_t ret)
{
	if (!scarce)
		CHECK(ret >= 0);
	return ret >= 0;
}

static void step_mmap(struct proc *p)
{
	int prot = random_prot();
	bool shared = rnd(2), of_file = rnd(2);
	int at = (int)rnd(FILE_PAGES);
	int64_t ret;

	random_range();
	if (of_file)
		ret = map_file(p->mm, &file, va_of(first), (uint64_t)count * PAGE_SIZE, prot,
		               (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, (uint64_t)at * PAGE_SIZE);
	else
		ret = map_anon(p->mm, va_of(first), (uint64_t)count * PAGE_SIZE, prot,
		               (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED);
	if (!done(ret))
		return;
	for (int i = 0; i < count; i++) {
		struct page *g = &p->pages[first + i];

		page_clear(g);
		g->mapped = true;
		g->shared = shared;
		g->prot = prot;
		if (of_file)
			g->file_index = at + i;
		else if (shared)
			g->cell = cell_new(0);
	}
}

static void step_munmap(struct proc *p)
{
	random_range();
	if (!done(mm_munmap(p->mm, va_of(first), (uint64_t)count * PAGE_SIZE)))
		return;
	for (int i = 0; i < count; i++)
		page_clear(&p->pages[first + i]);
}

static void step_mprotect(struct proc *p)
{
	int prot = random_prot(), ret, i;

	random_range();
	ret = mm_mprotect(p->mm, va_of(first), (uint64_t)count * PAGE_SIZE, prot);
	for (i = 0; i < count && p->pages[first + i].mapped; i++)
		p->pages[first + i].prot = prot;      /* up to the first hole */
	if (!scarce)
		CHECK_EQ(ret, i == count ? 0 : -ENOMEM);
}

static void step_mremap(struct proc *p)
{
	int from, n, to;

	random_range();
	from = first;
	n = count;
	to = (int)rnd((uint32_t)(PAGES - n + 1));
	if (to < from + n && from < to + n)
		return;
	for (int i = 0; i < n; i++)
		if (!p->pages[from + i].mapped)
			return;
	if (!done(mm_mremap(p->mm, va_of(from), (uint64_t)n * PAGE_SIZE, (uint64_t)n * PAGE_SIZE,
	                    MREMAP_MAYMOVE | MREMAP_FIXED, va_of(to))))
		return;
	for (int i = 0; i < n; i++) {
		page_clear(&p->pages[to + i]);
		p->pages[to + i] = p->pages[from + i];
		p->pages[from + i] = (struct page){ .file_index = -1 };
	}
}

static void step_dontneed(struct proc *p)
{
	random_range();
	/* Not where it shows: what a written private page of a file was before is forgotten. */
	for (int i = first; i < first + count; i++)
		if (p->pages[i].mapped && (p->pages[i].shared || p->pages[i].file_index >= 0))
			done(mm_madvise(p->mm, va_of(i), PAGE_SIZE, MADV_DONTNEED));
}

static void step_fork_advice(struct proc *p)
{
	static const int advice[] = { MADV_DONTFORK, MADV_DOFORK };
	int which = (int)rnd(2), ret;

	random_range();
	ret = mm_madvise(p->mm, va_of(first), (uint64_t)count * PAGE_SIZE, advice[which]);
	if (scarce)
		return;
	for (int i = 0; i < count; i++)
		if (p->pages[first + i].mapped)
			p->pages[first + i].dontfork = advice[which] == MADV_DONTFORK;
		else
			CHECK_EQ(ret, -ENOMEM);
}

static void step_store(struct proc *p)
{
	int i = (int)rnd(PAGES);
	struct page *g = &p->pages[i];
	uint32_t word = rnd(1u << 30), old;
	bool ok = expected(g, ACCESS_WRITE, &old) == FAULT_OK;
	int ret = mm_copy_to(p->mm, va_of(i), &word, 4);

	if (scarce)
		return;
	CHECK_EQ(ret, ok ? 0 : -EFAULT);
	if (!ok)
		return;
	if (g->shared) {
		(g->file_index >= 0 ? file_cells[g->file_index] : g->cell)->word = word;
	} else {
		cell_put(g->cell);
		g->cell = cell_new(word);
		g->file_index = -1;
	}
	/* Who sees it, and who must not. */
	for (int k = 0; k < PROCS; k++)
		if (procs[k].mm)
			check_page(&procs[k], i, ACCESS_READ);
}

static void step_fork(struct proc *p)
{
	struct proc *child = procs;

	while (child < procs + PROCS && child->mm)
		child++;
	if (child == procs + PROCS || !done(mm_fork(p->mm, &child->mm)))
		return;
	for (int i = 0; i < PAGES; i++) {
		child->pages[i] = (struct page){ .file_index = -1 };
		if (p->pages[i].dontfork)
			continue;
		child->pages[i] = p->pages[i];
		if (p->pages[i].shared)
			cell_get(p->pages[i].cell);
		else if (p->pages[i].cell)
			child->pages[i].cell = cell_new(p->pages[i].cell->word);
	}
}

static void step_exit(struct proc *p)
{
	int alive = 0;

	for (int i = 0; i < PROCS; i++)
		alive += procs[i].mm != NULL;
	if (alive < 2 || rnd(3))
		return;
	mm_put(p->mm);
	p->mm = NULL;
	for (int i = 0; i < PAGES; i++)
		page_clear(&p->pages[i]);
}

static void step_truncate(struct proc *p)
{
	int pages = (int)rnd(FILE_PAGES + 1);

	if (rnd(6))
		return;
	/* Private copies of what is cut off would go too; the model does not follow those. */
	for (int k = 0; k < PROCS; k++)
		for (int i = 0; i < PAGES; i++)
			if (procs[k].mm && procs[k].pages[i].mapped && !procs[k].pages[i].shared && procs[k].pages[i].cell)
				return;
	memset(file.data + (uint64_t)MIN(pages, file_pages) * PAGE_SIZE, 0,
	       (size_t)(FILE_PAGES - MIN(pages, file_pages)) * PAGE_SIZE);
	for (int i = MIN(pages, file_pages); i < FILE_PAGES; i++)
		file_cells[i]->word = 0;
	file.size = (uint64_t)pages * PAGE_SIZE;
	if (pages < file_pages)
		mapping_truncate(&file.mapping, file.size);
	file_pages = pages;
}

static void step_sync(struct proc *p)
{
	CHECK_EQ(mapping_writeback(&file.mapping, 0, UINT64_MAX), 0);
	for (int i = 0; !scarce && i < file_pages; i++)
		CHECK_EQ(*(uint32_t *)(file.data + (uint64_t)i * PAGE_SIZE), file_cells[i]->word);
}

static void step_look(struct proc *p)
{
	check_page(p, (int)rnd(PAGES), (enum access)rnd(3));
}

static void (*const steps[])(struct proc *p) = {
	step_mmap, step_mmap, step_munmap, step_mprotect, step_mprotect, step_mremap, step_mremap,
	step_dontneed, step_fork_advice, step_store, step_store, step_store, step_store, step_store, step_store,
	step_fork, step_exit, step_truncate, step_sync, step_look, step_look, step_look,
};

static void one_sequence(uint64_t s, uint64_t ram)
{
	uint64_t frames;

	seed = s;
	CHECK_EQ(ram_init(ram), 0);
	frames = ram_free_pages();
	test_file_open(&file, FILE_PAGES * PAGE_SIZE);
	file_pages = FILE_PAGES;
	for (int i = 0; i < FILE_PAGES; i++) {
		file_cells[i] = cell_new(0);
		memcpy(&file_cells[i]->word, file.data + (uint64_t)i * PAGE_SIZE, 4);
	}
	procs[0].mm = mm_create(xlen);
	for (int k = 0; k < PROCS; k++)
		for (int i = 0; i < PAGES; i++)
			procs[k].pages[i].file_index = -1;
	for (int i = 0; i < STEPS && unit_failures < 10; i++) {
		struct proc *p = &procs[rnd(PROCS)];

		UNIT_CONTEXT("seed %lu step %d rv%d", (unsigned long)s, i, xlen);
		if (p->mm)
			steps[rnd(ARRAY_SIZE(steps))](p);
		if (i % 50 == 0 && !check_all())
			break;
	}
	for (int k = 0; k < PROCS; k++) {
		if (procs[k].mm)
			mm_put(procs[k].mm);
		procs[k].mm = NULL;
		for (int i = 0; i < PAGES; i++)
			page_clear(&procs[k].pages[i]);
	}
	test_file_close(&file);
	for (int i = 0; i < FILE_PAGES; i++)
		cell_put(file_cells[i]);
	CHECK_EQ(ram_free_pages(), frames);
	ram_shutdown();
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 0) : 60;
	unsigned long start = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;

	for (unsigned long i = 0; i < n && unit_failures < 10; i++) {
		xlen = i % 2 ? XLEN_32 : XLEN_64;
		scarce = false;
		one_sequence(start + i, 16 << 20);
		scarce = true;
		one_sequence(start + i, (20 + i % 80) * PAGE_SIZE);
	}
	return unit_done();
}

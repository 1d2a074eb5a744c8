/* The first stack of a program, as Linux' create_elf_tables builds it on RISC-V,
 * and the layout of its address space.
 *
 *   stack top   (page aligned, randomised)
 *               one zero word
 *               file name                       <- AT_EXECFN
 *               environment strings
 *               argument strings
 *               16 random bytes                 <- AT_RANDOM
 *               padding, so that sp is a multiple of 16
 *               auxiliary vector, ends with AT_NULL
 *               envp[0] ... NULL
 *               argv[0] ... NULL
 *   sp ->       argc
 *
 * Words have 4 or 8 bytes, after the program's class.
 *
 * Address space, top down (mm/util.c, arch_pick_mmap_layout):
 *   stack, below it the gap the stack may grow into (its limit, at least
 *   128 MiB, at most 5/6 of user space), below that mmap_base, from which
 *   mappings grow down. With an unlimited stack ("legacy") they grow up from
 *   one third of user space instead. */
#include "binprm.h"

#include <string.h>
#include "jit/runtime.h"

#include "abi/auxv.h"
#include "abi/elf.h"
#include "abi/mman.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/trace.h"
#include "host/host.h"

enum {
	STACK_EXPAND = 128 * 1024,             /* mapped beyond what is written (fs/exec.c, setup_arg_pages) */
	STACK_GUARD_GAP = 256 * 4096,          /* mm/mmap.c, stack_guard_gap */
	MIN_GAP = 128 * 1024 * 1024,
};
/* Random bits in pages: 18 for 64-bit programs (ARCH_MMAP_RND_BITS_MIN, STACK_RND_MASK), fewer for
 * 32-bit ones, whose space is small. */
static uint64_t mmap_random_mask(enum xlen x)  { return x == XLEN_64 ? 0x3ffff : 0xff; }
static uint64_t stack_random_mask(enum xlen x) { return x == XLEN_64 ? 0x3ffff : 0x7ff; }

bool exec_randomize(const struct binprm *b)
{
	return machine.config.aslr && !(b->personality & ABI_ADDR_NO_RANDOMIZE);
}

gva_t exec_random_pages(uint64_t mask)
{
	uint64_t r;

	host_random(&r, sizeof(r));
	return (r & mask) << PAGE_SHIFT;
}

/* Where code goes. With the translator the slide is the machine's, drawn once: a translation belongs
 * to code at its address, and every program that maps the same file at the same place shares it
 * (D8); where translations are kept on disk, it is that place's. Stacks and heaps are drawn for each
 * program. */
gva_t exec_random_code(enum exec_slide which, uint64_t mask)
{
	static uint64_t drawn[EXEC_SLIDES];
	const struct jit_config *jit = machine.config.jit;

	if (!jit || jit->mode == JIT_OFF)
		return exec_random_pages(mask);
	if (!drawn[which]) {
		if (!jit_kept_number(which, &drawn[which]))
			host_random(&drawn[which], sizeof(drawn[which]));
		drawn[which] |= UINT64_C(1) << 63;
	}
	return (drawn[which] & mask) << PAGE_SHIFT;
}

/* ---- layout ------------------------------------------------------------------------- */

static void pick_mmap_base(struct binprm *b)
{
	enum xlen x = mm_xlen(b->mm);
	struct mm_layout *l = mm_layout(b->mm);
	uint64_t top = mm_top(b->mm), gap = b->stack_limit, pad = STACK_GUARD_GAP;
	uint64_t random = exec_randomize(b) ? exec_random_code(EXEC_SLIDE_MMAP, mmap_random_mask(x)) : 0;

	if ((b->personality & ABI_ADDR_COMPAT_LAYOUT) || gap == ABI_RLIM_INFINITY) {
		l->mmap_bottom_up = true;
		l->mmap_base = align_up(top / 3, PAGE_SIZE) + random;
		return;
	}
	if (exec_randomize(b))
		pad += stack_random_mask(x) << PAGE_SHIFT;
	if (gap + pad > gap)
		gap += pad;
	gap = MIN(MAX(gap, (uint64_t)MIN_GAP), top / 6 * 5);
	l->mmap_bottom_up = false;
	l->mmap_base = align_up(top - gap - random, PAGE_SIZE);
}

static void copy_limits(struct binprm *b)
{
	struct mm_limits *lim = mm_limits(b->mm);

	lim->as = task_rlimit(b->task, ABI_RLIMIT_AS);
	lim->data = task_rlimit(b->task, ABI_RLIMIT_DATA);
	lim->stack = b->stack_limit;
	lim->memlock = task_rlimit(b->task, ABI_RLIMIT_MEMLOCK);
}

static uint64_t string_area(const struct binprm *b)
{
	return mm_xlen(b->mm) / 8 + b->string_bytes;
}

/* Words below the strings: argc, argv, envp with their NULLs, auxv, random bytes, padding. */
static uint64_t table_area(const struct binprm *b)
{
	uint64_t words = 3 + b->argv.n + b->envp.n + 64;

	return words * (mm_xlen(b->mm) / 8) + 64;
}

int exec_layout_stack(struct binprm *b, bool executable)
{
	struct mm_layout *l = mm_layout(b->mm);
	uint64_t top = align_down(mm_top(b->mm), PAGE_SIZE), used, size;
	struct mmap_request req = {
		.prot = PROT_READ | PROT_WRITE | (executable ? PROT_EXEC : 0),
		.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN | MAP_STACK,
		.may_write = true, .may_exec = true,
	};
	int64_t at;

	copy_limits(b);
	pick_mmap_base(b);
	if (exec_randomize(b))
		top -= exec_random_pages(stack_random_mask(mm_xlen(b->mm)));
	used = align_up(string_area(b), PAGE_SIZE);
	size = MIN(align_down(b->stack_limit, PAGE_SIZE), used + STACK_EXPAND);
	size = MAX(size, align_up(string_area(b) + table_area(b), PAGE_SIZE));
	req.addr = top - size;
	req.len = size;
	at = mm_mmap(b->mm, &req);
	if (at < 0)
		return exec_refuse(b, (int)at, "the stack could not be mapped");
	l->start_stack = top;                      /* the top for now; sp once it is known */
	return 0;
}

/* ---- strings ---------------------------------------------------------------------------- */

/* Down from p; returns the address of the first string, the lowest. */
static int write_strings(struct binprm *b, const struct strvec *s, gva_t *p)
{
	for (unsigned i = s->n; i-- > 0; ) {
		size_t len = strlen(s->v[i]) + 1;

		*p -= len;
		if (mm_copy_to(b->mm, *p, s->v[i], len) < 0)
			return -EFAULT;
	}
	return 0;
}

/* ---- auxiliary vector ----------------------------------------------------------------------- */

struct auxv { uint64_t *words; unsigned n; };

static void put_aux(struct auxv *a, uint64_t key, uint64_t value)
{
	ASSERT(a->n + 2 <= ARRAY_SIZE(((struct mm_layout *)0)->auxv));
	a->words[a->n++] = key;
	a->words[a->n++] = value;
}

static uint64_t hwcap(void)
{
	uint64_t bits = 0;

	for (const char *e = "IMAFDC"; *e; e++)
		bits |= ABI_HWCAP_ISA(*e);
	return bits;
}

/* ARCH_DLINFO of arch/riscv/include/asm/elf.h comes first. The sizes and
 * geometries of the caches are 0, as on boards whose device tree does not tell. */
static void put_arch(struct auxv *a, struct mm *mm)
{
	put_aux(a, AT_SYSINFO_EHDR, mm_layout(mm)->vdso);
	for (unsigned key = AT_L1I_CACHESIZE; key <= AT_L3_CACHEGEOMETRY; key++)
		put_aux(a, key, 0);
	put_aux(a, AT_MINSIGSTKSZ, mm_xlen(mm) == XLEN_64 ?
		sizeof(struct abi_rt_sigframe64) : sizeof(struct abi_rt_sigframe32));
}

static void build_auxv(struct binprm *b, const struct exec_image *img, gva_t random, gva_t execfn)
{
	struct mm_layout *l = mm_layout(b->mm);
	struct auxv a = { l->auxv, 0 };

	put_arch(&a, b->mm);
	put_aux(&a, AT_HWCAP, hwcap());
	put_aux(&a, AT_PAGESZ, PAGE_SIZE);
	put_aux(&a, AT_CLKTCK, 100);               /* USER_HZ */
	put_aux(&a, AT_PHDR, img->phdr);
	put_aux(&a, AT_PHENT, img->phent);
	put_aux(&a, AT_PHNUM, img->phnum);
	put_aux(&a, AT_BASE, img->interp_base);
	put_aux(&a, AT_FLAGS, b->preserve_argv0);     /* AT_FLAGS_PRESERVE_ARGV0 is bit 0 */
	put_aux(&a, AT_ENTRY, img->entry);
	put_aux(&a, AT_UID, user_ns_show(b->cred->user_ns, ID_USER, b->cred->uid));
	put_aux(&a, AT_EUID, user_ns_show(b->cred->user_ns, ID_USER, b->cred->euid));
	put_aux(&a, AT_GID, user_ns_show(b->cred->user_ns, ID_GROUP, b->cred->gid));
	put_aux(&a, AT_EGID, user_ns_show(b->cred->user_ns, ID_GROUP, b->cred->egid));
	put_aux(&a, AT_SECURE, b->secure);
	put_aux(&a, AT_RANDOM, random);
	put_aux(&a, AT_EXECFN, execfn);
	if (b->have_execfd) {
		b->execfd_auxv_slot = a.n + 1;     /* the descriptor is known at commit */
		put_aux(&a, AT_EXECFD, 0);
	}
	put_aux(&a, AT_RSEQ_FEATURE_SIZE, offsetof(struct abi_rseq, mm_cid) + sizeof(uint32_t));
	put_aux(&a, AT_RSEQ_ALIGN, 32);
	put_aux(&a, AT_NULL, 0);
	l->auxv_words = a.n;
}

/* ---- the tables ---------------------------------------------------------------------------------- */

struct words { uint8_t *at; unsigned size; };

static void put_word(struct words *w, uint64_t value)
{
	memcpy(w->at, &value, w->size);            /* little endian, as every host hearth runs on */
	w->at += w->size;
}

static void put_pointers(struct words *w, const struct strvec *s, gva_t string)
{
	for (unsigned i = 0; i < s->n; i++) {
		put_word(w, string);
		string += strlen(s->v[i]) + 1;
	}
	put_word(w, 0);
}

static int write_tables(struct binprm *b, gva_t below)
{
	struct mm_layout *l = mm_layout(b->mm);
	unsigned size = mm_xlen(b->mm) / 8;
	/* argc, argv + NULL, envp + NULL */
	unsigned items = 1 + b->argv.n + 1 + b->envp.n + 1;
	uint64_t bytes = ((uint64_t)items + l->auxv_words) * size;
	struct words w = { .size = size };
	uint8_t *table = try_alloc(bytes);
	int err;

	if (!table)
		return -ENOMEM;
	b->sp = align_down(below - bytes, 16);
	w.at = table;
	put_word(&w, b->argv.n);
	put_pointers(&w, &b->argv, l->arg_start);
	put_pointers(&w, &b->envp, l->env_start);
	for (unsigned i = 0; i < l->auxv_words; i++)
		put_word(&w, l->auxv[i]);
	b->execfd_auxv_addr = b->sp + ((uint64_t)items + b->execfd_auxv_slot) * size;
	err = mm_copy_to(b->mm, b->sp, table, bytes);
	free(table);
	return err;
}

int exec_write_stack(struct binprm *b, const struct exec_image *img)
{
	struct mm_layout *l = mm_layout(b->mm);
	uint8_t random[16];
	gva_t p = l->start_stack - mm_xlen(b->mm) / 8, execfn, at_random;
	size_t len = strlen(b->filename) + 1;
	int err;

	execfn = p -= len;
	err = mm_copy_to(b->mm, execfn, b->filename, len);
	l->env_end = p;
	if (!err)
		err = write_strings(b, &b->envp, &p);
	l->env_start = l->arg_end = p;
	if (!err)
		err = write_strings(b, &b->argv, &p);
	l->arg_start = p;
	if (err)
		return exec_refuse(b, -EFAULT, "the argument strings could not be written");
	host_random(random, sizeof(random));
	at_random = p - sizeof(random);
	if (mm_copy_to(b->mm, at_random, random, sizeof(random)) < 0)
		return exec_refuse(b, -EFAULT, "the random bytes could not be written");
	build_auxv(b, img, at_random, execfn);
	if (write_tables(b, at_random) < 0)
		return exec_refuse(b, -EFAULT, "the argument tables could not be written");
	l->start_stack = b->sp;
	TRACE(kernel, exec_stack, b, b->mm, b->sp);
	return 0;
}

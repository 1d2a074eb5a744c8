/* Private to mm: what its files share.
 *
 *   frames.c      RAM: buddy allocator, reference counts
 *   pagetable.c   Sv39 and Sv32 tables, mm_translate
 *   vma.c         the ordered areas of an address space; where new ones go
 *   space.c       struct mm: life, statistics, a look at an area
 *   mmap.c mprotect.c mremap.c brk.c madvise.c lock.c   the calls
 *   fault.c       demand paging, copy-on-write, stack growth
 *   fork.c        copying an address space
 *   pagecache.c   struct mapping; shmem.c: the one behind shared anonymous memory
 *   reclaim.c     what to do when RAM is full: the page cache gives frames up
 *   swap.c        ... and address spaces
 *   view.c        views: what the host's MMU knows of an address space
 *   usercopy.c uio.c   the kernel's access to guest memory */
#ifndef MM_PRIVATE_H
#define MM_PRIVATE_H

#include "abi/mman.h"
#include "base/log.h"
#include "base/trace.h"
#include "mm/mm.h"
#include "sched/sched.h"

/* ---- limits ------------------------------------------------------------------ */
/* MM_MAX_MAP_COUNT, in the public header, bounds the kernel memory a process can pin
 * (Linux DEFAULT_MAX_MAP_COUNT). */
#define MAX_MAP_COUNT MM_MAX_MAP_COUNT
/* Pages kept free below a growing stack (Linux stack_guard_gap). */
#define STACK_GUARD_GAP (256 * PAGE_SIZE)
/* Default RLIMIT_STACK (Linux _STK_LIM). */
#define DEFAULT_STACK_LIMIT (8ull << 20)
/* Room below the stack's top that mmap leaves at least (Linux mm/util.c MIN_GAP). */
#define MMAP_MIN_GAP (128ull << 20)

/* ---- frames ------------------------------------------------------------------- */
enum {
	FRAME_CACHE  = 1 << 1,   /* a page of `mapping` at `index`; the tree owns one reference */
	FRAME_SHMEM  = 1 << 2,   /* ... and the only copy of its contents */
	FRAME_DIRTY  = 1 << 3,   /* ... newer than the file */
	FRAME_YOUNG  = 1 << 4,   /* ... used since reclaim last looked */
	FRAME_TABLE  = 1 << 5,   /* a page table */
	FRAME_FREE   = 1 << 6,   /* head of a free block of 2^order frames */
	FRAME_ZEROED = 1 << 7,   /* ... which are all zero */
};

/* One a frame, in an array that the host commits as it is touched. All zero: never used. */
struct frame {
	uint32_t refs;
	uint16_t entries;          /* page table: entries that are not zero */
	uint8_t flags;
	union {
		uint8_t order;     /* FRAME_FREE */
		uint8_t code;      /* else, atomically: the engine has pre-decoded it */
	};
	pfn_t next, prev;          /* free list, or the reclaim list of cached pages */
	struct mapping *mapping;   /* FRAME_CACHE */
	uint64_t index;
};

/* Frame 0 is never handed out: it is the zero page, mapped read-only wherever anonymous
 * memory is read before it is written. It is not counted. */
#define ZERO_PFN ((pfn_t)0)

struct ram {
	uint8_t *base;             /* frame n is at base + n * 4096 */
	struct frame *frames;
	pfn_t nr;                  /* frames there are */
};
extern struct ram ram;

static inline uint8_t *frame_ptr(pfn_t pfn) { return ram.base + ((uint64_t)pfn << PAGE_SHIFT); }
static inline struct frame *frame_of(pfn_t pfn) { return &ram.frames[pfn]; }

void  frame_free(pfn_t pfn);             /* its references are gone */
static inline void frame_put_inline(pfn_t pfn)
{
	if (pfn != ZERO_PFN && --frame_of(pfn)->refs == 0)
		frame_free(pfn);
}
pfn_t frame_alloc_raw(void);             /* as frame_alloc, contents undefined */
void  frame_free_zeroed(pfn_t pfn);      /* the caller held the last reference and cleared it */

/* Huge pages of the host's: what one entry of its tables, and of Sv39's second level, can map. */
enum { HUGE_ORDER = 9 };
#define HUGE_SIZE (PAGE_SIZE << HUGE_ORDER)
/* 2^HUGE_ORDER frames, aligned, that are one page of the host's: each with one reference, contents
 * undefined. PFN_NONE: the host has none, or it would take reclaim. */
pfn_t frame_alloc_huge(void);
bool  frame_is_huge(pfn_t pfn);          /* it is part of such a page */

/* ---- page tables ----------------------------------------------------------------- */
/* Privileged ISA, "Sv32" and "Sv39" page-table entries:
 *
 *     63/31         10 9 8 7 6 5 4 3 2 1 0
 *    |      PPN       |RSW|D|A|G|U|X|W|R|V|
 *
 * RSW is software's. With V clear all other bits are software's too:
 * PTE_NONE then says "here is a page that PROT_NONE hides", PTE_SWAP "it is swapped out". */
typedef uint64_t pte_t;
enum {
	PTE_V = 1 << 0, PTE_R = 1 << 1, PTE_W = 1 << 2, PTE_X = 1 << 3,
	PTE_U = 1 << 4, PTE_G = 1 << 5, PTE_A = 1 << 6, PTE_D = 1 << 7,
	PTE_NONE = 1 << 8,
	PTE_VIEW = 1 << 9,         /* only with V: the page is in the address space's view */
	PTE_SWAP = PTE_G,          /* V clear: the page is in the swap area (swap.c); G is not used otherwise */
	PTE_LEAF = PTE_R | PTE_W | PTE_X,
	PTE_PRESENT = PTE_V | PTE_NONE,
	PTE_PPN_SHIFT = 10,
};
static inline pfn_t pte_pfn(pte_t e) { return (pfn_t)(e >> PTE_PPN_SHIFT); }
static inline pte_t pte_make(pfn_t pfn, pte_t bits) { return (pte_t)pfn << PTE_PPN_SHIFT | bits; }

/* A stretch of one leaf table: entries first..last (inclusive), the first maps va. */
struct leaf {
	pfn_t table;
	unsigned first, last;
	gva_t va;
};
struct mm;
int  pt_init(struct mm *mm);
void pt_destroy(struct mm *mm);                       /* every entry is gone already */
/* The next stretch in [*pos, end) that has a table; *pos moves behind it. false: none left. */
bool pt_next_leaf(struct mm *mm, gva_t *pos, gva_t end, struct leaf *out);
/* The stretch of va's leaf table from va to end or the table's, creating tables. false: no frame. */
bool pt_alloc_leaf(struct mm *mm, gva_t va, gva_t end, struct leaf *out);
/* Free the leaf table that maps va, and what held only it, if empty. */
void pt_trim(struct mm *mm, gva_t va);
pte_t pt_lookup(struct mm *mm, gva_t va);             /* 0 if no table */

/* ---- areas ------------------------------------------------------------------------- */
enum {
	VMA_SHARED     = 1 << 0,
	VMA_MAYWRITE   = 1 << 1,
	VMA_MAYEXEC    = 1 << 2,
	VMA_GROWSDOWN  = 1 << 3,
	VMA_LOCKED     = 1 << 4,
	VMA_NORESERVE  = 1 << 5,
	VMA_DONTFORK   = 1 << 6,
	VMA_WIPEONFORK = 1 << 7,
	VMA_DONTDUMP   = 1 << 8,
	VMA_SEALED     = 1 << 9,      /* mseal: stays as and where it is */
};
struct vma {
	gva_t start, end;
	int prot;
	unsigned flags;
	bool copied;               /* a private one, of a file: some page is no longer the file's */
	struct mm *mm;
	struct mapping *mapping;   /* NULL: private anonymous */
	uint64_t offset;           /* of start in the mapping, bytes */
	void *file;
	const char *name;
	struct list link;          /* mapping->vmas */
};

struct mm {
	uint64_t tlb_generation;
	struct view *view;         /* view.c; NULL: none */
	uint64_t code_generation;  /* atomically */
	struct mm_engine engine;
	void *root_table;          /* host address of the root table */
	pfn_t root;
	bool rv32;
	gva_t top;
	struct vma **vmas;         /* sorted, disjoint */
	unsigned nr_vmas, cap_vmas;
	unsigned hint;             /* index of the area found last */
	unsigned refs;
	struct list space_link;    /* all address spaces, for swap.c */
	uint64_t id;
	bool lock_future;          /* mlockall(MCL_FUTURE) */
	struct mm_stats stats;
	struct mm_limits limits;
	struct mm_layout layout;
};

static inline uint64_t vma_pages(const struct vma *v) { return (v->end - v->start) >> PAGE_SHIFT; }
static inline uint64_t vma_index(const struct vma *v, gva_t va) { return (v->offset + (va - v->start)) >> PAGE_SHIFT; }

/* Index of the first area with end > addr; nr_vmas if none. */
unsigned vma_find_index(struct mm *mm, gva_t addr);
struct vma *vma_find(struct mm *mm, gva_t addr);       /* the area that contains addr, or NULL */
bool vma_sealed_in(struct mm *mm, gva_t start, gva_t end);
int  vma_reserve(struct mm *mm, unsigned more);        /* so many vma_insert cannot fail; -ENOMEM */
struct vma *vma_new(const struct vma *like);           /* takes references; not inserted */
void vma_free(struct vma *v);                          /* not inserted */
void vma_insert(struct mm *mm, struct vma *v);         /* space was reserved */
void vma_remove(struct mm *mm, unsigned index);        /* unlinks and frees */
void vma_resize(struct mm *mm, struct vma *v, gva_t start, gva_t end);
void vma_change(struct mm *mm, struct vma *v, int prot, unsigned flags);
int  vma_split(struct mm *mm, unsigned index, gva_t at); /* index keeps the low half */
/* Make area boundaries of start and end. -ENOMEM: nothing changed but boundaries.
 * limited: max_map_count applies. */
int  vma_split_range(struct mm *mm, gva_t start, gva_t end, bool limited);
void vma_merge_range(struct mm *mm, gva_t start, gva_t end);  /* join equal neighbours */
bool vma_covered(struct mm *mm, gva_t start, gva_t end);
/* A free range for `len` bytes, as Linux' get_unmapped_area; or -errno. */
int64_t vma_place(struct mm *mm, gva_t addr, uint64_t len, int flags, bool allow_low);
/* May `pages` more of this kind be mapped (RLIMIT_AS, RLIMIT_DATA)? */
bool vma_may_expand(const struct mm *mm, int prot, unsigned flags, uint64_t pages);
bool vma_data_allowed(const struct mm *mm, int prot, unsigned flags, uint64_t pages);
bool vma_over_commit(int prot, unsigned flags, uint64_t pages);
bool range_valid(const struct mm *mm, gva_t addr, uint64_t len);

/* ---- contents ------------------------------------------------------------------------ */
/* Rights of a page in a table: what the area says, W only if the page may be written in place. */
pte_t prot_bits(int prot, bool writable);
/* A page that a private area has to itself and fork makes COW. */
static inline bool frame_is_anon(pfn_t pfn) { return pfn != ZERO_PFN && !(frame_of(pfn)->flags & FRAME_CACHE); }

void zap_range(struct mm *mm, gva_t start, gva_t end);
void rss_add(struct mm *mm, pfn_t pfn, int n);         /* n: 1 or -1 */
enum fault_flags { FAULT_FORCE = 1, FAULT_QUIET = 2 };
enum fault_result fault_page(struct mm *mm, struct vma *v, gva_t va, enum access access, unsigned flags);
/* Fault [start, end) in as far as the areas allow. 0, or -errno of the first that fails. */
int populate_range(struct mm *mm, gva_t start, gva_t end, bool write);
int unmap_range(struct mm *mm, gva_t start, gva_t end);
int lock_allowed(struct mm *mm, uint64_t pages);       /* 0, -EPERM or -EAGAIN */

/* Executable memory is about to change: see mm_code_generation(). */
static inline void code_changes(struct mm *mm)
{
	__atomic_store_n(&mm->code_generation, mm->code_generation + 1, __ATOMIC_RELEASE);
}

/* ---- views (view.c) ------------------------------------------------------------------- */
void view_destroy(struct mm *mm);
bool view_in_use(const struct mm *mm);
void view_fill_faulted(struct mm *mm, gva_t va);    /* the page may be wanted in the view as well */
void view_forget_slow(struct mm *mm, gva_t start, gva_t end);
void view_protect_slow(struct mm *mm, gva_t start, gva_t end);
/* The entries of [start, end) are about to lose a right, to change, or to go. */
static inline void view_forget(struct mm *mm, gva_t start, gva_t end)
{
	if (unlikely(mm->view != NULL))
		view_forget_slow(mm, start, end);
}
/* ... are about to lose W or D, and nothing else. */
static inline void view_protect(struct mm *mm, gva_t start, gva_t end)
{
	if (unlikely(mm->view != NULL))
		view_protect_slow(mm, start, end);
}
/* Map the run of frames from pfn at `at`, a place in a view. 0 or -errno. */
int ram_map_view(void *at, uint64_t len, pfn_t pfn, bool writable);

void frame_set_dirty(pfn_t pfn);                       /* a page of the cache */
void mapping_drop_page(pfn_t pfn);                     /* ... leaves it */
void mapping_punch(struct mapping *m, uint64_t first, uint64_t last);   /* pages read as zero again */
int  mapping_write_frame(pfn_t pfn);                   /* ... is written back if dirty */
/* Best effort: have pages [first, first + nr) in the cache. */
void mapping_read_ahead(struct mapping *m, uint64_t first, uint64_t nr);
/* Pages [first, first + nr), at most 2^order and none of them in the cache, into frames that lie
 * behind each other. Only saves time: false if it did not work out. */
bool mapping_read_run(struct mapping *m, uint64_t first, unsigned nr, unsigned order);
bool mapping_is_shmem(const struct mapping *m);
struct mapping *shmem_create(uint64_t size);           /* one reference; NULL when out of memory */
/* Move the dirty bits of the tables that map [first, last] to the cache. */
void mapping_collect_dirty(struct mapping *m, uint64_t first, uint64_t last);

/* Free up to `want` frames from the page cache; how many it got. */
unsigned reclaim_frames(unsigned want);
void reclaim_add(pfn_t pfn);                           /* a page came into the cache */
void reclaim_remove(pfn_t pfn);
void reclaim_reset(void);

/* swap.c: entries that name a slot. */
void swap_put(pte_t e);
bool swap_get(pte_t e);                                /* one more entry; false: too many */
int  swap_read_page(pte_t e, pfn_t to);                /* 0 or -EIO; the entry stays */
void swap_space_born(struct mm *mm);
void swap_space_gone(struct mm *mm);

#endif

/* mm: guest memory. Frames, page tables, areas, faults, copy-on-write, page cache, user copies.
 *
 * Truth is the page table (Sv39 for RV64, Sv32 for RV32, design D4), made of
 * guest frames and walked by mm_translate(); everything else (the interpreter's
 * translation buffer, later the views of the translator) is a cache of it.
 *
 *   struct frame        one 4 KiB page of RAM: reference count, owner
 *   struct mapping      a file's pages (Linux: address_space), shared by all who map it
 *   struct vma          [start, end) of one address space with one protection and one backing
 *   struct mm           an address space: vmas + page table + statistics
 *
 * All of it is guarded by the kernel lock, except that harts in guest code walk page
 * tables (mm_translate) without it: see mm_shoot_down(). */
#ifndef MM_MM_H
#define MM_MM_H

#include "base/list.h"
#include "base/strbuf.h"
#include "base/types.h"

enum xlen { XLEN_32 = 32, XLEN_64 = 64 };

/* ---- frames ------------------------------------------------------------------- */
/* The most RAM, and the most swap, that there can be: the PPN of Sv32 has 22 bits, and so has what names a slot. */
#define RAM_BYTES_MAX ((uint64_t)1 << (22 + PAGE_SHIFT))
/* `bytes` of RAM (rounded to pages). -ENOMEM when the host cannot reserve it. */
int   ram_init(uint64_t bytes);
void  ram_shutdown(void);
pfn_t frame_alloc(void);                 /* zeroed, one reference; PFN_NONE when RAM is full */
pfn_t frame_alloc_run_now(unsigned order);   /* PFN_NONE: it would take reclaim */
pfn_t frame_alloc_run(unsigned order);   /* 2^order contiguous, aligned, each with one reference */
void  frame_get(pfn_t pfn);
void  frame_put(pfn_t pfn);              /* last reference: frees */
unsigned frame_refs(pfn_t pfn);
void *frame_host(pfn_t pfn);             /* the kernel's address of the frame */
uint64_t ram_total_pages(void);
uint64_t ram_free_pages(void);
/* A swap area of that many bytes, in an unlinked file of the host's. 0 or -errno. */
int   swap_init(uint64_t bytes);
void  swap_shutdown(void);
uint64_t swap_total_pages(void);
uint64_t swap_free_pages(void);
uint64_t swap_pages_in(void);
uint64_t swap_pages_out(void);
/* Give up pages of files and swap anonymous ones out until a reserve of frames is free. Only where
 * nobody holds a pointer from mm_pin or uio_span. false: RAM is as good as full. */
bool  mm_balance(void);
/* The engine has pre-decoded code of this frame: tell it (frame_code_gone) before the
 * frame is freed and reused. */
void  frame_mark_code(pfn_t pfn);
extern void (*frame_code_gone)(pfn_t pfn);   /* installed by cpu; may be NULL */

/* ---- file-backed pages ---------------------------------------------------------- */
struct mapping;
struct mapping_ops {
	/* Fill the page of the file at `index` (4 KiB units) into host memory `page`
	 * (already zeroed). Bytes past the end of file stay zero. 0 or -errno. */
	int (*read_page)(struct mapping *m, uint64_t index, void *page);
	/* The same for `nr` pages that lie behind each other in host memory; NULL: only one at a time. */
	int (*read_run)(struct mapping *m, uint64_t index, void *pages, uint64_t nr);
	/* Write `len` bytes (the part inside the file) back; NULL: no write-back (tmpfs). */
	int (*write_page)(struct mapping *m, uint64_t index, const void *page, size_t len);
	/* Make a hole of the bytes (MADV_REMOVE); NULL: the file system cannot. */
	int (*punch)(struct mapping *m, uint64_t off, uint64_t len);
	uint64_t (*size)(struct mapping *m);        /* of the file, in bytes */
	void (*get)(struct mapping *m);             /* references of the owner (the inode) */
	void (*put)(struct mapping *m);
};
/* Embedded in its owner, the inode. mm keeps the pages; the owner keeps the mapping. */
struct mapping {
	const struct mapping_ops *ops;
	struct page_tree *pages;       /* index -> pfn; mm's own */
	uint64_t nr_pages;
	struct list vmas;              /* areas that map it, for truncation */
	bool unevictable;              /* pages are the only copy (tmpfs) */
	uint64_t id;                   /* unique, for shared futex keys */
};
void  mapping_init(struct mapping *m, const struct mapping_ops *ops);
void  mapping_destroy(struct mapping *m);   /* drops all pages; nobody maps it any more */
/* The page at index, read in if absent; takes a reference on the frame. PFN_NONE in *out when
 * past the end of file and !extend. 0, -ENOMEM, -EIO. */
int   mapping_get_page(struct mapping *m, uint64_t index, bool extend, pfn_t *out);
pfn_t mapping_peek_page(struct mapping *m, uint64_t index);   /* PFN_NONE if absent; no reference */
void  mapping_mark_dirty(struct mapping *m, uint64_t index);
int   mapping_writeback(struct mapping *m, uint64_t first, uint64_t last);
/* The file shrank (or was replaced) : drop pages at and after byte `from`, zero the tail of the
 * page holding it, unmap them everywhere. */
void  mapping_truncate(struct mapping *m, uint64_t from);

/* ---- address spaces --------------------------------------------------------------- */
struct mm;
struct mm *mm_create(enum xlen xlen);    /* NULL when out of memory; one reference */
/* An address space (its mm_id) goes; installed by who keeps things for it. May be NULL. */
extern void (*mm_destroyed)(uint64_t id);
void mm_get(struct mm *mm);
void mm_put(struct mm *mm);              /* last reference: everything is unmapped and freed */
/* Copy for fork: areas and tables copied, private writable pages become COW on both sides. */
int  mm_fork(struct mm *parent, struct mm **child);
enum xlen mm_xlen(const struct mm *mm);
gva_t mm_top(const struct mm *mm);       /* first address past user space: 2^38, or 2^32-4096 … RV32: 0x9dc00000 as Linux says; see mm.c */
uint64_t mm_id(const struct mm *mm);     /* unique for ever: tags caches */
/* Changes whenever a present entry was removed or lost a right: caches of translations
 * made before must be dropped. */
uint64_t mm_tlb_generation(const struct mm *mm);
/* BEFORE a present entry is removed or loses a right, or a table is freed: no other hart is
 * in guest code of this address space when it returns, nor before the caller gives up the kernel
 * lock, and the generation has changed. Adding entries and rights needs no such thing. */
void mm_shoot_down(struct mm *mm);

/* Places and sizes that exec, prctl and /proc know about (Linux mm_struct). */
struct mm_layout {
	gva_t start_code, end_code, start_data, end_data;
	gva_t start_brk, brk, start_stack, mmap_base;
	bool mmap_bottom_up;           /* legacy layout: mappings grow up from mmap_base */
	gva_t arg_start, arg_end, env_start, env_end;
	gva_t vdso;
	gva_t sigreturn;               /* address of the vDSO's rt_sigreturn trampoline */
	uint64_t auxv[64];             /* saved for /proc/PID/auxv, as guest words widened */
	unsigned auxv_words;
};
struct mm_layout *mm_layout(struct mm *mm);

/* Limits that mm checks; the kernel copies them from the process' rlimits. Bytes. */
struct mm_limits { uint64_t as, data, stack, memlock; };
struct mm_limits *mm_limits(struct mm *mm);
struct mm_stats {
	uint64_t total_vm_pages, rss_anon, rss_file, rss_shmem, hiwater_rss;
	uint64_t locked_vm_pages, data_vm_pages, stack_vm_pages, exec_vm_pages;
	uint64_t min_faults, maj_faults, cow_copies, page_table_pages;
	uint64_t swap_pages;           /* swapped out */
};
void mm_stats(struct mm *mm, struct mm_stats *out);

/* prot, flags, advice: Linux' PROT_*, MAP_*, MADV_*, MREMAP_* (host's <sys/mman.h> has the
 * generic values RISC-V uses). All return 0/address or -errno as the Linux call. */
struct mmap_request {
	gva_t addr;
	uint64_t len;
	int prot, flags;
	struct mapping *mapping;       /* NULL: anonymous */
	uint64_t offset;               /* bytes, page aligned */
	bool may_write;                /* a shared mapping may be made writable later */
	bool may_exec;                 /* of a file: false on a noexec mount */
	bool allow_low;                /* CAP_SYS_RAWIO: MAP_FIXED below mm_mmap_min_addr */
	void *file;                    /* opaque to mm: the kernel's struct file, for /proc/PID/maps */
	const char *name;              /* "[vdso]" etc.; static string or NULL */
};
extern gva_t mm_mmap_min_addr;         /* vm.mmap_min_addr, 65536 */
#define MM_MAX_MAP_COUNT 65530u        /* vm.max_map_count */
/* References to the opaque file of a vma; installed by vfs. */
extern void (*mm_file_get)(void *file);
extern void (*mm_file_put)(void *file);

int64_t mm_mmap(struct mm *mm, const struct mmap_request *req);   /* the address, or -errno */
int  mm_munmap(struct mm *mm, gva_t addr, uint64_t len);
int  mm_mprotect(struct mm *mm, gva_t addr, uint64_t len, int prot);
int64_t mm_mremap(struct mm *mm, gva_t old, uint64_t old_len, uint64_t new_len, int flags, gva_t new_addr);
gva_t mm_brk(struct mm *mm, gva_t brk);                           /* the new or unchanged break */
int  mm_madvise(struct mm *mm, gva_t addr, uint64_t len, int advice);
int  mm_mseal(struct mm *mm, gva_t addr, uint64_t len);   /* from now on only reading and writing */
int  mm_msync(struct mm *mm, gva_t addr, uint64_t len, int flags);
int  mm_mincore(struct mm *mm, gva_t addr, uint64_t len, uint8_t *vec);  /* one byte a page */
int  mm_mlock(struct mm *mm, gva_t addr, uint64_t len, bool lock);
int  mm_mlockall(struct mm *mm, int flags);   /* MCL_*; 0: munlockall */

/* A read-only look at one area, for /proc, explain, core dumps. */
struct vma_info {
	gva_t start, end;
	int prot;
	bool shared, grows_down;
	struct mapping *mapping;
	uint64_t offset;
	void *file;
	const char *name;
	uint64_t rss_pages, private_pages, shared_pages, dirty_pages;   /* only with counts */
	uint64_t pss_bytes, swap_pages, referenced_pages, anon_pages;
	bool locked, no_dump, dont_fork, wipe_on_fork, no_reserve;
};
/* The first area with end > addr; false if none. */
bool mm_find_vma(struct mm *mm, gva_t addr, bool counts, struct vma_info *out);

/* One page, for /proc/PID/pagemap. */
struct mm_page { bool present, swapped, file, exclusive; };
void mm_look_at_page(struct mm *mm, gva_t va, struct mm_page *out);
/* The first page in [from, end) that has contents of its own in the table or in swap; end if none. */
gva_t mm_next_page(struct mm *mm, gva_t from, gva_t end);

/* ---- code, for the translator ---------------------------------------------------------- */
/* What an engine keeps for an address space. It is freed with it, by mm_engine_free(state). */
struct mm_engine {
	void *state;
	uint64_t ran;                  /* instructions its programs have run, about; atomically */
};
struct mm_engine *mm_engine(struct mm *mm);
extern void (*mm_engine_free)(void *state);   /* installed by jit; may be NULL */
/* Changes before executable memory is unmapped, replaced, written to behind the guest's back or
 * changes its rights: what was found out about it before must be looked at again. Read without the lock. */
uint64_t mm_code_generation(const struct mm *mm);
/* The executable area that contains va; false if there is none. */
struct mm_code_area {
	gva_t start, end;
	struct mapping *mapping;       /* of a pristine area; NULL else */
	uint64_t offset;               /* of start in the mapping */
	/* Private, of a file, and no page has been copied: who else maps the same part of the same
	 * file in the same way sees the same bytes. */
	bool pristine;
};
bool mm_find_code(struct mm *mm, gva_t va, struct mm_code_area *out);

/* ---- faults and translation ---------------------------------------------------------- */
enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_EXEC };
enum fault_result {
	FAULT_OK,          /* mapped now: run the instruction again */
	FAULT_MAPERR,      /* SIGSEGV, SEGV_MAPERR */
	FAULT_ACCERR,      /* SIGSEGV, SEGV_ACCERR */
	FAULT_BUS,         /* SIGBUS, BUS_ADRERR: past the end of the file, or it could not be read */
	FAULT_OOM,         /* no frame to be had */
};
/* Resolve a page fault: fill, copy (COW), grow the stack (sp: the guest's stack pointer or 0). */
enum fault_result mm_fault(struct mm *mm, gva_t va, enum access access);
uint64_t mm_major_faults(const struct mm *mm);     /* those so far for which a page was read, from a file or from swap */

/* What a walk of the page table found. */
struct translation {
	uint8_t *host;       /* host address of the start of the 4 KiB page */
	pfn_t pfn;
	bool writable;       /* stores may go through this entry without another walk (D is set) */
	bool executable, readable;
};
/* Walk the table for one access; sets A (and D for writes). 0, or -EFAULT when the entry is
 * absent or forbids the access: then trap, and let the kernel call mm_fault. Never sleeps. */
int mm_translate(struct mm *mm, gva_t va, enum access access, struct translation *out);

/* ---- views: an address space in the host's (view.c) -------------------------------------- */
/* No access on both sides of a view: what an immediate may reach from a checked base. */
#define MM_VIEW_GUARD ((uint64_t)1 << 32)
/* Reserve one: 2^38 bytes for RV64, 2^32 for RV32. Nothing is in it. 0, or -ENOMEM. */
int   mm_view_create(struct mm *mm);
/* Where guest address 0 is in the host; NULL: no view. */
uint8_t *mm_view_base(const struct mm *mm);
/* Bring the page at va in, as the table permits now (mm_translate first, which sets A and D), and
 * what lies around it. false: it is not to be had; let the interpreter run this access. */
bool  mm_view_fill(struct mm *mm, gva_t va);
/* Everything leaves the view. */
void  mm_view_empty(struct mm *mm);
/* And faults bring nothing back, until the next mm_view_fill(). */
void  mm_view_rest(struct mm *mm);
/* The program has met va, by a fault that has been resolved or in translated code that misses it in the view: if no
 * page is missing of the 2 MiB around, have them in a huge page of the host's. Only where nobody holds a pointer from
 * mm_pin or uio_span. true: pages have moved. */
bool  mm_collapse(struct mm *mm, gva_t va);
/* Were pages of it, or rights, taken away since the last call? */
bool  mm_view_lost(struct mm *mm);
/* If not NULL: what a fill asks before a page is writable in a view (the engines' comparison). */
extern bool (*mm_view_may_write)(const uint8_t *host);
struct mm_view_counts {
	uint64_t created, refused, fills, pages, forgets, evictions;
};
extern struct mm_view_counts mm_view_counts;

/* ---- user copies: fault pages in as needed --------------------------------------------- */
int mm_copy_from(struct mm *mm, void *dst, gva_t src, size_t len);   /* 0 or -EFAULT (nothing promised) */
int mm_copy_to(struct mm *mm, gva_t dst, const void *src, size_t len);
size_t mm_copy_to_partial(struct mm *mm, gva_t dst, const void *src, size_t len);  /* bytes done */
size_t mm_copy_from_partial(struct mm *mm, void *dst, gva_t src, size_t len);
int mm_zero(struct mm *mm, gva_t dst, size_t len);
/* NUL-terminated string into dst[cap]; its length, -EFAULT, or -ENAMETOOLONG when no NUL in cap. */
int64_t mm_copy_string(struct mm *mm, char *dst, gva_t src, size_t cap);
/* Host address of [va, va+len) inside one page for this access, faulting it in. NULL: -EFAULT.
 * Valid until the caller sleeps or changes mappings. */
void *mm_pin(struct mm *mm, gva_t va, size_t len, enum access access);
/* Ignores protections, breaks COW: ptrace, /proc/PID/mem, the loader's writes. */
int mm_copy_force(struct mm *mm, gva_t va, void *buf, size_t len, bool write);

/* ---- scatter lists -------------------------------------------------------------------------- */
/* Where file operations read from or write to: user memory in pieces, or one kernel buffer. */
struct uio_seg { gva_t base; uint64_t len; };
struct uio {
	struct mm *mm;                 /* NULL: kernel buffer */
	char *kbuf;
	const struct uio_seg *segs;
	unsigned nr_segs;
	uint64_t seg_done;             /* bytes of segs[0] already used */
	uint64_t left;                 /* bytes still to go */
};
void uio_init_kernel(struct uio *u, void *buf, size_t len);
void uio_init_user(struct uio *u, struct mm *mm, const struct uio_seg *segs, unsigned nr);
/* Move bytes and advance; how many went before a fault or the end. */
size_t uio_copy_in(struct uio *u, const void *src, size_t len);    /* into the uio (read) */
size_t uio_copy_out(struct uio *u, void *dst, size_t len);         /* out of the uio (write) */
/* The next directly accessible piece (<= a page when user memory): host pointer and length, for
 * I/O without a copy. `access` READ when the uio is the source of data. NULL: fault or end. */
void *uio_span(struct uio *u, enum access access, size_t *len);
void uio_advance(struct uio *u, size_t n);

struct mm_tracepoints {
	void (*page_fault)(struct mm *mm, gva_t va, enum access a, enum fault_result r, bool major, bool cow);
	void (*area_mapped)(struct mm *mm, const struct mmap_request *req, gva_t at);
};
extern struct mm_tracepoints mm_tracepoints;

#endif

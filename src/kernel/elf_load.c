/* Segments become areas of the new address space (Linux' elf_load, elf_map,
 * load_elf_interp of 6.12).
 *
 *   file    |....[ p_filesz ]....|             the kernel maps pages, not bytes:
 *                 \         \                  both ends round out to pages
 *   memory  |--- file pages ----|000|--- zero pages ---|
 *           ^ p_vaddr           ^ + p_filesz           ^ + p_memsz
 *
 * The tail of the last file page is zeroed (this touches it: a private copy),
 * whole pages of bss are anonymous. A position-independent file is mapped once
 * over its whole span, so that the spot found is big enough for all segments,
 * and the rest is unmapped again. */
#include "elf_image.h"

#include "abi/mman.h"
#include "abi/process.h"
#include "base/trace.h"

static uint64_t page_offset(uint64_t v) { return v & PAGE_MASK; }

static int segment_prot(const struct elf64_phdr *p)
{
	return (p->p_flags & PF_R ? PROT_READ : 0) | (p->p_flags & PF_W ? PROT_WRITE : 0) |
	       (p->p_flags & PF_X ? PROT_EXEC : 0);
}

/* From the lowest to the highest byte of all segments, page aligned below; 0: none. */
static uint64_t total_span(const struct elf_image *img)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (unsigned i = 0; i < img->ehdr.e_phnum; i++) {
		const struct elf64_phdr *p = &img->phdrs[i];

		if (p->p_type != PT_LOAD)
			continue;
		low = MIN(low, align_down(p->p_vaddr, PAGE_SIZE));
		high = MAX(high, p->p_vaddr + p->p_memsz);
	}
	return high > low ? high - low : 0;
}

/* The largest power of two that a segment asks for; 0 when none does. */
static uint64_t widest_alignment(const struct elf_image *img)
{
	uint64_t widest = 0;

	for (unsigned i = 0; i < img->ehdr.e_phnum; i++) {
		uint64_t a = img->phdrs[i].p_align;

		if (img->phdrs[i].p_type == PT_LOAD && a && !(a & (a - 1)))
			widest = MAX(widest, a);
	}
	return align_up(widest, PAGE_SIZE);
}

static int64_t map_file_part(struct binprm *b, const struct elf_image *img, const struct elf64_phdr *p,
			     gva_t addr, int prot, int flags, uint64_t span)
{
	uint64_t size = align_up(p->p_filesz + page_offset(p->p_vaddr), PAGE_SIZE);
	struct mmap_request req = {
		.addr = align_down(addr, PAGE_SIZE), .prot = prot, .flags = flags,
		.offset = p->p_offset - page_offset(p->p_vaddr),
		.may_write = true, .may_exec = true, .file = img->file,
	};
	int64_t at;

	if (!size)
		return (int64_t)req.addr;
	if (!is_aligned(req.offset, PAGE_SIZE))   /* offset and address differ within the page */
		return -EINVAL;
	req.len = span ? align_up(span, PAGE_SIZE) : size;
	at = file_mmap(img->file, &req.mapping);
	if (at < 0)
		return at;
	at = mm_mmap(b->mm, &req);
	if (at >= 0 && req.len > size)
		mm_munmap(b->mm, (gva_t)at + size, req.len - size);
	return at;
}

/* Pages of bss beyond the file's pages; readable and writable whatever the segment says. */
static int64_t map_zero_pages(struct binprm *b, gva_t from, gva_t to, int prot)
{
	struct mmap_request req = {
		.addr = align_up(from, PAGE_SIZE),
		.prot = PROT_READ | PROT_WRITE | (prot & PROT_EXEC),
		.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, .may_write = true, .may_exec = true,
	};

	to = align_up(to, PAGE_SIZE);
	if (to <= req.addr)
		return 0;
	req.len = to - req.addr;
	return mm_mmap(b->mm, &req);
}

static int clear_page_tail(struct binprm *b, gva_t from, int prot)
{
	uint64_t n = -from & PAGE_MASK;
	static const uint8_t zeros[4096];

	if (!n || !(prot & PROT_WRITE))
		return 0;                      /* a read-only tail keeps what the file has there */
	return mm_copy_force(b->mm, from, (void *)zeros, n, true);
}

/* One PT_LOAD at addr (any address if 0 and not MAP_FIXED). Where it is, or -errno. */
static int64_t load_segment(struct binprm *b, const struct elf_image *img, const struct elf64_phdr *p,
			    gva_t addr, int flags, uint64_t span)
{
	int prot = segment_prot(p);
	int64_t at = (int64_t)align_down(addr, PAGE_SIZE), err;
	gva_t file_end, mem_end;

	if (p->p_filesz)
		at = map_file_part(b, img, p, addr, prot, flags, span);
	if (at < 0)
		return at;
	file_end = (gva_t)at + page_offset(p->p_vaddr) + p->p_filesz;
	mem_end = (gva_t)at + page_offset(p->p_vaddr) + p->p_memsz;
	if (p->p_memsz > p->p_filesz) {
		if (p->p_filesz && clear_page_tail(b, file_end, prot) < 0)
			return -EFAULT;
		err = map_zero_pages(b, p->p_filesz ? file_end : (gva_t)at, mem_end, prot);
		if (err < 0)
			return err;
	}
	TRACE(kernel, exec_segment, b, p, (gva_t)at, (uint64_t)at - align_down(p->p_vaddr, PAGE_SIZE), img->is_interp);
	return at;
}

/* Would the segment leave user space, or hold more file than memory? */
static bool segment_is_absurd(struct binprm *b, const struct elf64_phdr *p, gva_t at)
{
	uint64_t top = mm_top(b->mm);

	return at >= top || p->p_filesz > p->p_memsz || p->p_memsz > top || top - p->p_memsz < at;
}

static void note_extent(struct elf_placed *o, const struct elf64_phdr *p, const struct elf64_ehdr *e)
{
	uint64_t start = p->p_vaddr, file_end = start + p->p_filesz;

	if (p->p_offset <= e->e_phoff && e->e_phoff < p->p_offset + p->p_filesz)
		o->phdr = e->e_phoff - p->p_offset + start;
	if (p->p_flags & PF_X)
		o->start_code = MIN(o->start_code, start);
	o->start_data = MAX(o->start_data, start);
	if (p->p_flags & PF_X)
		o->end_code = MAX(o->end_code, file_end);
	o->end_data = MAX(o->end_data, file_end);
	o->brk = MAX(o->brk, start + p->p_memsz);
}

static void add_bias(struct elf_placed *o, const struct elf64_ehdr *e)
{
	o->entry = e->e_entry + o->bias;
	if (o->phdr)
		o->phdr += o->bias;
	o->start_code += o->bias;
	o->end_code += o->bias;
	o->start_data += o->bias;
	o->end_data += o->bias;
	o->brk += o->bias;
}

/* Where a position-independent program is wanted. With an interpreter: two thirds up, away from
 * both brk and mmap. Without one (a static PIE, or ld.so run as a program): among the mmaps,
 * so that what it loads finds the usual place free. */
static int64_t choose_base(struct binprm *b, const struct elf_image *img, bool has_interp, int *flags)
{
	uint64_t align = widest_alignment(img), base;
	struct mmap_request probe = { 0 };
	int64_t at;

	if (has_interp) {
		base = mm_top(b->mm) / 3 * 2;                       /* ELF_ET_DYN_BASE */
		if (exec_randomize(b))
			base += exec_random_code(EXEC_SLIDE_PIE, img->xlen == XLEN_64 ? 0x3ffff : 0xff);
		*flags |= MAP_FIXED_NOREPLACE;
		return (int64_t)(align ? align_down(base, align) : base);
	}
	if (align <= PAGE_SIZE)
		return 0;
	/* Find a hole big enough to be aligned in, as Linux does: reserve, give back, use. */
	probe.len = align_up(total_span(img), PAGE_SIZE) + align;
	probe.prot = PROT_NONE;
	probe.flags = MAP_PRIVATE | MAP_ANONYMOUS;
	at = mm_mmap(b->mm, &probe);
	if (at < 0)
		return at;
	mm_munmap(b->mm, (gva_t)at, probe.len);
	*flags |= MAP_FIXED_NOREPLACE;
	return (int64_t)align_up((uint64_t)at, align);
}

/* The address hint and flags for the first segment; later ones follow it at fixed distance. */
static int place_first(struct binprm *b, const struct elf_image *img, const struct elf64_phdr *p,
		       bool has_interp, uint64_t *bias, uint64_t *span, int *flags)
{
	int64_t base;

	if (img->ehdr.e_type == ABI_ET_EXEC) {
		*flags |= MAP_FIXED_NOREPLACE;
		return 0;
	}
	*span = total_span(img);
	if (!*span)
		return exec_refuse(b, -EINVAL, "its segments are empty");
	base = choose_base(b, img, has_interp, flags);
	if (base < 0)
		return (int)base;
	*bias = align_down((uint64_t)base - p->p_vaddr, PAGE_SIZE);
	if (!base)
		*bias = (uint64_t)0 - align_down(p->p_vaddr, PAGE_SIZE);   /* hint 0: anywhere */
	return 0;
}

int elf_load_program(struct binprm *b, const struct elf_image *img, bool has_interp, struct elf_placed *out)
{
	bool first = true;
	int64_t at;
	int err;

	*out = (struct elf_placed){ .start_code = UINT64_MAX };
	for (unsigned i = 0; i < img->ehdr.e_phnum; i++) {
		const struct elf64_phdr *p = &img->phdrs[i];
		int flags = MAP_PRIVATE | (first ? 0 : MAP_FIXED);
		uint64_t span = 0;

		if (p->p_type != PT_LOAD)
			continue;
		err = first ? place_first(b, img, p, has_interp, &out->bias, &span, &flags) : 0;
		if (err)
			return err;
		at = load_segment(b, img, p, out->bias + p->p_vaddr, flags, span);
		if (at < 0)
			return exec_refuse(b, (int)at, "a segment could not be mapped");
		if (first && img->ehdr.e_type == ABI_ET_DYN)
			out->bias = (uint64_t)at - align_down(p->p_vaddr, PAGE_SIZE);
		first = false;
		if (segment_is_absurd(b, p, p->p_vaddr))
			return exec_refuse(b, -EINVAL, "a segment is larger than user space, or p_filesz > p_memsz");
		note_extent(out, p, &img->ehdr);
	}
	add_bias(out, &img->ehdr);
	return 0;
}

int elf_load_interp(struct binprm *b, const struct elf_image *img, struct elf_placed *out)
{
	uint64_t span = total_span(img);
	bool placed = img->ehdr.e_type == ABI_ET_EXEC;
	int64_t at;

	*out = (struct elf_placed){ 0 };
	if (img->ehdr.e_type != ABI_ET_EXEC && img->ehdr.e_type != ABI_ET_DYN)
		return exec_refuse(b, -EPERM, "the interpreter is neither ET_EXEC nor ET_DYN");
	if (!span)
		return exec_refuse(b, -EINVAL, "the interpreter has no segments");
	for (unsigned i = 0; i < img->ehdr.e_phnum; i++) {
		const struct elf64_phdr *p = &img->phdrs[i];

		if (p->p_type != PT_LOAD)
			continue;
		at = load_segment(b, img, p, placed ? out->bias + p->p_vaddr : 0,
				  MAP_PRIVATE | (placed ? MAP_FIXED : 0), span);
		if (at < 0)
			return exec_refuse(b, (int)at, "a segment of the interpreter could not be mapped");
		span = 0;
		if (!placed)
			out->bias = (uint64_t)at - align_down(p->p_vaddr, PAGE_SIZE);
		placed = true;
		if (segment_is_absurd(b, p, out->bias + p->p_vaddr))
			return exec_refuse(b, -ENOMEM, "a segment of the interpreter leaves user space");
	}
	out->entry = img->ehdr.e_entry + out->bias;
	return 0;
}

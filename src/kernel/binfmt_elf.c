/* ELF programs: from the headers to an address space that is ready to run.
 *
 * Up to "point of no return" below a refusal goes back to the caller, as in
 * Linux' load_elf_binary; after it Linux has already thrown the old image away
 * and kills the process. hearth builds the new mm on the side and could always
 * go back, but then programs would see another behaviour than on Linux: such
 * errors set b->fatal. */
#include "elf_image.h"

#include <string.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/trace.h"

/* What PT_INTERP names, opened and read. */
struct interp {
	struct file *file;              /* NULL: a static program */
	struct elf_image img;
};

/* ---- the interpreter ---------------------------------------------------------------- */

static int read_interp_path(struct binprm *b, const struct elf_image *img, const struct elf64_phdr *p, char *path)
{
	if (p->p_filesz > ABI_PATH_MAX || p->p_filesz < 2)
		return exec_refuse(b, -ENOEXEC, "the interpreter's name must have 2 to 4096 bytes");
	if (file_read_kernel(img->file, path, p->p_filesz, p->p_offset) != (ssize_t)p->p_filesz)
		return exec_refuse(b, -EIO, "the interpreter's name lies outside the file");
	if (path[p->p_filesz - 1] != '\0')
		return exec_refuse(b, -ENOEXEC, "the interpreter's name is not NUL-terminated");
	return 0;
}

static int open_interp(struct binprm *b, const struct elf_image *img, struct interp *out)
{
	const struct elf64_phdr *p = elf_find_phdr(img, PT_INTERP);
	uint8_t head[sizeof(struct elf64_ehdr)] = { 0 };
	char *path;
	ssize_t n;
	int err;

	*out = (struct interp){ 0 };
	if (!p)
		return 0;
	path = xalloc(ABI_PATH_MAX + 1);
	err = read_interp_path(b, img, p, path);
	if (!err)
		err = exec_open(b, task_walker(NULL), path, ABI_AT_EMPTY_PATH, &out->file);
	free(path);
	if (err)
		return err;
	n = file_read_kernel(out->file, head, sizeof(head), 0);
	if (n < 0)
		return exec_refuse(b, (int)n, "the interpreter could not be read");
	if (n < (ssize_t)(img->xlen == XLEN_64 ? sizeof(struct elf64_ehdr) : sizeof(struct elf32_ehdr)))
		return exec_refuse(b, -EIO, "the interpreter is shorter than an ELF header");
	err = elf_read_image(b, out->file, head, true, &out->img);
	if (!err && out->img.xlen != img->xlen)
		err = exec_refuse(b, -ELIBBAD, "the interpreter is of the other class");
	return err;
}

static void close_interp(struct interp *in)
{
	elf_free_image(&in->img);
	exec_close(in->file);
}

/* ---- the new address space ------------------------------------------------------------- */

static bool wants_executable_stack(const struct elf_image *img)
{
	bool executable = false;            /* absent: not executable on RISC-V */

	for (unsigned i = 0; i < img->ehdr.e_phnum; i++)
		if (img->phdrs[i].p_type == PT_GNU_STACK)
			executable = img->phdrs[i].p_flags & PF_X;    /* of several the last counts */
	return executable;
}

static void set_brk(struct binprm *b, const struct elf_image *img, const struct elf_placed *at, bool has_interp)
{
	struct mm_layout *l = mm_layout(b->mm);

	l->start_code = at->start_code;
	l->end_code = at->end_code;
	l->start_data = at->start_data;
	l->end_data = at->end_data;
	l->start_brk = align_up(at->brk, PAGE_SIZE);
	if (exec_randomize(b)) {
		/* A static PIE lies among the mmaps: its heap goes where a PIE would be. */
		if (img->ehdr.e_type == ABI_ET_DYN && !has_interp)
			l->start_brk = align_up(mm_top(b->mm) / 3 * 2, PAGE_SIZE);
		/* arch_randomize_brk: within 1 GiB, 32 MiB for 32-bit programs */
		l->start_brk += exec_random_pages(img->xlen == XLEN_64 ? 0x3ffff : 0x1fff);
	}
	l->brk = l->start_brk;
}

/* personality(MMAP_PAGE_ZERO): System V let programs read through NULL. */
static void map_page_zero(struct binprm *b)
{
	struct mmap_request req = {
		.len = PAGE_SIZE, .prot = PROT_READ | PROT_EXEC, .may_write = true, .may_exec = true,
		.flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS,
		.allow_low = task_capable(b->task, ABI_CAP_SYS_RAWIO),
	};

	if (b->personality & ABI_MMAP_PAGE_ZERO)
		mm_mmap(b->mm, &req);       /* refused by vm.mmap_min_addr: Linux ignores it too */
}

static int load_images(struct binprm *b, const struct elf_image *img, const struct interp *in)
{
	struct elf_placed at, interp_at = { 0 };
	struct exec_image tell;
	int err;

	err = elf_load_program(b, img, in->file, &at);
	if (!err && in->file)
		err = elf_load_interp(b, &in->img, &interp_at);
	if (err)
		return err;
	b->entry = in->file ? interp_at.entry : at.entry;
	if (b->entry >= mm_top(b->mm))
		return exec_refuse(b, -EINVAL, "the entry point lies outside user space");
	err = vdso_map(b->mm);
	if (err)
		return exec_refuse(b, err, "the vDSO could not be mapped");
	tell = (struct exec_image){
		.phdr = at.phdr, .entry = at.entry, .interp_base = interp_at.bias,
		.phent = img->ehdr.e_phentsize, .phnum = img->ehdr.e_phnum,
	};
	err = exec_write_stack(b, &tell);
	if (err)
		return err;
	set_brk(b, img, &at, in->file);
	map_page_zero(b);
	return 0;
}

static int build_mm(struct binprm *b, const struct elf_image *img, const struct interp *in)
{
	int err = exec_prepare_creds(b);

	if (err)
		return err;
	b->mm = mm_create(img->xlen);
	if (!b->mm)
		return exec_refuse(b, -ENOMEM, "no memory for an address space");
	b->personality &= ~(uint32_t)ABI_PER_MASK;
	/* ---- Linux' point of no return (begin_new_exec) ---- */
	b->fatal = true;
	err = exec_layout_stack(b, wants_executable_stack(img));
	if (!err)
		err = load_images(b, img, in);
	return err;
}

static int load_elf(struct binprm *b)
{
	struct elf_image img;
	struct interp in = { 0 };
	int err;

	err = elf_read_image(b, b->file, b->buf, false, &img);
	if (err) {
		elf_free_image(&img);
		return err;
	}
	TRACE(kernel, exec_elf_header, b, &img.ehdr, img.phdrs, false);
	err = open_interp(b, &img, &in);
	if (!err && in.file)
		TRACE(kernel, exec_elf_header, b, &in.img.ehdr, in.img.phdrs, true);
	if (!err)
		err = build_mm(b, &img, &in);
	close_interp(&in);
	elf_free_image(&img);
	return err;
}

const struct binfmt binfmt_elf = { "elf", load_elf };

/* ELF headers: read, checked, widened to their 64-bit form.
 *
 * Checked is what Linux' load_elf_binary and load_elf_phdrs check, not more:
 * magic, type, machine with class, size and number of the program headers.
 * Byte order shows in e_machine; e_version, e_flags and the section table do
 * not matter, so that hand-made and stripped files run as they do on Linux. */
#include "elf_image.h"

#include <string.h>

#include "base/alloc.h"

enum { PHDR_TABLE_MAX = 65536 };   /* bytes; fs/binfmt_elf.c, load_elf_phdrs() */

bool elf_widen_header(const uint8_t *head, struct elf64_ehdr *out)
{
	struct elf32_ehdr e;

	if (memcmp(head, ABI_ELF_MAGIC, 4) != 0)
		return false;
	if (head[ABI_EI_CLASS] != ABI_ELFCLASS32) {
		memcpy(out, head, sizeof(*out));
		return true;
	}
	memcpy(&e, head, sizeof(e));
	memcpy(out->e_ident, e.e_ident, sizeof(e.e_ident));
	out->e_type = e.e_type;
	out->e_machine = e.e_machine;
	out->e_version = e.e_version;
	out->e_entry = e.e_entry;
	out->e_phoff = e.e_phoff;
	out->e_shoff = e.e_shoff;
	out->e_flags = e.e_flags;
	out->e_ehsize = e.e_ehsize;
	out->e_phentsize = e.e_phentsize;
	out->e_phnum = e.e_phnum;
	out->e_shentsize = e.e_shentsize;
	out->e_shnum = e.e_shnum;
	out->e_shstrndx = e.e_shstrndx;
	return true;
}

static void widen_phdr(const struct elf32_phdr *p, struct elf64_phdr *out)
{
	out->p_type = p->p_type;
	out->p_flags = p->p_flags;
	out->p_offset = p->p_offset;
	out->p_vaddr = p->p_vaddr;
	out->p_paddr = p->p_paddr;
	out->p_filesz = p->p_filesz;
	out->p_memsz = p->p_memsz;
	out->p_align = p->p_align;
}

static bool machine_is_ours(const struct elf64_ehdr *e)
{
	unsigned class = e->e_ident[ABI_EI_CLASS];

	return e->e_machine == ABI_EM_RISCV && (class == ABI_ELFCLASS32 || class == ABI_ELFCLASS64);
}

static const char *header_fault(const struct elf64_ehdr *e, size_t phdr_size)
{
	if (e->e_phentsize != phdr_size)
		return "e_phentsize is not the size of a program header";
	if (e->e_phnum == 0)
		return "it has no program headers";
	if ((uint64_t)e->e_phnum * phdr_size > PHDR_TABLE_MAX)
		return "its program headers take more than 64 KiB";
	return NULL;
}

/* The table may lie anywhere in the file. */
static int read_phdrs(struct binprm *b, struct elf_image *img)
{
	bool narrow = img->xlen == XLEN_32;
	size_t each = narrow ? sizeof(struct elf32_phdr) : sizeof(struct elf64_phdr);
	size_t bytes = each * img->ehdr.e_phnum;
	uint8_t *raw = xalloc(bytes);
	ssize_t n = file_read_kernel(img->file, raw, bytes, img->ehdr.e_phoff);

	if (n != (ssize_t)bytes) {
		free(raw);
		return exec_refuse(b, -ENOEXEC, "its program headers lie outside the file");
	}
	img->phdrs = xalloc(img->ehdr.e_phnum * sizeof(*img->phdrs));
	for (unsigned i = 0; i < img->ehdr.e_phnum; i++) {
		if (narrow)
			widen_phdr((const struct elf32_phdr *)raw + i, &img->phdrs[i]);
		else
			img->phdrs[i] = ((const struct elf64_phdr *)raw)[i];
	}
	free(raw);
	return 0;
}

int elf_read_image(struct binprm *b, struct file *f, const uint8_t *head, bool is_interp, struct elf_image *out)
{
	int refuse = is_interp ? -ELIBBAD : -ENOEXEC;
	struct elf64_ehdr *e = &out->ehdr;
	struct mapping *m;
	const char *fault;
	int err;

	*out = (struct elf_image){ .file = f, .is_interp = is_interp };
	if (!elf_widen_header(head, e))
		return exec_refuse(b, refuse, "it does not begin with \"\\x7fELF\"");
	if (!is_interp && e->e_type != ABI_ET_EXEC && e->e_type != ABI_ET_DYN)
		return exec_refuse(b, refuse, "its type is neither ET_EXEC nor ET_DYN");
	if (!machine_is_ours(e))
		return exec_refuse(b, refuse, e->e_machine == ABI_EM_RISCV ?
			"its class is neither 32 nor 64 bits" : "it is made for another machine than RISC-V");
	if (!is_interp && file_mmap(f, &m) < 0)
		return exec_refuse(b, refuse, "its file system cannot map files");
	out->xlen = e->e_ident[ABI_EI_CLASS] == ABI_ELFCLASS32 ? XLEN_32 : XLEN_64;
	fault = header_fault(e, out->xlen == XLEN_32 ? sizeof(struct elf32_phdr) : sizeof(struct elf64_phdr));
	if (fault)
		return exec_refuse(b, refuse, fault);
	err = read_phdrs(b, out);
	return err ? refuse : 0;
}

void elf_free_image(struct elf_image *img)
{
	free(img->phdrs);
	img->phdrs = NULL;
}

const struct elf64_phdr *elf_find_phdr(const struct elf_image *img, uint32_t type)
{
	for (unsigned i = 0; i < img->ehdr.e_phnum; i++)
		if (img->phdrs[i].p_type == type)
			return &img->phdrs[i];
	return NULL;
}

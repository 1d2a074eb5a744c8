/* An ELF file's headers as the loader uses them: both classes in the 64-bit form. */
#ifndef KERNEL_ELF_IMAGE_H
#define KERNEL_ELF_IMAGE_H

#include "abi/elf.h"
#include "binprm.h"

struct elf_image {
	struct file *file;
	struct elf64_ehdr ehdr;         /* ELF32 fields widened */
	struct elf64_phdr *phdrs;       /* ehdr.e_phnum of them; free() */
	enum xlen xlen;
	bool is_interp;
};

/* Headers from the first bytes of the file (`head`, >= 64 bytes zero-padded). False: not an ELF. */
bool elf_widen_header(const uint8_t *head, struct elf64_ehdr *out);
/* 0, or what Linux says about headers it cannot use: -ENOEXEC (-ELIBBAD for an interpreter). */
int  elf_read_image(struct binprm *b, struct file *f, const uint8_t *head, bool is_interp, struct elf_image *out);
void elf_free_image(struct elf_image *img);
const struct elf64_phdr *elf_find_phdr(const struct elf_image *img, uint32_t type);

/* Where the segments went. */
struct elf_placed {
	uint64_t bias;                  /* address in memory - p_vaddr */
	gva_t entry;                    /* biased e_entry */
	gva_t phdr;                     /* program headers in memory, 0: in no segment */
	gva_t start_code, end_code, start_data, end_data, brk;
};
/* Map the program / its interpreter into b->mm. 0 or -errno; areas only, no page is read but
 * those whose tail is zeroed for bss. */
int elf_load_program(struct binprm *b, const struct elf_image *img, bool has_interp, struct elf_placed *out);
int elf_load_interp(struct binprm *b, const struct elf_image *img, struct elf_placed *out);

#endif

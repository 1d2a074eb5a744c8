/* Position-independent: the same, wherever it lands (D5). */
#include "elf_tiny.h"

TOPIC(elf_segments_dyn)
{
	struct tiny t = tiny_exit(21);

	t.ehdr.e_type = ET_DYN;
	t.ehdr.e_entry = TINY_CODE;
	t.phdr[0].p_vaddr = 0;
	tiny_try("static PIE", &t);
	t.phdr[0].p_align = 0x200000;
	tiny_try("aligned to 2 MiB", &t);
	t.phdr[0].p_align = 0x1000;
	t.phdr[0].p_vaddr = 0x7000;
	t.ehdr.e_entry = 0x7000 + TINY_CODE;
	tiny_try("first segment not at 0", &t);
	t.phdr[0].p_memsz = 1ul << 62;
	tiny_try("as large as the world", &t);
	t.phdr[0].p_memsz = 0;
	t.phdr[0].p_filesz = 0;
	tiny_try("empty", &t);
}

/* Which ELF headers Linux accepts (D1, D2): everything it does not need may be garbage. needs: 64 bits */
#include "elf_tiny.h"

#define TRY(what, ...) do { struct tiny t = tiny_exit(42); __VA_ARGS__; tiny_try(what, &t); } while (0)

TOPIC(elf_header)
{
	TRY("as it should be");
	TRY("magic byte 0", t.ehdr.e_ident[0] = 0x7e);
	TRY("magic byte 3", t.ehdr.e_ident[3] = 'G');
	TRY("big endian", t.ehdr.e_ident[EI_DATA] = ELFDATA2MSB);
	TRY("identification version", t.ehdr.e_ident[EI_VERSION] = 9);
	TRY("OS ABI", t.ehdr.e_ident[EI_OSABI] = 77);
	TRY("identification padding", memset(t.ehdr.e_ident + 9, 0xee, 7));
	TRY("relocatable", t.ehdr.e_type = ET_REL);
	TRY("core", t.ehdr.e_type = ET_CORE);
	TRY("no type", t.ehdr.e_type = ET_NONE);
	TRY("unknown type", t.ehdr.e_type = 77);
	TRY("another machine", t.ehdr.e_machine = EM_AARCH64);
	TRY("no machine", t.ehdr.e_machine = 0);
	TRY("version", t.ehdr.e_version = 99);
	TRY("flags", t.ehdr.e_flags = ~0u);
	TRY("header size", t.ehdr.e_ehsize = 1);
	TRY("section table", t.ehdr.e_shoff = ~0ul, t.ehdr.e_shnum = 0xffff, t.ehdr.e_shentsize = 3, t.ehdr.e_shstrndx = 0xfffe);
	TRY("small program headers", t.ehdr.e_phentsize = 32);
	TRY("large program headers", t.ehdr.e_phentsize = 64);
	TRY("no program headers", t.ehdr.e_phnum = 0);
	TRY("one too many program headers, unused", t.ehdr.e_phnum = 2);
	TRY("program headers past the end", t.ehdr.e_phoff = TINY_SIZE - 8);
	TRY("program headers far past the end", t.ehdr.e_phoff = 1ul << 40);
	TRY("program headers at -1", t.ehdr.e_phoff = ~0ul);
	TRY("more than 64 KiB of program headers", t.ehdr.e_phnum = 1200, t.size = 100000, t.phdr[0].p_filesz = t.phdr[0].p_memsz = 0x1000);
	TRY("PN_XNUM program headers", t.ehdr.e_phnum = 0xffff);
	TRY("entry at 0", t.ehdr.e_entry = 0);
	TRY("entry in no segment", t.ehdr.e_entry = 0x12340000);
	TRY("entry past user space", t.ehdr.e_entry = ~0xfful);
}

/* ELF as the loader needs it: own definitions of the file format's structures (System V gABI)
 * and RISC-V's additions (riscv-elf-psabi-doc). Little endian only. Field names are the
 * specification's. A file may include the host's <elf.h> as well: values agree, structs differ. */
#ifndef ABI_ELF_H
#define ABI_ELF_H

#include "base/types.h"

struct elf64_ehdr {
	uint8_t e_ident[16];
	uint16_t e_type, e_machine;
	uint32_t e_version;
	uint64_t e_entry, e_phoff, e_shoff;
	uint32_t e_flags;
	uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};
struct elf32_ehdr {
	uint8_t e_ident[16];
	uint16_t e_type, e_machine;
	uint32_t e_version;
	uint32_t e_entry, e_phoff, e_shoff;
	uint32_t e_flags;
	uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};
struct elf64_phdr {
	uint32_t p_type, p_flags;
	uint64_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};
struct elf32_phdr {
	uint32_t p_type;
	uint32_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz;
	uint32_t p_flags, p_align;
};
_Static_assert(sizeof(struct elf64_ehdr) == 64 && sizeof(struct elf32_ehdr) == 52, "layout");
_Static_assert(sizeof(struct elf64_phdr) == 56 && sizeof(struct elf32_phdr) == 32, "layout");

struct elf64_shdr {
	uint32_t sh_name, sh_type;
	uint64_t sh_flags, sh_addr, sh_offset, sh_size;
	uint32_t sh_link, sh_info;
	uint64_t sh_addralign, sh_entsize;
};
struct elf32_shdr {
	uint32_t sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link, sh_info;
	uint32_t sh_addralign, sh_entsize;
};
struct elf64_sym { uint32_t st_name; uint8_t st_info, st_other; uint16_t st_shndx; uint64_t st_value, st_size; };
struct elf32_sym { uint32_t st_name, st_value, st_size; uint8_t st_info, st_other; uint16_t st_shndx; };
_Static_assert(sizeof(struct elf64_shdr) == 64 && sizeof(struct elf32_shdr) == 40, "layout");
_Static_assert(sizeof(struct elf64_sym) == 24 && sizeof(struct elf32_sym) == 16, "layout");
enum { ABI_SHT_SYMTAB = 2, ABI_SHT_DYNSYM = 11, ABI_SHN_UNDEF = 0 };
enum { ABI_STT_NOTYPE = 0, ABI_STT_OBJECT = 1, ABI_STT_FUNC = 2, ABI_STT_GNU_IFUNC = 10 };

/* Positions in e_ident and their values, prefixed as the host's <elf.h> has them as macros too. */
enum { ABI_EI_CLASS = 4, ABI_EI_DATA = 5, ABI_EI_VERSION = 6, ABI_EI_OSABI = 7 };
enum { ABI_ELFCLASS32 = 1, ABI_ELFCLASS64 = 2, ABI_ELFDATA2LSB = 1, ABI_EV_CURRENT = 1 };
#define ABI_ELF_MAGIC "\177ELF"
enum { ABI_ET_REL = 1, ABI_ET_EXEC = 2, ABI_ET_DYN = 3, ABI_ET_CORE = 4 };
enum { ABI_EM_RISCV = 243 };

#ifndef PT_NULL
#define PT_NULL		0
#define PT_LOAD		1
#define PT_DYNAMIC	2
#define PT_INTERP	3
#define PT_NOTE		4
#define PT_SHLIB	5
#define PT_PHDR		6
#define PT_TLS		7
#define PT_GNU_EH_FRAME	0x6474e550
#define PT_GNU_STACK	0x6474e551
#define PT_GNU_RELRO	0x6474e552
#define PT_GNU_PROPERTY	0x6474e553
#define PF_X		(1 << 0)
#define PF_W		(1 << 1)
#define PF_R		(1 << 2)
#endif
#define ABI_PT_RISCV_ATTRIBUTES 0x70000003

/* e_flags of RISC-V objects. */
enum {
	ABI_EF_RISCV_RVC = 1,
	ABI_EF_RISCV_FLOAT_ABI_MASK = 6, ABI_EF_RISCV_FLOAT_ABI_SOFT = 0,
	ABI_EF_RISCV_FLOAT_ABI_SINGLE = 2, ABI_EF_RISCV_FLOAT_ABI_DOUBLE = 4,
	ABI_EF_RISCV_FLOAT_ABI_QUAD = 6,
	ABI_EF_RISCV_RVE = 8, ABI_EF_RISCV_TSO = 16,
};

/* AT_HWCAP: one bit a single-letter extension (asm/hwcap.h). */
#define ABI_HWCAP_ISA(letter) ((uint64_t)1 << ((letter) - 'A'))

#endif

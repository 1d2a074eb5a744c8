/* Programs with a segment more that exit with one of its bytes. */
#ifndef TESTS_ABI_ELF_BYTE_H
#define TESTS_ABI_ELF_BYTE_H

#include "elf_tiny.h"

#define DATA 0x500000ul
/* `what`: a program with a segment more; it exits with the byte at `address`. */
#define BYTE(what, address, ...) do {                            \
		struct tiny t = tiny_new();                      \
		t.fill = 0x55;                                   \
		t.size = 0x3000;                                 \
		__VA_ARGS__;                                     \
		tiny_code_exit_byte(&t, address);                \
		tiny_try(what, &t);                              \
	} while (0)
#define SEGMENT(flags, offset, vaddr, filesz, memsz) tiny_add(&t, PT_LOAD, flags, offset, vaddr, filesz, memsz)

#endif

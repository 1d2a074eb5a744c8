/* Segments that cannot be mapped, and types that are not looked at (D3, D6, D7). needs: 64 bits */
#include "elf_byte.h"

TOPIC(elf_segments_refused)
{
	BYTE("filesz > memsz", DATA, SEGMENT(PF_R, 0x1000, DATA, 0x200, 0x100));
	BYTE("offset and address differ in the page", DATA, SEGMENT(PF_R, 0x1010, DATA, 0x100, 0x100));
	BYTE("larger than user space", DATA, SEGMENT(PF_R, 0x1000, DATA, 0x100, 1ul << 62));
	BYTE("outside user space", DATA, SEGMENT(PF_R, 0x1000, 0xfffffffffff00000ul, 0x100, 0x100));
	BYTE("wraps around", DATA, SEGMENT(PF_R, 0x1000, DATA, ~0ul, ~0ul));
	BYTE("alignment that is no power of two", DATA, SEGMENT(PF_R, 0x1000, DATA, 0x100, 0x100)->p_align = 3);
	BYTE("no alignment", DATA, SEGMENT(PF_R, 0x1000, DATA, 0x100, 0x100)->p_align = 0);
	BYTE("no segment to load", DATA, t.phdr[0].p_type = PT_NOTE);
	BYTE("code that is not executable", DATA, t.phdr[0].p_flags = PF_R);
	BYTE("code that is only executable", TINY_BASE + 1, t.phdr[0].p_flags = PF_R | PF_W | PF_X);
	BYTE("data without permissions", DATA, SEGMENT(0, 0x1000, DATA, 0x100, 0x100));
	BYTE("unknown segment types", TINY_BASE + 1, tiny_add(&t, 0x12345678, 0, ~0ul, ~0ul, ~0ul, ~0ul));
	BYTE("notes, TLS and PHDR are not looked at", TINY_BASE + 1, tiny_add(&t, PT_NOTE, 0, ~0ul, 1, ~0ul, 2),
	     tiny_add(&t, PT_TLS, 7, ~0ul, 1, ~0ul, 2), tiny_add(&t, PT_PHDR, 7, ~0ul, 1, ~0ul, 2));
}

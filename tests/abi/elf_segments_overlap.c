/* Segments that cover each other (D7). */
#include "elf_byte.h"

TOPIC(elf_segments_overlap)
{
	BYTE("a later segment covers an earlier one", DATA, tiny_poke(&t, 0x2000, 9),
	     SEGMENT(PF_R, 0x1000, DATA, 0x1000, 0x1000), SEGMENT(PF_R, 0x2000, DATA, 0x1000, 0x1000));
	BYTE("in the same page", DATA + 0x100, tiny_poke(&t, 0x2100, 7),
	     SEGMENT(PF_R, 0x1000, DATA, 0x80, 0x80), SEGMENT(PF_R, 0x2100, DATA + 0x100, 0x80, 0x80));
	BYTE("the code is covered", TINY_BASE, SEGMENT(PF_R | PF_X, 0x1000, TINY_BASE, 0x1000, 0x1000));
	BYTE("bss covers a segment", DATA + 0x1000, SEGMENT(PF_R, 0x1000, DATA + 0x1000, 0x1000, 0x1000),
	     SEGMENT(PF_R | PF_W, 0x1000, DATA, 0x10, 0x2000));
	BYTE("descending addresses", DATA + 1, SEGMENT(PF_R, 0x1000, DATA + 0x4000, 0x10, 0x10),
	     SEGMENT(PF_R, 0x2000, DATA, 0x10, 0x10));
}

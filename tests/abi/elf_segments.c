/* How segments become memory (D3, D4). */
#include "elf_byte.h"

TOPIC(elf_segments)
{
	BYTE("a byte of the file", DATA + 0x10, SEGMENT(PF_R, 0x1000, DATA, 0x100, 0x100));
	BYTE("the page's rest is the file's", DATA + 0x800, SEGMENT(PF_R, 0x1000, DATA, 0x100, 0x100));
	BYTE("the page before the first byte too", DATA + 0x10, SEGMENT(PF_R, 0x1800, DATA + 0x800, 0x100, 0x100));
	BYTE("bss in the last page is zero", DATA + 0x100, SEGMENT(PF_R | PF_W, 0x1000, DATA, 0x100, 0x200));
	BYTE("before bss it is the file's", DATA + 0xff, SEGMENT(PF_R | PF_W, 0x1000, DATA, 0x100, 0x200));
	BYTE("zero to the page's end", DATA + 0xfff, SEGMENT(PF_R | PF_W, 0x1000, DATA, 0x100, 0x200));
	BYTE("whole pages of bss", DATA + 0x2fff, SEGMENT(PF_R | PF_W, 0x1000, DATA, 0x100, 0x2800));
	BYTE("the page after bss", DATA + 0x3000, SEGMENT(PF_R | PF_W, 0x1000, DATA, 0x100, 0x2800));
	BYTE("read-only bss keeps the file's tail", DATA + 0x100, SEGMENT(PF_R, 0x1000, DATA, 0x100, 0x200));
	BYTE("read-only bss, whole page", DATA + 0x1000, SEGMENT(PF_R, 0x1000, DATA, 0x100, 0x2000));
	BYTE("only bss", DATA + 0x123, SEGMENT(PF_R | PF_W, 0x1000, DATA, 0, 0x1000));
	BYTE("only bss, not at a page's start", DATA + 0x10, SEGMENT(PF_R | PF_W, 0, DATA + 0x800, 0, 0x100));
	BYTE("an empty segment", TINY_BASE + 0xf00, SEGMENT(PF_R, 0x1000, DATA, 0, 0));
	BYTE("the empty segment's page", DATA, SEGMENT(PF_R, 0x1000, DATA, 0, 0));
	BYTE("the page after a segment", DATA + 0x1000, SEGMENT(PF_R, 0x1000, DATA, 0x1000, 0x1000));
	BYTE("a page past the end of the file", DATA + 0x2000, SEGMENT(PF_R, 0x2000, DATA, 0x3000, 0x3000));
	BYTE("the end of the file's last page", DATA + 0xfff, t.size = 0x2800, SEGMENT(PF_R, 0x2000, DATA, 0x1000, 0x1000));
}

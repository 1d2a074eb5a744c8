/* Where the program headers may lie, and how short a file may be (D2, D7). */
#include "elf_tiny.h"

TOPIC(elf_header_place)
{
	struct tiny t = tiny_exit(43);

	/* Program headers at the end of the file, outside of any segment. */
	t.ehdr.e_phoff = 0x2000;
	t.size = 0x2000;
	tiny_write("tiny", &t);
	{
		int fd = open("tiny", O_WRONLY | O_APPEND);

		write(fd, t.phdr, sizeof(t.phdr[0]));
		close(fd);
	}
	tiny_run("program headers at the end", "./tiny");

	t = tiny_exit(44);
	t.size = TINY_CODE + t.code_len;
	tiny_try("the file ends with the code", &t);
	for (size_t size = 0; size < 120; size += 8) {
		char what[32];

		t = tiny_exit(45);
		t.size = size;
		snprintf(what, sizeof(what), "only %zu bytes", size);
		tiny_try(what, &t);
	}
}

/* PT_INTERP (D5): checked before the old image is gone, so that execve returns. */
#include "elf_tiny.h"

static void try_interp(const char *what, const char *name, size_t len)
{
	struct tiny t = tiny_exit(1);

	for (size_t i = 0; i < len && i < 4; i++)
		tiny_poke(&t, 0x800 + i, (unsigned char)name[i]);
	tiny_add(&t, PT_INTERP, PF_R, 0x800, TINY_BASE + 0x800, len, len);
	tiny_try(what, &t);
}

static void make_interp(const char *path, unsigned type, unsigned status)
{
	struct tiny t = tiny_exit(status);

	t.ehdr.e_type = (Elf64_Half)type;
	if (type == ET_DYN) {
		t.ehdr.e_entry = TINY_CODE;
		t.phdr[0].p_vaddr = 0;
	} else {
		t.ehdr.e_entry += 0x100000;
		t.phdr[0].p_vaddr += 0x100000;
	}
	tiny_write(path, &t);
}

TOPIC(elf_interp)
{
	struct tiny t;

	try_interp("name of 0 bytes", "", 0);
	try_interp("name of 1 byte", "", 1);
	try_interp("empty name", "\0\0", 2);
	try_interp("no NUL at the end", "abc", 3);
	try_interp("does not exist", "no\0", 3);
	try_interp("name longer than PATH_MAX", "x", 5000);
	mkdir("d", 0755);
	try_interp("a directory", "d\0", 2);
	put_file("t", "this is not an ELF file, but it is long enough to have had a header if it were one\n");
	try_interp("not executable", "t\0", 2);
	chmod("t", 0755);
	try_interp("not ELF", "t\0", 2);
	put_file("s", "\177ELF\n");
	chmod("s", 0755);
	try_interp("too short", "s\0", 2);
	make_interp("i", ET_DYN, 17);
	try_interp("position-independent", "i\0", 2);
	make_interp("x", ET_EXEC, 18);
	try_interp("at fixed addresses", "x\0", 2);
	try_interp("a name with a path", "./i", 4);
	make_interp("r", ET_REL, 19);
	try_interp("relocatable", "r\0", 2);

	t = tiny_exit(1);
	t.phdr[0].p_type = PT_NOTE;
	tiny_write("n", &t);
	try_interp("interpreter without segments", "n\0", 2);

	t = tiny_exit(1);
	tiny_poke(&t, 0x800, 'i');
	tiny_poke(&t, 0x802, 'x');
	tiny_add(&t, PT_INTERP, PF_R, 0x800, 0, 2, 2);
	tiny_add(&t, PT_INTERP, PF_R, 0x802, 0, 2, 2);
	tiny_try("two interpreters", &t);

	/* The interpreter of the interpreter is not looked at. */
	t = tiny_exit(23);
	t.ehdr.e_entry += 0x100000;
	t.phdr[0].p_vaddr += 0x100000;
	tiny_poke(&t, 0x800, 'i');
	tiny_add(&t, PT_INTERP, PF_R, 0x800, 0, 2, 2);
	tiny_write("y", &t);
	try_interp("an interpreter with an interpreter", "y\0", 2);

	/* A write-open interpreter is busy. */
	{
		int fd = open("i", O_WRONLY);

		try_interp("open for writing", "i\0", 2);
		close(fd);
	}
}

/* Hand-made ELF programs of a few hundred bytes, for the machine the test runs on.
 *
 *   struct tiny t = tiny_exit(42);       one segment, R+X, at TINY_BASE: header, table, code
 *   t.ehdr.e_type = ET_REL;              spoil it
 *   tiny_try("a relocatable file", &t);  write it, execute it, say what became of it
 *
 * The code follows the header and the table of program headers at TINY_CODE. */
#ifndef TESTS_ABI_ELF_TINY_H
#define TESTS_ABI_ELF_TINY_H

#include <elf.h>

#include "abi.h"

#define TINY_BASE 0x400000ul
#define TINY_CODE 0x200ul        /* offset of the code in the file */
#define TINY_SIZE 0x1000ul       /* of the file, unless a test says otherwise */

struct tiny {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr[6];      /* right behind the header */
	unsigned char code[256]; /* written at TINY_CODE */
	size_t code_len;
	size_t size;             /* of the file */
	unsigned char fill;      /* every byte that is nothing else */
	struct { unsigned long offset; unsigned char byte; } poke[4];
	unsigned pokes;
};

static inline void tiny_emit(struct tiny *t, const void *bytes, size_t n)
{
	memcpy(t->code + t->code_len, bytes, n);
	t->code_len += n;
}

/* exit(status) */
static inline void tiny_code_exit(struct tiny *t, unsigned status)
{
#ifdef __riscv
	unsigned code[] = { 0x00000513u | status << 20, 0x05d00893u, 0x00000073u };  /* li a0; li a7,93; ecall */
#else
	unsigned char code[] = { 0xb8, 60, 0, 0, 0, 0xbf, (unsigned char)status, 0, 0, 0, 0x0f, 0x05 };
#endif
	tiny_emit(t, code, sizeof(code));
}

/* exit(the byte at a 31-bit address) */
static inline void tiny_code_exit_byte(struct tiny *t, unsigned long address)
{
#ifdef __riscv
	unsigned high = (unsigned)((address + 0x800) & 0xfffff000u), low = (unsigned)address & 0xfff;
	unsigned code[] = { 0x00000537u | high, 0x00054503u | low << 20, 0x05d00893u, 0x00000073u };
#else
	unsigned a = (unsigned)address;
	unsigned char code[] = { 0x0f, 0xb6, 0x3c, 0x25, (unsigned char)a, (unsigned char)(a >> 8), (unsigned char)(a >> 16),
				 (unsigned char)(a >> 24), 0xb8, 60, 0, 0, 0, 0x0f, 0x05 };
#endif
	tiny_emit(t, code, sizeof(code));
}

static inline struct tiny tiny_new(void)
{
	struct tiny t = {
		.ehdr = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_version = EV_CURRENT, .e_entry = TINY_BASE + TINY_CODE,
#ifdef __riscv
			.e_machine = EM_RISCV, .e_flags = 5,
#else
			.e_machine = EM_X86_64,
#endif
			.e_phoff = sizeof(Elf64_Ehdr), .e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1,
		},
		.phdr[0] = {
			.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = TINY_BASE,
			.p_filesz = TINY_SIZE, .p_memsz = TINY_SIZE, .p_align = 0x1000,
		},
		.size = TINY_SIZE,
	};

	return t;
}

static inline struct tiny tiny_exit(unsigned status)
{
	struct tiny t = tiny_new();

	tiny_code_exit(&t, status);
	return t;
}

static inline Elf64_Phdr *tiny_add(struct tiny *t, unsigned type, unsigned flags, unsigned long offset,
				   unsigned long vaddr, unsigned long filesz, unsigned long memsz)
{
	Elf64_Phdr *p = &t->phdr[t->ehdr.e_phnum++];

	*p = (Elf64_Phdr){ .p_type = type, .p_flags = flags, .p_offset = offset, .p_vaddr = vaddr,
			   .p_filesz = filesz, .p_memsz = memsz, .p_align = 0x1000 };
	return p;
}

static inline void tiny_poke(struct tiny *t, unsigned long offset, unsigned char byte)
{
	t->poke[t->pokes].offset = offset;
	t->poke[t->pokes++].byte = byte;
}

static inline void tiny_write(const char *path, const struct tiny *t)
{
	size_t room = t->size + TINY_CODE + sizeof(t->code) + sizeof(Elf64_Ehdr);
	unsigned char *image = malloc(room);
	int fd;

	memset(image, t->fill, room);
	memcpy(image, &t->ehdr, sizeof(t->ehdr));
	memcpy(image + sizeof(t->ehdr), t->phdr, sizeof(t->phdr));
	memcpy(image + TINY_CODE, t->code, t->code_len);
	for (unsigned i = 0; i < t->pokes; i++)
		image[t->poke[i].offset] = t->poke[i].byte;
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	if (fd < 0 || write(fd, image, t->size) != (ssize_t)t->size)
		printf("cannot write %s\n", path);
	close(fd);
	free(image);
}

/* Execute it in a child: "what: exit 42", "what: SIGSEGV", "what: ENOEXEC". */
static inline void tiny_run(const char *what, const char *path)
{
	int status, errors[2], error = 0;
	char *const argv[] = { "tiny", NULL }, *const envp[] = { NULL };
	pid_t pid;

	pipe2(errors, O_CLOEXEC);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execve(path, argv, envp);
		error = errno;
		write(errors[1], &error, sizeof(error));
		_exit(0);
	}
	close(errors[1]);
	if (read(errors[0], &error, sizeof(error)) != sizeof(error))
		error = 0;
	close(errors[0]);
	waitpid(pid, &status, 0);
	if (error)
		printf("%s: %s\n", what, error_name(error));
	else if (WIFEXITED(status))
		printf("%s: exit %d\n", what, WEXITSTATUS(status));
	else
		printf("%s: %s\n", what, signal_name(WTERMSIG(status)));
}

static inline void tiny_try(const char *what, const struct tiny *t)
{
	tiny_write("tiny", t);
	tiny_run(what, "./tiny");
}

#endif

/* Runs one static freestanding RISC-V program (ELF, 32 or 64 bits) on the interpreter alone:
 *
 *     cpu_flat PROGRAM [ARGUMENTS]
 *
 * Segments are copied to their addresses below 256 MiB, the stack ends at 128 MiB. Only
 * write(1 or 2) and exit are served. Prints instructions and CPU time to stderr. For
 * benchmarks of the engine and for tests that want no kernel. */
#include "fake_mm.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cpu/cpu.h"

enum { STACK_TOP = 128 << 20, STACK_SIZE = 8 << 20 };
enum { BUDGET = 1000000 };
enum { NR_WRITE = 64, NR_EXIT = 93, NR_EXIT_GROUP = 94 };

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void load_segment(struct mm *mm, const uint8_t *file, uint64_t off, uint64_t va, uint64_t filesz, uint64_t memsz)
{
	fake_map(mm, va, memsz, FAKE_R | FAKE_W | FAKE_X);
	fake_write(mm, va, file + off, filesz);
}

static struct mm *load(const char *path, uint64_t *entry)
{
	static uint8_t file[16 << 20];
	FILE *in = fopen(path, "rb");
	struct mm *mm;

	if (!in || fread(file, 1, sizeof(file), in) < sizeof(Elf64_Ehdr)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(2);
	}
	fclose(in);
	if (file[EI_CLASS] == ELFCLASS64) {
		const Elf64_Ehdr *eh = (void *)file;
		const Elf64_Phdr *ph = (void *)(file + eh->e_phoff);

		mm = fake_mm_create(XLEN_64);
		*entry = eh->e_entry;
		for (int i = 0; i < eh->e_phnum; i++)
			if (ph[i].p_type == PT_LOAD && ph[i].p_memsz)
				load_segment(mm, file, ph[i].p_offset, ph[i].p_vaddr, ph[i].p_filesz, ph[i].p_memsz);
	} else {
		const Elf32_Ehdr *eh = (void *)file;
		const Elf32_Phdr *ph = (void *)(file + eh->e_phoff);

		mm = fake_mm_create(XLEN_32);
		*entry = eh->e_entry;
		for (int i = 0; i < eh->e_phnum; i++)
			if (ph[i].p_type == PT_LOAD && ph[i].p_memsz)
				load_segment(mm, file, ph[i].p_offset, ph[i].p_vaddr, ph[i].p_filesz, ph[i].p_memsz);
	}
	fake_map(mm, STACK_TOP - STACK_SIZE, STACK_SIZE, FAKE_R | FAKE_W);
	return mm;
}

static bool syscall_done(struct mm *mm, struct cpu_regs *regs)
{
	switch (regs->x[17]) {
	case NR_WRITE:
		for (uint64_t i = 0; i < regs->x[12]; i++)
			fputc(*(char *)fake_host(mm, regs->x[11] + i), stdout);
		regs->x[10] = regs->x[12];
		break;
	case NR_EXIT: case NR_EXIT_GROUP:
		return true;
	default:
		regs->x[10] = (uint64_t)-ENOSYS;
	}
	regs->pc += 4;
	return false;
}

/* argc, argv and an empty environment, as the psABI's process start has them. */
static void make_stack(struct mm *mm, struct cpu_regs *regs, int argc, char **argv)
{
	unsigned word = mm_xlen(mm) / 8;
	gva_t strings = STACK_TOP - 4096, sp = strings - align_up((gva_t)(argc + 8) * word, 16);
	uint64_t n = (uint64_t)argc;

	regs->x[2] = sp;
	fake_write(mm, sp, &n, word);
	for (int i = 0; i < argc; i++) {
		fake_write(mm, strings, argv[i], strlen(argv[i]) + 1);
		fake_write(mm, sp + (gva_t)(i + 1) * word, &strings, word);
		strings += strlen(argv[i]) + 1;
	}
}

int main(int argc, char **argv)
{
	struct cpu_regs regs = { 0 };
	struct cpu *cpu = cpu_create();
	struct mm *mm;
	double start;
	uint64_t tval;
	enum trap trap;

	if (argc < 2) {
		fprintf(stderr, "usage: cpu_flat PROGRAM [ARGUMENTS]\n");
		return 2;
	}
	mm = load(argv[1], &regs.pc);
	make_stack(mm, &regs, argc - 1, argv + 1);
	start = now();
	do {
		trap = cpu_run(cpu, &regs, mm, BUDGET, &tval);
	} while (trap == TRAP_TIMER || (trap == TRAP_SYSCALL && !syscall_done(mm, &regs)));
	double seconds = now() - start;

	fflush(stdout);
	if (trap != TRAP_SYSCALL) {
		fprintf(stderr, "%s at pc %#llx, address %#llx\n", trap_names[trap],
		        (unsigned long long)regs.pc, (unsigned long long)tval);
		return 3;
	}
	fprintf(stderr, "%llu instructions, %.3f s, %.0f million a second\n",
	        (unsigned long long)cpu_instret(cpu), seconds, (double)cpu_instret(cpu) / seconds / 1e6);
	cpu_destroy(cpu);
	fake_mm_destroy(mm);
	return (int)regs.x[10];
}

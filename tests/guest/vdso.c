/* The vDSO (E5): an ELF shared object the kernel maps; its symbols, found as a C
 * library finds them; the time without a system call. */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char *base;

static void *symbol(const char *name)
{
	Elf64_Ehdr *ehdr = (void *)base;
	Elf64_Phdr *phdr = (void *)(base + ehdr->e_phoff);
	Elf64_Dyn *dyn = NULL;
	Elf64_Sym *syms = NULL;
	const char *strings = NULL;
	uint32_t *hash = NULL;
	intptr_t bias = 0;

	for (int i = 0; i < ehdr->e_phnum; i++) {
		if (phdr[i].p_type == PT_LOAD)
			bias = (intptr_t)base + phdr[i].p_offset - phdr[i].p_vaddr;
		if (phdr[i].p_type == PT_DYNAMIC)
			dyn = (void *)(base + phdr[i].p_offset);
	}
	for (; dyn && dyn->d_tag; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			syms = (void *)(bias + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_STRTAB)
			strings = (void *)(bias + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_HASH)
			hash = (void *)(bias + dyn->d_un.d_ptr);
	}
	for (uint32_t i = 1; syms && strings && hash && i < hash[1]; i++)
		if (strcmp(strings + syms[i].st_name, name) == 0)
			return (void *)(bias + syms[i].st_value);
	return NULL;
}

int main(void)
{
	static const char *const names[] = { "clock_gettime", "gettimeofday", "clock_getres", "getcpu", "flush_icache",
					     "riscv_hwprobe", "getrandom", "rt_sigreturn" };
	int (*gettime)(clockid_t, struct timespec *), (*getres)(clockid_t, struct timespec *);
	int (*today)(struct timeval *, void *);
	struct timespec ts, kernel;
	struct timeval tv;
	int bad = 0;

	base = (char *)getauxval(AT_SYSINFO_EHDR);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char full[64];

		snprintf(full, sizeof(full), "__vdso_%s", names[i]);
		printf("%s %s\n", full, symbol(full) ? "is there" : "is missing");
	}
	gettime = symbol("__vdso_clock_gettime");
	getres = symbol("__vdso_clock_getres");
	today = symbol("__vdso_gettimeofday");
	if (!gettime || !getres || !today)
		return 1;
	write(1, "begin\n", 6);
	for (int clock = CLOCK_REALTIME; clock <= CLOCK_MONOTONIC; clock++)
		for (int i = 0; i < 1000; i++)
			bad += gettime(clock, &ts) != 0;
	bad += today(&tv, NULL) != 0;
	bad += getres(CLOCK_MONOTONIC, &ts) != 0;
	write(1, "end\n", 4);
	for (int i = 0; i < 100; i++) {
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &kernel);
		gettime(CLOCK_MONOTONIC, &ts);
		bad += ts.tv_sec < kernel.tv_sec || (ts.tv_sec == kernel.tv_sec && ts.tv_nsec < kernel.tv_nsec);
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &kernel);
		bad += kernel.tv_sec < ts.tv_sec || (ts.tv_sec == kernel.tv_sec && kernel.tv_nsec < ts.tv_nsec);
	}
	for (int64_t key = -1; key < 14; key++) {
		struct { int64_t key; uint64_t value; } asked[2] = { { key, 99 }, { key, 99 } };
		int (*probe)(void *, unsigned long, unsigned long, void *, unsigned) = symbol("__vdso_riscv_hwprobe");

		bad += probe(&asked[0], 1, 0, NULL, 0) != 0;
		bad += syscall(258, &asked[1], 1, 0, NULL, 0) != 0;
		bad += memcmp(&asked[0], &asked[1], sizeof(asked[0])) != 0;
	}
	printf("bad answers: %d, unknown clock: %d\n", bad, gettime(99, &ts));
	return 0;
}

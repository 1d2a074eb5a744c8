/* The auxiliary vector as RISC-V Linux writes it (E4): the keys, in order, and what
 * can be said of their values on any machine. */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

static const struct { unsigned long key; const char *name; } keys[] = {
	{ 33, "SYSINFO_EHDR" }, { 40, "L1I_CACHESIZE" }, { 41, "L1I_CACHEGEOMETRY" }, { 42, "L1D_CACHESIZE" },
	{ 43, "L1D_CACHEGEOMETRY" }, { 44, "L2_CACHESIZE" }, { 45, "L2_CACHEGEOMETRY" }, { 46, "L3_CACHESIZE" },
	{ 47, "L3_CACHEGEOMETRY" }, { 51, "MINSIGSTKSZ" }, { 16, "HWCAP" }, { 6, "PAGESZ" }, { 17, "CLKTCK" },
	{ 3, "PHDR" }, { 4, "PHENT" }, { 5, "PHNUM" }, { 7, "BASE" }, { 8, "FLAGS" }, { 9, "ENTRY" }, { 11, "UID" },
	{ 12, "EUID" }, { 13, "GID" }, { 14, "EGID" }, { 23, "SECURE" }, { 25, "RANDOM" }, { 26, "HWCAP2" },
	{ 31, "EXECFN" }, { 15, "PLATFORM" }, { 27, "RSEQ_FEATURE_SIZE" }, { 28, "RSEQ_ALIGN" }, { 29, "HWCAP3" },
	{ 30, "HWCAP4" }, { 2, "EXECFD" },
};

int main(void)
{
	unsigned long *word = (unsigned long *)environ, hwcap = getauxval(AT_HWCAP);

	while (*word++)
		;
	for (; word[0] != AT_NULL; word += 2) {
		const char *name = "unknown";

		for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (keys[i].key == word[0])
				name = keys[i].name;
		printf("key %s\n", name);
	}
	printf("hwcap");
	for (int i = 0; i < 26; i++)
		if (hwcap >> i & 1)
			printf(" %c", 'a' + i);
	printf("\n");
	printf("clktck %lu pagesz %lu\n", getauxval(AT_CLKTCK), getauxval(AT_PAGESZ));
	return 0;
}

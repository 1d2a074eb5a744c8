/* /proc/self/maps names the stack, the heap and the vDSO; each is where it should be. needs: 64 bits */
#include "abi.h"

TOPIC(exec_vdso_map)
{
	char line[512], local;
	FILE *maps = fopen("/proc/self/maps", "r");
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);

	free(malloc(100));
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;

		sscanf(line, "%lx-%lx", &from, &to);
		if (strstr(line, "[stack]"))
			printf("stack %d %.4s\n", (uintptr_t)&local >= from && (uintptr_t)&local < to, strchr(line, ' ') + 1);
		if (strstr(line, "[heap]"))
			printf("heap %d %.4s\n", (uintptr_t)sbrk(0) == to, strchr(line, ' ') + 1);
		if (strstr(line, "[vdso]"))
			printf("vdso %d %.4s\n", vdso == from, strchr(line, ' ') + 1);
	}
}

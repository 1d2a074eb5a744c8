/* The auxiliary vector and the order of the first stack (E1, E2, E4). */
#include "abi.h"

extern char __ehdr_start[] __attribute__((weak));

TOPIC(exec_auxv)
{
	uintptr_t random = getauxval(AT_RANDOM), name = getauxval(AT_EXECFN), *word = (uintptr_t *)environ;
	unsigned sum = 0;

	V(getauxval(AT_PAGESZ));
	V(getauxval(AT_CLKTCK));
	V(getauxval(AT_PHENT) == (sizeof(long) == 8 ? 56 : 32));
	V(getauxval(AT_PHNUM) > 3);
	V(getauxval(AT_PHDR) != 0);
	V(getauxval(AT_ENTRY) != 0);
	V(getauxval(AT_FLAGS));
	V(getauxval(AT_SECURE));
	V(getauxval(AT_UID) == getuid());
	V(getauxval(AT_EUID) == geteuid());
	V(getauxval(AT_GID) == getgid());
	V(getauxval(AT_EGID) == getegid());
	V(getauxval(AT_SYSINFO_EHDR) != 0);
	V(getauxval(AT_MINSIGSTKSZ) > 500);
	show_bytes("vdso", (void *)getauxval(AT_SYSINFO_EHDR), 4);
	for (int i = 0; i < 16; i++)
		sum += ((unsigned char *)random)[i];
	V(sum > 0);
	while (*word)
		word++;
	V(word[1] != 0);
	for (word++; word[0] != AT_NULL; word += 2)
		;
	V((uintptr_t)word < random);
	V(random < (uintptr_t)environ[0]);
	V((uintptr_t)environ[0] < name);
	V(name % PAGE + strlen((char *)name) + 1 + sizeof(long) == PAGE);
	S(strrchr((char *)name, '/'));
	V((uintptr_t)argv < (uintptr_t)environ);
}

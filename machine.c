#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
int main(int argc, char **argv)
{
	struct utsname uts;
	struct sysinfo info;
	size_t size = strtoul(argv[1], NULL, 0) << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	uname(&uts);
	sysinfo(&info);
	printf("%s %s %lu\n", uts.nodename, uts.machine, info.totalram * info.mem_unit >> 20);
	fflush(stdout);
	if (p != MAP_FAILED)
		memset(p, 1, size);
	printf("%s\n", p == MAP_FAILED ? "refused" : "touched");
	return 0;
}

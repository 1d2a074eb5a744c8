/* What only /proc and a system of one's own can show: F4 (a library's text is in
 * memory once) and D9 (the lowest mapping, page 0). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

/* Rss and Pss in KiB of libc's executable area, from /proc/self/smaps. */
static void libc_text(long *rss, long *pss)
{
	char line[512];
	int in = 0;
	FILE *f = fopen("/proc/self/smaps", "r");

	*rss = *pss = -1;
	while (fgets(line, sizeof(line), f)) {
		if (strchr(line, '-') && strchr(line, ':') && strstr(line, " r"))
			in = strstr(line, "r-xp") && strstr(line, "libc.so.6");
		if (in && *rss < 0)
			sscanf(line, "Rss: %ld", rss);
		if (in && *pss < 0)
			sscanf(line, "Pss: %ld", pss);
	}
	fclose(f);
}

/* Children that run the same program anew: their pages are shared through the file only. */
static void shared_text(char *self)
{
	enum { COPIES = 4 };
	int ready[2], go[2];
	long rss, pss;
	char c;

	pipe(ready);
	pipe(go);
	for (int i = 0; i < COPIES; i++) {
		if (fork() == 0) {
			char in[12], out[12];

			snprintf(in, sizeof(in), "%d", go[0]);
			snprintf(out, sizeof(out), "%d", ready[1]);
			close(go[1]);
			execl(self, self, "copy", in, out, NULL);
			_exit(1);
		}
	}
	for (int i = 0; i < COPIES; i++)
		read(ready[0], &c, 1);
	libc_text(&rss, &pss);
	close(go[1]);
	while (wait(NULL) > 0)
		continue;
	printf("libc text: in memory %s, our share %s\n", rss > 0 ? "yes" : "no",
	       pss * 2 < rss && pss > 0 ? "a fraction" : "too much");
	if (!(pss * 2 < rss))
		printf("rss %ld pss %ld\n", rss, pss);
}

static void low_mapping(void)
{
	long min = -1;
	FILE *f = fopen("/proc/sys/vm/mmap_min_addr", "r");
	void *p;

	fscanf(f, "%ld", &min);
	fclose(f);
	printf("mmap_min_addr %ld\n", min);
	p = mmap((void *)(min - 4096), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	printf("below it: %s\n", p == MAP_FAILED ? strerrorname_np(errno) : "mapped");
	p = mmap((void *)min, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	printf("at it: %s\n", p == MAP_FAILED ? strerrorname_np(errno) : "mapped");
}

int main(int argc, char **argv)
{
	if (argc > 3) {                        /* copy: say we are there, wait until the end */
		char c = 0;

		write(atoi(argv[3]), &c, 1);
		read(atoi(argv[2]), &c, 1);
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "page0")) {
		volatile char *zero = NULL;

		__asm__("" : "+r"(zero));
		printf("page 0 reads %d\n", *zero);
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "text"))
		shared_text(argv[0]);
	if (argc > 1 && !strcmp(argv[1], "low"))
		low_mapping();
	if (argc > 1 && !strcmp(argv[1], "zero")) {
		personality(MMAP_PAGE_ZERO);
		execl(argv[0], argv[0], "page0", NULL);
	}
	return 0;
}

/* A program's text is in memory once, however many processes run it: Pss in smaps (F4). needs: 64 bits */
#include "abi.h"

static long field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? atol(at + strlen(name)) : -1;
}

/* Rss and Pss of the mapping that holds `function`, in KiB. */
static void show_sharing(const void *function, int users)
{
	static char text[200000];
	int fd = open("/proc/self/smaps", O_RDONLY);
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += got;
	text[len] = 0;
	close(fd);
	for (char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		unsigned long from, to;
		char perms[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, perms) == 3 && strlen(perms) == 4 &&
		    (uintptr_t)function >= from && (uintptr_t)function < to) {
			long rss = field(line, "\nRss:"), pss = field(line, "\nPss:");

			printf("%.4s, Rss %s, Pss %s\n", perms, rss > 100 ? "more than 100 KiB" : "little",
			       pss >= 0 && pss * (users - 1) <= rss ? "a share of it" : "all of it");
		}
	}
}

extern char etext[];

static int touch(void)
{
	int sum = 0;

	for (const volatile char *p = (const char *)fault_arm; p < etext; p += PAGE)
		sum += *p;
	return sum;
}

TOPIC(mem_smaps)
{
	int hold[2];
	char token;

	pipe(hold);
	for (int i = 0; i < 4; i++) {
		if (fork() == 0) {
			touch();
			close(hold[1]);
			read(hold[0], &token, 1);
			_exit(0);
		}
	}
	sleep_ms(50);
	touch();
	show_sharing((void *)fault_arm, 5);
	close(hold[1]);
	while (wait(NULL) > 0)
		;
}

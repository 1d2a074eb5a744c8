/* Shared by the inotify topics: everything in the queue, by name. */
#include <sys/inotify.h>

static void show_mask(uint32_t mask)
{
	static const struct { uint32_t bit; const char *name; } names[] = {
		{ IN_ACCESS, "ACCESS" }, { IN_MODIFY, "MODIFY" }, { IN_ATTRIB, "ATTRIB" },
		{ IN_CLOSE_WRITE, "CLOSE_WRITE" }, { IN_CLOSE_NOWRITE, "CLOSE_NOWRITE" }, { IN_OPEN, "OPEN" },
		{ IN_MOVED_FROM, "MOVED_FROM" }, { IN_MOVED_TO, "MOVED_TO" }, { IN_CREATE, "CREATE" },
		{ IN_DELETE, "DELETE" }, { IN_DELETE_SELF, "DELETE_SELF" }, { IN_MOVE_SELF, "MOVE_SELF" },
		{ IN_UNMOUNT, "UNMOUNT" }, { IN_Q_OVERFLOW, "Q_OVERFLOW" }, { IN_IGNORED, "IGNORED" },
		{ IN_ISDIR, "ISDIR" },
	};

	for (int i = 0; i < COUNT(names); i++)
		if (mask & names[i].bit)
			printf(" %s", names[i].name);
}

static void show_events(const char *what, int fd)
{
	static uint32_t first_cookie;
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n = read(fd, buf, sizeof(buf));

	printf("%s:%s\n", what, n < 0 ? " none" : "");
	for (ssize_t at = 0; at < n;) {
		struct inotify_event *e = (void *)(buf + at);

		if (e->cookie && !first_cookie)
			first_cookie = e->cookie;
		printf("  wd %d len %u", e->wd, e->len);
		if (e->cookie)
			printf(" cookie %u", e->cookie - first_cookie);
		show_mask(e->mask);
		printf(e->len ? " %s\n" : "\n", e->name);
		at += sizeof(*e) + e->len;
	}
}

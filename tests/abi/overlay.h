/* What the topics of overlay mounts share. */
#ifndef TESTS_ABI_OVERLAY_H
#define TESTS_ABI_OVERLAY_H

#include "abi.h"
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

/* A tmpfs "o" with lower and upper directories in it; false: not root. */
static bool make_layers(void)
{
	if (geteuid() != 0) {
		puts("not root");
		return false;
	}
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mkdir("o", 0755);
	mount("t", "o", "tmpfs", 0, NULL);
	chdir("o");
	umask(022);
	for (const char *const *d = (const char *const[]){ "l1", "l2", "u", "w", "m", NULL }; *d; d++)
		mkdir(*d, 0755);
	return true;
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void list(const char *dir)
{
	struct dirent **e;
	int n = scandir(dir, &e, NULL, (void *)by_name);

	printf("%s:", dir);
	for (int i = 0; i < n; i++) {
		struct stat st;
		char path[300];

		if (e[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e[i]->d_name);
		lstat(path, &st);
		printf(" %s[%d,%o%s%s]", e[i]->d_name, e[i]->d_type, st.st_mode, S_ISCHR(st.st_mode) && !st.st_rdev ? ",whiteout" : "",
		       e[i]->d_ino == st.st_ino ? "" : ",number differs");
	}
	puts(n < 0 ? " none" : "");
}

static void opaque(const char *dir)
{
	char v[8] = "";
	ssize_t n = getxattr(dir, "trusted.overlay.opaque", v, sizeof(v));

	printf("%s is %s\n", dir, n == 1 && *v == 'y' ? "opaque" : "not opaque");
}

#endif

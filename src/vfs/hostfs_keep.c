/* Names of the host that are nobody's but hearth's: where translations are kept.
 *
 * Who can read its secret can make code that the next hearth runs as the host's user (jit/store.c). So
 * a guest that is shown a directory around it, as the user's home, finds no way in: the last
 * component cannot be looked up, and no component of its path can be made, replaced, renamed or
 * removed, by any name, because the host's directories are told by their identity.
 *
 * What else lies in a home directory that a guest is given is the user's affair. */
#include "hostfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "host/host.h"

/* Components of the path: a directory, and a name in it. */
static struct kept_name { uint64_t dev, ino; char *name; bool last; } *kept;   /* last: the place itself */
static unsigned nr_kept;

static void keep_name(const char *dir, const char *name, bool last)
{
	struct stat st;

	if (host_fstatat(AT_FDCWD, dir, &st, 0))
		return;
	kept = xrealloc(kept, (nr_kept + 1) * sizeof(*kept));
	kept[nr_kept++] = (struct kept_name){ st.st_dev, st.st_ino, xstrdup(name), last };
}

/* Where the path leads, as far as it exists, and the first component that does not. */
static bool resolve(const char *path, char *out, size_t cap)
{
	char *begin = xasprintf("%s%s", *path == '/' ? "" : "./", path), *missing = NULL, *slash;
	int err = host_realpath(begin, out, cap);

	while (err == -ENOENT && (slash = strrchr(begin, '/'))) {
		missing = slash + 1;
		*slash = '\0';
		err = host_realpath(*begin ? begin : "/", out, cap);
	}
	if (!err && missing && strlen(out) + strlen(missing) + 2 <= cap) {
		if (strcmp(out, "/") != 0)
			strcat(out, "/");
		strcat(out, missing);
	}
	free(begin);
	return !err;
}

void hostfs_keep(const char *path)
{
	char real[PATH_MAX], dir[PATH_MAX], *name, *slash;

	if (!resolve(path, real, sizeof(real)))
		return;
	for (name = real + 1; *name; name = slash ? slash + 1 : name + strlen(name)) {
		memcpy(dir, real, (size_t)(name - real));
		dir[name - real] = '\0';
		slash = strchr(name, '/');
		if (slash)
			*slash = '\0';
		/* Of what does not exist yet, which is made in a moment, the first component is the place. */
		keep_name(dir, name, !slash);
		if (slash)
			*slash = '/';
	}
}

static bool is_at(unsigned k, const struct inode *dir, const char *name)
{
	return kept[k].ino == hi(dir)->ino && kept[k].dev == hi(dir)->dev && strcmp(kept[k].name, name) == 0;
}

bool hostfs_is_kept(const struct inode *dir, const char *name)
{
	for (unsigned k = 0; k < nr_kept; k++)
		if (is_at(k, dir, name))
			return true;
	return false;
}

bool hostfs_is_hidden(const struct inode *dir, const char *name)
{
	for (unsigned k = 0; k < nr_kept; k++)
		if (kept[k].last && is_at(k, dir, name))
			return true;
	return false;
}

/* hostfs: whose a symbolic link is.
 *
 * Links carry no user attributes on Linux, so owners that the host does not tell (hostfs_attr.c) are kept on
 * the directory, by name, and go along when it is copied:
 *
 *     user.hearth.links = "<uid> <gid> <name>/" for each link that is not the default owner's
 *
 * A directory without the attribute is asked for it once. Where there is no room for more names, and where
 * the host's file system takes no attributes, the owner is remembered while the inode is in memory. */
#include "hostfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "host/host.h"

#define LINKS "user.hearth.links"

struct record { unsigned uid, gid; };

/* The records as text, ended by NUL; NULL: none. To be freed. */
static char *load(struct inode *dir)
{
	int fd = hi(dir)->links == LINKS_NONE ? -1 : hostfs_fd(dir, false);
	ssize_t len = fd < 0 ? -1 : host_fgetxattr(fd, LINKS, NULL, 0);
	char *text = len > 0 ? try_alloc((size_t)len + 1) : NULL;

	if (text)
		len = host_fgetxattr(fd, LINKS, text, (size_t)len);
	if (fd >= 0)
		hi(dir)->links = len > 0 ? LINKS_SOME : LINKS_NONE;
	if (!text || len <= 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* The record of `name`: where it begins, and in *end where the next one does. NULL: there is none. */
static char *find(char *text, const char *name, struct record *r, char **end)
{
	int at;

	for (char *p = text; p && *p; p = *end) {
		*end = strchr(p, '/');
		if (!*end || sscanf(p, "%u %u%n", &r->uid, &r->gid, &at) != 2 || p[at++] != ' ')
			return NULL;
		++*end;
		if ((size_t)(*end - 1 - p - at) == strlen(name) && memcmp(p + at, name, strlen(name)) == 0)
			return p;
	}
	return NULL;
}

/* With `r` NULL there is none any more. */
static int change(struct inode *dir, const char *name, const struct record *r)
{
	struct strbuf out = { 0 };
	struct record old;
	char *text = load(dir), *rest, *at = text ? find(text, name, &old, &rest) : NULL;
	int fd, err;

	if (!at && !r) {
		free(text);
		return 0;
	}
	if (at)
		memmove(at, rest, strlen(rest) + 1);
	if (text)
		strbuf_append(&out, text, strlen(text));
	if (r)
		strbuf_printf(&out, "%u %u %s/", r->uid, r->gid, name);
	fd = hostfs_fd(dir, false);
	err = fd < 0 ? fd : out.len ? host_fsetxattr(fd, LINKS, out.data, out.len, 0) : host_fremovexattr(fd, LINKS);
	if (!err)
		hi(dir)->links = out.len ? LINKS_SOME : LINKS_NONE;
	strbuf_free(&out);
	free(text);
	return err;
}

void hostfs_link_load(struct inode *i)
{
	struct host_inode *h = hi(i);
	char *text = h->parent ? load(h->parent) : NULL, *end;
	struct record r;

	if (text && find(text, h->name, &r, &end)) {
		i->uid = r.uid;
		i->gid = r.gid;
	}
	free(text);
}

void hostfs_link_store(const struct inode *i, struct inode *dir, const char *name)
{
	struct record r = { i->uid, i->gid };
	bool plain = r.uid == hostfs_guest_uid(host_uid()) && r.gid == hostfs_guest_gid(host_gid());

	hi(i)->attr_in_memory = !dir || change(dir, name, plain ? NULL : &r) < 0;
}

void hostfs_link_forget(struct inode *dir, const char *name)
{
	if (hi(dir)->links != LINKS_NONE)
		change(dir, name, NULL);
}

/* fcntl(2) F_NOTIFY: a signal when something happens in a directory (Linux fs/notify/dnotify/dnotify.c).
 *
 * The notice belongs to a descriptor's file and table: it ends when a descriptor of that file is closed
 * there, and, without DN_MULTISHOT, with the first event. The file's owner is told as of O_ASYNC. */
#include "internal.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "base/alloc.h"

struct notice {
	struct watch w;
	struct file *file;            /* borrowed: it ends with it */
	const struct files *table;
	int fd;
};

static struct notice *of(struct watch *w)
{
	return container_of(w, struct notice, w);
}

/* What happens to files in it and to the directory itself, but to nothing else (dnotify_handle_event). */
static void happened(struct watch *w, uint32_t mask, uint32_t cookie, const char *name)
{
	const struct notice *n = of(w);

	if (n->file->owner.pid && file_owner_hooks.send)
		file_owner_hooks.send(n->file, n->fd, POLL_MSG);
}

static void ended(struct watch *w)
{
	of(w)->file->notices--;
	free(of(w));
}

static const struct watch_ops dnotify_ops = { .happened = happened, .ended = ended };

/* What goes to another directory is deleted here and created there (convert_arg). */
static uint32_t events_of(uint32_t arg)
{
	static const struct { uint32_t dn, in; } rows[] = {
		{ ABI_DN_ACCESS, ABI_IN_ACCESS }, { ABI_DN_MODIFY, ABI_IN_MODIFY }, { ABI_DN_ATTRIB, ABI_IN_ATTRIB },
		{ ABI_DN_CREATE, ABI_IN_CREATE | ABI_IN_MOVED_TO }, { ABI_DN_DELETE, ABI_IN_DELETE | ABI_IN_MOVED_FROM },
		{ ABI_DN_RENAME, NOTIFY_RENAME },
	};
	uint32_t mask = arg & ABI_DN_MULTISHOT ? 0 : ABI_IN_ONESHOT;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (arg & rows[i].dn)
			mask |= rows[i].in;
	return mask;
}

static struct notice *find(const struct file *f, const struct files *t)
{
	for (struct watch *w = f->inode->watches; w; w = w->next)
		if (w->ops == &dnotify_ops && of(w)->file == f && (!t || of(w)->table == t))
			return of(w);
	return NULL;
}

void dnotify_closed(struct file *f, const struct files *t)
{
	struct notice *n;

	while (f->notices && (n = find(f, t)))
		watch_end(&n->w);
}

int dnotify_set(struct file *f, struct files *t, int fd, uint32_t arg)
{
	struct notice *n;

	if (!(arg & ~(uint32_t)ABI_DN_MULTISHOT)) {
		dnotify_closed(f, t);
		return 0;
	}
	if (!S_ISDIR(f->inode->mode))
		return -ENOTDIR;
	n = find(f, t);
	if (n) {
		/* More events; once asked for more than one signal, it stays so. */
		n->fd = fd;
		n->w.mask = ((n->w.mask | events_of(arg)) & ~(uint32_t)ABI_IN_ONESHOT) | (n->w.mask & events_of(arg) & ABI_IN_ONESHOT);
		return 0;
	}
	n = xnew(struct notice);
	n->file = f;
	n->table = t;
	n->fd = fd;
	f->notices++;
	watch_attach(&n->w, f->inode, events_of(arg), &dnotify_ops);
	return 0;
}

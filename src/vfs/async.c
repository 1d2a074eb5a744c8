/* O_ASYNC (fcntl(2)): a file that can be read or written again tells its owner with a signal.
 *
 * While the flag is set the file has wait entries on its own queues, as an epoll set would. A
 * wake-up becomes SIGIO, or the signal of F_SETSIG with the descriptor and what happened. As on
 * Linux this works for pipes, sockets, terminals and inotify (their file_ops say so). Sockets and terminals tell of input alone. */
#include "internal.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"

struct async_hook_entry {
	struct wait_entry wait;
	struct file_async *async;
	struct async_hook_entry *next;
};
struct file_async {
	struct poll_table table;
	struct file *file;
	int fd;
	struct async_hook_entry *entries;
};

struct file_owner_hooks file_owner_hooks;

static bool woken(struct wait_entry *w, uint64_t key)
{
	const struct file_async *a = container_of(w, struct async_hook_entry, wait)->async;
	struct file *f = a->file;
	uint32_t events = key ? (uint32_t)key : file_poll(f, NULL);
	int reason = 0;

	if (file_readable(f) && (events & (ABI_EPOLLIN | ABI_EPOLLRDNORM)))
		reason = POLL_IN;
	else if (file_readable(f) && (events & ABI_EPOLLPRI))
		reason = POLL_PRI;
	else if (events & ABI_EPOLLHUP)
		reason = POLL_HUP;
	else if (S_ISFIFO(f->inode->mode) && file_writable(f) && (events & ABI_EPOLLOUT))
		reason = POLL_OUT;
	if (reason && f->owner.pid && file_owner_hooks.send)
		file_owner_hooks.send(f, a->fd, reason);
	return false;
}

static void enqueue(struct poll_table *pt, struct wait_queue *q)
{
	struct file_async *a = container_of(pt, struct file_async, table);
	struct async_hook_entry *e = xnew(struct async_hook_entry);

	list_init(&e->wait.link);
	e->wait.wake = woken;
	e->async = a;
	e->next = a->entries;
	a->entries = e;
	wait_queue_add(q, &e->wait);
}

void file_async_released(struct file *f)
{
	struct file_async *a = f->async;

	if (!a)
		return;
	while (a->entries) {
		struct async_hook_entry *e = a->entries;

		a->entries = e->next;
		wait_queue_remove(&e->wait);
		free(e);
	}
	free(a);
	f->async = NULL;
}

void file_set_owner(struct file *f, int type, int pid)
{
	const struct file_owner_hooks *h = &file_owner_hooks;
	int old = f->owner.pid;

	f->owner.type = type;
	f->owner.pid = pid && h->hold && h->hold(pid) ? pid : 0;
	if (old)
		h->drop(old);
}

int file_set_async(struct file *f, int fd, bool on)
{
	struct file_async *a;
	int owner;

	if (!f->ops->default_owner)
		return -ENOTTY;
	if (!on) {
		file_async_released(f);
		return 0;
	}
	owner = f->owner.pid ? 0 : f->ops->default_owner(f);
	if (owner)
		file_set_owner(f, owner < 0 ? ABI_F_OWNER_PGRP : ABI_F_OWNER_PID, abs(owner));
	if (f->async) {
		f->async->fd = fd;
		return 0;
	}
	a = xnew(struct file_async);
	a->table.queue = enqueue;
	a->file = f;
	a->fd = fd;
	f->async = a;
	file_poll(f, &a->table);
	return 0;
}

int file_no_owner(struct file *f)
{
	return 0;
}

/* POSIX message queues (mq_overview(7)): files of a file system of their own, "mqueue".
 *
 * The file system is a tmpfs whose regular files are queues: names, owners, modes and unlinking
 * are tmpfs' affair. It is there from the first use, mounted or not, and every mount of type
 * mqueue shows it. A queue lives until its file's inode does.
 *
 * Messages are kept by priority, the oldest of the highest first. Notification (mq_notify)
 * happens once, when a message comes into an empty queue for which no receiver waits. */
#include "tmpfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	DEFAULT_MESSAGES = 10, DEFAULT_SIZE = 8192,        /* /proc/sys/fs/mqueue/{msg,msgsize}_default */
	UNPRIVILEGED_MESSAGES = 10, UNPRIVILEGED_SIZE = 8192,
	HARD_MESSAGES = 65536, HARD_SIZE = 16 * 1024 * 1024,
	FILE_SIZE = 80,                                    /* st_size of every queue */
	CAP_SYS_RESOURCE = 24,
};

struct mq_message { struct list link; uint32_t priority; size_t size; char text[]; };
struct mqueue {
	struct list messages;
	int64_t max_messages, max_size, count;
	uint64_t bytes;
	unsigned receivers_waiting;
	struct wait_queue readable, writable;
	struct mq_watcher watcher;    /* pid 0: nobody */
};

struct mqueue_hooks mqueue_hooks;
static struct mount *own;              /* where there is no kernel that knows name spaces (tests) */
static struct mq_attr wanted;         /* what the file being made shall be like */
static const struct file_ops mq_fops;

static struct mqueue *queue_of(const struct file *f)
{
	return f->ops == &mq_fops ? ((struct tmpfs_inode *)f->inode->private)->object : NULL;
}

/* ---- life ----------------------------------------------------------------------- */

static void queue_free(void *object)
{
	struct mqueue *q = object;

	while (!list_empty(&q->messages)) {
		struct mq_message *m = list_first(&q->messages, struct mq_message, link);

		list_del(&m->link);
		free(m);
	}
	free(q);
}

/* tmpfs made a regular file: it becomes a queue. */
static void file_made(struct inode *i)
{
	struct tmpfs_inode *t = i->private;
	struct mqueue *q;

	if (!S_ISREG(i->mode))
		return;
	q = xnew(struct mqueue);
	list_init(&q->messages);
	wait_queue_init(&q->readable);
	wait_queue_init(&q->writable);
	q->max_messages = wanted.max_messages ? wanted.max_messages : DEFAULT_MESSAGES;
	q->max_size = wanted.max_size ? wanted.max_size : DEFAULT_SIZE;
	t->object = q;
	t->object_free = queue_free;
	i->fops = &mq_fops;
	i->size = FILE_SIZE;
}

static struct mount *mqueue_mount(void)
{
	struct mount **here = mqueue_hooks.space ? mqueue_hooks.space() : &own;

	if (!*here) {
		struct super *s = tmpfs_new_super("mqueue", 01777);

		s->magic = 0x19800202;
		tmpfs_set_made(s, file_made);
		*here = mount_create_internal(s, "mqueue");
		super_put(s);
	}
	return *here;
}

struct super *mqueue_super(void)
{
	struct super *s = mqueue_mount()->super;

	s->refs++;
	return s;
}

void mqueue_end(struct mount *m)
{
	mount_put(m);
}

void mqueue_shutdown(void)
{
	mount_put(own);
	own = NULL;
}

/* ---- names -------------------------------------------------------------------------- */

static int find_name(const char *name, struct path *out)
{
	struct mount *m = mqueue_mount();
	struct dentry *d;
	int err;

	if (!*name)
		return -ENOENT;
	if (strlen(name) > ABI_NAME_MAX)
		return -ENAMETOOLONG;
	if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EACCES;
	err = dentry_lookup(m->root, name, &d);
	if (!err)
		*out = (struct path){ mount_get(m), d };
	return err;
}

static int check_attr(const struct mq_attr *a, const struct cred *who)
{
	bool mighty = cred_capable(who, CAP_SYS_RESOURCE);

	if (a->max_messages <= 0 || a->max_size <= 0)
		return -EINVAL;
	return a->max_messages > (mighty ? HARD_MESSAGES : UNPRIVILEGED_MESSAGES) ||
	       a->max_size > (mighty ? HARD_SIZE : UNPRIVILEGED_SIZE) ? -EINVAL : 0;
}

static int make_queue(struct path p, uint32_t mode, const struct mq_attr *attr, const struct cred *who)
{
	struct inode *dir = p.mnt->root->inode, *made;
	int err = inode_permission(dir, who, 3);

	if (!err && attr)
		err = check_attr(attr, who);
	if (err)
		return err;
	wanted = attr ? *attr : (struct mq_attr){ 0 };
	err = dir->ops->create(dir, p.dentry->name, S_IFREG | (mode & 07777), who, &made);
	wanted = (struct mq_attr){ 0 };
	if (!err)
		dentry_instantiate(p.dentry, made);
	return err;
}

int mqueue_open(const char *name, uint32_t flags, uint32_t mode, const struct mq_attr *attr, const struct cred *who, struct file **out)
{
	struct path p;
	bool created = false;
	int err = find_name(name, &p);

	if (err)
		return err;
	if (!p.dentry->inode) {
		err = flags & ABI_O_CREAT ? make_queue(p, mode, attr, who) : -ENOENT;
		created = !err;
	} else if ((flags & (ABI_O_CREAT | ABI_O_EXCL)) == (ABI_O_CREAT | ABI_O_EXCL)) {
		err = -EEXIST;
	} else if ((flags & ABI_O_ACCMODE) == ABI_O_ACCMODE) {
		err = -EINVAL;
	}
	if (!err)
		err = vfs_open_found(p, flags & (ABI_O_ACCMODE | ABI_O_NONBLOCK), who, created, out);
	path_put(p);
	return err;
}

int mqueue_unlink(const char *name, const struct cred *who)
{
	struct path p;
	struct inode *dir;
	int err = find_name(name, &p);

	if (err)
		return err;
	dir = p.mnt->root->inode;
	if (!p.dentry->inode)
		err = -ENOENT;
	else if (who->fsuid != p.dentry->inode->uid && who->fsuid != dir->uid && !cred_capable(who, VFS_CAP_FOWNER))
		err = inode_permission(dir, who, 3) ? -EACCES : -EPERM;
	if (!err)
		err = dir->ops->unlink(dir, name, p.dentry->inode);
	if (!err)
		dentry_drop(p.dentry);
	path_put(p);
	return err;
}

/* ---- messages ---------------------------------------------------------------------------- */

static void insert(struct mqueue *q, struct mq_message *m)
{
	struct mq_message *at;

	list_for_each(at, &q->messages, link)
		if (at->priority < m->priority)
			break;
	list_add_tail(&at->link, &m->link);      /* before `at`, or at the end */
	q->count++;
	q->bytes += m->size;
}

static void notify_watcher(struct mqueue *q)
{
	struct mq_watcher w = q->watcher;

	if (!w.pid || q->count != 1 || q->receivers_waiting)
		return;
	q->watcher = (struct mq_watcher){ 0 };
	if (w.signo && mqueue_hooks.notify)
		mqueue_hooks.notify(&w);
}

int mqueue_send(struct file *f, struct uio *u, uint32_t priority, uint64_t deadline_ns)
{
	struct mqueue *q = queue_of(f);
	struct mq_message *m;
	size_t size = u->left;
	int err = 0;

	if (!q || !file_writable(f))
		return -EBADF;
	if ((int64_t)size > q->max_size)
		return -EMSGSIZE;
	m = try_alloc(sizeof(*m) + size + 1);
	if (!m)
		return -ENOMEM;
	m->priority = priority;
	m->size = size;
	if (uio_copy_out(u, m->text, size) != size)
		err = -EFAULT;
	else if (q->count >= q->max_messages && (f->flags & ABI_O_NONBLOCK))
		err = -EAGAIN;
	else
		err = wait_event(&q->writable, q->count < q->max_messages, WAIT_INTERRUPTIBLE, deadline_ns);
	if (err) {
		free(m);
		return err;
	}
	insert(q, m);
	notify_watcher(q);
	wake_up_nr(&q->readable, 1, ABI_EPOLLIN | ABI_EPOLLRDNORM);
	return 0;
}

ssize_t mqueue_receive(struct file *f, struct uio *u, uint32_t *priority, uint64_t deadline_ns)
{
	struct mqueue *q = queue_of(f);
	struct mq_message *m;
	ssize_t n;
	int err;

	if (!q || !file_readable(f))
		return -EBADF;
	if ((int64_t)u->left < q->max_size)
		return -EMSGSIZE;
	if (!q->count && (f->flags & ABI_O_NONBLOCK))
		return -EAGAIN;
	q->receivers_waiting++;
	err = wait_event(&q->readable, q->count, WAIT_INTERRUPTIBLE, deadline_ns);
	q->receivers_waiting--;
	if (err)
		return err;
	m = list_first(&q->messages, struct mq_message, link);
	list_del(&m->link);
	q->count--;
	q->bytes -= m->size;
	*priority = m->priority;
	n = uio_copy_in(u, m->text, m->size) == m->size ? (ssize_t)m->size : -EFAULT;
	free(m);
	wake_up_nr(&q->writable, 1, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
	return n;
}

/* ---- attributes and notification ------------------------------------------------------------ */

int mqueue_get_attr(struct file *f, struct mq_attr *out)
{
	struct mqueue *q = queue_of(f);

	if (!q)
		return -EBADF;
	*out = (struct mq_attr){ .flags = f->flags & ABI_O_NONBLOCK, .max_messages = q->max_messages,
				 .max_size = q->max_size, .count = q->count };
	return 0;
}

int mqueue_set_nonblock(struct file *f, bool on)
{
	if (!queue_of(f))
		return -EBADF;
	f->flags = (f->flags & ~(uint32_t)ABI_O_NONBLOCK) | (on ? (uint32_t)ABI_O_NONBLOCK : 0);
	return 0;
}

/* signo 0 with a pid: SIGEV_NONE, which only keeps others away. NULL: no more. */
int mqueue_notify(struct file *f, const struct mq_watcher *w, int pid)
{
	struct mqueue *q = queue_of(f);

	if (!q)
		return -EBADF;
	if (!w) {
		if (q->watcher.pid == pid)
			q->watcher = (struct mq_watcher){ 0 };
		return 0;
	}
	if (q->watcher.pid)
		return -EBUSY;
	q->watcher = *w;
	return 0;
}

/* ---- the file ---------------------------------------------------------------------------------- */

static ssize_t mq_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct mqueue *q = queue_of(f);
	char text[FILE_SIZE + 1];
	int pid = q->watcher.pid && mqueue_hooks.show_pid ? mqueue_hooks.show_pid(q->watcher.pid) : q->watcher.pid;
	size_t len = (size_t)snprintf(text, sizeof(text), "QSIZE:%-10llu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
				      (unsigned long long)q->bytes, q->watcher.notify, q->watcher.signo, pid);
	size_t n;

	if (*pos >= len)
		return 0;
	n = MIN(len - *pos, u->left);
	n = uio_copy_in(u, text + *pos, n);
	*pos += n;
	return n ? (ssize_t)n : -EFAULT;
}

static uint32_t mq_poll(struct file *f, struct poll_table *pt)
{
	struct mqueue *q = queue_of(f);

	poll_wait(pt, &q->readable);
	poll_wait(pt, &q->writable);
	return (q->count ? ABI_EPOLLIN | ABI_EPOLLRDNORM : 0) |
	       (q->count < q->max_messages ? ABI_EPOLLOUT | ABI_EPOLLWRNORM : 0);
}

/* Closing any descriptor of it ends the process' registration (mq_notify(3)). */
static void mq_flush(struct file *f)
{
	struct mqueue *q = queue_of(f);

	if (q->watcher.pid && mqueue_hooks.current_pid && q->watcher.pid == mqueue_hooks.current_pid())
		q->watcher = (struct mq_watcher){ 0 };
}

static const struct file_ops mq_fops = { .read = mq_read, .poll = mq_poll, .flush = mq_flush };

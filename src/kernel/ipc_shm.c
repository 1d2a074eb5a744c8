/* System V shared memory: a segment is a file of tmpfs without a name, as in Linux' ipc/shm.c.
 *
 * Each attached area holds a reference on the segment's struct file, so the number of
 * attachments is that count less the segment's own. A segment that was removed while
 * attached (SHM_DEST) stays in the table, without its key; it goes when the last area does:
 * then the file's release operation runs. */
#include "ipc.h"

#include <stdio.h>
#include <sys/mman.h>

#include "abi/fcntl.h"
#include "abi/stat.h"
#include "base/alloc.h"
#include "base/log.h"
#include "internal.h"

struct segment {
	struct ipc_object o;
	struct file *file;            /* with a reference, unless SHM_DEST */
	uint64_t size;
	int64_t atime, dtime, ctime;
	int32_t cpid, lpid;
};

static void segment_free(struct ipc_object *o)
{
	free(o);
}

static struct ipc_table *table(void) { return &ipc_here()->segments; }

void ipc_shm_init(struct ipc_table *t)
{
	t->limit = SHM_SEGMENTS_MAX;
	t->destroy = segment_free;
}

static void file_gone(struct file *f)
{
	struct segment *s = f->private;

	s->file = NULL;
	ipc_remove(&s->o);
}

static int map_segment(struct file *f, struct mapping **out)
{
	*out = &f->inode->mapping;
	return 0;
}

static const struct file_ops segment_fops = { .mmap = map_segment, .release = file_gone };

static uint64_t attachments(const struct segment *s)
{
	return s->file->refs - !(s->o.perm.mode & ABI_SHM_DEST);
}

/* ---- shmget ---------------------------------------------------------------------------- */

static int64_t segment_create(int32_t key, uint64_t size, int flags)
{
	struct segment *s;
	char label[24];
	int id, err;

	if (!size || size > SHM_BYTES_MAX || align_up(size, PAGE_SIZE) < size)
		return -EINVAL;
	if (flags & ABI_SHM_HUGETLB)
		return -ENOMEM;               /* none are reserved */
	if (table()->used >= table()->limit)
		return -ENOSPC;
	if (align_up(size, PAGE_SIZE) >> PAGE_SHIFT > ram_total_pages() && !(flags & ABI_SHM_NORESERVE))
		return -ENOMEM;
	s = xnew(struct segment);
	snprintf(label, sizeof(label), "SYSV%08x", (unsigned)key);
	err = tmpfs_unnamed_file(label, S_IFREG | 0777, size, task_current()->cred, &s->file);
	if (err) {
		free(s);
		return err;
	}
	s->file->ops = &segment_fops;
	s->file->private = s;
	s->size = size;
	s->ctime = ipc_seconds();
	s->cpid = task_current()->proc->pid;
	id = ipc_add(table(), &s->o, key, flags);
	ASSERT(id >= 0);
	return id;
}

int64_t ipc_shmget(int32_t key, uint64_t size, int flags)
{
	struct ipc_object *o = NULL;
	int err = ipc_find_key(table(), key, flags, &o);

	if (err == -EAGAIN)
		return segment_create(key, size, flags);
	if (err)
		return err;
	return size > ((struct segment *)o)->size ? -EINVAL : o->perm.id;
}

/* ---- shmat, shmdt ------------------------------------------------------------------------- */

static int place(gva_t *addr, int flags, int *map_flags)
{
	*map_flags = MAP_SHARED;
	if (!*addr)
		return flags & ABI_SHM_REMAP ? -EINVAL : 0;
	if (*addr & PAGE_MASK) {
		if (!(flags & ABI_SHM_RND))
			return -EINVAL;
		*addr = align_down(*addr, PAGE_SIZE);     /* SHMLBA is a page */
		if (!*addr && (flags & ABI_SHM_REMAP))
			return -EINVAL;
	}
	*map_flags |= flags & ABI_SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	return 0;
}

int64_t ipc_shmat(int id, gva_t addr, int flags)
{
	struct task *t = task_current();
	struct mmap_request r = { .prot = PROT_READ | PROT_WRITE, .may_write = true, .may_exec = true };
	struct segment *s;
	int64_t at = id < 0 ? -EINVAL : place(&addr, flags, &r.flags);

	if (at)
		return at;
	s = (struct segment *)ipc_find_id(table(), id);
	if (!s)
		return -EINVAL;
	if (flags & ABI_SHM_RDONLY)
		r.prot = PROT_READ;
	if (flags & ABI_SHM_EXEC)
		r.prot |= PROT_EXEC;
	r.may_write = r.prot & PROT_WRITE;
	at = ipc_access(&s->o, (r.prot & PROT_WRITE ? 6 : 4) | (flags & ABI_SHM_EXEC ? 1 : 0));
	if (at)
		return at;
	r.addr = addr;
	r.len = align_up(s->size, PAGE_SIZE);
	r.mapping = &s->file->inode->mapping;
	r.file = s->file;
	at = mm_mmap(t->mm, &r);
	if (at == -EEXIST)
		return -EINVAL;
	if (at >= 0 || at < -4095) {
		s->atime = ipc_seconds();
		s->lpid = t->proc->pid;
	}
	return at;
}

static struct segment *segment_of(const struct vma_info *v)
{
	struct file *f = v->file;

	return f && f->ops == &segment_fops ? f->private : NULL;
}

/* All pieces of the attachment that began at addr, even if mprotect or munmap cut it. */
int64_t ipc_shmdt(gva_t addr)
{
	struct mm *mm = task_current()->mm;
	struct segment *s = NULL;
	struct vma_info v;
	gva_t at = addr;

	if (addr & PAGE_MASK)
		return -EINVAL;
	while (mm_find_vma(mm, at, false, &v)) {
		at = v.end;
		if (s && v.start >= addr + align_up(s->size, PAGE_SIZE))
			break;
		if (!segment_of(&v) || v.start - addr != v.offset || (s && segment_of(&v) != s))
			continue;
		if (!s) {
			s = segment_of(&v);
			s->o.refs++;
		}
		mm_munmap(mm, v.start, v.end - v.start);
	}
	if (!s)
		return -EINVAL;
	s->dtime = ipc_seconds();
	s->lpid = task_current()->proc->pid;
	ipc_object_put(&s->o);
	return 0;
}

/* ---- shmctl ------------------------------------------------------------------------------------ */

int64_t ipc_shm_status(int id, int cmd, struct shm_status *out)
{
	struct ipc_object *o;
	int64_t ret = ipc_find_status(table(), id, cmd != ABI_IPC_STAT, cmd == ABI_SHM_STAT_ANY, &o);
	struct segment *s = (struct segment *)o;

	if (ret < 0)
		return ret;
	*out = (struct shm_status){ .perm = s->o.perm, .size = s->size, .atime = s->atime, .dtime = s->dtime,
				    .ctime = s->ctime, .cpid = s->cpid, .lpid = s->lpid, .nattch = attachments(s) };
	return ret;
}

static struct segment *owned(int id, int *err)
{
	struct ipc_object *o;

	*err = ipc_find_owned(table(), id, &o);
	return (struct segment *)o;
}

int64_t ipc_shm_set(int id, const struct ipc_perm *p)
{
	int err;
	struct segment *s = owned(id, &err);

	if (err)
		return err;
	if (!ipc_take_owner(&s->o.perm, p))
		return -EINVAL;
	s->ctime = ipc_seconds();
	return 0;
}

int64_t ipc_shm_remove(int id)
{
	int err;
	struct segment *s = owned(id, &err);

	if (err || (s->o.perm.mode & ABI_SHM_DEST))
		return err;
	s->o.perm.mode |= ABI_SHM_DEST;
	s->o.perm.key = ABI_IPC_PRIVATE;
	file_put(s->file);                    /* the last one: file_gone() */
	return 0;
}

int64_t ipc_shm_lock(int id, bool lock)
{
	int err;
	struct segment *s = owned(id, &err);

	if (!err)
		s->o.perm.mode = lock ? s->o.perm.mode | ABI_SHM_LOCKED : s->o.perm.mode & ~(uint32_t)ABI_SHM_LOCKED;
	return err;
}

int ipc_shm_usage(struct shm_usage *out)
{
	*out = (struct shm_usage){ .used = (int)table()->used };
	for (unsigned i = 0; i < table()->nr_slots; i++) {
		struct segment *s = (struct segment *)table()->slots[i];

		if (!s)
			continue;
		out->pages += align_up(s->size, PAGE_SIZE) >> PAGE_SHIFT;
		out->resident += s->file->inode->mapping.nr_pages;
	}
	return ipc_highest(table());
}

/* Segments that somebody has attached still live for a while. */
void ipc_shm_end(struct ipc_table *t)
{
	for (unsigned i = 0; i < t->nr_slots; i++) {
		struct segment *s = (struct segment *)t->slots[i];

		if (s && !(s->o.perm.mode & ABI_SHM_DEST)) {
			s->o.perm.mode |= ABI_SHM_DEST;
			file_put(s->file);
		}
		if (t->slots[i]) {
			t->slots[i]->table = NULL;
			t->slots[i] = NULL;
			t->used--;
		}
	}
	ipc_table_empty(t);
}

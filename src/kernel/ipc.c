/* System V objects: keys, ids and permissions, alike for memory, semaphores and messages
 * (Linux ipc/util.c).
 *
 *   id = use count of the slot << 15 | slot
 *
 * so that the id of an object that is gone does not name its successor. An object is
 * found by id or key until it is removed; who sleeps on it holds a reference. */
#include "ipc.h"

#include "abi/process.h"
#include "abi/time.h"
#include "base/alloc.h"
#include "base/log.h"
#include "internal.h"

/* A capability counts where the caller's IPC name space belongs to (ipcperms, ipcctl_obtain_check). */
static bool rules(int cap)
{
	const struct task *t = task_current();

	return user_ns_capable(t->cred, ns_owner(t->ipc), cap);
}

static bool granted(const struct ipc_object *o, int want)
{
	const struct task *t = task_current();
	const struct ipc_perm *p = &o->perm;
	uint32_t mode = p->mode;

	if (t->cred->euid == p->uid || t->cred->euid == p->cuid)
		mode >>= 6;
	else if (cred_in_group(t->cred, p->gid) || cred_in_group(t->cred, p->cgid))
		mode >>= 3;
	return ((uint32_t)want & ~mode & 7) == 0 || rules(ABI_CAP_IPC_OWNER);
}

int ipc_access(const struct ipc_object *o, int want)
{
	return granted(o, want) ? 0 : -EACCES;
}

int ipc_owner_only(const struct ipc_object *o)
{
	uint32_t euid = task_current()->cred->euid;

	return euid == o->perm.uid || euid == o->perm.cuid || rules(ABI_CAP_SYS_ADMIN) ? 0 : -EPERM;
}

int ipc_find_key(struct ipc_table *t, int32_t key, int flags, struct ipc_object **out)
{
	for (unsigned i = 0; key != ABI_IPC_PRIVATE && i < t->nr_slots; i++) {
		struct ipc_object *o = t->slots[i];

		if (!o || o->perm.key != key)
			continue;
		if ((flags & ABI_IPC_CREAT) && (flags & ABI_IPC_EXCL))
			return -EEXIST;
		*out = o;
		/* The permission bits of any class count as what is wanted (ipcperms). */
		return ipc_access(o, (flags >> 6 | flags >> 3 | flags) & 7);
	}
	return key == ABI_IPC_PRIVATE || (flags & ABI_IPC_CREAT) ? -EAGAIN : -ENOENT;
}

static int free_slot(struct ipc_table *t)
{
	unsigned n = t->nr_slots ? t->nr_slots * 2 : 16;

	if (t->used >= t->limit)
		return -ENOSPC;
	for (unsigned i = 0; i < t->nr_slots; i++)
		if (!t->slots[i])
			return (int)i;
	t->slots = xrealloc(t->slots, n * sizeof(*t->slots));
	t->seqs = xrealloc(t->seqs, n * sizeof(*t->seqs));
	for (unsigned i = t->nr_slots; i < n; i++) {
		t->slots[i] = NULL;
		t->seqs[i] = 0;
	}
	n = t->nr_slots;
	t->nr_slots = n ? n * 2 : 16;
	return (int)n;
}

int ipc_add(struct ipc_table *t, struct ipc_object *o, int32_t key, int flags)
{
	const struct cred *who = task_current()->cred;
	int slot = free_slot(t);

	if (slot < 0)
		return slot;
	o->perm = (struct ipc_perm){ .key = key, .uid = who->euid, .gid = who->egid, .cuid = who->euid,
				     .cgid = who->egid, .mode = (uint32_t)flags & 0777, .seq = t->seqs[slot] };
	o->perm.id = (int)(((unsigned)o->perm.seq << IPC_SEQ_SHIFT) | (unsigned)slot);
	o->refs = 1;
	o->table = t;
	o->destroy = t->destroy;
	t->slots[slot] = o;
	t->used++;
	return o->perm.id;
}

static struct ipc_object *find_index(struct ipc_table *t, int index)
{
	return index >= 0 && (unsigned)index < t->nr_slots ? t->slots[index] : NULL;
}

struct ipc_object *ipc_find_id(struct ipc_table *t, int id)
{
	struct ipc_object *o = id < 0 ? NULL : find_index(t, id & ((1 << IPC_SEQ_SHIFT) - 1));

	return o && o->perm.id == id ? o : NULL;
}

int64_t ipc_find_status(struct ipc_table *t, int id, bool by_index, bool any, struct ipc_object **out)
{
	struct ipc_object *o = by_index ? find_index(t, id) : ipc_find_id(t, id);
	int err = !o ? -EINVAL : any ? 0 : ipc_access(o, 4);

	*out = o;
	return err ? err : by_index ? o->perm.id : 0;
}

int ipc_find_owned(struct ipc_table *t, int id, struct ipc_object **out)
{
	*out = ipc_find_id(t, id);
	return *out ? ipc_owner_only(*out) : -EINVAL;
}

void ipc_object_put(struct ipc_object *o)
{
	ASSERT(o->refs > 0);
	if (--o->refs == 0)
		o->destroy(o);
}

void ipc_remove(struct ipc_object *o)
{
	unsigned slot = (unsigned)o->perm.id & ((1u << IPC_SEQ_SHIFT) - 1);
	struct ipc_table *t = o->table;

	if (t) {
		t->slots[slot] = NULL;
		t->seqs[slot] = (t->seqs[slot] + 1) & 0x7fff;
		t->used--;
	}
	o->table = NULL;
	o->removed = true;
	ipc_object_put(o);
}

void ipc_table_empty(struct ipc_table *t)
{
	for (unsigned i = 0; i < t->nr_slots; i++)
		if (t->slots[i])
			ipc_remove(t->slots[i]);
	free(t->slots);
	free(t->seqs);
	t->slots = NULL;
	t->seqs = NULL;
	t->nr_slots = 0;
}

int ipc_highest(const struct ipc_table *t)
{
	for (unsigned i = t->nr_slots; i > 0; i--)
		if (t->slots[i - 1])
			return (int)i - 1;
	return 0;
}

int64_t ipc_seconds(void)
{
	uint64_t ns = 0;

	time_read_clock(ABI_CLOCK_REALTIME, &ns);
	return (int64_t)(ns / NSEC_PER_SEC);
}

bool ipc_take_owner(struct ipc_perm *p, const struct ipc_perm *from)
{
	if (from->uid == UINT32_MAX || from->gid == UINT32_MAX)
		return false;
	p->uid = from->uid;
	p->gid = from->gid;
	p->mode = (p->mode & ~0777u) | (from->mode & 0777);
	return true;
}

void ipc_process_exit(struct process *p)
{
	ipc_sem_process_exit(p);
}

/* ---- name spaces (ipc/namespace.c) ---------------------------------------------------------- */

static struct ipc_ns first;

static void init_tables(struct ipc_ns *ns)
{
	ipc_shm_init(&ns->segments);
	ipc_sem_init(&ns->sets);
	ipc_msg_init(&ns->queues);
}

static void end_tables(struct ipc_ns *ns)
{
	ipc_shm_end(&ns->segments);
	ipc_table_empty(&ns->sets);
	ipc_table_empty(&ns->queues);
}

struct ipc_ns *ipc_here(void)
{
	struct ipc_ns *ns = task_current()->ipc ? task_current()->ipc : &first;

	if (!ns->segments.limit)
		init_tables(ns);
	return ns;
}

struct mount **ipc_mqueues(void)
{
	return &ipc_here()->mqueues;
}

static void destroy(struct ns *any)
{
	struct ipc_ns *ns = (struct ipc_ns *)any;

	end_tables(ns);
	mqueue_end(ns->mqueues);
}

const struct ns_kind ipc_ns_kind = { .name = "ipc", .flag = CLONE_NEWIPC, .first = 0xefffffffu, .destroy = destroy };

struct ipc_ns *ipc_ns_create(struct user_ns *owner)
{
	struct ipc_ns *ns = xnew(struct ipc_ns);

	ns_init(&ns->ns, &ipc_ns_kind, owner);
	init_tables(ns);
	return ns;
}

void ipc_shutdown(void)
{
	destroy(&first.ns);
	first.mqueues = NULL;
}

/* Between ipc.c, ipc_shm.c, ipc_sem.c and ipc_msg.c: System V objects. */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include "kernel/ipc.h"

/* One kind of objects: a table of slots; an id is the slot and how often it was used. */
struct ipc_object {
	struct ipc_perm perm;         /* first in each object */
	unsigned refs;                /* of sleepers; the table has one */
	bool removed;
	struct ipc_table *table;      /* where it is found; NULL: its name space is gone */
	void (*destroy)(struct ipc_object *o);   /* the last reference went */
};
struct ipc_table {
	struct ipc_object **slots;
	uint16_t *seqs;
	unsigned nr_slots, used, limit;
	void (*destroy)(struct ipc_object *o);   /* of what is in it */
};
/* An IPC name space: System V objects, and POSIX message queues. */
struct ipc_ns {
	struct ns ns;
	struct ipc_table segments, sets, queues;
	struct mount *mqueues;        /* vfs's; NULL: not asked for yet */
};
struct ipc_ns *ipc_here(void);        /* the caller's */
enum { IPC_SEQ_SHIFT = 15 };

/* shmget, semget, msgget: the id of the object with this key, or -ENOENT for "make one". */
int  ipc_find_key(struct ipc_table *t, int32_t key, int flags, struct ipc_object **out);
/* -ENOSPC; else its id. */
int  ipc_add(struct ipc_table *t, struct ipc_object *o, int32_t key, int flags);
/* By id: -EINVAL; -EIDRM is for objects that go while somebody sleeps. */
struct ipc_object *ipc_find_id(struct ipc_table *t, int id);
/* IPC_STAT means an id; SHM_STAT, SEM_STAT, MSG_STAT and their ..._ANY an index. `any` asks no permission.
 * What the call returns, which is the id when it was not said, or -errno. */
int64_t ipc_find_status(struct ipc_table *t, int id, bool by_index, bool any, struct ipc_object **out);
/* For IPC_SET and IPC_RMID: 0, -EINVAL or -EPERM. */
int  ipc_find_owned(struct ipc_table *t, int id, struct ipc_object **out);
int  ipc_access(const struct ipc_object *o, int want);      /* 4 read, 2 write: 0 or -EACCES */
int  ipc_owner_only(const struct ipc_object *o);            /* 0 or -EPERM */
void ipc_remove(struct ipc_object *o);                      /* no longer found; drops the table's reference */
void ipc_object_put(struct ipc_object *o);
int  ipc_highest(const struct ipc_table *t);                /* index in use, or 0 */
int64_t ipc_seconds(void);                                  /* of CLOCK_REALTIME */
bool ipc_take_owner(struct ipc_perm *p, const struct ipc_perm *from);

void ipc_sem_process_exit(struct process *p);
void ipc_table_empty(struct ipc_table *t);                   /* its objects go, or lose it */
/* A name space's tables begin and end. */
void ipc_shm_init(struct ipc_table *t);
void ipc_sem_init(struct ipc_table *t);
void ipc_msg_init(struct ipc_table *t);
void ipc_shm_end(struct ipc_table *t);

#endif

/* System V shared memory, semaphores and message queues (sysvipc(7)); kernel AIO.
 *
 * Results: ids, counts or 0; -errno as Linux. All of it is one name space, guarded by the
 * kernel lock. Arguments are in kernel memory unless they are of type gva_t. */
#ifndef KERNEL_KERNEL_IPC_H
#define KERNEL_KERNEL_IPC_H

#include "kernel/task.h"

enum { ABI_IPC_CREAT = 01000, ABI_IPC_EXCL = 02000, ABI_IPC_NOWAIT = 04000, ABI_IPC_PRIVATE = 0 };
enum { ABI_IPC_RMID = 0, ABI_IPC_SET = 1, ABI_IPC_STAT = 2, ABI_IPC_INFO = 3 };

struct ipc_perm { int32_t key; uint32_t uid, gid, cuid, cgid, mode; uint16_t seq; int id; };

/* ---- shared memory ---------------------------------------------------------------- */
enum { ABI_SHM_RDONLY = 010000, ABI_SHM_RND = 020000, ABI_SHM_REMAP = 040000, ABI_SHM_EXEC = 0100000,
       ABI_SHM_DEST = 01000, ABI_SHM_LOCKED = 02000, ABI_SHM_HUGETLB = 04000, ABI_SHM_NORESERVE = 010000 };
enum { ABI_SHM_LOCK = 11, ABI_SHM_UNLOCK = 12, ABI_SHM_STAT = 13, ABI_SHM_INFO = 14, ABI_SHM_STAT_ANY = 15 };
enum { SHM_SEGMENTS_MAX = 4096 };
#define SHM_BYTES_MAX (UINT64_MAX - ((uint64_t)1 << 24))
struct shm_status {
	struct ipc_perm perm;
	uint64_t size;
	int64_t atime, dtime, ctime;
	int32_t cpid, lpid;
	uint64_t nattch;
};
struct shm_usage { int used; uint64_t pages, resident; };
int64_t ipc_shmget(int32_t key, uint64_t size, int flags);
int64_t ipc_shmat(int id, gva_t addr, int flags);
int64_t ipc_shmdt(gva_t addr);
int64_t ipc_shm_status(int id, int cmd, struct shm_status *out);       /* IPC_STAT, SHM_STAT, SHM_STAT_ANY */
int64_t ipc_shm_set(int id, const struct ipc_perm *p);
int64_t ipc_shm_remove(int id);
int64_t ipc_shm_lock(int id, bool lock);
int ipc_shm_usage(struct shm_usage *out);                              /* the highest index in use */

/* ---- semaphores -------------------------------------------------------------------- */
enum { ABI_SEM_UNDO = 0x1000 };
enum { ABI_SEM_GETPID = 11, ABI_SEM_GETVAL, ABI_SEM_GETALL, ABI_SEM_GETNCNT, ABI_SEM_GETZCNT, ABI_SEM_SETVAL,
       ABI_SEM_SETALL, ABI_SEM_STAT, ABI_SEM_INFO, ABI_SEM_STAT_ANY };
enum { SEM_VALUE_MAX = 32767, SEM_PER_SET_MAX = 32000, SEM_OPS_MAX = 500, SEM_SETS_MAX = 32000 };
struct sem_op { uint16_t num; int16_t op; int16_t flags; };            /* struct sembuf's layout */
struct sem_status { struct ipc_perm perm; int64_t otime, ctime; uint64_t nsems; };
int64_t ipc_semget(int32_t key, int nsems, int flags);
int64_t ipc_semop(int id, const struct sem_op *ops, unsigned n, uint64_t deadline_ns);
int64_t ipc_sem_status(int id, int cmd, struct sem_status *out);
int64_t ipc_sem_set(int id, const struct ipc_perm *p);
int64_t ipc_sem_remove(int id);
int64_t ipc_sem_read(int id, int num, int cmd);                        /* GETVAL GETPID GETNCNT GETZCNT */
int64_t ipc_sem_values(int id, uint16_t **out);                        /* GETALL: how many; free() *out */
int64_t ipc_sem_count(int id);                                         /* to be asked before SETALL */
int64_t ipc_sem_set_values(int id, const uint16_t *values, unsigned n);
int64_t ipc_sem_set_value(int id, int num, int value);
int ipc_sem_usage(int *sets, int *semaphores);                         /* the highest index in use */

/* ---- messages ----------------------------------------------------------------------- */
enum { ABI_MSG_NOERROR = 010000, ABI_MSG_EXCEPT = 020000, ABI_MSG_COPY = 040000 };
enum { ABI_MSG_STAT = 11, ABI_MSG_INFO = 12, ABI_MSG_STAT_ANY = 13 };
enum { MSG_SIZE_MAX = 8192, MSG_QUEUE_BYTES = 16384, MSG_QUEUES_MAX = 32000 };
struct msg_status {
	struct ipc_perm perm;
	int64_t stime, rtime, ctime;
	uint64_t cbytes, qnum, qbytes;
	int32_t lspid, lrpid;
};
struct message { struct list link; int64_t type; size_t size; char text[]; };
int64_t ipc_msgget(int32_t key, int flags);
int64_t ipc_msgsnd(int id, struct message *m, int flags);              /* consumes m */
int64_t ipc_msgrcv(int id, size_t size, int64_t type, int flags, struct message **out);   /* free() *out */
int64_t ipc_msg_status(int id, int cmd, struct msg_status *out);
int64_t ipc_msg_set(int id, const struct ipc_perm *p, uint64_t qbytes);
int64_t ipc_msg_remove(int id);
int ipc_msg_usage(int *queues, int *messages, int *bytes);

/* The process ends: its SEM_UNDO adjustments happen. */
void ipc_process_exit(struct process *p);
void ipc_shutdown(void);

/* Name spaces: NULL is the machine's. */
struct ipc_ns;
extern const struct ns_kind ipc_ns_kind;
struct ipc_ns *ipc_ns_create(struct user_ns *owner);      /* takes a reference of the owner */
struct mount **ipc_mqueues(void);                         /* the caller's: what vfs keeps there */

/* ---- kernel AIO ----------------------------------------------------------------------- */
struct aio_result { uint64_t data, obj; int64_t res, res2; };          /* struct io_event's layout */
int64_t aio_setup(unsigned nr, gva_t *ctx);
int64_t aio_destroy(gva_t ctx);
int64_t aio_check(gva_t ctx);                                          /* 0 or -EINVAL */
bool aio_reserve(gva_t ctx);                                           /* room for one more result? */
void aio_complete(gva_t ctx, const struct aio_result *r);
/* At least `min` results, at most `max`, into out; fewer at the deadline or a signal. */
int64_t aio_collect(gva_t ctx, unsigned min, unsigned max, uint64_t deadline_ns, struct aio_result *out);

#endif

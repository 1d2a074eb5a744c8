/* System V shared memory, semaphores, messages: arguments and structures of both widths.
 *
 * The structures (asm-generic ipcbuf.h, shmbuf.h, sembuf.h, msgbuf.h) have the same members in the
 * same order for RV64 and RV32: longs of the caller's width, and times of 64 bits that RV32 has as
 * two words, low half first, without alignment. So they are written member by member. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"
#include "kernel/ipc.h"

/* ---- structures, member by member ----------------------------------------------------- */

struct pack { uint8_t bytes[160]; size_t at; bool narrow; };

static void pack_raw(struct pack *p, const void *v, size_t n, size_t align)
{
	p->at = align_up(p->at, align);
	ASSERT(p->at + n <= sizeof(p->bytes));
	memcpy(p->bytes + p->at, v, n);
	p->at += n;
}

static void pack_u32(struct pack *p, uint32_t v)  { pack_raw(p, &v, 4, 4); }
static void pack_long(struct pack *p, uint64_t v) { pack_raw(p, &v, p->narrow ? 4 : 8, p->narrow ? 4 : 8); }
static void pack_time(struct pack *p, int64_t v)  { pack_raw(p, &v, 8, p->narrow ? 4 : 8); }

static void pack_perm(struct pack *p, const struct ipc_perm *perm)
{
	uint16_t seq = perm->seq, none = 0;

	pack_u32(p, (uint32_t)perm->key);
	pack_u32(p, shown_uid(perm->uid));
	pack_u32(p, shown_gid(perm->gid));
	pack_u32(p, shown_uid(perm->cuid));
	pack_u32(p, shown_gid(perm->cgid));
	pack_u32(p, perm->mode);
	pack_raw(p, &seq, 2, 2);
	pack_raw(p, &none, 2, 2);
	pack_long(p, 0);
	pack_long(p, 0);
}

static int64_t pack_put(struct pack *p, gva_t dst, int64_t ret)
{
	pack_long(p, 0);                     /* two spare words end each of the structures */
	pack_long(p, 0);
	return put_user(dst, p->bytes, p->at) ? -EFAULT : ret;
}

/* IPC_SET reads uid, gid and mode, and of a message queue the limit. */
static int get_perm(gva_t src, struct ipc_perm *p)
{
	uint32_t w[6];

	if (get_user(w, src, sizeof(w)))
		return -EFAULT;
	*p = (struct ipc_perm){ .uid = meant_uid(w[1]), .gid = meant_gid(w[2]), .mode = w[5] };
	return 0;
}

static int64_t put_ints(gva_t dst, const int32_t *v, size_t n, int64_t ret)
{
	return put_user(dst, v, n * sizeof(*v)) ? -EFAULT : ret;
}

/* ---- shared memory ---------------------------------------------------------------------- */

int64_t sys_shmget(int key, uint64_t size, int shmflg) { return ipc_shmget(key, size, shmflg); }
int64_t sys_shmat(int shmid, gva_t shmaddr, int shmflg) { return ipc_shmat(shmid, shmaddr, shmflg); }
int64_t sys_shmdt(gva_t shmaddr) { return ipc_shmdt(shmaddr); }

static int64_t shm_stat(int id, int cmd, gva_t buf)
{
	struct pack p = { .narrow = current_is_32() };
	struct shm_status s;
	int64_t ret = ipc_shm_status(id, cmd, &s);

	if (ret < 0)
		return ret;
	pack_perm(&p, &s.perm);
	pack_long(&p, s.size);
	pack_time(&p, s.atime);
	pack_time(&p, s.dtime);
	pack_time(&p, s.ctime);
	pack_u32(&p, (uint32_t)pid_show(s.cpid));
	pack_u32(&p, (uint32_t)pid_show(s.lpid));
	pack_long(&p, s.nattch);
	return pack_put(&p, buf, ret);
}

static int64_t shm_limits(gva_t buf)
{
	struct pack p = { .narrow = current_is_32() };
	struct shm_usage use;
	int64_t ret = ipc_shm_usage(&use);

	pack_long(&p, SHM_BYTES_MAX);        /* shmmax */
	pack_long(&p, 1);                    /* shmmin */
	pack_long(&p, SHM_SEGMENTS_MAX);     /* shmmni */
	pack_long(&p, SHM_SEGMENTS_MAX);     /* shmseg */
	pack_long(&p, SHM_BYTES_MAX);        /* shmall, in pages */
	pack_long(&p, 0);
	pack_long(&p, 0);
	return pack_put(&p, buf, ret);
}

static int64_t shm_usage(gva_t buf)
{
	struct pack p = { .narrow = current_is_32() };
	struct shm_usage use;
	int64_t ret = ipc_shm_usage(&use);

	pack_u32(&p, (uint32_t)use.used);
	pack_long(&p, use.pages);
	pack_long(&p, use.resident);
	pack_long(&p, 0);
	return pack_put(&p, buf, ret);
}

int64_t sys_shmctl(int shmid, int cmd, gva_t buf)
{
	struct ipc_perm perm;

	if (cmd < 0 || shmid < 0)
		return -EINVAL;
	switch (cmd) {
	case ABI_IPC_INFO:     return shm_limits(buf);
	case ABI_SHM_INFO:     return shm_usage(buf);
	case ABI_IPC_STAT: case ABI_SHM_STAT: case ABI_SHM_STAT_ANY:
		return shm_stat(shmid, cmd, buf);
	case ABI_IPC_SET:      return get_perm(buf, &perm) ? -EFAULT : ipc_shm_set(shmid, &perm);
	case ABI_IPC_RMID:     return ipc_shm_remove(shmid);
	case ABI_SHM_LOCK:
	case ABI_SHM_UNLOCK:   return ipc_shm_lock(shmid, cmd == ABI_SHM_LOCK);
	default:               return -EINVAL;
	}
}

/* ---- semaphores ----------------------------------------------------------------------------- */

int64_t sys_semget(int key, int nsems, int semflg) { return ipc_semget(key, nsems, semflg); }

static int64_t semop(int semid, gva_t usops, uint64_t nsops, uint64_t deadline)
{
	struct sem_op *ops;
	int64_t ret;

	if (nsops < 1 || semid < 0)
		return -EINVAL;
	if (nsops > SEM_OPS_MAX)
		return -E2BIG;
	ops = xalloc(nsops * sizeof(*ops));
	ret = get_user(ops, usops, nsops * sizeof(*ops)) ? -EFAULT : ipc_semop(semid, ops, (unsigned)nsops, deadline);
	free(ops);
	return ret;
}

int64_t sys_semop(int semid, gva_t sops, uint64_t nsops)
{
	return semop(semid, sops, nsops, WAIT_FOREVER);
}

int64_t sys_semtimedop(int semid, gva_t sops, uint64_t nsops, gva_t timeout)
{
	uint64_t deadline, ns;
	int err = timeout ? get_timespec(timeout, &ns) : 0;

	if (err)
		return err;
	deadline = timeout && ns < (uint64_t)INT64_MAX ? sched_clock_ns() + ns : WAIT_FOREVER;
	return semop(semid, sops, nsops, deadline);
}

static int64_t sem_stat(int id, int cmd, gva_t buf)
{
	struct pack p = { .narrow = current_is_32() };
	struct sem_status s;
	int64_t ret = ipc_sem_status(id, cmd, &s);

	if (ret < 0)
		return ret;
	pack_perm(&p, &s.perm);
	pack_time(&p, s.otime);
	pack_time(&p, s.ctime);
	pack_long(&p, s.nsems);
	return pack_put(&p, buf, ret);
}

static int64_t sem_info(int cmd, gva_t buf)
{
	int sets, sems, highest = ipc_sem_usage(&sets, &sems);
	/* semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem */
	int32_t v[10] = { 1024000000, SEM_SETS_MAX, 1024000000, 1024000000, SEM_PER_SET_MAX, SEM_OPS_MAX, SEM_OPS_MAX,
			  cmd == ABI_SEM_INFO ? sets : 20, SEM_VALUE_MAX, cmd == ABI_SEM_INFO ? sems : SEM_VALUE_MAX };

	return put_ints(buf, v, 10, highest);
}

static int64_t sem_get_all(int id, gva_t array)
{
	uint16_t *values;
	int64_t n = ipc_sem_values(id, &values);

	if (n < 0)
		return n;
	if (put_user(array, values, (size_t)n * sizeof(*values)))
		n = -EFAULT;
	free(values);
	return n < 0 ? n : 0;
}

static int64_t sem_set_all(int id, gva_t array)
{
	int64_t n = ipc_sem_count(id), ret;
	uint16_t *values;

	if (n < 0)
		return n;
	values = xalloc((size_t)n * sizeof(*values));
	ret = get_user(values, array, (size_t)n * sizeof(*values)) ? -EFAULT : ipc_sem_set_values(id, values, (unsigned)n);
	free(values);
	return ret;
}

int64_t sys_semctl(int semid, int semnum, int cmd, uint64_t arg)
{
	struct ipc_perm perm;

	if (semid < 0)
		return -EINVAL;
	switch (cmd) {
	case ABI_IPC_INFO: case ABI_SEM_INFO:
		return sem_info(cmd, arg);
	case ABI_IPC_STAT: case ABI_SEM_STAT: case ABI_SEM_STAT_ANY:
		return sem_stat(semid, cmd, arg);
	case ABI_SEM_GETVAL: case ABI_SEM_GETPID: case ABI_SEM_GETNCNT: case ABI_SEM_GETZCNT:
		return ipc_sem_read(semid, semnum, cmd);
	case ABI_SEM_GETALL:   return sem_get_all(semid, arg);
	case ABI_SEM_SETALL:   return sem_set_all(semid, arg);
	case ABI_SEM_SETVAL:   return ipc_sem_set_value(semid, semnum, (int32_t)arg);
	case ABI_IPC_SET:      return get_perm(arg, &perm) ? -EFAULT : ipc_sem_set(semid, &perm);
	case ABI_IPC_RMID:     return ipc_sem_remove(semid);
	default:               return -EINVAL;
	}
}

/* ---- messages ---------------------------------------------------------------------------------- */

int64_t sys_msgget(int key, int msgflg) { return ipc_msgget(key, msgflg); }

/* struct msgbuf: a long, the type, then the text. */
int64_t sys_msgsnd(int msqid, gva_t msgp, uint64_t msgsz, int msgflg)
{
	size_t word = current_is_32() ? 4 : 8;
	struct message *m;
	uint64_t type;

	if (get_user_word(msgp, &type))
		return -EFAULT;
	if (current_is_32())
		type = (uint64_t)(int64_t)(int32_t)type;
	if (msgsz > MSG_SIZE_MAX || msqid < 0 || (int64_t)type < 1)
		return -EINVAL;
	m = xalloc(sizeof(*m) + msgsz + 1);
	m->type = (int64_t)type;
	m->size = msgsz;
	if (get_user(m->text, msgp + word, msgsz)) {
		free(m);
		return -EFAULT;
	}
	return ipc_msgsnd(msqid, m, msgflg);
}

int64_t sys_msgrcv(int msqid, gva_t msgp, uint64_t msgsz, int64_t msgtyp, int msgflg)
{
	size_t word = current_is_32() ? 4 : 8;
	struct message *m;
	int64_t n;

	if (msqid < 0 || (int64_t)msgsz < 0 || (current_is_32() && (int32_t)msgsz < 0))
		return -EINVAL;
	if ((msgflg & ABI_MSG_COPY) && ((msgflg & ABI_MSG_EXCEPT) || !(msgflg & ABI_IPC_NOWAIT)))
		return -EINVAL;
	n = ipc_msgrcv(msqid, msgsz, msgtyp == INT64_MIN ? INT64_MAX : msgtyp, msgflg, &m);
	if (n < 0)
		return n;
	if (put_user_word(msgp, (uint64_t)m->type) || put_user(msgp + word, m->text, (size_t)n))
		n = -EFAULT;
	free(m);
	return n;
}

static int64_t msg_stat(int id, int cmd, gva_t buf)
{
	struct pack p = { .narrow = current_is_32() };
	struct msg_status s;
	int64_t ret = ipc_msg_status(id, cmd, &s);

	if (ret < 0)
		return ret;
	pack_perm(&p, &s.perm);
	pack_time(&p, s.stime);
	pack_time(&p, s.rtime);
	pack_time(&p, s.ctime);
	pack_long(&p, s.cbytes);
	pack_long(&p, s.qnum);
	pack_long(&p, s.qbytes);
	pack_u32(&p, (uint32_t)pid_show(s.lspid));
	pack_u32(&p, (uint32_t)pid_show(s.lrpid));
	return pack_put(&p, buf, ret);
}

static int64_t msg_info(int cmd, gva_t buf)
{
	int queues, messages, bytes, highest = ipc_msg_usage(&queues, &messages, &bytes);
	bool use = cmd == ABI_MSG_INFO;
	/* msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql, msgseg (16 bits) */
	int32_t v[8] = { use ? queues : 512000, use ? messages : MSG_QUEUE_BYTES, MSG_SIZE_MAX, MSG_QUEUE_BYTES,
			 MSG_QUEUES_MAX, 16, use ? bytes : MSG_QUEUE_BYTES, 0xffff };

	return put_ints(buf, v, 8, highest);
}

static int64_t msg_set(int id, gva_t buf)
{
	/* msg_qbytes comes after the owner, three times and two longs. */
	size_t at = current_is_32() ? 36 + 24 + 8 : 48 + 24 + 16;
	struct ipc_perm perm;
	uint64_t qbytes;

	if (get_perm(buf, &perm) || get_user_word(buf + at, &qbytes))
		return -EFAULT;
	return ipc_msg_set(id, &perm, qbytes);
}

int64_t sys_msgctl(int msqid, int cmd, gva_t buf)
{
	if (msqid < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case ABI_IPC_INFO: case ABI_MSG_INFO:
		return msg_info(cmd, buf);
	case ABI_IPC_STAT: case ABI_MSG_STAT: case ABI_MSG_STAT_ANY:
		return msg_stat(msqid, cmd, buf);
	case ABI_IPC_SET:  return msg_set(msqid, buf);
	case ABI_IPC_RMID: return ipc_msg_remove(msqid);
	default:           return -EINVAL;
	}
}

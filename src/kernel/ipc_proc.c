/* /proc/sysvipc/{msg,sem,shm}: one line an object, as ipcs(1) reads them. */
#include "ipc.h"

#include <inttypes.h>

#include "procfs.h"

static void show_perm(struct strbuf *out, const struct ipc_perm *p)
{
	strbuf_printf(out, "%10d %10d  %4o ", p->key, p->id, p->mode);
}

/* As the reader's user name space calls them. */
static void show_owners(struct strbuf *out, const struct ipc_perm *p)
{
	const struct user_ns *as = task_current()->cred->user_ns;

	strbuf_printf(out, " %5u %5u %5u %5u", user_ns_show(as, ID_USER, p->uid), user_ns_show(as, ID_GROUP, p->gid),
		      user_ns_show(as, ID_USER, p->cuid), user_ns_show(as, ID_GROUP, p->cgid));
}

int procfs_show_sysv_shm(uint64_t arg, struct strbuf *out)
{
	struct shm_usage use;
	struct shm_status s;

	strbuf_printf(out, "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid"
			   "      atime      dtime      ctime                   rss                  swap\n");
	for (int i = 0, n = ipc_shm_usage(&use); i <= n; i++) {
		if (ipc_shm_status(i, ABI_SHM_STAT_ANY, &s) < 0)
			continue;
		show_perm(out, &s.perm);
		strbuf_printf(out, "%21" PRIu64 " %5d %5d  %5" PRIu64, s.size, pid_show(s.cpid), pid_show(s.lpid), s.nattch);
		show_owners(out, &s.perm);
		strbuf_printf(out, " %10" PRId64 " %10" PRId64 " %10" PRId64 " %21" PRIu64 " %21u\n",
			      s.atime, s.dtime, s.ctime, align_up(s.size, PAGE_SIZE), 0u);
	}
	return 0;
}

int procfs_show_sysv_sem(uint64_t arg, struct strbuf *out)
{
	struct sem_status s;
	int sets, sems;

	strbuf_printf(out, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
	for (int i = 0, n = ipc_sem_usage(&sets, &sems); i <= n; i++) {
		if (ipc_sem_status(i, ABI_SEM_STAT_ANY, &s) < 0)
			continue;
		show_perm(out, &s.perm);
		strbuf_printf(out, "%10" PRIu64, s.nsems);
		show_owners(out, &s.perm);
		strbuf_printf(out, " %10" PRId64 " %10" PRId64 "\n", s.otime, s.ctime);
	}
	return 0;
}

int procfs_show_sysv_msg(uint64_t arg, struct strbuf *out)
{
	struct msg_status s;
	int queues, messages, bytes;

	strbuf_printf(out, "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"
			   "      stime      rtime      ctime\n");
	for (int i = 0, n = ipc_msg_usage(&queues, &messages, &bytes); i <= n; i++) {
		if (ipc_msg_status(i, ABI_MSG_STAT_ANY, &s) < 0)
			continue;
		show_perm(out, &s.perm);
		strbuf_printf(out, " %10" PRIu64 " %10" PRIu64 " %5d %5d", s.cbytes, s.qnum, pid_show(s.lspid), pid_show(s.lrpid));
		show_owners(out, &s.perm);
		strbuf_printf(out, " %10" PRId64 " %10" PRId64 " %10" PRId64 "\n", s.stime, s.rtime, s.ctime);
	}
	return 0;
}

/* Who the new program runs as: set-uid and set-gid bits, root's capabilities,
 * AT_SECURE (Linux fs/exec.c bprm_fill_uid, security/commoncap.c).
 *
 * Scripts never gain anything: their bits are not looked at, the interpreter's
 * are. binfmt_misc's C flag turns that round on purpose. */
#include "binprm.h"

#include <sys/stat.h>

#include "abi/process.h"

/* PER_CLEAR_ON_SETID: what an ordinary user may not impose on a privileged program. */
#define PERSONALITY_UNSAFE (ABI_READ_IMPLIES_EXEC | ABI_ADDR_NO_RANDOMIZE | \
			    ABI_ADDR_COMPAT_LAYOUT | ABI_MMAP_PAGE_ZERO)

static void take_ids(struct binprm *b, struct file *f)
{
	struct inode *i = f->inode;

	/* Of somebody who is nobody in this name space nothing is taken. */
	if (user_ns_from_machine(b->cred->user_ns, ID_USER, i->uid) == UINT32_MAX ||
	    user_ns_from_machine(b->cred->user_ns, ID_GROUP, i->gid) == UINT32_MAX)
		return;
	if (b->cred->no_new_privs || (f->path.mnt && (path_mount_flags(f->path) & MNT_NOSUID)))
		return;
	if (i->mode & S_ISUID) {
		b->personality &= ~(uint32_t)PERSONALITY_UNSAFE;
		b->cred->euid = i->uid;
	}
	/* Without group execute permission the bit once meant mandatory locking. */
	if ((i->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
		b->personality &= ~(uint32_t)PERSONALITY_UNSAFE;
		b->cred->egid = i->gid;
	}
}

static bool tracer_is_weak(const struct task *t)
{
	const struct process *tracer = t->ptrace.tracer;
	const struct task *by = tracer ? task_find(t->ptrace.tracer_tid) : NULL;

	return tracer && (!by || !task_capable(by, ABI_CAP_SYS_PTRACE));
}

/* capabilities(7), "Transformation of capabilities during execve()", with the file
 * capabilities that a root user id stands for. */
static void take_capabilities(struct cred *c, const struct cred *old)
{
	bool root_counts = !(c->securebits & ABI_SECBIT_NOROOT);
	uint32_t root = user_ns_to_machine(c->user_ns, ID_USER, 0);
	bool is_root = root_counts && (c->euid == root || old->uid == root);
	bool set_id = c->euid != old->uid || c->egid != old->gid;
	uint64_t ambient, permitted = is_root ? c->cap_bounding | c->cap_inheritable : 0;

	/* A tracer must not get at what it could not have itself. */
	if ((set_id || (permitted & ~old->cap_permitted)) && tracer_is_weak(task_current())) {
		if (!(old->cap_effective >> ABI_CAP_SETUID & 1)) {
			c->euid = c->uid;
			c->egid = c->gid;
		}
		permitted &= old->cap_permitted;
	}
	ambient = set_id ? 0 : c->cap_ambient;
	c->cap_permitted = permitted | ambient;
	c->cap_effective = root_counts && c->euid == root ? c->cap_permitted : ambient;
	c->cap_ambient = ambient;
	c->securebits &= ~(uint32_t)ABI_SECBIT_KEEP_CAPS;
}

int exec_prepare_creds(struct binprm *b)
{
	const struct cred *old = b->task->cred;
	struct cred *c = cred_copy(old);

	if (!c)
		return exec_refuse(b, -ENOMEM, "no memory for credentials");
	b->cred = c;
	take_ids(b, b->execfd_creds ? b->executable : b->file);
	take_capabilities(c, old);
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	b->secure = c->euid != old->uid || c->egid != old->gid ||
		    (old->uid != user_ns_to_machine(c->user_ns, ID_USER, 0) && (c->cap_permitted & ~c->cap_ambient) != 0);
	if (b->secure) {
		b->personality &= ~(uint32_t)PERSONALITY_UNSAFE;
		/* An attacker must not choose the privileged program's memory layout. */
		b->stack_limit = MIN(b->stack_limit, (uint64_t)STACK_LIMIT_DEFAULT);
	}
	return 0;
}

/* Who a task is: user and group ids, supplementary groups, capabilities.
 *
 * A change makes a new struct cred and swaps it in; credentials in use by open
 * files stay as they were. The rules are kernel/sys.c's and security/commoncap.c's. */
#include "syscall.h"

#include "abi/process.h"

static struct cred *me(void) { return current()->cred; }

/* commit_creds(): who becomes somebody else, or more, hides his memory from now on. */
static void commit(struct cred *new)
{
	struct task *t = current();
	const struct cred *old = t->cred;

	if (old->euid != new->euid || old->egid != new->egid || old->fsuid != new->fsuid ||
	    old->fsgid != new->fsgid || (new->cap_permitted & ~old->cap_permitted)) {
		t->proc->dumpable = false;
		t->pdeath_signal = 0;
	}
	cred_put(t->cred);
	t->cred = new;
}

/* cap_emulate_setxuid: giving up root gives up the capabilities. */
static void fix_caps(const struct cred *old, struct cred *new)
{
	if (old->securebits & ABI_SECBIT_NO_SETUID_FIXUP)
		return;
	uint32_t root = user_ns_to_machine(old->user_ns, ID_USER, 0);
	bool had_root = old->uid == root || old->euid == root || old->suid == root;
	bool has_root = new->uid == root || new->euid == root || new->suid == root;

	if (had_root && !has_root && !(old->securebits & ABI_SECBIT_KEEP_CAPS))
		new->cap_permitted = new->cap_effective = 0;
	if (had_root && !has_root)
		new->cap_ambient = 0;
	if (old->euid == root && new->euid != root)
		new->cap_effective = 0;
	if (old->euid != root && new->euid == root)
		new->cap_effective = new->cap_permitted;
}

/* ---- the plain ones ---------------------------------------------------------------------- */

/* -1 stays; what has no name here is an error. */
static bool take_id(enum id_kind kind, uint32_t *id)
{
	uint32_t given = *id;

	*id = user_ns_to_machine(me()->user_ns, kind, given);
	return given == UINT32_MAX || *id != UINT32_MAX;
}

int64_t sys_getuid(void)  { return shown_uid(me()->uid); }
int64_t sys_geteuid(void) { return shown_uid(me()->euid); }
int64_t sys_getgid(void)  { return shown_gid(me()->gid); }
int64_t sys_getegid(void) { return shown_gid(me()->egid); }

static int64_t put_three(gva_t a, uint32_t x, gva_t b, uint32_t y, gva_t c, uint32_t z)
{
	return put_user_u32(a, x) || put_user_u32(b, y) || put_user_u32(c, z) ? -EFAULT : 0;
}

int64_t sys_getresuid(gva_t r, gva_t e, gva_t s) { return put_three(r, shown_uid(me()->uid), e, shown_uid(me()->euid), s, shown_uid(me()->suid)); }
int64_t sys_getresgid(gva_t r, gva_t e, gva_t s) { return put_three(r, shown_gid(me()->gid), e, shown_gid(me()->egid), s, shown_gid(me()->sgid)); }

/* ---- setting: the same rules for users and groups -------------------------------------------- */

#define KEEP UINT32_MAX                          /* -1: leave as it is */

struct ids { uint32_t real, eff, saved; };

static struct ids uids(void) { return (struct ids){ me()->uid, me()->euid, me()->suid }; }
static struct ids gids(void) { return (struct ids){ me()->gid, me()->egid, me()->sgid }; }

static int64_t commit_uids(struct ids n)
{
	struct cred *new = cred_copy(me());

	new->uid = n.real;
	new->euid = new->fsuid = n.eff;
	new->suid = n.saved;
	fix_caps(me(), new);
	commit(new);
	return 0;
}

static int64_t commit_gids(struct ids n)
{
	struct cred *new = cred_copy(me());

	new->gid = n.real;
	new->egid = new->fsgid = n.eff;
	new->sgid = n.saved;
	commit(new);
	return 0;
}

static bool one_of(uint32_t id, struct ids o) { return id == o.real || id == o.eff || id == o.saved; }

/* setresuid: each new id is one of the three old ones, or the caller is privileged. */
static int change_three(struct ids *n, struct ids o, uint32_t r, uint32_t e, uint32_t s, bool privileged)
{
	if (!privileged && ((r != KEEP && !one_of(r, o)) || (e != KEEP && !one_of(e, o)) || (s != KEEP && !one_of(s, o))))
		return -EPERM;
	*n = (struct ids){ r == KEEP ? o.real : r, e == KEEP ? o.eff : e, s == KEEP ? o.saved : s };
	return 0;
}

/* setreuid: real may become real or effective, effective any of the three; the saved
 * id follows when the real one is set, or the effective one leaves the old real one. */
static int change_two(struct ids *n, struct ids o, uint32_t r, uint32_t e, bool privileged)
{
	*n = o;
	if (r != KEEP) {
		if (!privileged && r != o.real && r != o.eff)
			return -EPERM;
		n->real = r;
	}
	if (e != KEEP) {
		if (!privileged && !one_of(e, o))
			return -EPERM;
		n->eff = e;
	}
	if (r != KEEP || (e != KEEP && e != o.real))
		n->saved = n->eff;
	return 0;
}

static int change_one(struct ids *n, struct ids o, uint32_t id, bool privileged)
{
	if (id == KEEP)
		return -EINVAL;
	if (privileged)
		*n = (struct ids){ id, id, id };
	else if (id == o.real || id == o.saved)
		*n = (struct ids){ o.real, id, o.saved };
	else
		return -EPERM;
	return 0;
}

static bool may_uid(void) { return task_capable_here(current(), ABI_CAP_SETUID); }
static bool may_gid(void) { return task_capable_here(current(), ABI_CAP_SETGID); }

int64_t sys_setuid(uint32_t uid)
{
	struct ids n;
	int err = !take_id(ID_USER, &uid) ? -EINVAL : change_one(&n, uids(), uid, may_uid());

	return err ? err : commit_uids(n);
}

int64_t sys_setgid(uint32_t gid)
{
	struct ids n;
	int err = !take_id(ID_GROUP, &gid) ? -EINVAL : change_one(&n, gids(), gid, may_gid());

	return err ? err : commit_gids(n);
}

int64_t sys_setreuid(uint32_t ruid, uint32_t euid)
{
	struct ids n;
	int err = !take_id(ID_USER, &ruid) || !take_id(ID_USER, &euid) ? -EINVAL : change_two(&n, uids(), ruid, euid, may_uid());

	return err ? err : commit_uids(n);
}

int64_t sys_setregid(uint32_t rgid, uint32_t egid)
{
	struct ids n;
	int err = !take_id(ID_GROUP, &rgid) || !take_id(ID_GROUP, &egid) ? -EINVAL : change_two(&n, gids(), rgid, egid, may_gid());

	return err ? err : commit_gids(n);
}

int64_t sys_setresuid(uint32_t ruid, uint32_t euid, uint32_t suid)
{
	struct ids n;
	int err = !take_id(ID_USER, &ruid) || !take_id(ID_USER, &euid) || !take_id(ID_USER, &suid) ? -EINVAL :
		  change_three(&n, uids(), ruid, euid, suid, may_uid());

	return err ? err : commit_uids(n);
}

int64_t sys_setresgid(uint32_t rgid, uint32_t egid, uint32_t sgid)
{
	struct ids n;
	int err = !take_id(ID_GROUP, &rgid) || !take_id(ID_GROUP, &egid) || !take_id(ID_GROUP, &sgid) ? -EINVAL :
		  change_three(&n, gids(), rgid, egid, sgid, may_gid());

	return err ? err : commit_gids(n);
}

/* What only concerns files follows the file system's user id. */
static void fix_fs_caps(const struct cred *old, struct cred *new)
{
	const uint64_t fs_caps = 1ull << ABI_CAP_CHOWN | 1ull << ABI_CAP_DAC_OVERRIDE | 1ull << ABI_CAP_DAC_READ_SEARCH |
		1ull << ABI_CAP_FOWNER | 1ull << ABI_CAP_FSETID | 1ull << ABI_CAP_LINUX_IMMUTABLE |
		1ull << ABI_CAP_MKNOD | 1ull << ABI_CAP_MAC_OVERRIDE;

	if (old->securebits & ABI_SECBIT_NO_SETUID_FIXUP)
		return;
	uint32_t root = user_ns_to_machine(old->user_ns, ID_USER, 0);

	if (old->fsuid == root && new->fsuid != root)
		new->cap_effective &= ~fs_caps;
	if (old->fsuid != root && new->fsuid == root)
		new->cap_effective |= new->cap_permitted & fs_caps;
}

/* setfsuid never fails: it returns the old id, changed or not. */
int64_t sys_setfsuid(uint32_t fsuid)
{
	uint32_t old = me()->fsuid;

	if (take_id(ID_USER, &fsuid) && fsuid != KEEP && (fsuid == old || one_of(fsuid, uids()) || may_uid())) {
		struct cred *new = cred_copy(me());

		new->fsuid = fsuid;
		fix_fs_caps(me(), new);
		commit(new);
	}
	return shown_uid(old);
}

int64_t sys_setfsgid(uint32_t fsgid)
{
	uint32_t old = me()->fsgid;

	if (take_id(ID_GROUP, &fsgid) && fsgid != KEEP && (fsgid == old || one_of(fsgid, gids()) || may_gid())) {
		struct cred *new = cred_copy(me());

		new->fsgid = fsgid;
		commit(new);
	}
	return shown_gid(old);
}

/* ---- supplementary groups --------------------------------------------------------------------------- */

int64_t sys_getgroups(int size, gva_t list)
{
	uint32_t groups[NGROUPS_MAX_HERE];
	const struct cred *c = me();

	for (unsigned i = 0; i < c->nr_groups; i++)
		groups[i] = shown_gid(c->groups[i]);
	if (size < 0 || (size && (unsigned)size < c->nr_groups))
		return -EINVAL;
	if (size && put_user(list, groups, c->nr_groups * sizeof(groups[0])))
		return -EFAULT;
	return c->nr_groups;
}

int64_t sys_setgroups(int size, gva_t list)
{
	uint32_t groups[NGROUPS_MAX_HERE];
	struct cred *new;

	if (!may_gid() || !user_ns_may_setgroups(me()->user_ns))
		return -EPERM;
	if (size < 0 || size > NGROUPS_MAX_HERE)
		return -EINVAL;
	if (get_user(groups, list, (size_t)size * sizeof(groups[0])))
		return -EFAULT;
	for (int i = 0; i < size; i++)
		if (!take_id(ID_GROUP, &groups[i]) || groups[i] == KEEP)
			return -EINVAL;
	new = cred_copy(me());
	memcpy(new->groups, groups, (size_t)size * sizeof(groups[0]));
	new->nr_groups = (unsigned)size;
	commit(new);
	return 0;
}

/* ---- capabilities --------------------------------------------------------------------------------------- */

/* How many 32-bit records the header's version has; an unknown one is answered with ours. */
static int cap_records(gva_t hdrp, struct abi_cap_header *h, unsigned *n)
{
	if (get_user(h, hdrp, sizeof(*h)))
		return -EFAULT;
	switch (h->version) {
	case ABI_CAPABILITY_VERSION_1: *n = 1; return 0;
	case ABI_CAPABILITY_VERSION_2:
	case ABI_CAPABILITY_VERSION_3: *n = 2; return 0;
	default:
		return put_user_u32(hdrp, ABI_CAPABILITY_VERSION_3) ? -EFAULT : -EINVAL;
	}
}

int64_t sys_capget(gva_t hdrp, gva_t datap)
{
	struct abi_cap_header h;
	struct abi_cap_data d[2];
	struct task *t;
	unsigned n;
	int err = cap_records(hdrp, &h, &n);

	/* Asking for the version only. */
	if (err)
		return err == -EINVAL && !datap ? 0 : err;
	if (h.pid < 0)
		return -EINVAL;
	t = h.pid ? task_find(pid_mean(h.pid)) : current();
	if (!t)
		return -ESRCH;
	for (unsigned i = 0; i < 2; i++)
		d[i] = (struct abi_cap_data){ (uint32_t)(t->cred->cap_effective >> (32 * i)),
					      (uint32_t)(t->cred->cap_permitted >> (32 * i)),
					      (uint32_t)(t->cred->cap_inheritable >> (32 * i)) };
	return datap && put_user(datap, d, n * sizeof(d[0])) ? -EFAULT : 0;
}

int64_t sys_capset(gva_t hdrp, gva_t datap)
{
	struct abi_cap_header h;
	struct abi_cap_data d[2] = { { 0 } };
	struct cred *new;
	uint64_t e, p, i;
	unsigned n;
	int err = cap_records(hdrp, &h, &n);

	if (err)
		return err;
	if (h.pid && h.pid != current()->own_tid)
		return -EPERM;
	if (get_user(d, datap, n * sizeof(d[0])))
		return -EFAULT;
	e = (d[0].effective | (uint64_t)d[1].effective << 32) & ABI_CAP_ALL;
	p = (d[0].permitted | (uint64_t)d[1].permitted << 32) & ABI_CAP_ALL;
	i = (d[0].inheritable | (uint64_t)d[1].inheritable << 32) & ABI_CAP_ALL;
	/* cap_capset: nothing new in permitted; effective below it; inheritable below both and
	 * the bounding set. */
	if ((p & ~me()->cap_permitted) || (e & ~p) ||
	    (!task_capable_here(current(), ABI_CAP_SETPCAP) && (i & ~(me()->cap_inheritable | me()->cap_permitted))) ||
	    (i & ~(me()->cap_inheritable | me()->cap_bounding)))
		return -EPERM;
	new = cred_copy(me());
	new->cap_effective = e;
	new->cap_permitted = p;
	new->cap_inheritable = i;
	new->cap_ambient &= p & i;
	commit(new);
	return 0;
}

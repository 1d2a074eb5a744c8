/* The machine and everything else: uname, sysinfo, prctl, randomness, barriers, RISC-V's own. */
#include "syscall.h"

#include <stdio.h>
#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/seccomp.h"
#include "abi/signal.h"
#include "abi/system.h"
#include "abi/time.h"
#include "base/alloc.h"
#include "host/host.h"

/* ---- uname ------------------------------------------------------------------------------- */

/* personality(PER_LINUX32) makes a 64-bit kernel say what a 32-bit one would. */
static const char *machine_name(void)
{
	bool narrow = current_is_32() ||
		      (current()->proc->personality & ABI_PER_MASK) == ABI_PER_LINUX32;

	return narrow ? "riscv32" : "riscv64";
}

int64_t sys_uname(gva_t buf)
{
	struct abi_utsname u = { .sysname = "Linux", .release = ABI_LINUX_RELEASE,
				 .version = ABI_LINUX_VERSION };

	snprintf(u.nodename, sizeof(u.nodename), "%s", uts_of(task_current())->hostname);
	snprintf(u.domainname, sizeof(u.domainname), "%s", uts_of(task_current())->domainname);
	snprintf(u.machine, sizeof(u.machine), "%s", machine_name());
	return put_user(buf, &u, sizeof(u));
}

static int64_t set_name(char field[65], gva_t name, int len)
{
	char text[65] = { 0 };

	if (!user_ns_capable(current()->cred, ns_owner(current()->uts), ABI_CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > 64)
		return -EINVAL;
	if (get_user(text, name, (size_t)len))
		return -EFAULT;
	memcpy(field, text, sizeof(text));
	return 0;
}

int64_t sys_sethostname(gva_t name, int len)   { return set_name(uts_of(task_current())->hostname, name, len); }
int64_t sys_setdomainname(gva_t name, int len) { return set_name(uts_of(task_current())->domainname, name, len); }

int64_t sys_vhangup(void)
{
	if (!task_capable(current(), ABI_CAP_SYS_TTY_CONFIG))
		return -EPERM;
	if (current()->proc->tty)
		tty_lose_session(current()->proc->tty);
	return 0;
}

int64_t sys_personality(uint32_t persona)
{
	uint32_t old = current()->proc->personality;

	if (persona != UINT32_MAX)
		current()->proc->personality = persona;
	return old;
}

/* ---- sysinfo ---------------------------------------------------------------------------------- */

int64_t sys_sysinfo(gva_t info)
{
	uint64_t total = ram_total_pages() << PAGE_SHIFT, left = ram_free_pages() << PAGE_SHIFT;
	int64_t uptime = (int64_t)(time_ns_show(ABI_CLOCK_BOOTTIME, sched_clock_ns() - machine.boot_ns) / NSEC_PER_SEC) + 1;
	uint16_t procs = (uint16_t)MIN(task_count(), (uint64_t)UINT16_MAX);

	if (current_is_32()) {
		struct abi_sysinfo32 w = { .uptime = (int32_t)uptime, .procs = procs, .mem_unit = PAGE_SIZE,
					   .totalram = (uint32_t)ram_total_pages(), .freeram = (uint32_t)ram_free_pages(),
					   .totalswap = (uint32_t)swap_total_pages(), .freeswap = (uint32_t)swap_free_pages() };
		return put_user(info, &w, sizeof(w));
	}
	struct abi_sysinfo64 w = { .uptime = uptime, .procs = procs, .mem_unit = 1,
				   .totalram = total, .freeram = left,
				   .totalswap = swap_total_pages() << PAGE_SHIFT,
				   .freeswap = swap_free_pages() << PAGE_SHIFT };
	return put_user(info, &w, sizeof(w));
}

int64_t sys_getcpu(gva_t cpu, gva_t node, gva_t tcache)
{
	return (cpu && put_user_u32(cpu, sched_hart())) || (node && put_user_u32(node, 0)) ? -EFAULT : 0;
}

/* The kernel's log: readable, and empty. Actions of syslog(2). */
enum { SYSLOG_READ = 2, SYSLOG_READ_ALL = 3, SYSLOG_READ_CLEAR = 4, SYSLOG_CONSOLE_LEVEL = 8,
       SYSLOG_SIZE_UNREAD = 9, SYSLOG_SIZE_BUFFER = 10 };

int64_t sys_syslog(int type, gva_t buf, int len)
{
	if (type < 0 || type > SYSLOG_SIZE_BUFFER)
		return -EINVAL;
	if (type != SYSLOG_READ_ALL && type != SYSLOG_SIZE_BUFFER && !task_capable(current(), ABI_CAP_SYSLOG))
		return -EPERM;
	if (type == SYSLOG_SIZE_BUFFER)
		return PAGE_SIZE;
	if ((type == SYSLOG_READ || type == SYSLOG_READ_ALL || type == SYSLOG_READ_CLEAR) && (!buf || len < 0))
		return -EINVAL;
	return type == SYSLOG_CONSOLE_LEVEL && (len < 1 || len > 8) ? -EINVAL : 0;
}

/* ---- randomness ----------------------------------------------------------------------------------- */

int64_t sys_getrandom(gva_t buf, uint64_t buflen, uint32_t flags)
{
	uint8_t bytes[256];
	uint64_t done = 0, len = MIN(buflen, (uint64_t)INT32_MAX);

	if (flags & ~(uint32_t)(ABI_GRND_NONBLOCK | ABI_GRND_RANDOM | ABI_GRND_INSECURE) ||
	    (flags & (ABI_GRND_RANDOM | ABI_GRND_INSECURE)) == (ABI_GRND_RANDOM | ABI_GRND_INSECURE))
		return -EINVAL;
	while (done < len) {
		size_t n = (size_t)MIN(len - done, (uint64_t)sizeof(bytes));
		size_t put;

		host_random(bytes, n);
		put = mm_copy_to_partial(current_mm(), buf + done, bytes, n);
		done += put;
		if (put < n)
			return done ? (int64_t)done : -EFAULT;
	}
	return (int64_t)done;
}

enum { BPF_PROGRAM_MAX = 4096 };

/* ---- prctl -------------------------------------------------------------------------------------------- */

static int64_t prctl_name(uint64_t addr, bool set)
{
	struct task *t = current();
	char name[COMM_LEN] = { 0 };
	int64_t len;

	if (!set) {
		memcpy(name, t->comm, sizeof(name));
		return put_user(addr, name, sizeof(name));
	}
	len = mm_copy_string(current_mm(), name, addr, sizeof(name));
	if (len < 0 && len != -ENAMETOOLONG)
		return len;
	name[COMM_LEN - 1] = 0;
	task_set_comm(t, name);
	return 0;
}

static int64_t prctl_capbset(uint64_t cap, bool drop)
{
	struct task *t = current();

	if (cap >= ABI_CAP_COUNT)
		return -EINVAL;
	if (!drop)
		return t->cred->cap_bounding >> cap & 1;
	if (!task_capable_here(t, ABI_CAP_SETPCAP))
		return -EPERM;
	struct cred *new = cred_copy(t->cred);
	new->cap_bounding &= ~((uint64_t)1 << cap);
	cred_put(t->cred);
	t->cred = new;
	return 0;
}

enum { AMBIENT_IS_SET = 1, AMBIENT_RAISE, AMBIENT_LOWER, AMBIENT_CLEAR_ALL };

static int64_t prctl_ambient(uint64_t op, uint64_t cap)
{
	struct task *t = current();
	uint64_t bit = (uint64_t)1 << (cap & 63);
	struct cred *new;

	if (op < AMBIENT_IS_SET || op > AMBIENT_CLEAR_ALL || (op == AMBIENT_CLEAR_ALL ? cap != 0 : cap >= ABI_CAP_COUNT))
		return -EINVAL;
	if (op == AMBIENT_IS_SET)
		return !!(t->cred->cap_ambient & bit);
	if (op == AMBIENT_RAISE && (!(t->cred->cap_permitted & t->cred->cap_inheritable & bit) ||
				    (t->cred->securebits & ABI_SECBIT_NO_CAP_AMBIENT_RAISE)))
		return -EPERM;
	new = cred_copy(t->cred);
	new->cap_ambient = op == AMBIENT_CLEAR_ALL ? 0 : op == AMBIENT_RAISE ? new->cap_ambient | bit
									     : new->cap_ambient & ~bit;
	cred_put(t->cred);
	t->cred = new;
	return 0;
}

static int64_t prctl_cred_flag(bool keep, uint64_t value)
{
	struct task *t = current();
	struct cred *new;

	if (value > 1 || (!keep && !value))
		return -EINVAL;
	if (keep && (t->cred->securebits & ABI_SECBIT_KEEP_CAPS << 1))
		return -EPERM;
	new = cred_copy(t->cred);
	if (!keep)
		new->no_new_privs = true;
	else if (value)
		new->securebits |= ABI_SECBIT_KEEP_CAPS;
	else
		new->securebits &= ~(uint32_t)ABI_SECBIT_KEEP_CAPS;
	cred_put(t->cred);
	t->cred = new;
	return 0;
}

/* A locked bit stays as it is, and a lock stays locked. */
static int64_t set_securebits(uint64_t bits)
{
	struct task *t = current();
	uint32_t old = t->cred->securebits;
	struct cred *new;

	if ((((old & ABI_SECBIT_LOCKS) >> 1) & (old ^ bits)) || (old & ABI_SECBIT_LOCKS & ~bits) ||
	    (bits & ~(uint64_t)(ABI_SECBIT_ALL | ABI_SECBIT_LOCKS)) || !task_capable_here(t, ABI_CAP_SETPCAP))
		return -EPERM;
	new = cred_copy(t->cred);
	new->securebits = (uint32_t)bits;
	cred_put(t->cred);
	t->cred = new;
	return 0;
}

static int64_t set_pdeath_signal(uint64_t sig)
{
	if (sig > ABI_NSIG)
		return -EINVAL;
	current()->pdeath_signal = (int)sig;
	return 0;
}

static int64_t set_dumpable(uint64_t value)
{
	if (value > 1)
		return -EINVAL;
	current()->proc->dumpable = value;
	return 0;
}

enum { TIMER_SLACK_DEFAULT_NS = 50000 };

static int64_t set_timer_slack(uint64_t ns)
{
	current()->timer_slack_ns = ns ? ns : TIMER_SLACK_DEFAULT_NS;
	return 0;
}

/* struct sock_fprog: how many instructions, and where. */
static int64_t set_filter(uint32_t flags, gva_t fprog)
{
	unsigned word = current_is_32() ? 4 : 8;
	struct abi_bpf_insn *program;
	uint16_t len;
	uint64_t at;
	int64_t ret;

	if (get_user(&len, fprog, sizeof(len)) || get_user_word(fprog + word, &at))
		return -EFAULT;
	if (!len || len > BPF_PROGRAM_MAX)
		return -EINVAL;
	program = xalloc(len * sizeof(*program));
	ret = get_user(program, at, len * sizeof(*program)) ? -EFAULT : seccomp_set_filter(program, len, flags);
	free(program);
	return ret;
}

static int64_t prctl_seccomp(uint64_t mode, gva_t filter)
{
	switch (mode) {
	case ABI_SECCOMP_MODE_STRICT: return seccomp_set_strict();
	case ABI_SECCOMP_MODE_FILTER: return set_filter(0, filter);
	default:                      return -EINVAL;
	}
}

static int64_t action_available(gva_t addr)
{
	static const uint32_t actions[] = {
		ABI_SECCOMP_RET_KILL_PROCESS, ABI_SECCOMP_RET_KILL_THREAD, ABI_SECCOMP_RET_TRAP, ABI_SECCOMP_RET_ERRNO,
		ABI_SECCOMP_RET_TRACE, ABI_SECCOMP_RET_LOG, ABI_SECCOMP_RET_ALLOW,
	};
	uint32_t action;

	if (get_user(&action, addr, sizeof(action)))
		return -EFAULT;
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (actions[i] == action)
			return 0;
	return -EOPNOTSUPP;
}

/* struct seccomp_notif, _resp and seccomp_data. */
static int64_t notification_sizes(gva_t sizes)
{
	static const uint16_t bytes[3] = { 80, 24, 64 };

	return put_user(sizes, bytes, sizeof(bytes)) ? -EFAULT : 0;
}

int64_t sys_seccomp(uint32_t op, uint32_t flags, gva_t args)
{
	const uint32_t known = ABI_SECCOMP_FILTER_FLAG_TSYNC | ABI_SECCOMP_FILTER_FLAG_LOG |
			       ABI_SECCOMP_FILTER_FLAG_SPEC_ALLOW | ABI_SECCOMP_FILTER_FLAG_TSYNC_ESRCH;

	switch (op) {
	case ABI_SECCOMP_SET_MODE_STRICT:  return flags || args ? -EINVAL : seccomp_set_strict();
	case ABI_SECCOMP_SET_MODE_FILTER:  return flags & ~known ? -EINVAL : set_filter(flags, args);
	case ABI_SECCOMP_GET_ACTION_AVAIL: return flags ? -EINVAL : action_available(args);
	case ABI_SECCOMP_GET_NOTIF_SIZES:  return flags ? -EINVAL : notification_sizes(args);
	default:                           return -EINVAL;
	}
}

/* There are no huge pages to keep away; the wish is kept. */
static int64_t set_thp_disable(uint64_t on)
{
	current()->proc->thp_disable = on != 0;
	return 0;
}

/* When a broken page's users are killed: memory does not break here, the choice is kept. */
static int64_t set_mce_kill(uint64_t what, uint64_t policy, uint64_t arg4, uint64_t arg5)
{
	enum { MCE_KILL_CLEAR = 0, MCE_KILL_SET = 1, MCE_KILL_DEFAULT = 2 };

	if (arg4 || arg5)
		return -EINVAL;
	if (what == MCE_KILL_SET ? policy > MCE_KILL_DEFAULT : what != MCE_KILL_CLEAR || policy)
		return -EINVAL;
	current()->mce_kill = what == MCE_KILL_SET ? (int)policy : MCE_KILL_DEFAULT;
	return 0;
}

int64_t sys_prctl(int option, uint64_t arg2, uint64_t arg3, uint64_t arg4, uint64_t arg5)
{
	struct task *t = current();

	switch (option) {
	case ABI_PR_SET_PDEATHSIG:       return set_pdeath_signal(arg2);
	case ABI_PR_GET_PDEATHSIG:       return put_user_u32(arg2, (uint32_t)t->pdeath_signal);
	case ABI_PR_GET_DUMPABLE:        return t->proc->dumpable;
	case ABI_PR_SET_DUMPABLE:        return set_dumpable(arg2);
	case ABI_PR_GET_KEEPCAPS:        return !!(t->cred->securebits & ABI_SECBIT_KEEP_CAPS);
	case ABI_PR_SET_KEEPCAPS:        return prctl_cred_flag(true, arg2);
	case ABI_PR_GET_TIMING:          return 0;
	case ABI_PR_SET_TIMING:          return arg2 ? -EINVAL : 0;
	case ABI_PR_SET_NAME:            return prctl_name(arg2, true);
	case ABI_PR_GET_NAME:            return prctl_name(arg2, false);
	case ABI_PR_GET_SECCOMP:         return t->seccomp_mode;
	case ABI_PR_SET_SECCOMP:         return prctl_seccomp(arg2, arg3);
	case ABI_PR_CAPBSET_READ:        return prctl_capbset(arg2, false);
	case ABI_PR_CAPBSET_DROP:        return prctl_capbset(arg2, true);
	case ABI_PR_GET_SECUREBITS:      return t->cred->securebits;
	case ABI_PR_SET_SECUREBITS:      return set_securebits(arg2);
	case ABI_PR_SET_TIMERSLACK:      return set_timer_slack(arg2);
	case ABI_PR_GET_TIMERSLACK:      return (int64_t)t->timer_slack_ns;
	case ABI_PR_SET_CHILD_SUBREAPER: t->proc->subreaper = arg2; return 0;
	case ABI_PR_GET_CHILD_SUBREAPER: return put_user_u32(arg2, t->proc->subreaper);
	case ABI_PR_SET_NO_NEW_PRIVS:    return arg3 || arg4 || arg5 ? -EINVAL : prctl_cred_flag(false, arg2);
	case ABI_PR_GET_NO_NEW_PRIVS:    return arg2 || arg3 || arg4 || arg5 ? -EINVAL : t->cred->no_new_privs;
	case ABI_PR_GET_TID_ADDRESS:     return put_user_word(arg2, t->clear_child_tid);
	case ABI_PR_SET_THP_DISABLE:     return arg3 || arg4 || arg5 ? -EINVAL : set_thp_disable(arg2);
	case ABI_PR_GET_THP_DISABLE:     return arg2 || arg3 || arg4 || arg5 ? -EINVAL : t->proc->thp_disable;
	case ABI_PR_MCE_KILL:            return set_mce_kill(arg2, arg3, arg4, arg5);
	case ABI_PR_MCE_KILL_GET:        return arg2 || arg3 || arg4 || arg5 ? -EINVAL : t->mce_kill;
	case ABI_PR_CAP_AMBIENT:         return prctl_ambient(arg2, arg3);
	case ABI_PR_SET_VMA:             return -EINVAL;   /* as without CONFIG_ANON_VMA_NAME */
	default:                         return -EINVAL;
	}
}

/* ---- barriers ------------------------------------------------------------------------------------------ */

enum {
	MEMBARRIER_QUERY = 0, MEMBARRIER_GLOBAL = 1,
	MEMBARRIER_GLOBAL_EXPEDITED = 2, MEMBARRIER_PRIVATE_EXPEDITED = 8,
	MEMBARRIER_EXPEDITED = 2 | 4 | 8 | 16,   /* global and private, with their registrations */
	MEMBARRIER_REGISTER_PRIVATE = 16, MEMBARRIER_PRIVATE_SYNC_CORE = 32, MEMBARRIER_REGISTER_SYNC_CORE = 64,
	MEMBARRIER_SYNC_CORE = 32 | 64,
};

/* A hart that leaves guest code passes a barrier, and the caller has left it: so the others are made
 * to leave. SYNC_CORE makes code written by others visible as well, which the engine's caches
 * need told. */
int64_t sys_membarrier(int cmd, uint32_t flags, int cpu_id)
{
	const int all = MEMBARRIER_GLOBAL | MEMBARRIER_EXPEDITED | MEMBARRIER_SYNC_CORE;

	if (flags)
		return -EINVAL;
	if (cmd == MEMBARRIER_QUERY)
		return all;
	if (cmd < 0 || (cmd & (cmd - 1)) || !(cmd & all))
		return -EINVAL;
	if (cmd == MEMBARRIER_REGISTER_PRIVATE || cmd == MEMBARRIER_REGISTER_SYNC_CORE)
		current()->proc->membarrier |= (uint32_t)cmd;
	/* The private ones are for who has registered: the command above its own. */
	if ((cmd == MEMBARRIER_PRIVATE_EXPEDITED || cmd == MEMBARRIER_PRIVATE_SYNC_CORE) &&
	    !(current()->proc->membarrier & (uint32_t)cmd << 1))
		return -EPERM;
	if (cmd == MEMBARRIER_GLOBAL || cmd == MEMBARRIER_GLOBAL_EXPEDITED)
		sched_stop_space(NULL);
	if (cmd == MEMBARRIER_PRIVATE_EXPEDITED || cmd == MEMBARRIER_PRIVATE_SYNC_CORE)
		sched_stop_space(current_mm());
	if (cmd & MEMBARRIER_SYNC_CORE)
		machine_flush_icache();
	return 0;
}

int64_t sys_riscv_flush_icache(gva_t start, gva_t end, uint64_t flags)
{
	if (flags & ~1ull)                       /* SYS_RISCV_FLUSH_ICACHE_LOCAL */
		return -EINVAL;
	machine_flush_icache();
	return 0;
}

/* ---- riscv_hwprobe ----------------------------------------------------------------------------------------- */

/* The harts asked about; 0 or an error. A set that is shorter than ours means the first harts. */
static int get_harts(gva_t cpus, uint64_t size, uint64_t *out)
{
	*out = 0;
	if (get_user(out, cpus, MIN(size, sizeof(*out))))
		return -EFAULT;
	*out &= machine_harts_mask();
	return 0;
}

/* All are alike: one question is answered for any of them. A key that is not known gets key -1. */
static int answer_pairs(gva_t pairs, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		struct abi_hwprobe p;
		gva_t at = pairs + i * sizeof(p);

		if (get_user(&p, at, sizeof(p)))
			return -EFAULT;
		if (!hwprobe_value(p.key, current_mm(), &p.value))
			p.key = -1;
		if (put_user(at, &p, sizeof(p)))
			return -EFAULT;
	}
	return 0;
}

/* Is what we are what the pair asks for? Of a set of bits it may ask for some. */
static bool hart_matches(const struct abi_hwprobe *want)
{
	uint64_t value;

	if (!hwprobe_value(want->key, current_mm(), &value))
		return false;
	if (want->key == ABI_HWPROBE_BASE_BEHAVIOR || want->key == ABI_HWPROBE_IMA_EXT_0 ||
	    want->key == ABI_HWPROBE_CPUPERF_0)
		return (value & want->value) == want->value;
	return value == want->value;
}

/* RISCV_HWPROBE_WHICH_CPUS: which of the set are like this? None in it: of all. */
static int64_t which_harts(gva_t pairs, uint64_t count, uint64_t size, gva_t cpus)
{
	static const struct abi_hwprobe unknown = { .key = -1 };
	uint64_t set;
	int err;

	if (!size || !cpus)
		return -EINVAL;
	size = MIN(size, sizeof(set));
	err = get_harts(cpus, size, &set);
	if (err)
		return err;
	if (!set)
		set = machine_harts_mask();
	for (uint64_t i = 0; i < count; i++) {
		gva_t at = pairs + i * sizeof(unknown);
		struct abi_hwprobe p;
		uint64_t value;

		if (get_user(&p, at, sizeof(p)))
			return -EFAULT;
		if (!hart_matches(&p))
			set = 0;
		if (!hwprobe_value(p.key, current_mm(), &value) && put_user(at, &unknown, sizeof(unknown)))
			return -EFAULT;
	}
	return put_user(cpus, &set, size) ? -EFAULT : 0;
}

int64_t sys_riscv_hwprobe(gva_t pairs, uint64_t pair_count, uint64_t cpusetsize, gva_t cpus, uint32_t flags)
{
	uint64_t set;
	int err;

	if (flags & ABI_HWPROBE_WHICH_CPUS)
		return flags == ABI_HWPROBE_WHICH_CPUS ? which_harts(pairs, pair_count, cpusetsize, cpus) : -EINVAL;
	if (flags)
		return -EINVAL;
	if (cpusetsize || cpus) {
		err = get_harts(cpus, cpusetsize, &set);
		if (err || !set)
			return err ? err : -EINVAL;
	}
	return answer_pairs(pairs, pair_count);
}

/* /proc/sys: settings of the machine, one row each.
 *
 * A row is a constant text, or shows and stores a value. arg is not used. */
#include "procfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/process.h"
#include "abi/system.h"
#include "host/host.h"

/* ---- values --------------------------------------------------------------------------- */

/* A whole decimal number in [low, high], trailing blanks allowed; false otherwise. */
static bool parse_number(const char *text, size_t len, uint64_t low, uint64_t high, uint64_t *out)
{
	char digits[32] = { 0 }, *end;

	memcpy(digits, text, MIN(len, sizeof(digits) - 1));
	*out = strtoull(digits, &end, 10);
	end += strspn(end, " \n");
	return end != digits && !*end && *out >= low && *out <= high;
}

static int set_number(uint64_t *slot, const char *text, size_t len, uint64_t low, uint64_t high)
{
	return parse_number(text, len, low, high, slot) ? (int)len : -EINVAL;
}

#define CONSTANT(fn, ...) \
	static int fn(uint64_t arg, struct strbuf *out) { return proc_show_line(out, __VA_ARGS__); }

CONSTANT(show_ostype, "Linux")
CONSTANT(show_osrelease, ABI_LINUX_RELEASE)
CONSTANT(show_version, ABI_LINUX_VERSION)
CONSTANT(show_cap_last_cap, "%d", ABI_CAP_COUNT - 1)
CONSTANT(show_ngroups_max, "%d", NGROUPS_MAX_HERE)
CONSTANT(show_overflow_id, "65534")
CONSTANT(show_zero, "0")
CONSTANT(show_one, "1")
CONSTANT(show_rt_period, "1000000")
CONSTANT(show_rt_runtime, "950000")
CONSTANT(show_rr_timeslice, "100")
CONSTANT(show_threads_max, "%" PRIu64, machine_threads_max())
CONSTANT(show_sem, "32000\t1024000000\t500\t32000")
CONSTANT(show_shmmax, "18446744073692774399")
CONSTANT(show_shmmni, "4096")
CONSTANT(show_msgmax, "8192")
CONSTANT(show_msgmni, "32000")
CONSTANT(show_msgmnb, "16384")
CONSTANT(show_printk, "4\t4\t1\t7")
CONSTANT(show_pty_max, "4096")
CONSTANT(show_entropy, "256")
CONSTANT(show_max_map_count, "%u", MM_MAX_MAP_COUNT)
CONSTANT(show_overcommit_ratio, "50")
CONSTANT(show_swappiness, "60")
CONSTANT(show_file_max, "9223372036854775807")
CONSTANT(show_nr_open, "1048576")
CONSTANT(show_file_nr, "0\t0\t9223372036854775807")
CONSTANT(show_pipe_max_size, "1048576")
CONSTANT(show_pipe_pages_soft, "16384")
CONSTANT(show_mount_max, "100000")
CONSTANT(show_inotify_instances, "128")
CONSTANT(show_inotify_watches, "65536")
CONSTANT(show_somaxconn, "4096")
CONSTANT(show_port_range, "32768\t60999")

static int show_randomize(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, machine.config.aslr ? "2" : "0");
}

/* Linux: 0 none, 1 all but brk, 2 all; here 1 and 2 are the same. */
static int store_randomize(uint64_t arg, const char *text, size_t len)
{
	uint64_t v;

	if (!parse_number(text, len, 0, 2, &v))
		return -EINVAL;
	machine.config.aslr = v != 0;
	return (int)len;
}

static int show_pid_max(uint64_t arg, struct strbuf *out) { return proc_show_line(out, "%d", machine.pid_max); }

static int store_pid_max(uint64_t arg, const char *text, size_t len)
{
	uint64_t v;

	if (!parse_number(text, len, PID_WRAP + 1, PID_MAX_LIMIT, &v))
		return -EINVAL;
	machine.pid_max = (int)v;
	return (int)len;
}

static int show_mmap_min_addr(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "%" PRIu64, mm_mmap_min_addr);
}

static int store_mmap_min_addr(uint64_t arg, const char *text, size_t len)
{
	uint64_t v;
	int n = set_number(&v, text, len, 0, UINT32_MAX);

	if (n > 0)
		machine.mmap_min_addr = mm_mmap_min_addr = align_up(v, PAGE_SIZE);
	return n;
}

static int show_hostname(uint64_t arg, struct strbuf *out)   { return proc_show_line(out, "%s", uts_of(task_current())->hostname); }
static int show_domainname(uint64_t arg, struct strbuf *out) { return proc_show_line(out, "%s", uts_of(task_current())->domainname); }

static int store_name(char slot[65], const char *text, size_t len)
{
	size_t n = strcspn(text, "\n");

	n = MIN(MIN(n, len), (size_t)64);
	memcpy(slot, text, n);
	slot[n] = '\0';
	return (int)len;
}

static int store_hostname(uint64_t arg, const char *text, size_t len)   { return store_name(uts_of(task_current())->hostname, text, len); }
static int store_domainname(uint64_t arg, const char *text, size_t len) { return store_name(uts_of(task_current())->domainname, text, len); }

/* A program behind a bar would have to be started for each crash: not here. */
static int store_core_pattern(uint64_t arg, const char *text, size_t len)
{
	size_t n = MIN(strcspn(text, "\n"), len);

	if (n >= sizeof(core_pattern) || (n && text[0] == '|'))
		return -EINVAL;
	memcpy(core_pattern, text, n);
	core_pattern[n] = '\0';
	return (int)len;
}

static int show_core_pattern(uint64_t arg, struct strbuf *out)  { return proc_show_line(out, "%s", core_pattern); }
static int show_core_uses_pid(uint64_t arg, struct strbuf *out) { return proc_show_line(out, "%d", core_uses_pid); }

static int store_core_uses_pid(uint64_t arg, const char *text, size_t len)
{
	uint64_t v;
	int n = set_number(&v, text, len, 0, INT32_MAX);

	if (n > 0)
		core_uses_pid = v != 0;
	return n;
}

/* ---- random identities (RFC 4122 version 4) ---------------------------------------------- */

static int show_uuid_of(struct strbuf *out, const uint8_t u[16])
{
	return proc_show_line(out, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			      u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
			      u[12], u[13], u[14], u[15]);
}

static void make_uuid(uint8_t u[16])
{
	host_random(u, 16);
	u[6] = (u[6] & 0x0f) | 0x40;
	u[8] = (u[8] & 0x3f) | 0x80;
}

static int show_uuid(uint64_t arg, struct strbuf *out)
{
	uint8_t u[16];

	make_uuid(u);
	return show_uuid_of(out, u);
}

/* One for the life of the machine. */
static int show_boot_id(uint64_t arg, struct strbuf *out)
{
	static uint8_t id[16];
	static bool made;

	if (!made)
		make_uuid(id);
	made = true;
	return show_uuid_of(out, id);
}

/* ---- the tree -------------------------------------------------------------------------------- */

#define RO(n, fn)       { .name = n, .mode = S_IFREG | 0444, .show = fn }
#define RW(n, get, set) { .name = n, .mode = S_IFREG | 0644, .show = get, .store = set }
#define SUBDIR(n, c)    { .name = n, .mode = S_IFDIR | 0555, .children = c }

static const struct pseudo_node random_children[] = {
	RO("boot_id", show_boot_id), RO("uuid", show_uuid), RO("entropy_avail", show_entropy),
	RO("poolsize", show_entropy), { 0 },
};
static const struct pseudo_node pty_children[] = { RO("max", show_pty_max), RO("nr", show_zero), { 0 } };
static const struct pseudo_node kernel_children[] = {
	RO("ostype", show_ostype), RO("osrelease", show_osrelease), RO("version", show_version),
	RW("hostname", show_hostname, store_hostname), RW("domainname", show_domainname, store_domainname),
	RW("pid_max", show_pid_max, store_pid_max), RO("threads-max", show_threads_max),
	RO("ngroups_max", show_ngroups_max), RO("cap_last_cap", show_cap_last_cap),
	RO("overflowuid", show_overflow_id), RO("overflowgid", show_overflow_id),
	RW("randomize_va_space", show_randomize, store_randomize),
	RW("core_pattern", show_core_pattern, store_core_pattern),
	RW("core_uses_pid", show_core_uses_pid, store_core_uses_pid), RO("tainted", show_zero),
	RO("sem", show_sem), RO("shmmax", show_shmmax), RO("shmall", show_shmmax), RO("shmmni", show_shmmni),
	RO("msgmax", show_msgmax), RO("msgmni", show_msgmni), RO("msgmnb", show_msgmnb),
	RO("printk", show_printk), RO("dmesg_restrict", show_zero), RO("kptr_restrict", show_zero),
	RO("sched_rt_period_us", show_rt_period), RO("sched_rt_runtime_us", show_rt_runtime),
	RO("sched_rr_timeslice_ms", show_rr_timeslice),
	RO("sched_autogroup_enabled", show_zero), RO("unprivileged_bpf_disabled", show_one),
	SUBDIR("random", random_children), SUBDIR("pty", pty_children), { 0 },
};
static const struct pseudo_node vm_children[] = {
	RW("mmap_min_addr", show_mmap_min_addr, store_mmap_min_addr),
	RO("overcommit_memory", show_zero), RO("overcommit_ratio", show_overcommit_ratio),
	RO("max_map_count", show_max_map_count), RO("swappiness", show_swappiness),
	RO("legacy_va_layout", show_zero), RO("nr_hugepages", show_zero), { 0 },
};
static const struct pseudo_node inotify_children[] = {
	RO("max_user_instances", show_inotify_instances), RO("max_user_watches", show_inotify_watches),
	RO("max_queued_events", show_inotify_watches), { 0 },
};
/* The mount point of binfmt_misc: empty until it is mounted. */
static const struct pseudo_node no_children[] = { { 0 } };
static const struct pseudo_node fs_children[] = {
	RO("file-max", show_file_max), RO("file-nr", show_file_nr), RO("nr_open", show_nr_open),
	RO("pipe-max-size", show_pipe_max_size), RO("pipe-user-pages-soft", show_pipe_pages_soft), RO("mount-max", show_mount_max),
	RO("protected_symlinks", show_zero), RO("protected_hardlinks", show_zero), RO("suid_dumpable", show_zero),
	SUBDIR("inotify", inotify_children), SUBDIR("binfmt_misc", no_children), { 0 },
};
static const struct pseudo_node core_children[] = { RO("somaxconn", show_somaxconn), { 0 } };
static const struct pseudo_node ipv4_children[] = { RO("ip_local_port_range", show_port_range), { 0 } };
static const struct pseudo_node net_children[] = {
	SUBDIR("core", core_children), SUBDIR("ipv4", ipv4_children), { 0 },
};
const struct pseudo_node procfs_sys_children[] = {
	SUBDIR("kernel", kernel_children), SUBDIR("vm", vm_children), SUBDIR("fs", fs_children),
	SUBDIR("net", net_children), { 0 },
};

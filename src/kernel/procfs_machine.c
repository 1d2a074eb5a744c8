/* /proc's files about the whole machine. */
#include "procfs.h"

#include <inttypes.h>
#include <stdio.h>

#include "abi/process.h"
#include "abi/system.h"
#include "abi/time.h"
#include "host/host.h"
#include "isa/isa.h"

enum { USER_HZ_NS = 10000000 };

static uint64_t uptime_ns(void)
{
	return sched_clock_ns() - machine.boot_ns;
}

/* CPU time of everybody, alive or waited for. What nobody waited for is lost, as in wait4. */
static void sum_usage(uint64_t *user_ns, uint64_t *system_ns, uint64_t *switches)
{
	*user_ns = *system_ns = *switches = 0;
	for (struct process *p = process_next(1); p; p = process_next(p->pid + 1)) {
		struct rusage_k r = { 0 };

		process_times(p, &r);
		*user_ns += r.utime_ns + p->dead_children.utime_ns;
		*system_ns += r.stime_ns + p->dead_children.stime_ns;
		*switches += r.nvcsw + r.nivcsw;
	}
}

/* ---- processor -------------------------------------------------------------------------- */

int procfs_show_cpuinfo(uint64_t arg, struct strbuf *out)
{
	enum xlen x = task_xlen(task_current());
	const char *isa = isa_string(x);

	for (unsigned i = 0; i < sched_nr_harts(); i++) {
		strbuf_printf(out, "processor\t: %u\nhart\t\t: %u\nisa\t\t: %s\nmmu\t\t: %s\n", i, i, isa,
			      x == XLEN_64 ? "sv39" : "sv32");
		strbuf_printf(out, "mvendorid\t: 0x0\nmarchid\t\t: 0x0\nmimpid\t\t: 0x0\nhart isa\t: %s\n\n", isa);
	}
	return 0;
}

static void print_cpu(struct strbuf *out, const char *name, uint64_t user, uint64_t system, uint64_t up)
{
	strbuf_printf(out, "%s %" PRIu64 " 0 %" PRIu64 " %" PRIu64 " 0 0 0 0 0 0\n", name, user / USER_HZ_NS,
		      system / USER_HZ_NS, (up > user + system ? up - user - system : 0) / USER_HZ_NS);
}

/* Idle time is what neither user nor kernel used. A hart knows how long it was busy; the parts of
 * user and kernel in that are taken to be as in the whole machine. */
int procfs_show_machine_stat(uint64_t arg, struct strbuf *out)
{
	uint64_t user, system, switches, up = uptime_ns();
	uint64_t boot_s = (host_clock_ns(0 /* CLOCK_REALTIME */) - time_ns_show(ABI_CLOCK_BOOTTIME, up)) / NSEC_PER_SEC;
	unsigned nr = sched_nr_harts();

	sum_usage(&user, &system, &switches);
	print_cpu(out, "cpu ", user, system, up * nr);
	for (unsigned i = 0; i < nr; i++) {
		uint64_t busy = nr == 1 ? user + system : sched_hart_busy_ns(i);
		uint64_t in_user = (uint64_t)((double)busy * (double)user / (double)MAX(user + system, 1ul));
		char name[16];

		snprintf(name, sizeof(name), "cpu%u", i);
		print_cpu(out, name, in_user, busy - in_user, up);
	}
	strbuf_printf(out, "intr 0\nctxt %" PRIu64 "\nbtime %" PRIu64 "\nprocesses %u\nprocs_running %" PRIu64
			   "\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n",
		      switches, boot_s, pid_count_in_use(), sched_runnable_count());
	return 0;
}

int procfs_show_uptime(uint64_t arg, struct strbuf *out)
{
	uint64_t user, system, switches, up = uptime_ns(), idle;

	sum_usage(&user, &system, &switches);
	up *= sched_nr_harts();
	idle = up > user + system ? up - user - system : 0;
	up = time_ns_show(ABI_CLOCK_BOOTTIME, up / sched_nr_harts());
	return proc_show_line(out, "%" PRIu64 ".%02" PRIu64 " %" PRIu64 ".%02" PRIu64,
			      (uint64_t)(up / NSEC_PER_SEC), (uint64_t)(up / USER_HZ_NS % 100),
			      (uint64_t)(idle / NSEC_PER_SEC), (uint64_t)(idle / USER_HZ_NS % 100));
}

static int shown_pid(uint64_t arg, int pid)
{
	return proc_show_pid(arg, pid);
}

int procfs_show_locks(uint64_t arg, struct strbuf *out)
{
	vfs_show_locks(out, shown_pid, arg);
	return 0;
}

int procfs_show_loadavg(uint64_t arg, struct strbuf *out)
{
	uint64_t running = sched_runnable_count();   /* who asks is one of them */
	int last = 0;

	for (struct process *p = process_next(1); p; p = process_next(p->pid + 1))
		last = p->pid;
	return proc_show_line(out, "%" PRIu64 ".00 %" PRIu64 ".00 %" PRIu64 ".00 %" PRIu64 "/%" PRIu64 " %d",
			      running - 1, running - 1, running - 1, running, task_count(), last);
}

/* ---- memory ------------------------------------------------------------------------------- */

struct memory { uint64_t total, free, cached, anon, tables; };   /* KiB */

static void read_memory(struct memory *m)
{
	struct mm_stats s, sum = { 0 };
	uint64_t used;

	for (struct process *p = process_next(1); p; p = process_next(p->pid + 1)) {
		struct task *t = process_next_task(p, NULL);

		if (!t || !t->mm)
			continue;
		mm_stats(t->mm, &s);
		sum.rss_anon += s.rss_anon;
		sum.page_table_pages += s.page_table_pages;
	}
	m->total = ram_total_pages() * 4;
	m->free = ram_free_pages() * 4;
	m->anon = sum.rss_anon * 4;
	m->tables = sum.page_table_pages * 4;
	used = m->total - m->free;
	m->cached = used > m->anon + m->tables ? used - m->anon - m->tables : 0;
}

static void line(struct strbuf *out, const char *label, uint64_t kib)
{
	strbuf_printf(out, "%-16s%8" PRIu64 " kB\n", label, kib);
}

int procfs_show_meminfo(uint64_t arg, struct strbuf *out)
{
	struct memory m;

	read_memory(&m);
	line(out, "MemTotal:", m.total);
	line(out, "MemFree:", m.free);
	line(out, "MemAvailable:", m.free + m.cached);
	line(out, "Buffers:", 0);
	line(out, "Cached:", m.cached);
	line(out, "SwapCached:", 0);
	line(out, "Active:", m.anon + m.cached);
	line(out, "Inactive:", 0);
	line(out, "Active(anon):", m.anon);
	line(out, "Inactive(anon):", 0);
	line(out, "Active(file):", m.cached);
	line(out, "Inactive(file):", 0);
	line(out, "Unevictable:", 0);
	line(out, "Mlocked:", 0);
	line(out, "SwapTotal:", swap_total_pages() * 4);
	line(out, "SwapFree:", swap_free_pages() * 4);
	line(out, "Dirty:", 0);
	line(out, "Writeback:", 0);
	line(out, "AnonPages:", m.anon);
	line(out, "Mapped:", m.cached);
	line(out, "Shmem:", 0);
	line(out, "KReclaimable:", 0);
	line(out, "Slab:", 0);
	line(out, "SReclaimable:", 0);
	line(out, "SUnreclaim:", 0);
	line(out, "KernelStack:", task_count() * (THREAD_STACK_SIZE / 1024));
	line(out, "PageTables:", m.tables);
	line(out, "NFS_Unstable:", 0);
	line(out, "Bounce:", 0);
	line(out, "WritebackTmp:", 0);
	line(out, "CommitLimit:", m.total / 2 + swap_total_pages() * 4);
	line(out, "Committed_AS:", m.anon);
	strbuf_printf(out, "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\n"
			   "HugePages_Surp:        0\nHugepagesize:       2048 kB\nHugetlb:               0 kB\n");
	return 0;
}

int procfs_show_vmstat(uint64_t arg, struct strbuf *out)
{
	struct memory m;

	read_memory(&m);
	strbuf_printf(out, "nr_free_pages %" PRIu64 "\nnr_anon_pages %" PRIu64 "\nnr_file_pages %" PRIu64
			   "\nnr_page_table_pages %" PRIu64 "\npgpgin 0\npgpgout 0\npswpin %" PRIu64 "\npswpout %" PRIu64 "\noom_kill %" PRIu64 "\n",
		      m.free / 4, m.anon / 4, m.cached / 4, m.tables / 4, swap_pages_in(), swap_pages_out(),
		      machine.oom_kills);
	return 0;
}

/* ---- software ------------------------------------------------------------------------------- */

int procfs_show_version(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "Linux version %s (hearth@hearth) (gcc) %s", ABI_LINUX_RELEASE, ABI_LINUX_VERSION);
}

int procfs_show_filesystems(uint64_t arg, struct strbuf *out)
{
	const struct fs_type *t;

	for (unsigned i = 0; (t = vfs_fs_at(i)) != NULL; i++)
		strbuf_printf(out, "nodev\t%s\n", t->name);
	strbuf_printf(out, "nodev\tdevpts\nnodev\thostfs\nnodev\tpipefs\n");
	return 0;
}

static int proc_mounted(const char *options, struct super **out) { return procfs_create(out); }
static int sys_mounted(const char *options, struct super **out)  { return sysfs_create(out); }
static int misc_mounted(const char *options, struct super **out) { return binfmt_misc_create(out); }

void procfs_register_types(void)
{
	static const struct fs_type types[] = {
		{ .name = "proc", .single = true, .chooses = true, .create = proc_mounted },
		{ .name = "sysfs", .single = true, .create = sys_mounted },
		{ .name = "binfmt_misc", .single = true, .create = misc_mounted },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		vfs_register_fs(&types[i]);
}

/* /sys: what programs look up there about processors and memory (C libraries, lscpu, htop, JVMs).
 * There are no devices, modules or buses to show: those directories are there and empty. */
#include "procfs.h"

#include <stdio.h>
#include <string.h>

#include "net/net.h"

enum { SYSFS_MAGIC = 0x62656572, NAME_CPU = 3 };

static unsigned harts(void) { return sched_nr_harts(); }

/* "0" or "0-3" */
static int show_cpu_list(uint64_t arg, struct strbuf *out)
{
	return harts() == 1 ? proc_show_line(out, "0") : proc_show_line(out, "0-%u", harts() - 1);
}

static int show_cpu_mask(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "%llx", (unsigned long long)((1ull << harts()) - 1));
}

static int show_own_list(uint64_t arg, struct strbuf *out) { return proc_show_line(out, "%u", (unsigned)arg); }
static int show_own_mask(uint64_t arg, struct strbuf *out) { return proc_show_line(out, "%llx", 1ull << arg); }
static int show_zero(uint64_t arg, struct strbuf *out)     { return proc_show_line(out, "0"); }
static int show_one(uint64_t arg, struct strbuf *out)      { return proc_show_line(out, "1"); }
static int show_nothing(uint64_t arg, struct strbuf *out)  { return proc_show_line(out, "%s", ""); }
static int show_kernel_max(uint64_t arg, struct strbuf *out) { return proc_show_line(out, "%d", 63); }
static int show_thp(uint64_t arg, struct strbuf *out)      { return proc_show_line(out, "always madvise [never]"); }
static int show_distance(uint64_t arg, struct strbuf *out) { return proc_show_line(out, "10"); }

static int show_node_memory(uint64_t arg, struct strbuf *out)
{
	strbuf_printf(out, "Node 0 MemTotal:       %8lu kB\nNode 0 MemFree:        %8lu kB\nNode 0 MemUsed:        %8lu kB\n",
		      ram_total_pages() * 4, ram_free_pages() * 4, (ram_total_pages() - ram_free_pages()) * 4);
	return 0;
}

#define RO(n, fn)    { .name = n, .mode = S_IFREG | 0444, .show = fn }
#define SUBDIR(n, c) { .name = n, .mode = S_IFDIR | 0555, .children = c }
#define EMPTY(n)     { .name = n, .mode = S_IFDIR | 0555, .children = nothing }

static const struct pseudo_node nothing[] = { { 0 } };

/* ---- one processor --------------------------------------------------------------------- */

static const struct pseudo_node topology[] = {
	RO("core_cpus", show_own_mask), RO("core_cpus_list", show_own_list), RO("core_id", show_own_list),
	RO("core_siblings", show_cpu_mask), RO("core_siblings_list", show_cpu_list),
	RO("package_cpus", show_cpu_mask), RO("package_cpus_list", show_cpu_list),
	RO("physical_package_id", show_zero), RO("thread_siblings", show_own_mask),
	RO("thread_siblings_list", show_own_list), { 0 },
};
static const struct pseudo_node cpu_children[] = { RO("online", show_one), SUBDIR("topology", topology), { 0 } };
static const struct pseudo_node cpu_node = { .mode = S_IFDIR | 0555, .children = cpu_children };

static int lookup_cpu(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child)
{
	unsigned n;
	int used = 0;

	if (sscanf(name, "cpu%u%n", &n, &used) != 1 || name[used] || n >= harts() || (name[NAME_CPU] == '0' && n))
		return -ENOENT;
	*node = &cpu_node;
	*child = n;
	return 0;
}

static bool next_cpu(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	if (cursor >= harts())
		return false;
	snprintf(buf, cap, "cpu%u", (unsigned)cursor);
	*dtype = S_IFDIR >> 12;
	*next = cursor + 1;
	return true;
}

/* ---- lo ---------------------------------------------------------------------------------- */

static struct net_lo lo(void) { return net_lo_state(task_current()->net); }
static int show_lo_address(uint64_t arg, struct strbuf *out)   { return proc_show_line(out, "00:00:00:00:00:00"); }
static int show_lo_addr_len(uint64_t arg, struct strbuf *out)  { return proc_show_line(out, "6"); }
static int show_lo_flags(uint64_t arg, struct strbuf *out)     { return proc_show_line(out, "0x%x", lo().up ? 9u : 8u); }
static int show_lo_mtu(uint64_t arg, struct strbuf *out)       { return proc_show_line(out, "%u", lo().mtu); }
static int show_lo_txqlen(uint64_t arg, struct strbuf *out)    { return proc_show_line(out, "1000"); }
static int show_lo_type(uint64_t arg, struct strbuf *out)      { return proc_show_line(out, "772"); }
static int show_lo_state(uint64_t arg, struct strbuf *out)     { return proc_show_line(out, lo().up ? "unknown" : "down"); }
static int show_lo_uevent(uint64_t arg, struct strbuf *out)    { return proc_show_line(out, "INTERFACE=lo\nIFINDEX=1"); }
static int show_lo_zero_hex(uint64_t arg, struct strbuf *out)  { return proc_show_line(out, "0x0"); }
static int show_lo_assigned(uint64_t arg, struct strbuf *out)  { return proc_show_line(out, "2"); }
static int show_lo_carrier(uint64_t arg, struct strbuf *out)   { return lo().up ? show_one(arg, out) : -EINVAL; }
static int show_lo_unknown(uint64_t arg, struct strbuf *out)   { return -EINVAL; }     /* lo has no such property */
static int show_lo_packets(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "%llu", (unsigned long long)lo().packets);
}

static int show_lo_bytes(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "%llu", (unsigned long long)lo().bytes);
}

static const struct pseudo_node lo_statistics[] = {
	RO("collisions", show_zero), RO("multicast", show_zero), RO("rx_bytes", show_lo_bytes), RO("rx_compressed", show_zero),
	RO("rx_crc_errors", show_zero), RO("rx_dropped", show_zero), RO("rx_errors", show_zero), RO("rx_fifo_errors", show_zero),
	RO("rx_frame_errors", show_zero), RO("rx_length_errors", show_zero), RO("rx_missed_errors", show_zero),
	RO("rx_nohandler", show_zero), RO("rx_over_errors", show_zero), RO("rx_packets", show_lo_packets),
	RO("tx_aborted_errors", show_zero), RO("tx_bytes", show_lo_bytes), RO("tx_carrier_errors", show_zero),
	RO("tx_compressed", show_zero), RO("tx_dropped", show_zero), RO("tx_errors", show_zero), RO("tx_fifo_errors", show_zero),
	RO("tx_heartbeat_errors", show_zero), RO("tx_packets", show_lo_packets), RO("tx_window_errors", show_zero), { 0 },
};
static const struct pseudo_node lo_files[] = {
	RO("addr_assign_type", show_zero), RO("addr_len", show_lo_addr_len), RO("address", show_lo_address),
	RO("broadcast", show_lo_address), RO("carrier", show_lo_carrier), RO("carrier_changes", show_zero),
	RO("carrier_down_count", show_zero), RO("carrier_up_count", show_zero), RO("dev_id", show_lo_zero_hex),
	RO("dev_port", show_zero), RO("dormant", show_zero), RO("duplex", show_lo_unknown), RO("flags", show_lo_flags),
	RO("ifalias", show_nothing), RO("ifindex", show_one), RO("iflink", show_one), RO("link_mode", show_zero),
	RO("mtu", show_lo_mtu), RO("name_assign_type", show_lo_assigned), RO("netdev_group", show_zero),
	RO("operstate", show_lo_state), RO("proto_down", show_zero), RO("speed", show_lo_unknown),
	SUBDIR("statistics", lo_statistics), RO("testing", show_zero), RO("tx_queue_len", show_lo_txqlen),
	RO("type", show_lo_type), RO("uevent", show_lo_uevent), { 0 },
};
static const struct pseudo_node interfaces[] = { SUBDIR("lo", lo_files), { 0 } };

/* ---- the tree ------------------------------------------------------------------------------ */

static const struct pseudo_dir cpu_dir = { .lookup = lookup_cpu, .entry = next_cpu };
static const struct pseudo_node cpu_files[] = {
	RO("isolated", show_nothing), RO("kernel_max", show_kernel_max), RO("offline", show_nothing),
	RO("online", show_cpu_list), RO("possible", show_cpu_list), RO("present", show_cpu_list), { 0 },
};
static const struct pseudo_node node0[] = {
	RO("cpulist", show_cpu_list), RO("cpumap", show_cpu_mask), RO("distance", show_distance),
	RO("meminfo", show_node_memory), { 0 },
};
static const struct pseudo_node nodes[] = {
	RO("has_cpu", show_zero), RO("has_memory", show_zero), RO("has_normal_memory", show_zero),
	RO("online", show_zero), RO("possible", show_zero), SUBDIR("node0", node0), { 0 },
};
static const struct pseudo_node system_dirs[] = {
	{ .name = "cpu", .mode = S_IFDIR | 0555, .children = cpu_files, .dir = &cpu_dir },
	SUBDIR("node", nodes), { 0 },
};
static const struct pseudo_node virtual_dirs[] = { SUBDIR("net", interfaces), { 0 } };
static const struct pseudo_node devices[] = { SUBDIR("system", system_dirs), SUBDIR("virtual", virtual_dirs), { 0 } };
static const struct pseudo_node thp[] = { RO("enabled", show_thp), RO("defrag", show_thp), { 0 } };
static const struct pseudo_node mm_dirs[] = { EMPTY("hugepages"), SUBDIR("transparent_hugepage", thp), { 0 } };
static const struct pseudo_node kernel_dirs[] = { SUBDIR("mm", mm_dirs), { 0 } };
static const struct pseudo_node fs_dirs[] = { EMPTY("cgroup"), { 0 } };
static const struct pseudo_node dev_dirs[] = { EMPTY("block"), EMPTY("char"), { 0 } };
static const struct pseudo_node classes[] = {
	EMPTY("block"), EMPTY("hwmon"), SUBDIR("net", interfaces), EMPTY("power_supply"), EMPTY("thermal"), EMPTY("tty"), { 0 },
};
static const struct pseudo_node root_dirs[] = {
	EMPTY("block"), EMPTY("bus"), SUBDIR("class", classes), SUBDIR("dev", dev_dirs), SUBDIR("devices", devices),
	EMPTY("firmware"), SUBDIR("fs", fs_dirs), SUBDIR("kernel", kernel_dirs), EMPTY("module"), EMPTY("power"), { 0 },
};
static const struct pseudo_node root = { .name = "", .mode = S_IFDIR | 0555, .children = root_dirs };

int sysfs_create(struct super **out)
{
	return pseudo_create("sysfs", SYSFS_MAGIC, &root, out);
}

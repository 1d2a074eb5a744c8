/* /tmp/perf-PID.map: what the host's perf shows for addresses in generated code. A line for each
 * translation: start and size in hexadecimal, and a name (perf's tools/perf/Documentation,
 * jit-interface.txt). The name is that of the guest's code where the translation begins, as a debugger
 * shows it, and the effort: "guest:find_node+0x1c [full]", or the address where nothing has a name.
 *
 * Lock: the kernel lock. */
#include "cache_private.h"

#include <fcntl.h>
#include <stdio.h>
#include "base/log.h"
#include "host/host.h"

static int map = -1;

void perfmap_start(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", host_pid());
	map = host_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (map < 0)
		log_warn("%s cannot be written: perf will not name translated code", path);
}

void perfmap_add(const void *at, uint32_t size, const struct image *image, gva_t pc, enum jit_effort effort)
{
	char name[160], line[256];
	int n;

	if (map < 0)
		return;
	names_text(image, pc, name, sizeof(name));
	if (!*name)
		snprintf(name, sizeof(name), "%llx", (unsigned long long)pc);
	n = snprintf(line, sizeof(line), "%llx %x guest:%s [%s]\n", (unsigned long long)(uintptr_t)at, size, name,
	             effort == JIT_FULL ? "full" : "quick");
	if (host_write(map, line, (size_t)n) != n) {
		log_warn("the map for perf cannot be written: it ends here");
		perfmap_stop();
	}
}

bool perfmap_is_written(void)
{
	return map >= 0;
}

void perfmap_stop(void)
{
	if (map >= 0)
		host_close(map);
	map = -1;
}

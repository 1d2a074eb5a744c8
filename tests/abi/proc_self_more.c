/* /proc: files that debuggers and process viewers open, and what they say of the caller. */
#include "abi.h"
#include <sys/ptrace.h>

static void field(const char *path, const char *name)
{
	char line[512];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			printf("%s", line);
	if (f)
		fclose(f);
}

static void opens(const char *path, int flags)
{
	int fd = open(path, flags);

	printf("%s: %s\n", path, fd < 0 ? error_name(errno) : "opens");
	close(fd);
}

static void pages(void)
{
	char *p = anon(3, PROT_READ | PROT_WRITE);
	uint64_t e[3];
	int fd = open("/proc/self/pagemap", O_RDONLY);

	p[0] = 1;
	R(pread(fd, e, sizeof(e), (off_t)((uintptr_t)p / 4096 * 8)));
	for (int i = 0; i < 2; i++)
		printf("page %d: present %d swapped %d file %d\n", i, (int)(e[i] >> 63), (int)(e[i] >> 62 & 1), (int)(e[i] >> 61 & 1));
	R(pread(fd, e, 7, 0));
	R(pread(fd, e, 8, 4));
	close(fd);
}

static void name_spaces(void)
{
	static const char *const kinds[] = { "cgroup", "ipc", "mnt", "net", "pid", "user", "uts", "nothing" };
	char path[64], text[64];

	for (int i = 0; i < COUNT(kinds); i++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i]);
		n = readlink(path, text, sizeof(text) - 1);
		printf("%s: %.*s\n", kinds[i], n < 0 ? 6 : (int)strcspn(text, "["), n < 0 ? error_name(errno) : text);
	}
}

static void traced(void)
{
	char path[64];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	field(path, "State:");
	ptrace(PTRACE_CONT, pid, 0, 0);
	reap(pid);
}

TOPIC(proc_self_more)
{
	field("/proc/self/status", "TracerPid:");
	field("/proc/self/status", "Seccomp:");
	field("/proc/self/status", "NoNewPrivs:");
	field("/proc/self/status", "VmSwap:");
	field("/proc/self/status", "CoreDumping:");
	show_file("/proc/self/coredump_filter");
	opens("/proc/self/coredump_filter", O_RDWR);
	put_file("/proc/self/coredump_filter", "0x7");
	show_file("/proc/self/coredump_filter");
	CHILD(show_file("/proc/self/coredump_filter"));
	opens("/proc/self/map_files", O_RDONLY | O_DIRECTORY);
	opens("/proc/self/ns", O_RDONLY | O_DIRECTORY);
	opens("/proc/self/pagemap", O_RDONLY);
	opens("/proc/self/pagemap", O_WRONLY);
	opens("/proc/self/nothing", O_RDONLY);
	opens("/proc/interrupts", O_RDONLY);
	opens("/proc/tty/drivers", O_RDONLY);
	opens("/sys/devices/system/cpu/online", O_RDONLY);
	opens("/sys/devices/system/cpu/cpu0/topology/core_id", O_RDONLY);
	opens("/sys/devices/system/cpu/cpu9999", O_RDONLY);
	pages();
	name_spaces();
	traced();
}

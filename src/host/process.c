/* hearth's own process on the host. */
#include "host/host.h"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

static bool std_fd_held[3];

void host_std_fds_hold(void)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one. */
		std_fd_held[fd] = open("/dev/null", O_RDWR) == fd || eventfd(0, 0) == fd;
	}
}

bool host_std_fd_was_open(int fd)
{
	return !std_fd_held[fd];
}

void host_exec_beside(const char *name, char **argv)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));
	char *slash = n > 0 && n < (ssize_t)sizeof(path) ? memrchr(path, '/', (size_t)n) : NULL;

	if (!slash || (size_t)(slash + 1 - path) + strlen(name) >= sizeof(path))
		return;
	strcpy(slash + 1, name);
	execv(path, argv);
}

uint32_t host_uid(void)
{
	return getuid();
}

uint32_t host_gid(void)
{
	return getgid();
}

int host_nice(void)
{
	return getpriority(PRIO_PROCESS, 0);   /* of the caller: cannot fail */
}

int host_getcwd(char *buf, size_t cap)
{
	return getcwd(buf, cap) ? 0 : -errno;
}

int host_realpath(const char *path, char *buf, size_t cap)
{
	char *real = realpath(path, NULL);
	int len;

	if (!real)
		return -errno;
	len = snprintf(buf, cap, "%s", real);
	free(real);
	return (size_t)len < cap ? 0 : -ERANGE;
}

int host_pid(void)
{
	return getpid();
}

void host_stop(void)
{
	kill(getpid(), SIGSTOP);
}

void host_raise_fd_limit(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur < lim.rlim_max) {
		lim.rlim_cur = lim.rlim_max;
		/* Refused: we go on with what we have, and opens fail with EMFILE. */
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
}

/* A note: sizes of name and contents, type, name, contents; both padded to four bytes (gABI, ch. 5). */
static size_t find_build_id(const uint8_t *at, size_t size, uint8_t *buf, size_t cap)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *n = (const void *)at;
		size_t name = align_up(n->n_namesz, 4), all = sizeof(*n) + name + align_up(n->n_descsz, 4);

		if (all > size)
			break;
		if (n->n_type == NT_GNU_BUILD_ID && n->n_namesz == 4 && !memcmp(n + 1, "GNU", 4)) {
			size_t len = MIN((size_t)n->n_descsz, cap);

			memcpy(buf, at + sizeof(*n) + name, len);
			return len;
		}
		at += all;
		size -= all;
	}
	return 0;
}

/* Made by the linker: where this program's first segment begins. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

size_t host_build_id(uint8_t *buf, size_t cap)
{
	const uint8_t *start = (const uint8_t *)&__ehdr_start;
	const Elf64_Phdr *ph = (const void *)(start + __ehdr_start.e_phoff);
	uint64_t first = 0;
	size_t len = 0;
	unsigned i;

	__asm__("" : "+r"(ph), "+r"(start));   /* more than the header is there: gcc's UBSan thinks not */
	for (i = 0; i < __ehdr_start.e_phnum && ph[i].p_type != PT_LOAD; i++)
		;
	if (i < __ehdr_start.e_phnum)
		first = ph[i].p_vaddr;
	for (i = 0; i < __ehdr_start.e_phnum && !len; i++)
		if (ph[i].p_type == PT_NOTE)
			len = find_build_id(start + (ph[i].p_vaddr - first), ph[i].p_memsz, buf, cap);
	return len;
}

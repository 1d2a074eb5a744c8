/* Core files: when there is one, its name, its notes, and the status's core bit. needs: 64 bits */
#include "abi.h"
#include <elf.h>

static void die(rlim_t limit, int signo)
{
	struct rlimit l = { limit, limit };

	setrlimit(RLIMIT_CORE, &l);
	raise(signo);
}

static void show_core(pid_t pid)
{
	char name[32];
	struct stat st;

	snprintf(name, sizeof(name), "core.%d", pid);
	if (stat("core", &st) && stat(name, &st)) {
		printf("no core file\n");
		return;
	}
	printf("core file: mode %o\n", st.st_mode);
	unlink("core");
	unlink(name);
}

static void try(const char *what, rlim_t limit, int signo, int dumpable)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_DUMPABLE, dumpable);
		die(limit, signo);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	printf("%s: %s%s\n", what, WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : "?",
	       WCOREDUMP(status) ? ", core dumped" : "");
	show_core(pid);
}

static void read_core(void)
{
	Elf64_Ehdr e;
	Elf64_Phdr p;
	Elf64_Nhdr n;
	FILE *f = fopen("core", "r");
	int loads = 0, threads = 0;
	long at;

	if (!f || fread(&e, sizeof(e), 1, f) != 1)
		return;
	V(e.e_type == ET_CORE);
	V(e.e_phentsize);
	for (int i = 0; i < e.e_phnum && fread(&p, sizeof(p), 1, f) == 1; i++) {
		loads += p.p_type == PT_LOAD;
		if (p.p_type != PT_NOTE)
			continue;
		at = ftell(f);
		for (long pos = (long)p.p_offset; pos < (long)(p.p_offset + p.p_filesz);) {
			fseek(f, pos, SEEK_SET);
			if (fread(&n, sizeof(n), 1, f) != 1)
				break;
			threads += n.n_type == NT_PRSTATUS;
			if (n.n_type == NT_PRPSINFO || n.n_type == NT_SIGINFO)
				printf("note %x size %u\n", n.n_type, n.n_descsz);
			else if (n.n_type == NT_AUXV || n.n_type == NT_FILE)
				printf("note %x\n", n.n_type);
			pos += sizeof(n) + ((n.n_namesz + 3) & ~3u) + ((n.n_descsz + 3) & ~3u);
		}
		fseek(f, at, SEEK_SET);
	}
	V(loads > 3);
	V(threads);
	fclose(f);
	unlink("core");
}

static void *sleeper(void *arg)
{
	pause();
	return arg;
}

TOPIC(sig_core)
{
	pthread_t thread;
	int fd, status;
	pid_t pid;

	try("no limit", RLIM_INFINITY, SIGSEGV, 1);
	try("limit 0", 0, SIGSEGV, 1);
	try("limit 100", 100, SIGSEGV, 1);
	try("limit 64 KiB", 65536, SIGABRT, 1);
	try("not dumpable", RLIM_INFINITY, SIGQUIT, 0);
	try("a signal without core", RLIM_INFINITY, SIGTERM, 1);
	R(mkdir("core", 0755));
	try("a directory is in the way", RLIM_INFINITY, SIGSEGV, 1);
	rmdir("core");
	R(fd = open("core", O_CREAT | O_RDWR, 0600) >= 0);
	R(link("core", "second"));
	try("the file has a second name", RLIM_INFINITY, SIGSEGV, 1);
	unlink("second");
	close(fd);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		pthread_create(&thread, NULL, sleeper, NULL);
		sleep_ms(20);
		die(RLIM_INFINITY, SIGILL);
	}
	waitpid(pid, &status, 0);
	V(WCOREDUMP(status) != 0);
	if (sizeof(long) == 8)
		read_core();
}

/* The topics' common part: the table, and how results are printed.
 *
 *   abi            names of all topics
 *   abi @          the same, each with its file
 *   abi NAME ...   run one
 *   abi @NAME      the same, after what was inherited has been made equal everywhere
 *   anything else  "show" mode, for exec tests: print argc, argv and the environment */
#include "abi.h"

extern const struct topic *const __start_topics[], *const __stop_topics[];

sigjmp_buf fault_jump;
static volatile sig_atomic_t fault_signo, fault_code;
static volatile uintptr_t fault_address;

#define NAME(number) [number] = #number
/* Not every C library has a function for these. */
static const char *const error_names[] = {
	[0] = "0",
	NAME(E2BIG), NAME(EACCES), NAME(EAGAIN), NAME(EBADF), NAME(EBUSY), NAME(ECHILD), NAME(ECANCELED),
	NAME(EDEADLK), NAME(EDOM), NAME(EEXIST), NAME(EFAULT), NAME(EFBIG), NAME(EIDRM), NAME(EILSEQ),
	NAME(EINPROGRESS), NAME(EINTR), NAME(EINVAL), NAME(EIO), NAME(EISDIR), NAME(ELOOP), NAME(EMFILE),
	NAME(EMLINK), NAME(EMSGSIZE), NAME(ENAMETOOLONG), NAME(ENFILE), NAME(ENODATA), NAME(ENODEV),
	NAME(ENOENT), NAME(ENOEXEC), NAME(ENOLCK), NAME(ENOMEM), NAME(ENOSPC), NAME(ENOSYS),
	NAME(ENOTCONN), NAME(ENOTDIR), NAME(ENOTEMPTY), NAME(ENOTSOCK), NAME(ENOTSUP),
	NAME(ENOTTY), NAME(ENXIO), NAME(EOVERFLOW), NAME(EOWNERDEAD), NAME(ENOTRECOVERABLE), NAME(EPERM),
	NAME(EPIPE), NAME(EPROTO), NAME(ERANGE), NAME(EROFS), NAME(ESPIPE), NAME(ESRCH), NAME(ESTALE),
	NAME(ETIME), NAME(ETIMEDOUT), NAME(ETXTBSY), NAME(EUSERS), NAME(EXDEV),
	NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(EAFNOSUPPORT), NAME(EALREADY), NAME(ECONNABORTED),
	NAME(ECONNREFUSED), NAME(ECONNRESET), NAME(EDESTADDRREQ), NAME(EISCONN), NAME(ENETUNREACH), NAME(ENOBUFS),
	NAME(ENOPROTOOPT), NAME(EPROTONOSUPPORT), NAME(EPROTOTYPE), NAME(ESOCKTNOSUPPORT), NAME(ETOOMANYREFS),
	NAME(EHOSTUNREACH), NAME(ENETDOWN), NAME(ESHUTDOWN), NAME(ENOPKG), NAME(ENOMSG), NAME(EREMOTEIO),
	NAME(EBADMSG), NAME(EISNAM), NAME(ENOTUNIQ), NAME(EBADFD), NAME(ENOTBLK), NAME(EPFNOSUPPORT), NAME(ENETRESET),
};
static const char *const signal_names[32] = {
	NAME(SIGHUP), NAME(SIGINT), NAME(SIGQUIT), NAME(SIGILL), NAME(SIGTRAP), NAME(SIGABRT),
	NAME(SIGBUS), NAME(SIGFPE), NAME(SIGKILL), NAME(SIGUSR1), NAME(SIGSEGV), NAME(SIGUSR2),
	NAME(SIGPIPE), NAME(SIGALRM), NAME(SIGTERM), NAME(SIGSTKFLT), NAME(SIGCHLD), NAME(SIGCONT),
	NAME(SIGSTOP), NAME(SIGTSTP), NAME(SIGTTIN), NAME(SIGTTOU), NAME(SIGURG), NAME(SIGXCPU),
	NAME(SIGXFSZ), NAME(SIGVTALRM), NAME(SIGPROF), NAME(SIGWINCH), NAME(SIGIO), NAME(SIGPWR),
	NAME(SIGSYS),
};

const char *error_name(int error)
{
	static char text[24];

	if (error >= 0 && error < COUNT(error_names) && error_names[error])
		return error_names[error];
	snprintf(text, sizeof(text), "error %d", error);
	return text;
}

const char *signal_name(int signo)
{
	static char text[24];

	if (signo > 0 && signo < 32)
		return signal_names[signo];
	snprintf(text, sizeof(text), signo >= 32 ? "SIGRT%d" : "SIG%d", signo >= 32 ? signo - 32 : signo);
	return text;
}

long long show_result(const char *text, long long value)
{
	if (value == -1 && errno)
		printf("%s = -1 %s\n", text, error_name(errno));
	else
		printf("%s = %lld\n", text, value);
	return value;
}

void show_value(const char *text, long long value)
{
	printf("%s = %lld\n", text, value);
}

void show_error(const char *text, int error)
{
	printf("%s = %s\n", text, error_name(error));
}

void show_status(int status)
{
	if (WIFEXITED(status))
		printf("child: exit %d\n", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("child: killed by %s\n", signal_name(WTERMSIG(status)));
	else if (WIFSTOPPED(status))
		printf("child: stopped by %s\n", signal_name(WSTOPSIG(status)));
	else if (WIFCONTINUED(status))
		printf("child: continued\n");
	else
		printf("child: status %#x\n", status);
}

void reap(pid_t pid)
{
	int status = 0;
	pid_t got;

	do {
		got = waitpid(pid, &status, 0);
	} while (got == -1 && errno == EINTR);
	if (got != pid)
		printf("child: waitpid = -1 %s\n", error_name(errno));
	else
		show_status(status);
}

static void fault_handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	fault_signo = signo;
	fault_code = info->si_code;
	fault_address = (uintptr_t)info->si_addr;
	siglongjmp(fault_jump, 1);
}

void fault_arm(void)
{
	struct sigaction action = { .sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

void fault_show(const char *text, uintptr_t base)
{
	const char *code = "?";

	if (fault_signo == SIGSEGV)
		code = fault_code == SEGV_MAPERR ? "SEGV_MAPERR" : fault_code == SEGV_ACCERR ? "SEGV_ACCERR" : "?";
	else if (fault_signo == SIGBUS)
		code = fault_code == BUS_ADRERR ? "BUS_ADRERR" : fault_code == BUS_ADRALN ? "BUS_ADRALN" : "?";
	printf("%s: %s %s at base%+lld\n", text, signal_name(fault_signo), code,
	       (long long)(intptr_t)(fault_address - base));
}

void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		printf("cannot write %s: %s\n", path, error_name(errno));
	close(fd);
}

void show_bytes(const char *what, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	printf("%s: \"", what);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			printf("\\n");
		else if (bytes[i] < 32 || bytes[i] > 126)
			printf("\\%03o", bytes[i]);
		else
			putchar(bytes[i]);
	}
	printf("\"\n");
}

void show_file(const char *path)
{
	char buffer[4096];
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer));

	if (len < 0)
		printf("%s: %s\n", path, error_name(errno));
	else
		show_bytes(path, buffer, len);
	if (fd >= 0)
		close(fd);
}

const char *type_name(mode_t mode)
{
	return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "directory" : S_ISLNK(mode) ? "symlink" :
	       S_ISFIFO(mode) ? "fifo" : S_ISCHR(mode) ? "char device" : S_ISBLK(mode) ? "block device" :
	       S_ISSOCK(mode) ? "socket" : "?";
}

long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void sleep_ms(int ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) == -1 && errno == EINTR)
		;
}

void *anon(size_t pages, int prot)
{
	char *all = mmap(NULL, (pages + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *middle = all + PAGE;

	munmap(all, PAGE);
	munmap(middle + pages * PAGE, PAGE);
	mprotect(middle, pages * PAGE, prot);
	return middle;
}

void exec_topic(const char *name, const char *arg)
{
	char *const argv[] = { "abi", (char *)name, (char *)arg, NULL };

	execv("/proc/self/exe", argv);
	printf("exec of topic %s: %s\n", name, error_name(errno));
}

static void show_mode(int argc, char **argv)
{
	printf("argc = %d\n", argc);
	for (int i = 0; i < argc; i++)
		printf("argv[%d] = \"%s\"\n", i, argv[i]);
	printf("argv[argc] is %s\n", argv[argc] ? "not null" : "null");
	for (char **env = environ; *env; env++)
		printf("env \"%s\"\n", *env);
}

static void limit(int which, rlim_t soft, rlim_t hard)
{
	struct rlimit l;

	getrlimit(which, &l);
	l.rlim_max = l.rlim_max < hard ? l.rlim_max : hard;
	l.rlim_cur = l.rlim_max < soft ? l.rlim_max : soft;
	setrlimit(which, &l);
}

/* Descriptors, signals and limits come from whoever started us; topics are not about them. */
static void forget_inheritance(void)
{
	sigset_t none;

	syscall(SYS_close_range, 3, ~0u, 0);
	for (int signo = 1; signo < NSIG; signo++)
		signal(signo, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	limit(RLIMIT_NOFILE, 1024, 4096);
	limit(RLIMIT_CORE, 0, RLIM_INFINITY);
	limit(RLIMIT_STACK, 8 << 20, RLIM_INFINITY);
	limit(RLIMIT_MEMLOCK, 64 << 10, 64 << 10);
	limit(RLIMIT_NICE, 0, 0);
	limit(RLIMIT_RTPRIO, 0, 0);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 4096);
	if (argc == 2 && strcmp(argv[1], "@") == 0) {
		for (const struct topic *const *t = __start_topics; t < __stop_topics; t++)
			printf("%s %s\n", (*t)->name, strrchr((*t)->file, '/') + 1);
		return 0;
	}
	if (argc > 1 && argv[1][0] == '@') {
		argv[1]++;
		forget_inheritance();
	}
	if (argc == 1 && argv[0][0]) {
		for (const struct topic *const *t = __start_topics; t < __stop_topics; t++)
			puts((*t)->name);
		return 0;
	}
	for (const struct topic *const *t = __start_topics; argc >= 2 && t < __stop_topics; t++) {
		if (strcmp((*t)->name, argv[1]) == 0) {
			(*t)->run(argc - 1, argv + 1);
			return 0;
		}
	}
	show_mode(argc, argv);
	return 0;
}

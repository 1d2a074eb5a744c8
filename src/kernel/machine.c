/* Bringing the machine up, running it, and taking it down.
 *
 *   kernel_init         RAM, scheduler, names, the hart's cpu
 *   kernel_start_init   pid 1: its thread execs the program, then waits to be let go
 *   kernel_run          until pid 1 has ended
 *   kernel_shutdown     everything is given back, and what is missing is counted
 *
 * pid 1 is made by hand, the only process that nobody forks. Its exec runs on
 * its own kernel stack, as any exec, so that it may sleep and fault. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#include "abi/process.h"
#include "abi/time.h"
#include "abi/tty.h"
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"
#include "jit/runtime.h"
#include "kernel/ipc.h"
#include "net/net.h"

enum { RAM_DEFAULT = 1 << 30 };

struct machine machine;
struct kernel_tracepoints kernel_tracepoints;
int64_t (*kernel_syscall)(struct task *t, uint64_t nr, const uint64_t args[6]);

static uint64_t frames_at_start;

/* ---- host signals ---------------------------------------------------------------------- */

/* Somebody signals hearth itself: the program inside is meant. One that does not
 * care for it ends as it would on its own; hearth must always be stoppable. */
static void host_signal_arrived(int signo)
{
	struct process *init = machine.init;
	struct abi_siginfo info = signal_info_kernel(signo);

	if (!init || init->zombie || console_host_signal(signo))
		return;
	/* ^Z at a terminal that is only passed through: the machine stops as one. */
	if (signo == SIGTSTP) {
		host_stop();
		return;
	}
	if (signo != SIGWINCH && signo != SIGCONT)
		init->unkillable = false;
	if (signal_send_pgrp(init->pgid, &info) < 0)
		signal_send_process(init, &info);
}

/* ---- harts ------------------------------------------------------------------------------------ */

struct cpu *machine_cpu(void)
{
	struct cpu **cpu = &machine.cpu[sched_hart()];

	if (unlikely(!*cpu))
		*cpu = cpu_create();
	return *cpu;
}

/* So many that their kernel stacks alone, of 16 KiB on Linux, would be an eighth of memory
 * (kernel/fork.c, set_max_threads): what stops a fork bomb before memory is full of it. */
uint64_t machine_threads_max(void)
{
	enum { STACK_PAGES = 4, SHARE = 8, AT_LEAST = 20 };

	return MIN(MAX(ram_total_pages() / (STACK_PAGES * SHARE), (uint64_t)AT_LEAST), (uint64_t)PID_MAX_LIMIT);
}

uint64_t machine_harts_mask(void)
{
	return UINT64_MAX >> (HART_MAX - sched_nr_harts());
}

static void interrupt_hart(unsigned nr)
{
	cpu_interrupt(machine.cpu[nr]);
}

uint64_t machine_instret(void)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < HART_MAX; i++)
		n += machine.cpu[i] ? cpu_instret(machine.cpu[i]) : 0;
	return n;
}

void machine_flush_icache(void)
{
	mm_shoot_down(task_current()->mm);     /* what the harts know of its code goes with the rest */
	cpu_flush_icache(machine_cpu());
}

static void destroy_cpus(void)
{
	for (unsigned i = 0; i < HART_MAX && machine.cpu[i]; i++) {
		if (machine.cpu[i])
			cpu_destroy(machine.cpu[i]);
		machine.cpu[i] = NULL;
	}
}

/* ---- up ------------------------------------------------------------------------------------ */

static struct walker calling_walker(void)
{
	return task_walker(NULL);
}

static uint64_t file_size_limit(void)
{
	struct task *t = task_current();

	return t ? task_rlimit(t, ABI_RLIMIT_FSIZE) : UINT64_MAX;
}

/* The host refuses something: what may be done about it. */
static int refused(const char *what, int err)
{
	const char *then = err == -EMFILE ? "; raise `ulimit -n`" :
			   err == -ENOMEM ? "; raise `ulimit -v`, or ask for less with --memory" :
			   err == -EFBIG ? "; raise `ulimit -f`: guest memory is a file" : "";

	log_error("cannot get %s: %s%s", what, strerror(-err), then);
	return err;
}

/* A host that cannot translate still runs everything. */
static int start_translator(void)
{
	const char *why = NULL;
	int err = machine.config.jit ? jit_start(machine.config.jit, &why) : 0;

	if (err == -EOPNOTSUPP && !machine.config.jit->chosen)
		log_info("no translation on this host (it lacks %s)", why);
	else if (err == -EOPNOTSUPP)
		log_warn("no translation on this host (it lacks %s): the interpreter runs everything", why);
	else if (err)
		return refused(why, err);
	return 0;
}

int kernel_init(const struct machine_config *cfg)
{
	int err;

	memset(&machine, 0, sizeof(machine));
	machine.config = *cfg;
	if (!machine.config.memory_bytes)
		machine.config.memory_bytes = RAM_DEFAULT;
	machine.pid_max = PID_MAX_DEFAULT;
	machine.mmap_min_addr = 65536;
	machine_ending = false;
	snprintf(uts_first.hostname, sizeof(uts_first.hostname), "%s", cfg->hostname ? cfg->hostname : "hearth");
	snprintf(uts_first.domainname, sizeof(uts_first.domainname), "(none)");
	host_signals_watch(host_signal_arrived);
	err = ram_init(machine.config.memory_bytes);
	if (err)
		return refused("memory for the guest", err);
	err = swap_init(machine.config.swap_bytes);
	if (err)
		return refused("a file to swap to", err);
	err = start_translator();
	if (err)
		return err;
	frames_at_start = ram_free_pages();
	sched_init();
	sched_lock();
	pid_init();
	futex_init();
	vfs_init();
	procfs_register_types();
	jobctl_install_hooks();
	netctl_install_hooks();
	file_owner_install_hooks();
	vfs_size_limit = file_size_limit;
	vfs_caller = calling_walker;
	/* No program has ever seen a clock at 0: a second is what starting up to here takes elsewhere. */
	machine.boot_ns = sched_clock_ns() - NSEC_PER_SEC;
	machine.boot_raw_ns = host_clock_ns(ABI_CLOCK_MONOTONIC_RAW) - NSEC_PER_SEC;
	sched_set_harts(MAX(cfg->harts, 1u));
	sched_set_policy(cfg->sched);
	sched_interrupt_guest = interrupt_hart;
	sched_unlock();
	return 0;
}

/* ---- pid 1 ------------------------------------------------------------------------------------ */

static struct {
	const char *path, *cwd;
	char *const *argv;
	char *const *envp;
	int error;
} start;

static int open_console(struct task *t)
{
	for (int fd = 0; fd < 3; fd++) {
		struct file *f;
		int err;

		if (!host_std_fd_was_open(fd))
			continue;              /* closed for the guest, too */
		err = console_open(fd, &f);
		if (err) {
			log_error("cannot open descriptor %d of hearth for the guest: %s", fd, strerror(-err));
			return err;
		}
		err = files_install(t->files, f, fd, false, 3);
		if (err < 0) {
			file_put(f);
			return err;
		}
	}
	/* If it is a terminal, it becomes the session's; plain streams refuse. */
	if (host_std_fd_was_open(0))
		file_ioctl(files_lookup(t->files, 0), ABI_TIOCSCTTY, 0, t->mm);
	return 0;
}

static int enter_directory(struct task *t)
{
	struct path p;
	int err;

	if (!start.cwd)
		return 0;
	err = vfs_lookup(task_walker(NULL), start.cwd, WALK_DIRECTORY, &p);
	if (err) {
		log_error("cannot enter %s in the guest: %s", start.cwd, strerror(-err));
		return err;
	}
	err = vfs_chdir(t->fs, p);
	path_put(p);
	return err;
}

static void init_main(void *arg)
{
	struct task *t = arg;
	struct exec_request req = {
		.path = start.path, .dirfd = -1, .kargv = start.argv, .kenvp = start.envp,
	};

	start.error = open_console(t);
	if (!start.error)
		start.error = enter_directory(t);
	if (!start.error)
		start.error = kernel_execve(&req);
	/* Back to the boot stack: kernel_run() lets us go on. */
	sched_shutdown();
	thread_stop();
	if (start.error)
		kernel_exit_group(abi_status_exited(127));
	trap_loop(t);
}

static struct task *create_init(void)
{
	struct process *p = process_create();
	struct task *t = task_create(p);
	struct path root = vfs_root();

	if (thread_init(&t->thread, init_main, t) < 0)
		fatal("the host has no memory for a kernel stack; raise `ulimit -v`");
	p->sighand = sighand_copy(NULL);
	default_rlimits(p->rlim);
	p->unkillable = machine.config.init_immune;
	p->session_leader = true;
	t->cred = cred_create(machine.config.uid, machine.config.gid);
	t->fs = fs_create(root);
	path_put(root);
	t->files = files_create();
	/* Inherited, as any program's. */
	thread_set_sched(&t->thread, &(struct sched_attr_k){ .nice = host_nice() });
	task_set_comm(t, "init");
	task_link(t, pid_alloc(NULL, 0));
	pid_join_session(p, p->pid);
	pid_join_pgrp(p, p->pid);
	machine.init = p;
	return t;
}

int kernel_start_init(const char *path, const char *cwd, char *const argv[], char *const envp[])
{
	struct task *t;

	start.path = path;
	start.cwd = cwd;
	start.argv = argv;
	start.envp = envp;
	start.error = 0;
	sched_lock();
	t = create_init();
	thread_start(&t->thread);
	sched_run_hart();             /* returns when init has exec'ed and stopped */
	sched_unlock();
	return start.error;
}

int kernel_run(void)
{
	struct process *init = machine.init;
	int status;

	sched_lock();
	thread_wake(&init->leader->thread);
	sched_run_hart();
	status = init->exit_code;
	process_unlink(init);
	machine.init = NULL;
	sched_unlock();
	return status;
}

/* ---- down -------------------------------------------------------------------------------------- */

static unsigned leaked(const char *what, uint64_t nr)
{
	if (nr)
		log_error("leaked: %llu %s", (unsigned long long)nr, what);
	return nr ? 1 : 0;
}

unsigned kernel_shutdown(void)
{
	struct vfs_counts vfs;
	unsigned leaks = 0;

	/* A program that could not be started ends here. */
	if (machine.init)
		kernel_run();
	sched_lock();
	leaks += leaked("tasks", task_live_count());
	leaks += leaked("processes", process_live_count());
	leaks += leaked("pids", pid_count_in_use());
	leaks += leaked("queued signals", signal_queued_count());
	leaks += leaked("seccomp filters", seccomp_live_count());
	leaks += leaked("futex waiters", futex_waiter_count());
	leaks += leaked("kernel stacks", sched_release_stacks());
	net_shutdown_all();
	leaks += leaked("timers", sched_timers_armed());
	binfmt_misc_shutdown();
	ipc_shutdown();
	vfs_shutdown();
	vdso_shutdown();
	vfs_live_counts(&vfs);
	leaks += leaked("inodes", vfs.inodes);
	leaks += leaked("dentries", vfs.dentries);
	leaks += leaked("open files", vfs.files);
	leaks += leaked("sockets", net_live_count());
	leaks += leaked("mounts", vfs.mounts);
	leaks += leaked("descriptor tables", vfs.tables);
	leaks += leaked("frames", frames_at_start - ram_free_pages());
	destroy_cpus();
	jit_stop();
	swap_shutdown();
	ram_shutdown();
	sched_unlock();
	return leaks;
}

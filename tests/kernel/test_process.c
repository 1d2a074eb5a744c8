/* Processes without guest code: numbers, families, waiting, groups, stops, threads, the end of init. */
#include "fake_cpu.h"

#include "abi/process.h"
#include "abi/signal.h"

static int seen[16];

static gva_t exits_with_7(void) { end(7); }
static gva_t sleeps_forever(void)
{
	int64_t ret = signal_suspend(0);

	/* As the trap loop would: interrupted calls look at signals. */
	CHECK_EQ(ret, -ERESTARTNOHAND);
	return STEP(sleeps_forever);
}

/* ---- fork, exit, wait ------------------------------------------------------------------- */

static gva_t fork_and_wait(void)
{
	int status = 0;
	int64_t pid = fork_to(exits_with_7);

	CHECK_EQ(task_current()->proc->pid, 1);
	CHECK_EQ(pid, 2);
	CHECK_EQ(wait_for(-1, WNOHANG, &status), 0);
	CHECK_EQ(wait_for(-1, 0, &status), pid);
	CHECK_EQ(status, 7 << 8);
	CHECK_EQ(wait_for(-1, 0, &status), -ECHILD);
	CHECK(!process_find((int)pid));
	end(5);
}

static void fork_exit_wait(void)
{
	CHECK_EQ(run_machine(fork_and_wait), 5 << 8);
}

static gva_t nowait_steps(void)
{
	int status = 0;
	int64_t a = fork_to(exits_with_7), b = fork_to(sleeps_forever);

	CHECK_EQ(wait_for(-1, WNOWAIT, &status), a);
	CHECK_EQ(wait_for(-1, WNOWAIT, &status), a);
	CHECK(process_find((int)a)->zombie);
	CHECK_EQ(wait_for((int)a, 0, &status), a);
	CHECK_EQ(wait_for((int)a, 0, &status), -ECHILD);
	CHECK_EQ(wait_for((int)b, WNOHANG, &status), 0);
	CHECK_EQ(send_signal((int)b, SIGTERM), 0);
	CHECK_EQ(wait_for((int)b, 0, &status), b);
	CHECK_EQ(status, SIGTERM);
	end(0);
}

static void waiting_kinds(void)
{
	CHECK_EQ(run_machine(nowait_steps), 0);
}

static gva_t clone_child_steps(void)
{
	int status;
	int64_t pid = clone_to(exits_with_7, 0, 0);      /* no signal: a "clone" child */

	let_others_run();
	CHECK_EQ(wait_for(-1, WNOHANG, &status), -ECHILD);
	CHECK_EQ(wait_for(-1, __WCLONE, &status), pid);
	pid = clone_to(exits_with_7, 0, SIGUSR1);
	set_handler(SIGUSR1, ABI_SIG_IGN, 0);
	CHECK_EQ(wait_for(-1, __WALL, &status), pid);
	end(0);
}

static void clone_children(void)
{
	CHECK_EQ(run_machine(clone_child_steps), 0);
}

static gva_t autoreap_steps(void)
{
	int64_t pid;

	set_handler(SIGCHLD, ABI_SIG_IGN, 0);
	pid = fork_to(exits_with_7);
	CHECK_EQ(wait_for(-1, 0, NULL), -ECHILD);        /* waits, and then there is nobody */
	CHECK(!process_find((int)pid));
	end(0);
}

static void ignored_sigchld_reaps(void)
{
	CHECK_EQ(run_machine(autoreap_steps), 0);
}

/* ---- orphans ---------------------------------------------------------------------------------- */

static gva_t leaves_an_orphan(void)
{
	seen[0] = (int)fork_to(sleeps_forever);
	end(0);
}

static gva_t orphan_steps(void)
{
	int status;
	int64_t pid = fork_to(leaves_an_orphan);

	CHECK_EQ(wait_for((int)pid, 0, &status), pid);
	CHECK(process_find(seen[0])->parent == machine.init);
	send_signal(seen[0], SIGKILL);
	CHECK_EQ(wait_for(-1, 0, &status), seen[0]);
	CHECK_EQ(status, SIGKILL);
	end(0);
}

static void orphans_go_to_init(void)
{
	CHECK_EQ(run_machine(orphan_steps), 0);
}

static gva_t subreaper(void)
{
	int status;
	int64_t pid;

	task_current()->proc->subreaper = true;
	pid = fork_to(leaves_an_orphan);
	CHECK_EQ(wait_for((int)pid, 0, &status), pid);
	CHECK(process_find(seen[0])->parent == task_current()->proc);
	end(0);
}

static gva_t subreaper_steps(void)
{
	int64_t pid = fork_to(subreaper);

	CHECK_EQ(wait_for((int)pid, 0, NULL), pid);
	CHECK(process_find(seen[0])->parent == machine.init);
	end(0);                              /* the sleeper is killed with the machine */
}

static void subreaper_takes_orphans(void)
{
	CHECK_EQ(run_machine(subreaper_steps), 0);
}

static gva_t init_ends_first(void)
{
	for (int i = 0; i < 50; i++)
		CHECK(fork_to(i % 2 ? sleeps_forever : leaves_an_orphan) > 0);
	let_others_run();
	end(9);
}

static void end_of_init_kills_all(void)
{
	CHECK_EQ(run_machine(init_ends_first), 9 << 8);
}

/* ---- numbers -------------------------------------------------------------------------------------- */

static gva_t pid_steps(void)
{
	int64_t pid = 0;

	machine.pid_max = 310;
	for (int i = 2; i < 310; i++) {
		pid = fork_to(exits_with_7);
		CHECK_EQ(pid, i);
		CHECK_EQ(wait_for(-1, 0, NULL), pid);
	}
	CHECK_EQ(fork_to(sleeps_forever), 300);      /* wraps past the reserved ones */
	CHECK_EQ(fork_to(sleeps_forever), 301);
	CHECK_EQ(process_next(2)->pid, 300);
	CHECK_EQ(process_next(301)->pid, 301);
	CHECK(process_next(302) == NULL);
	for (int i = 0; i < 8; i++)
		CHECK(fork_to(sleeps_forever) > 0);
	CHECK_EQ(fork_to(sleeps_forever), -EAGAIN);
	end(0);
}

static void pids_wrap(void)
{
	CHECK_EQ(run_machine(pid_steps), 0);
}

/* ---- groups and sessions ------------------------------------------------------------------------------ */

static gva_t group_steps(void)
{
	int a = (int)fork_to(sleeps_forever), b = (int)fork_to(sleeps_forever), status;

	CHECK_EQ(kernel_setpgid(a, 0), 0);
	CHECK_EQ(kernel_setpgid(b, a), 0);
	CHECK_EQ(kernel_getpgid(b), a);
	CHECK_EQ(kernel_setpgid(b, 9999), -EPERM);
	CHECK_EQ(kernel_setpgid(9999, 0), -ESRCH);
	CHECK_EQ(kernel_setpgid(a, -1), -EINVAL);
	CHECK_EQ(kernel_setpgid(0, 0), -EPERM);          /* a session leader stays */
	CHECK_EQ(kernel_setsid(), -EPERM);
	process_find(b)->did_exec = true;
	CHECK_EQ(kernel_setpgid(b, 0), -EACCES);
	let_others_run();
	struct abi_siginfo info = { .signo = SIGKILL, .code = SI_USER };
	CHECK_EQ(signal_send_pgrp(a, &info), 0);
	CHECK_EQ(wait_for(-a, 0, &status), a);
	CHECK(pid_find(a) != NULL);                      /* still the number of b's group */
	CHECK_EQ(wait_for(-a, 0, &status), b);
	CHECK(pid_find(a) == NULL);
	CHECK_EQ(signal_send_pgrp(a, &info), -ESRCH);
	end(0);
}

static void groups(void)
{
	CHECK_EQ(run_machine(group_steps), 0);
}

static gva_t own_session(void)
{
	int pid = task_current()->proc->pid;

	CHECK_EQ(kernel_setsid(), pid);
	CHECK_EQ(kernel_getsid(0), pid);
	CHECK_EQ(kernel_getpgid(0), pid);
	CHECK(pgrp_is_orphaned(pid));
	end(0);
}

static gva_t session_steps(void)
{
	CHECK(fork_to(own_session) > 0);
	CHECK(wait_for(-1, 0, NULL) > 0);
	end(0);
}

static void sessions(void)
{
	CHECK_EQ(run_machine(session_steps), 0);
}

/* ---- stop and continue ------------------------------------------------------------------------------------ */

static gva_t stop_steps(void)
{
	int pid = (int)fork_to(sleeps_forever), status;

	let_others_run();
	CHECK_EQ(kernel_setpgid(pid, pid), 0);
	CHECK_EQ(send_signal(pid, SIGSTOP), 0);
	CHECK_EQ(wait_for(pid, WSTOPPED, &status), pid);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	CHECK(process_stopped(process_find(pid)));
	CHECK_EQ(wait_for(pid, WSTOPPED | WNOHANG, &status), 0);     /* told once */
	CHECK_EQ(send_signal(pid, SIGUSR1), 0);                      /* waits until it continues */
	let_others_run();
	CHECK_EQ(wait_for(pid, WNOHANG, &status), 0);
	CHECK_EQ(send_signal(pid, SIGCONT), 0);
	CHECK_EQ(wait_for(pid, 0, &status), pid);
	CHECK_EQ(status, SIGUSR1);

	pid = (int)fork_to(sleeps_forever);
	let_others_run();
	CHECK_EQ(send_signal(pid, SIGSTOP), 0);
	CHECK_EQ(wait_for(pid, WSTOPPED | WNOWAIT, &status), pid);
	CHECK_EQ(send_signal(pid, SIGCONT), 0);
	CHECK_EQ(wait_for(pid, WSTOPPED | WCONTINUED, &status), pid);
	CHECK_EQ(status, 0xffff);
	CHECK_EQ(send_signal(pid, SIGSTOP), 0);
	let_others_run();
	CHECK_EQ(send_signal(pid, SIGKILL), 0);
	CHECK_EQ(wait_for(pid, 0, &status), pid);
	CHECK_EQ(status, SIGKILL);
	end(0);
}

static void stop_and_continue(void)
{
	CHECK_EQ(run_machine(stop_steps), 0);
}

/* The child never sees the stop: its wake-up must not leave it busy with nothing. */
static gva_t stop_taken_back_steps(void)
{
	int pid = (int)fork_to(sleeps_forever), status;

	let_others_run();
	CHECK_EQ(send_signal(pid, SIGSTOP), 0);
	CHECK_EQ(send_signal(pid, SIGCONT), 0);
	let_others_run();
	CHECK(!task_find(pid)->thread.signal_pending);
	CHECK_EQ(wait_for(pid, WSTOPPED | WCONTINUED | WNOHANG, &status), 0);
	end(0);
}

static void stop_taken_back(void)
{
	CHECK_EQ(run_machine(stop_taken_back_steps), 0);
}

/* ---- vfork and threads ---------------------------------------------------------------------------------------- */

static gva_t vfork_child(void)
{
	seen[1] = 1;
	sched_yield_hart();
	seen[1] = 2;
	end(0);
}

static gva_t vfork_steps(void)
{
	int64_t pid;

	seen[1] = 0;
	pid = clone_to(vfork_child, CLONE_VM | CLONE_VFORK, SIGCHLD);
	CHECK_EQ(seen[1], 2);                            /* we were stopped meanwhile */
	CHECK_EQ(wait_for((int)pid, 0, NULL), pid);
	end(0);
}

static void vfork_stops_the_parent(void)
{
	CHECK_EQ(run_machine(vfork_steps), 0);
}

#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)

static gva_t thread_ends(void)
{
	seen[2]++;
	kernel_exit_thread(0);
}

static gva_t leader_leaves_thread_behind(void)
{
	clone_to(sleeps_forever, THREAD_FLAGS, 0);
	kernel_exit_thread(3);               /* the process lives on in its thread */
}

static gva_t thread_steps(void)
{
	int status;
	int64_t pid;

	seen[2] = 0;
	CHECK_EQ(clone_to(thread_ends, CLONE_THREAD, 0), -EINVAL);
	CHECK_EQ(clone_to(thread_ends, CLONE_SIGHAND, 0), -EINVAL);
	for (int i = 0; i < 3; i++)
		CHECK(clone_to(thread_ends, THREAD_FLAGS, 0) > 1);
	CHECK_EQ(task_current()->proc->nr_tasks, 4);
	let_others_run();
	CHECK_EQ(seen[2], 3);
	CHECK_EQ(task_current()->proc->nr_tasks, 1);

	pid = fork_to(leader_leaves_thread_behind);
	let_others_run();
	CHECK_EQ(wait_for((int)pid, WNOHANG, &status), 0);
	CHECK_EQ(process_find((int)pid)->nr_tasks, 1);
	CHECK_EQ(send_signal((int)pid, SIGTERM), 0);
	CHECK_EQ(wait_for((int)pid, 0, &status), pid);
	CHECK_EQ(status, SIGTERM);
	end(0);
}

static void threads(void)
{
	CHECK_EQ(run_machine(thread_steps), 0);
}

static gva_t thread_takes_over(void)
{
	int pid = task_current()->proc->pid;

	CHECK_EQ(process_kill_other_threads(), 0);
	CHECK_EQ(task_current()->tid, pid);
	CHECK(task_find(pid) == task_current());
	CHECK_EQ(task_current()->proc->nr_tasks, 1);
	end(4);
}

static gva_t leader_is_taken_over(void)
{
	clone_to(sleeps_forever, THREAD_FLAGS, 0);
	clone_to(thread_takes_over, THREAD_FLAGS, 0);
	return STEP(sleeps_forever);
}

static gva_t takeover_steps(void)
{
	int status;
	int64_t pid = fork_to(leader_is_taken_over);

	CHECK_EQ(wait_for((int)pid, 0, &status), pid);
	CHECK_EQ(status, 4 << 8);
	end(0);
}

static void exec_leaves_one_thread(void)
{
	CHECK_EQ(run_machine(takeover_steps), 0);
}

/* ---- many ------------------------------------------------------------------------------------------------ */

static gva_t thousand_steps(void)
{
	for (int i = 0; i < 1000; i++)
		CHECK(fork_to(sleeps_forever) > 0);
	let_others_run();
	CHECK_EQ(task_count(), 1001);
	end(0);
}

static void thousand_sleepers(void)
{
	CHECK_EQ(run_machine(thousand_steps), 0);
}

static gva_t speed_steps(void)
{
	enum { ROUNDS = 5000 };
	uint64_t start = sched_clock_ns();

	for (int i = 0; i < ROUNDS; i++) {
		fork_to(exits_with_7);
		wait_for(-1, 0, NULL);
	}
	printf("fork, exit and wait take %llu ns\n",
	       (unsigned long long)(sched_clock_ns() - start) / ROUNDS);
	end(0);
}

static void fork_speed(void)
{
	CHECK_EQ(run_machine(speed_steps), 0);
}

int main(void)
{
	RUN(fork_exit_wait);
	RUN(waiting_kinds);
	RUN(clone_children);
	RUN(ignored_sigchld_reaps);
	RUN(orphans_go_to_init);
	RUN(subreaper_takes_orphans);
	RUN(end_of_init_kills_all);
	RUN(pids_wrap);
	RUN(groups);
	RUN(sessions);
	RUN(stop_and_continue);
	RUN(stop_taken_back);
	RUN(vfork_stops_the_parent);
	RUN(threads);
	RUN(exec_leaves_one_thread);
	RUN(thousand_sleepers);
	RUN(fork_speed);
	return unit_done();
}

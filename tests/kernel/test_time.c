/* Futexes and timers without guest code. */
#include "fake_cpu.h"

#include <sys/mman.h>

#include "abi/process.h"
#include "abi/signal.h"
#include "abi/time.h"

enum { MS = 1000000, WORDS_AT = 0x50000000 };
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define ALL ABI_FUTEX_BITSET_ALL

static int woken;

static struct task *self(void) { return task_current(); }
static gva_t word(int n) { return WORDS_AT + 4 * (gva_t)n; }

static void map_words(int kind)
{
	struct mmap_request req = {
		.addr = WORDS_AT, .len = PAGE_SIZE, .prot = PROT_READ | PROT_WRITE,
		.flags = kind | MAP_ANONYMOUS | MAP_FIXED,
	};

	CHECK_EQ(mm_mmap(self()->mm, &req), WORDS_AT);
}

static void put_word(int n, uint32_t v) { CHECK_EQ(mm_copy_to(self()->mm, word(n), &v, 4), 0); }

static uint32_t get_word(int n)
{
	uint32_t v = 0;

	CHECK_EQ(mm_copy_from(self()->mm, &v, word(n), 4), 0);
	return v;
}

/* ---- futex ---------------------------------------------------------------------------- */

static gva_t waits_on_0(void)
{
	CHECK_EQ(futex_wait(word(0), 0, 1u << (self()->tid % 2), WAIT_FOREVER, false), 0);
	woken++;
	kernel_exit_thread(0);
}

static gva_t futex_steps(void)
{
	uint32_t expected = 1;

	woken = 0;
	map_words(MAP_PRIVATE);
	CHECK_EQ(futex_wait(word(0), 1, ALL, WAIT_FOREVER, false), -EAGAIN);
	CHECK_EQ(futex_wait(word(0) + 1, 0, ALL, WAIT_FOREVER, false), -EINVAL);
	CHECK_EQ(futex_wait(word(0), 0, 0, WAIT_FOREVER, false), -EINVAL);
	CHECK_EQ(futex_wait(0x10, 0, ALL, WAIT_FOREVER, false), -EFAULT);
	CHECK_EQ(futex_wait(word(0), 0, ALL, sched_clock_ns() + MS, false), -ETIMEDOUT);
	CHECK_EQ(futex_wake(word(0), 1, ALL, false), 0);
	for (int i = 0; i < 6; i++)                          /* tids 2 .. 7 */
		clone_to(waits_on_0, THREAD_FLAGS, 0);
	let_others_run();
	CHECK_EQ(futex_waiter_count(), 6);
	CHECK_EQ(futex_wake(word(0), 10, 2, false), 3);      /* the odd ones */
	let_others_run();
	CHECK_EQ(woken, 3);
	CHECK_EQ(futex_requeue(word(0), word(1), 1, 10, &expected, false), -EAGAIN);
	expected = 0;
	CHECK_EQ(futex_requeue(word(0), word(1), 1, 1, &expected, false), 2);
	let_others_run();
	CHECK_EQ(woken, 4);
	CHECK_EQ(futex_wake(word(1), 10, ALL, false), 1);
	CHECK_EQ(futex_wake(word(0), 10, ALL, true), 1);     /* private memory: one key either way */
	let_others_run();
	CHECK_EQ(woken, 6);
	end(0);
}

static void futex_wait_wake_requeue(void)
{
	CHECK_EQ(run_machine(futex_steps), 0);
}

static gva_t shared_child(void)
{
	CHECK_EQ(futex_wait(word(3), 0, ALL, WAIT_FOREVER, true), 0);
	CHECK_EQ(get_word(4), 9);
	end(0);
}

static gva_t shared_steps(void)
{
	map_words(MAP_SHARED);
	CHECK(fork_to(shared_child) > 0);
	let_others_run();
	put_word(4, 9);
	CHECK_EQ(futex_wake(word(3), 1, ALL, false), 0);     /* private: only this address space */
	CHECK_EQ(futex_wake(word(3), 1, ALL, true), 1);
	CHECK(wait_for(-1, 0, NULL) > 0);
	end(0);
}

static void shared_futex(void)
{
	CHECK_EQ(run_machine(shared_steps), 0);
}

static gva_t wake_op_steps(void)
{
	/* SET word 1 to 5, then compare its old value: EQ 0. */
	uint32_t op = 0u << 28 | 0u << 24 | 5u << 12 | 0;

	woken = 0;
	map_words(MAP_PRIVATE);
	clone_to(waits_on_0, THREAD_FLAGS, 0);
	let_others_run();
	CHECK_EQ(futex_wake_op(word(0), word(1), 1, 1, op, false), 1);
	CHECK_EQ(get_word(1), 5);
	CHECK_EQ(futex_wake_op(word(0), word(1), 1, 1, 1u << 28 | 0xfffu << 12, false), 0);   /* ADD -1 */
	CHECK_EQ(get_word(1), 4);
	CHECK_EQ(futex_wake_op(word(0), word(1), 1, 1, 7u << 28, false), -ENOSYS);
	let_others_run();
	end(0);
}

static void wake_op(void)
{
	CHECK_EQ(run_machine(wake_op_steps), 0);
}

/* A list of one lock, laid out as uapi/linux/futex.h says: head at 64, entry at 128, lock 8 behind it. */
static gva_t robust_owner(void)
{
	struct abi_robust_list_head64 head = { .next = WORDS_AT + 128, .futex_offset = 8 };
	uint64_t next = WORDS_AT + 64;

	CHECK_EQ(mm_copy_to(self()->mm, WORDS_AT + 64, &head, sizeof(head)), 0);
	CHECK_EQ(mm_copy_to(self()->mm, WORDS_AT + 128, &next, sizeof(next)), 0);
	put_word(34, (uint32_t)self()->tid | ABI_FUTEX_WAITERS);
	self()->robust_list = WORDS_AT + 64;
	sched_yield_hart();
	kernel_exit_thread(0);
}

static gva_t robust_steps(void)
{
	int64_t tid;

	map_words(MAP_PRIVATE);
	tid = clone_to(robust_owner, THREAD_FLAGS, 0);
	sched_yield_hart();
	CHECK_EQ(futex_wait(word(34), (uint32_t)tid | ABI_FUTEX_WAITERS, ALL,
			    sched_clock_ns() + 1000 * MS, false), 0);
	CHECK_EQ(get_word(34), ABI_FUTEX_WAITERS | ABI_FUTEX_OWNER_DIED);
	end(0);
}

static void robust_lock_is_marked(void)
{
	CHECK_EQ(run_machine(robust_steps), 0);
}

/* ---- sleeping ---------------------------------------------------------------------------- */

static gva_t never(void) { end(99); }

static gva_t wakes_init(void)
{
	send_signal(1, SIGUSR1);
	end(0);
}

static gva_t sleep_steps(void)
{
	uint64_t before = sched_clock_ns(), deadline;
	struct abi_timespec64 rem = { 0 };

	map_words(MAP_PRIVATE);
	CHECK_EQ(time_nanosleep(ABI_CLOCK_MONOTONIC, false, 2 * MS, 0), 0);
	CHECK(sched_clock_ns() - before >= 2 * MS);
	CHECK_EQ(time_nanosleep(ABI_CLOCK_MONOTONIC, true, 1, 0), 0);
	CHECK_EQ(time_nanosleep(99, false, 1, 0), -EINVAL);
	CHECK_EQ(time_nanosleep(ABI_CLOCK_THREAD_CPUTIME_ID, false, 1, 0), -EINVAL);
	set_handler(SIGUSR1, STEP(never), 0);
	fork_to(wakes_init);
	CHECK_EQ(time_nanosleep(ABI_CLOCK_REALTIME, false, 3600 * (uint64_t)NSEC_PER_SEC, WORDS_AT),
		 -ERESTART_RESTARTBLOCK);
	CHECK_EQ(mm_copy_from(self()->mm, &rem, WORDS_AT, sizeof(rem)), 0);
	CHECK_EQ(rem.sec, 3599);
	deadline = self()->restart.deadline_ns;
	CHECK_EQ(kernel_restart_syscall(), -ERESTART_RESTARTBLOCK);  /* the signal is still there */
	CHECK_EQ(self()->restart.deadline_ns, deadline);
	set_handler(SIGUSR1, ABI_SIG_IGN, 0);
	signal_recalc(self());
	CHECK(wait_for(-1, 0, NULL) > 0);
	end(0);
}

static void sleeping(void)
{
	CHECK_EQ(run_machine(sleep_steps), 0);
}

/* ---- timers ----------------------------------------------------------------------------------- */

static gva_t timer_steps(void)
{
	uint64_t value, interval;
	struct abi_siginfo info;
	int64_t id;

	signal_set_blocked(self(), ~(uint64_t)0);
	CHECK_EQ(time_set_itimer(ABI_ITIMER_REAL, MS, 0, &value, &interval), 0);
	CHECK_EQ(value, 0);
	CHECK_EQ(signal_timedwait(abi_sigmask(SIGALRM), WAIT_FOREVER, &info), SIGALRM);
	CHECK_EQ(info.code, SI_KERNEL);
	CHECK_EQ(time_get_itimer(ABI_ITIMER_REAL, &value, &interval), 0);
	CHECK_EQ(value, 0);
	CHECK_EQ(time_set_itimer(3, 1, 1, &value, &interval), -EINVAL);

	id = posix_timer_create(ABI_CLOCK_MONOTONIC, SIGEV_SIGNAL, 40, 1234, 0, false);
	CHECK_EQ(id, 0);
	CHECK_EQ(posix_timer_create(ABI_CLOCK_MONOTONIC, SIGEV_SIGNAL, 99, 0, 0, false), -EINVAL);
	CHECK_EQ(posix_timer_set(0, false, MS, MS, &value, &interval), 0);
	CHECK_EQ(time_nanosleep(ABI_CLOCK_MONOTONIC, false, 10 * MS, 0), 0);
	CHECK_EQ(signal_queued_count(), 1);                  /* expiries pile up as overruns */
	CHECK_EQ(signal_timedwait(abi_sigmask(40), WAIT_FOREVER, &info), 40);
	CHECK_EQ(info.code, SI_TIMER);
	CHECK_EQ(info.value, 1234);
	CHECK(info.overrun >= 5);
	CHECK_EQ(posix_timer_overrun(0), info.overrun);
	CHECK_EQ(posix_timer_get(0, &value, &interval), 0);
	CHECK(value > 0 && value <= MS && interval == MS);
	CHECK_EQ(posix_timer_delete(0), 0);
	CHECK_EQ(posix_timer_delete(0), -EINVAL);
	posix_timer_create(ABI_CLOCK_REALTIME, SIGEV_NONE, 0, 0, 0, true);   /* goes with the process */
	posix_timer_set(1, false, NSEC_PER_SEC, 0, &value, &interval);
	time_set_itimer(ABI_ITIMER_REAL, NSEC_PER_SEC, 0, &value, &interval);
	end(0);
}

static void timers(void)
{
	CHECK_EQ(run_machine(timer_steps), 0);
}

static gva_t spin(void)
{
	uint64_t until = sched_clock_ns() + MS;

	while (sched_clock_ns() < until)
		continue;
	return STEP(spin);
}

static gva_t cpu_steps(void)
{
	uint64_t a, b;
	int status;
	int64_t pid;

	CHECK_EQ(time_read_clock(ABI_CLOCK_PROCESS_CPUTIME_ID, &a), 0);
	CHECK_EQ(time_nanosleep(ABI_CLOCK_MONOTONIC, false, 20 * MS, 0), 0);
	CHECK_EQ(time_read_clock(ABI_CLOCK_PROCESS_CPUTIME_ID, &b), 0);
	CHECK(b >= a && b - a < 10 * MS);                    /* sleeping costs none */

	pid = fork_to(spin);
	process_find((int)pid)->rlim[ABI_RLIMIT_CPU] = (struct rlimit_k){ 0, 0 };
	CHECK_EQ(wait_for((int)pid, 0, &status), pid);
	CHECK_EQ(status, SIGKILL);

	pid = fork_to(spin);
	process_find((int)pid)->itimer[ABI_ITIMER_PROF].value_ns = 5 * MS;
	process_find((int)pid)->cpu_timers = true;
	CHECK_EQ(wait_for((int)pid, 0, &status), pid);
	CHECK_EQ(status, SIGPROF);
	CHECK(self()->proc->dead_children.utime_ns + self()->proc->dead_children.stime_ns >= 5 * MS);
	end(0);
}

static void cpu_time(void)
{
	CHECK_EQ(run_machine(cpu_steps), 0);
}

int main(void)
{
	RUN(futex_wait_wake_requeue);
	RUN(shared_futex);
	RUN(wake_op);
	RUN(robust_lock_is_marked);
	RUN(sleeping);
	RUN(timers);
	RUN(cpu_time);
	return unit_done();
}

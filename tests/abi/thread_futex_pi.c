/* needs: 64 bits (the RV32 library has no kernel headers). Futexes that lend priority: what is in the word, who gets
 * the lock, errors, owners that die, deadlocks. */
#include "abi.h"

#include <linux/futex.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
#define PRIVATE(op) ((op) | FUTEX_PRIVATE_FLAG)

static uint32_t lock, other, plain;
static int tid_of_main;

static long futex(uint32_t *at, int op, uint32_t val, const struct timespec *timeout)
{
	return syscall(SYS_futex, at, op, val, timeout, NULL, 0);
}

static int gettid_(void) { return (int)syscall(SYS_gettid); }

/* The word with the tid made recognizable. */
static void show_word(const char *what, uint32_t w)
{
	uint32_t tid = w & FUTEX_TID_MASK;

	printf("%s: %s%s%s\n", what, w & FUTEX_WAITERS ? "WAITERS " : "", w & FUTEX_OWNER_DIED ? "DIED " : "",
	       !tid ? "free" : (int)tid == gettid_() ? "mine" : (int)tid == tid_of_main ? "main's" : "another's");
}

static void wait_for_waiters(uint32_t *w)
{
	while (!(__atomic_load_n(w, __ATOMIC_SEQ_CST) & FUTEX_WAITERS))
		sleep_ms(1);
	sleep_ms(20);
}

static void *takes_it(void *arg)
{
	int op = (int)(intptr_t)arg;

	R(futex(&lock, PRIVATE(op), 0, NULL));
	show_word("taken", lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	show_word("given back", lock);
	return NULL;
}

static void alone(void)
{
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	show_word("locked", lock);
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	R(futex(&lock, PRIVATE(FUTEX_TRYLOCK_PI), 0, NULL));
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	show_word("unlocked", lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	R(futex(&lock, PRIVATE(FUTEX_TRYLOCK_PI), 0, NULL));
	show_word("tried", lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	lock = FUTEX_OWNER_DIED;
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	show_word("of a dead owner", lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	show_word("unlocked", lock);
}

static void errors(void)
{
	char *at = (char *)&lock;
	struct timespec bad = { 0, 1000000000 }, past = { 1, 0 };

	R(futex((uint32_t *)(at + 1), PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	R(futex((uint32_t *)(at + 1), PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	R(futex((uint32_t *)16, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	R(futex((uint32_t *)16, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, &bad));
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, (struct timespec *)16));
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI) | FUTEX_CLOCK_REALTIME, 0, NULL));
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI) | FUTEX_CLOCK_REALTIME, 0, NULL));
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, &past));
	show_word("free, so no need to wait", lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	lock = 0x3ffffff0;            /* nobody's tid */
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	X(lock);
	R(futex(&lock, PRIVATE(FUTEX_TRYLOCK_PI), 0, NULL));
	X(lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	lock = 0;
}

static void *times_out(void *arg)
{
	struct timespec soon;

	(void)arg;
	R(futex(&lock, PRIVATE(FUTEX_TRYLOCK_PI), 0, NULL));
	clock_gettime(CLOCK_REALTIME, &soon);
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, &soon));
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI2) | FUTEX_CLOCK_REALTIME, 0, &soon));
	clock_gettime(CLOCK_MONOTONIC, &soon);
	soon.tv_nsec += 3000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI2), 0, &soon));
	show_word("timed out", lock);
	return NULL;
}

static void waiters(void)
{
	pthread_t t;

	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	pthread_create(&t, NULL, times_out, NULL);
	pthread_join(t, NULL);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	show_word("nobody waits any more", lock);
	for (int i = 0; i < 2; i++) {
		R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
		pthread_create(&t, NULL, takes_it, (void *)(intptr_t)(i ? FUTEX_LOCK_PI2 : FUTEX_LOCK_PI));
		wait_for_waiters(&lock);
		show_word("somebody waits", lock);
		R(futex(&lock, PRIVATE(FUTEX_WAKE), 1, NULL));
		R(syscall(SYS_futex, &lock, PRIVATE(FUTEX_REQUEUE), 1, 1, &other, 0));
		/* No more output: the other writes now. */
		futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL);
		pthread_join(t, NULL);
	}
	/* A plain waiter on the same word. */
	R(futex(&plain, PRIVATE(FUTEX_WAIT), 1, NULL));
}

static void *dies_with_it(void *arg)
{
	(void)arg;
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	__atomic_store_n(&other, 1, __ATOMIC_SEQ_CST);
	wait_for_waiters(&lock);
	return NULL;
}

static void owner_dies(void)
{
	pthread_t t;

	other = 0;
	pthread_create(&t, NULL, dies_with_it, NULL);
	while (!__atomic_load_n(&other, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	show_word("left behind", lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	show_word("given back", lock);
	pthread_join(t, NULL);
	other = 0;
}

static void *other_way_round(void *arg)
{
	(void)arg;
	futex(&other, PRIVATE(FUTEX_LOCK_PI), 0, NULL);
	__atomic_store_n(&plain, 1, __ATOMIC_SEQ_CST);
	futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL);
	futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL);
	futex(&other, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL);
	return NULL;
}

static void deadlock(void)
{
	pthread_t t;

	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	pthread_create(&t, NULL, other_way_round, NULL);
	while (!__atomic_load_n(&plain, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	wait_for_waiters(&lock);
	R(futex(&other, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	pthread_join(t, NULL);
	show_word("one", lock);
	plain = 0;
}

static void on_alarm(int sig) { (void)sig; }

static void *holds_a_while(void *arg)
{
	(void)arg;
	futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL);
	__atomic_store_n(&other, 1, __ATOMIC_SEQ_CST);
	wait_for_waiters(&lock);
	syscall(SYS_tgkill, getpid(), tid_of_main, SIGUSR1);
	sleep_ms(20);
	futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL);
	return NULL;
}

/* Without SA_RESTART: it goes on waiting all the same. */
static void signalled(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	pthread_t t;

	sigaction(SIGUSR1, &sa, NULL);
	other = 0;
	pthread_create(&t, NULL, holds_a_while, NULL);
	while (!__atomic_load_n(&other, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	R(futex(&lock, PRIVATE(FUTEX_LOCK_PI), 0, NULL));
	show_word("in spite of a signal", lock);
	R(futex(&lock, PRIVATE(FUTEX_UNLOCK_PI), 0, NULL));
	pthread_join(t, NULL);
	other = 0;
}

TOPIC(thread_futex_pi)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	tid_of_main = gettid_();
	alone();
	errors();
	waiters();
	owner_dies();
	deadlock();
	signalled();
}

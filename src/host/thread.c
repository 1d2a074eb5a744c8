/* Host threads, and how they wait for each other.
 *
 * A host_mutex is one word: 0 free, 1 held, 2 held and somebody sleeps for it
 * (Drepper, "Futexes are tricky", mutex 2). What it guards is short, so a
 * waiter first spins: sleeping and being woken costs more than most holders
 * need. On a host with one CPU spinning only takes time from the holder. */
#include "host/host.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

enum { SPINS = 200, FREE = 0, HELD = 1, AWAITED = 2 };

static inline void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

void host_futex_wait(uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void host_futex_wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

bool host_spin_while(const uint32_t *word, uint32_t value)
{
	for (int i = 0; i < SPINS; i++) {
		if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value)
			return true;
		relax();
	}
	return false;
}

void host_mutex_lock_slow(struct host_mutex *m)
{
	for (int i = 0; i < SPINS; i++) {
		uint32_t expected = FREE;

		if (__atomic_load_n(&m->word, __ATOMIC_RELAXED) == FREE &&
		    __atomic_compare_exchange_n(&m->word, &expected, HELD, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		relax();
	}
	/* Whoever gets it this way does not know whether others sleep still. */
	while (__atomic_exchange_n(&m->word, AWAITED, __ATOMIC_ACQUIRE) != FREE)
		host_futex_wait(&m->word, AWAITED);
}

void host_mutex_unlock_slow(struct host_mutex *m)
{
	syscall(SYS_futex, &m->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* ---- threads ---------------------------------------------------------------------- */

struct host_thread {
	pthread_t id;
	void (*main)(void *arg);
	void *arg;
};

static void *thread_main(void *arg)
{
	struct host_thread *t = arg;

	t->main(t->arg);
	return NULL;
}

int host_thread_start(struct host_thread **out, void (*main)(void *arg), void *arg)
{
	struct host_thread *t = try_alloc(sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->main = main;
	t->arg = arg;
	err = pthread_create(&t->id, NULL, thread_main, t);
	if (err) {
		free(t);
		return -err;
	}
	*out = t;
	return 0;
}

void host_thread_join(struct host_thread *t)
{
	pthread_join(t->id, NULL);
	free(t);
}

/* The thread that makes full translations while the harts go on with quick ones.
 *
 *     hart: queue_add ──> todo ──> thread: jit_compile ──> done ──> hart: queue_take
 *
 * A job is a copy of everything it needs: pages of code and what has been run of them. So the
 * thread looks at nothing that belongs to the kernel lock, and what has changed meanwhile is found by
 * comparing when a hart takes the result. At most QUEUE_MAX jobs wait: what is hot asks again.
 *
 * Lock: queue.lock for the lists; the word `wake` is what the idle thread sleeps on. */
#include "queue.h"

#include <stdlib.h>
#include "host/host.h"
#include "sched/sched.h"

enum { QUEUE_MAX = 32 };

static struct {
	struct host_mutex lock;
	struct job *todo, **todo_end, *done;
	struct job *now;               /* being made: only its identity is looked at */
	unsigned nr_todo;
	uint32_t wake;                 /* atomically: counts what was added, and the end */
	bool stop;
	struct host_thread *thread;
} queue;

/* ---- the thread ---------------------------------------------------------------------- */

struct job_page *queue_page(struct job *job, gva_t va)
{
	for (unsigned i = 0; i < job->nr_pages; i++)
		if (job->pages[i].va == va)
			return &job->pages[i];
	return NULL;
}

static const uint8_t *page_bytes(void *ctx, gva_t va)
{
	const struct job_page *p = queue_page(ctx, va);

	return p ? p->bytes : NULL;
}

static enum jit_seen seen(void *ctx, gva_t pc)
{
	const struct job_page *p = queue_page(ctx, pc & ~PAGE_MASK);
	unsigned half = (pc & PAGE_MASK) / 2;

	if (!p || !(p->seen[half / 8] >> half % 8 & 1))
		return JIT_SEEN_NEVER;
	return p->taken[half / 8] >> half % 8 & 1 ? JIT_SEEN_TAKEN : JIT_SEEN_OFTEN;
}

static void make(struct job *job)
{
	struct jit_request req = { .xlen = job->xlen, .effort = JIT_FULL, .pc = job->pc, .page = page_bytes,
		.ctx = job, .seen = seen, .more = job->more, .nr_more = job->nr_more,
		.looks = job->looked_at ? &job->looks : NULL };
	uint64_t start = sched_clock_ns();

	job->code = NULL;
	job->apart = false;
	job->err = jit_compile(&req, &job->code);
	job->apart = job->nr_more && job->err != 0;
	if (job->apart) {
		req.pc = job->more[0];
		req.nr_more = 0;
		job->err = jit_compile(&req, &job->code);
	}
	job->took_ns = sched_clock_ns() - start;
}

/* The next job; NULL: the end. */
static struct job *next_job(void)
{
	for (;;) {
		uint32_t word = __atomic_load_n(&queue.wake, __ATOMIC_ACQUIRE);
		struct job *job;
		bool stop;

		host_mutex_lock(&queue.lock);
		stop = queue.stop;
		job = stop ? NULL : queue.todo;
		if (job) {
			queue.todo = job->next;
			if (!queue.todo)
				queue.todo_end = &queue.todo;
			__atomic_store_n(&queue.nr_todo, queue.nr_todo - 1, __ATOMIC_RELAXED);
			queue.now = job;
		}
		host_mutex_unlock(&queue.lock);
		if (job || stop)
			return job;
		host_futex_wait(&queue.wake, word);
	}
}

static void thread_main(void *arg)
{
	struct job *job;

	(void)arg;
	while ((job = next_job())) {
		make(job);
		host_mutex_lock(&queue.lock);
		job->next = queue.done;
		__atomic_store_n(&queue.done, job, __ATOMIC_RELAXED);
		queue.now = NULL;
		host_mutex_unlock(&queue.lock);
	}
}

/* ---- the harts' side ------------------------------------------------------------------- */

static void wake_thread(void)
{
	__atomic_fetch_add(&queue.wake, 1, __ATOMIC_RELEASE);
	host_futex_wake(&queue.wake);
}

bool queue_add(struct job *job)
{
	bool full;

	if (!queue.thread) {
		queue.todo_end = &queue.todo;
		if (host_thread_start(&queue.thread, thread_main, NULL) != 0) {
			queue.thread = NULL;
			return false;
		}
	}
	host_mutex_lock(&queue.lock);
	full = queue.nr_todo >= QUEUE_MAX;
	if (!full) {
		job->next = NULL;
		*queue.todo_end = job;
		queue.todo_end = &job->next;
		__atomic_store_n(&queue.nr_todo, queue.nr_todo + 1, __ATOMIC_RELAXED);
	}
	host_mutex_unlock(&queue.lock);
	if (!full)
		wake_thread();
	return !full;
}

unsigned queue_length(void)
{
	return __atomic_load_n(&queue.nr_todo, __ATOMIC_RELAXED);
}

struct job *queue_take(void)
{
	struct job *job;

	if (!__atomic_load_n(&queue.done, __ATOMIC_RELAXED))
		return NULL;
	host_mutex_lock(&queue.lock);
	job = queue.done;
	if (job)
		__atomic_store_n(&queue.done, job->next, __ATOMIC_RELAXED);
	host_mutex_unlock(&queue.lock);
	return job;
}

static bool is(const struct job *job, uint64_t image_id, gva_t pc)
{
	return job && job->image_id == image_id && job->pc == pc;
}

bool queue_has(uint64_t image_id, gva_t pc)
{
	bool found;

	host_mutex_lock(&queue.lock);
	found = is(queue.now, image_id, pc);
	for (const struct job *j = queue.todo; j && !found; j = j->next)
		found = is(j, image_id, pc);
	for (const struct job *j = queue.done; j && !found; j = j->next)
		found = is(j, image_id, pc);
	host_mutex_unlock(&queue.lock);
	return found;
}

static void free_jobs(struct job *job)
{
	while (job) {
		struct job *next = job->next;

		free(job->code);
		free(job);
		job = next;
	}
}

void queue_stop(void)
{
	if (!queue.thread)
		return;
	host_mutex_lock(&queue.lock);
	queue.stop = true;
	host_mutex_unlock(&queue.lock);
	wake_thread();
	host_thread_join(queue.thread);
	free_jobs(queue.todo);
	free_jobs(queue.done);
	queue.todo = queue.done = NULL;
	queue.nr_todo = 0;
	queue.stop = false;
	queue.thread = NULL;
}

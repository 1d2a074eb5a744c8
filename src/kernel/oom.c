/* RAM is full, swap too, and nothing can be given up: a process has to go (Linux mm/oom_kill.c).
 *
 *   points   pages in RAM + pages in swap + page tables + oom_score_adj thousandths of all memory
 *
 * The most points lose. -1000 is never chosen, and the first process only when there is
 * nobody else: it is the machine. Whoever shares the victim's memory dies with it. */
#include "internal.h"

#include "abi/process.h"
#include "base/log.h"

enum { NEVER = -1000, ANNOUNCED = 3, PATIENCE_MS = 1000 };

static struct mm *mm_of(struct process *p)
{
	struct task *t = process_next_task(p, NULL);

	return t ? t->mm : NULL;
}

uint64_t oom_total_pages(void)
{
	return ram_total_pages() + swap_total_pages();
}

int64_t oom_points(struct process *p)
{
	struct mm *mm = mm_of(p);
	struct mm_stats s;

	if (!mm || p->oom_score_adj == NEVER)
		return INT64_MIN;
	mm_stats(mm, &s);
	return (int64_t)(s.rss_anon + s.rss_file + s.rss_shmem + s.swap_pages + s.page_table_pages) +
	       p->oom_score_adj * (int64_t)(oom_total_pages() / 1000);
}

static struct process *choose(void)
{
	struct process *p, *worst = NULL;
	int64_t points = INT64_MIN, mine;

	for (p = process_next(2); p; p = process_next(p->pid + 1)) {
		mine = p->zombie ? INT64_MIN : oom_points(p);
		if (mine > points) {
			points = mine;
			worst = p;
		}
	}
	return worst ? worst : machine.init;
}

static void kill_sharers(struct mm *mm)
{
	for (struct process *p = process_next(1); p; p = process_next(p->pid + 1))
		if (!p->zombie && mm_of(p) == mm && p->oom_score_adj != NEVER)
			exit_group_begin(p, SIGKILL);
}

void oom_kill(void)
{
	struct task *self = task_current();
	struct process *p = choose();
	struct mm *mm = mm_of(p);

	if (!p->group_exit) {
		/* A fork bomb should not flood the terminal. */
		if (machine.oom_kills++ < ANNOUNCED)
			log_warn("out of guest memory: killed process %d (%s)", p->pid, p->leader->comm);
		exit_group_begin(p, SIGKILL);
		if (mm)
			kill_sharers(mm);
	}
	if (p == self->proc || self->thread.kill_pending)
		return;
	/* Its memory comes back when it has ended. */
	process_get(p);
	wait_event(&p->exit_wait, p->zombie, WAIT_KILLABLE, sched_clock_ns() + PATIENCE_MS * 1000000ull);
	process_put(p);
}

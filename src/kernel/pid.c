/* Numbers for tasks, processes, groups and sessions.
 *
 * One struct pid a number in use; it stays as long as any role does, so a group
 * whose leader is gone keeps its number from being given to somebody else.
 * Found through a table of two levels, since pid_max can be set high:
 *
 *     number  [ chunk | slot (9 bits) ]   chunks[chunk]->slot[slot] -> struct pid
 *
 * Numbers count up from 1 and wrap at pid_max to 300 (Linux RESERVED_PIDS):
 * the low ones belong to the daemons that a system starts first. */
#include "internal.h"

#include "base/alloc.h"
#include "base/log.h"

enum { SLOT_BITS = 9, SLOTS = 1 << SLOT_BITS, CHUNKS = PID_MAX_LIMIT / SLOTS };

struct chunk { unsigned used; struct pid *slot[SLOTS]; };

static struct {
	struct chunk *chunks[CHUNKS];
	int last;                     /* given out most recently */
	int highest_chunk;            /* above it there is nothing */
	unsigned in_use;
} table;

void pid_init(void)
{
	for (int c = 0; c <= table.highest_chunk; c++) {
		free(table.chunks[c]);
		table.chunks[c] = NULL;
	}
	table.last = table.highest_chunk = 0;
	table.in_use = 0;
}

struct pid *pid_find(int nr)
{
	struct chunk *c;

	if (nr <= 0 || nr >= PID_MAX_LIMIT)
		return NULL;
	c = table.chunks[nr >> SLOT_BITS];
	return c ? c->slot[nr & (SLOTS - 1)] : NULL;
}

unsigned pid_count_in_use(void)
{
	return table.in_use;
}

static int occupy(int nr)
{
	struct chunk **c = &table.chunks[nr >> SLOT_BITS];
	struct pid *pid = xnew(struct pid);

	if (!*c)
		*c = xnew(struct chunk);
	table.highest_chunk = MAX(table.highest_chunk, nr >> SLOT_BITS);
	pid->nr = nr;
	list_init(&pid->pgrp_members);
	(*c)->slot[nr & (SLOTS - 1)] = pid;
	(*c)->used++;
	table.in_use++;
	return nr;
}

static int alloc_here(int want)
{
	int nr = table.last;

	if (want)
		return want < 0 || want >= machine.pid_max ? -EINVAL :
		       pid_find(want) ? -EEXIST : occupy(want);
	for (int tried = 0; tried < machine.pid_max; tried++) {
		if (++nr >= machine.pid_max)
			nr = PID_WRAP < machine.pid_max ? PID_WRAP : 1;
		if (!pid_find(nr)) {
			table.last = nr;
			return occupy(nr);
		}
	}
	return -EAGAIN;
}

int pid_alloc(struct pid_ns *ns, int want)
{
	int nr = alloc_here(ns ? 0 : want);
	int err = nr < 0 ? nr : pid_ns_enter(pid_find(nr), ns, want);

	if (nr > 0 && err)
		pid_free_if_unused(pid_find(nr));
	return err ? err : nr;
}

void pid_free_if_unused(struct pid *pid)
{
	struct chunk **c = &table.chunks[pid->nr >> SLOT_BITS];

	if (pid->task || pid->process || !list_empty(&pid->pgrp_members) || pid->nr_session_members || pid->holds)
		return;
	(*c)->slot[pid->nr & (SLOTS - 1)] = NULL;
	if (--(*c)->used == 0 && pid->nr >> SLOT_BITS) {
		free(*c);
		*c = NULL;
	}
	table.in_use--;
	pid_ns_leave(pid);
	free(pid);
}

bool pid_hold(int nr)
{
	struct pid *pid = pid_find(nr);

	if (pid)
		pid->holds++;
	return pid;
}

void pid_drop(int nr)
{
	struct pid *pid = pid_find(nr);

	ASSERT(pid && pid->holds);
	pid->holds--;
	pid_free_if_unused(pid);
}

/* ---- groups and sessions --------------------------------------------------------- */

void pid_leave_pgrp(struct process *p)
{
	struct pid *old = pid_find(p->pgid);

	list_del(&p->pgrp_link);
	if (old)
		pid_free_if_unused(old);
}

void pid_join_pgrp(struct process *p, int pgid)
{
	struct pid *pid = pid_find(pgid);

	ASSERT(pid);
	if (!list_empty(&p->pgrp_link)) {
		if (p->pgid == pgid)
			return;
		pid_leave_pgrp(p);
	}
	p->pgid = pgid;
	list_add_tail(&pid->pgrp_members, &p->pgrp_link);
}

void pid_leave_session(struct process *p)
{
	struct pid *pid = pid_find(p->sid);

	if (pid && pid->nr_session_members) {
		pid->nr_session_members--;
		pid_free_if_unused(pid);
	}
}

void pid_join_session(struct process *p, int sid)
{
	if (p->sid)
		pid_leave_session(p);
	p->sid = sid;
	pid_find(sid)->nr_session_members++;
}

/* ---- lookup ------------------------------------------------------------------------ */

struct task *task_find(int tid)
{
	struct pid *pid = pid_find(tid);

	return pid ? pid->task : NULL;
}

struct process *process_find(int nr)
{
	struct pid *pid = pid_find(nr);

	return pid ? pid->process : NULL;
}

struct process *process_next(int from)
{
	int nr = MAX(from, 1);

	for (int c = nr >> SLOT_BITS; c <= table.highest_chunk; c++, nr = c << SLOT_BITS) {
		struct chunk *chunk = table.chunks[c];

		if (!chunk)
			continue;
		for (int s = nr & (SLOTS - 1); s < SLOTS; s++)
			if (chunk->slot[s] && chunk->slot[s]->process)
				return chunk->slot[s]->process;
	}
	return NULL;
}

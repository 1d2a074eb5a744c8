/* Time name spaces: CLOCK_MONOTONIC and CLOCK_BOOTTIME with something added, for a container that
 * was moved here from another machine (Linux kernel/time/namespace.c).
 *
 *   unshare(CLONE_NEWTIME)       children will live in a new one; who asks stays where it is
 *   /proc/PID/timens_offsets     what will be added there; until somebody lives in it
 *   fork, exec, setns            the first to enter freezes the offsets
 *
 * Inside hearth every time is the machine's. It is translated where it meets the guest: what
 * is shown by time_ns_show(), points in time that the guest names by time_ns_mean(). Durations need nothing.
 *
 * The vDSO reads clocks without a call: each name space has a data page of its own, whose offsets are
 * the machine's with these added, and who enters has its [vvar] areas exchanged (vdso_join). */
#include "procfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "abi/process.h"
#include "abi/time.h"
#include "base/alloc.h"

#define SECONDS_MAX (INT64_MAX / (int64_t)NSEC_PER_SEC)       /* KTIME_SEC_MAX */

struct time_ns {
	struct ns ns;
	int64_t monotonic_ns, boottime_ns;
	bool frozen;                  /* somebody has lived here */
	struct vdso_data data;        /* its areas hold references */
};

/* ---- life ---------------------------------------------------------------------------------- */

static void destroy(struct ns *any)
{
	vdso_data_destroy(&((struct time_ns *)any)->data);
}

const struct ns_kind time_ns_kind = { .name = "time", .flag = CLONE_NEWTIME, .first = 0xeffffffau, .destroy = destroy };

static struct time_ns *of_mapping(struct mapping *m)
{
	return container_of(container_of(m, struct vdso_data, mapping), struct time_ns, data);
}

static void get_mapping(struct mapping *m) { ns_get(of_mapping(m)); }
static void put_mapping(struct mapping *m) { ns_put(of_mapping(m)); }

static int64_t offset_of(const struct time_ns *ns, int clockid)
{
	switch (ns ? clockid : ABI_CLOCK_REALTIME) {
	case ABI_CLOCK_MONOTONIC:
	case ABI_CLOCK_MONOTONIC_RAW:
	case ABI_CLOCK_MONOTONIC_COARSE:
		return ns->monotonic_ns;
	case ABI_CLOCK_BOOTTIME:
	case ABI_CLOCK_BOOTTIME_ALARM:
		return ns->boottime_ns;
	default:
		return 0;
	}
}

static uint64_t shift_of_page(struct vdso_data *d, int clockid)
{
	return (uint64_t)offset_of(container_of(d, struct time_ns, data), clockid);
}

static const struct mapping_ops data_ops = {
	.read_page = vdso_data_read, .size = vdso_data_size, .get = get_mapping, .put = put_mapping,
};

struct time_ns *time_ns_create(const struct time_ns *from, struct user_ns *owner)
{
	struct time_ns *ns = xnew(struct time_ns);

	ns_init(&ns->ns, &time_ns_kind, owner);
	ns->monotonic_ns = from ? from->monotonic_ns : 0;
	ns->boottime_ns = from ? from->boottime_ns : 0;
	vdso_data_init(&ns->data, &data_ops, shift_of_page);
	return ns;
}

struct vdso_data *time_ns_data(struct time_ns *ns)
{
	return ns ? &ns->data : NULL;
}

/* ---- entering -------------------------------------------------------------------------------- */

static void settle(struct task *t, struct time_ns *ns)
{
	if (ns)
		ns->frozen = true;
	ns_put(t->time_ns);
	t->time_ns = ns_get(ns);
}

/* A child with memory of its own, which it copied from its parent. */
int time_ns_born(struct task *t)
{
	if (t->time_ns == t->time_ns_next)
		return 0;
	settle(t, t->time_ns_next);
	return vdso_join(t->mm, time_ns_data(t->time_ns));
}

/* exec has mapped the right page already (vdso_map). */
void time_ns_exec(struct task *t)
{
	if (t->time_ns != t->time_ns_next)
		settle(t, t->time_ns_next);
}

/* setns: the caller and its children, at once. What went wrong with the vDSO's page nobody is told
 * (timens_commit). */
void time_ns_enter(struct task *t, struct time_ns *ns)
{
	settle(t, ns);
	ns_put(t->time_ns_next);
	t->time_ns_next = ns_get(ns);
	vdso_join(t->mm, time_ns_data(ns));
}

/* ---- translation -------------------------------------------------------------------------------- */

uint64_t time_ns_show(int clockid, uint64_t ns)
{
	return ns + (uint64_t)offset_of(task_current()->time_ns, clockid);
}

/* What is earlier than the machine's beginning has passed (do_timens_ktime_to_host). */
uint64_t time_ns_mean(int clockid, uint64_t shown_ns)
{
	int64_t offset = clockid == ABI_CLOCK_MONOTONIC_RAW || clockid == ABI_CLOCK_MONOTONIC_COARSE ? 0 :
			 offset_of(task_current()->time_ns, clockid);

	if (offset > 0 && shown_ns < (uint64_t)offset)
		return 0;
	return MIN(shown_ns - (uint64_t)offset, (uint64_t)INT64_MAX);
}

/* ---- /proc/PID/timens_offsets ---------------------------------------------------------------------- */

struct wish { int clockid; int64_t sec; uint64_t nsec; };

static void show_offset(struct strbuf *out, const char *clock, int64_t ns)
{
	int64_t sec = ns / (int64_t)NSEC_PER_SEC, rest = ns % (int64_t)NSEC_PER_SEC;

	if (rest < 0) {
		sec--;
		rest += (int64_t)NSEC_PER_SEC;
	}
	strbuf_printf(out, "%-10s %10" PRId64 " %9" PRId64 "\n", clock, sec, rest);
}

int procfs_show_timens_offsets(uint64_t arg, struct strbuf *out)
{
	struct task *t = proc_task(arg);

	if (!t)
		return -ESRCH;
	show_offset(out, "monotonic", offset_of(t->time_ns_next, ABI_CLOCK_MONOTONIC));
	show_offset(out, "boottime", offset_of(t->time_ns_next, ABI_CLOCK_BOOTTIME));
	return 0;
}

/* A line "CLOCK SECONDS NANOSECONDS"; the clock by name or number. */
static int parse_line(const char *line, struct wish *w)
{
	static const struct { const char *name, *number; int clockid; } clocks[] = {
		{ "monotonic", "1", ABI_CLOCK_MONOTONIC }, { "boottime", "7", ABI_CLOCK_BOOTTIME },
	};
	char clock[10];

	if (sscanf(line, "%9s %" SCNd64 " %" SCNu64, clock, &w->sec, &w->nsec) != 3 || w->nsec >= NSEC_PER_SEC)
		return -EINVAL;
	for (unsigned i = 0; i < ARRAY_SIZE(clocks); i++)
		if (strcmp(clock, clocks[i].name) == 0 || strcmp(clock, clocks[i].number) == 0) {
			w->clockid = clocks[i].clockid;
			return 0;
		}
	return -EINVAL;
}

/* At most two lines; the number of lines, and in *used how much of the text they are. */
static int parse_wishes(char *text, size_t len, struct wish wishes[2], size_t *used)
{
	char *line = text, *end;
	int n = 0, err;

	*used = len;
	while (line && n < 2) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		err = parse_line(line, &wishes[n]);
		if (err)
			return err;
		n++;
		line = end && *end ? end : NULL;
	}
	if (line)
		*used = (size_t)(line - text);
	return n;
}

/* The clock neither begins before 0 nor ends in our time (proc_timens_set_offset). */
static int check_wish(const struct wish *w)
{
	uint64_t now = 0;
	int64_t sec;

	if (w->sec > SECONDS_MAX || w->sec < -SECONDS_MAX)
		return -ERANGE;
	time_read_clock(w->clockid, &now);
	sec = w->sec + (int64_t)((now + w->nsec) / NSEC_PER_SEC);
	return sec < 0 || sec > SECONDS_MAX / 2 ? -ERANGE : 0;
}

int procfs_store_timens_offsets(uint64_t arg, const char *text, size_t len)
{
	struct task *t = proc_task(arg);
	struct time_ns *ns = t ? t->time_ns_next : NULL;
	struct wish wishes[2];
	size_t used;
	char *copy;
	int n, err = 0;

	if (len >= PAGE_SIZE)
		return -EINVAL;
	copy = xalloc(len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	n = parse_wishes(copy, len, wishes, &used);
	free(copy);
	if (n < 0)
		return n;
	if (!t)
		return -ESRCH;
	if (!user_ns_capable(task_current()->cred, ns_owner(ns), ABI_CAP_SYS_TIME))
		return -EPERM;
	for (int i = 0; i < n && !err; i++)
		err = check_wish(&wishes[i]);
	if (!err && (!ns || ns->frozen))
		err = -EACCES;
	for (int i = 0; i < n && !err; i++) {
		int64_t ns_wished = wishes[i].sec * (int64_t)NSEC_PER_SEC + (int64_t)wishes[i].nsec;

		*(wishes[i].clockid == ABI_CLOCK_BOOTTIME ? &ns->boottime_ns : &ns->monotonic_ns) = ns_wished;
	}
	return err ? err : (int)used;
}

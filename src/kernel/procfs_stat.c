/* /proc/PID/stat, statm and status (Linux fs/proc/array.c, task_mmu.c of 6.12). */
#include "procfs.h"

#include <inttypes.h>

#include <stdio.h>
#include <string.h>

#include "abi/process.h"
#include "abi/signal.h"
#include "abi/time.h"

enum { USER_HZ_NS = 10000000 };          /* a clock tick of 1/100 s */

static uint64_t ticks(uint64_t ns) { return ns / USER_HZ_NS; }

/* ---- state ---------------------------------------------------------------------------- */

static const struct { char letter; const char *name; } states[] = {
	[THREAD_RUNNABLE] = { 'R', "running" }, [THREAD_RUNNING] = { 'R', "running" },
	[THREAD_SLEEPING] = { 'S', "sleeping" }, [THREAD_UNINTERRUPTIBLE] = { 'D', "disk sleep" },
	[THREAD_STOPPED] = { 'T', "stopped" }, [THREAD_DEAD] = { 'X', "dead" },
};

char procfs_state(uint64_t arg, const char **name)
{
	const struct task *t = proc_task(arg);
	unsigned s;

	if (!t) {
		*name = "zombie";
		return 'Z';
	}
	s = t->thread.state;
	if (s == THREAD_STOPPED && t->ptrace.stopped) {
		*name = "tracing stop";
		return 't';
	}
	*name = states[s].name;
	return states[s].letter;
}

/* ---- what both stat and status tell about signals ------------------------------------------ */

struct signal_sets { uint64_t pending, shared, blocked, ignored, caught; };

static void read_signals(const struct process *p, const struct task *t, struct signal_sets *s)
{
	*s = (struct signal_sets){ .shared = p->pending.set };
	if (t) {
		s->pending = t->pending.set;
		s->blocked = t->blocked;
	}
	for (int sig = 1; p->sighand && sig <= 64; sig++) {
		gva_t h = p->sighand->action[sig - 1].handler;

		if (h == ABI_SIG_IGN)
			s->ignored |= abi_sigmask(sig);
		else if (h)
			s->caught |= abi_sigmask(sig);
	}
}

static const char *comm_of(uint64_t arg)
{
	const struct process *p = proc_process(arg);
	const struct task *t = proc_task(arg);

	if (!t && p)
		t = p->leader;
	return t ? t->comm : "";
}

static unsigned thread_count(const struct process *p)
{
	return p->nr_tasks;
}

/* ---- stat ------------------------------------------------------------------------------------ */

static void print_ids(struct strbuf *out, uint64_t arg, const struct process *p)
{
	const char *name;
	char state = procfs_state(arg, &name);

	strbuf_printf(out, "%d (%s) %c %d %d %d", proc_show_pid(arg, proc_id(arg)), comm_of(arg), state,
		      p->parent ? proc_show_pid(arg, p->parent->pid) : 0, proc_show_pid(arg, p->pgid), proc_show_pid(arg, p->sid));
	strbuf_printf(out, " %d %d", p->tty ? (int)tty_device(p->tty) : 0,
		      p->tty ? proc_show_pid(arg, tty_foreground_pgrp(p->tty)) : -1);
}

static void print_usage(struct strbuf *out, uint64_t arg, const struct process *p, const struct task *t)
{
	static const struct sched_attr_k none;
	const struct sched_attr_k *sched = t ? &t->thread.sched : &none;
	const struct rusage_k *dead = &p->dead_children;
	struct rusage_k r = { 0 };
	uint64_t start = t ? t->start_ns : p->start_ns;
	int rt = t ? thread_rt_priority(&t->thread) : 0;

	if (arg & PROC_THREAD) {
		if (t)
			task_times((struct task *)t, &r.utime_ns, &r.stime_ns);
		r.min_flt = t ? t->min_flt : 0;
		r.maj_flt = t ? t->maj_flt : 0;
	} else {
		process_times(p, &r);
	}
	strbuf_printf(out, " %u %lu %lu %lu %lu", p->did_exec ? 0x400000u : 0x400040u,   /* PF_RANDOMIZE, PF_FORKNOEXEC */
		      r.min_flt, dead->min_flt, r.maj_flt, dead->maj_flt);
	strbuf_printf(out, " %lu %lu %lu %lu", ticks(r.utime_ns), ticks(r.stime_ns),
		      ticks(dead->utime_ns), ticks(dead->stime_ns));
	strbuf_printf(out, " %d %d %u 0 %lu", rt ? -1 - rt : 20 + sched->nice,
		      sched->nice, thread_count(p), ticks(time_ns_show(ABI_CLOCK_BOOTTIME, start - machine.boot_ns)));
}

static void print_memory(struct strbuf *out, uint64_t arg, const struct process *p, const struct task *t)
{
	bool visible = proc_may_look(arg) == 0;
	struct mm_layout none = { 0 }, *l = t && t->mm && visible ? mm_layout(t->mm) : &none;
	struct mm_stats s = { 0 };

	if (t && t->mm)
		mm_stats(t->mm, &s);
	strbuf_printf(out, " %lu %lu %lu", s.total_vm_pages * PAGE_SIZE, s.rss_anon + s.rss_file + s.rss_shmem,
		      p->rlim[ABI_RLIMIT_RSS].cur);
	strbuf_printf(out, " %lu %lu %lu 0 0", l->start_code, l->end_code, l->start_stack);
}

/* "0-3,5": the harts it may run on. */
static void print_harts(struct strbuf *out, const struct task *t)
{
	uint64_t mask = t->thread.affinity & machine_harts_mask();
	const char *comma = "";

	strbuf_printf(out, "Cpus_allowed:\t%" PRIx64 "\nCpus_allowed_list:\t", mask);
	for (unsigned i = 0, end; i < HART_MAX; i = end + 1) {
		for (end = i; end < HART_MAX && mask >> end & 1; end++)
			;
		if (end == i)
			continue;
		strbuf_printf(out, end - i > 1 ? "%s%u-%u" : "%s%u", comma, i, end - 1);
		comma = ",";
	}
	strbuf_printf(out, "\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
}

int procfs_show_stat(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);
	const struct task *t = proc_task(arg);
	struct mm_layout none = { 0 }, *l = &none;
	struct signal_sets s;

	if (!p)
		return -ESRCH;
	if (t && t->mm && proc_may_look(arg) == 0)
		l = mm_layout(t->mm);
	print_ids(out, arg, p);
	print_usage(out, arg, p, t);
	print_memory(out, arg, p, t);
	read_signals(p, t, &s);
	/* Only the first 31 signals fit these old fields; status has them all. */
	strbuf_printf(out, " %lu %lu %lu %lu", s.pending & 0x7fffffff, s.blocked & 0x7fffffff,
		      s.ignored & 0x7fffffff, s.caught & 0x7fffffff);
	strbuf_printf(out, " 0 0 0 %d %u %d %d 0 0 0", arg & PROC_THREAD ? -1 : p->exit_signal,
		      t ? thread_hart(&t->thread) : 0, t ? t->thread.sched.rt_priority : 0,
		      t ? t->thread.sched.policy : 0);
	strbuf_printf(out, " %lu %lu %lu %lu %lu %lu %lu %d\n", l->start_data, l->end_data, l->start_brk,
		      l->arg_start, l->arg_end, l->env_start, l->env_end, p->zombie ? p->exit_code : 0);
	return 0;
}

int procfs_show_statm(uint64_t arg, struct strbuf *out)
{
	const struct task *t = proc_task(arg);
	struct mm_stats s = { 0 };
	uint64_t text = 0;

	if (!proc_process(arg))
		return -ESRCH;
	if (t && t->mm) {
		const struct mm_layout *l = mm_layout(t->mm);

		mm_stats(t->mm, &s);
		text = (align_up(l->end_code, PAGE_SIZE) - align_down(l->start_code, PAGE_SIZE)) / PAGE_SIZE;
	}
	return proc_show_line(out, "%lu %lu %lu %lu 0 %lu 0", s.total_vm_pages, s.rss_anon + s.rss_file + s.rss_shmem,
			      s.rss_file + s.rss_shmem, text, s.data_vm_pages + s.stack_vm_pages);
}

/* ---- status ------------------------------------------------------------------------------------- */

static void print_cred(struct strbuf *out, const struct cred *c)
{
	const struct user_ns *as = task_current()->cred->user_ns;

	strbuf_printf(out, "Uid:\t%u\t%u\t%u\t%u\n", user_ns_show(as, ID_USER, c->uid), user_ns_show(as, ID_USER, c->euid),
		      user_ns_show(as, ID_USER, c->suid), user_ns_show(as, ID_USER, c->fsuid));
	strbuf_printf(out, "Gid:\t%u\t%u\t%u\t%u\n", user_ns_show(as, ID_GROUP, c->gid), user_ns_show(as, ID_GROUP, c->egid),
		      user_ns_show(as, ID_GROUP, c->sgid), user_ns_show(as, ID_GROUP, c->fsgid));
}

static void print_groups(struct strbuf *out, const struct cred *c)
{
	strbuf_printf(out, "Groups:\t");
	for (unsigned i = 0; i < c->nr_groups; i++)
		strbuf_printf(out, "%s%u", i ? " " : "", user_ns_show(task_current()->cred->user_ns, ID_GROUP, c->groups[i]));
	strbuf_printf(out, " \n");
}

static void kb(struct strbuf *out, const char *label, uint64_t pages)
{
	strbuf_printf(out, "%s:\t%8lu kB\n", label, pages * (PAGE_SIZE / 1024));
}

static void print_vm(struct strbuf *out, struct mm *mm)
{
	const struct mm_layout *l = mm_layout(mm);
	uint64_t text, rss;
	struct mm_stats s;

	mm_stats(mm, &s);
	rss = s.rss_anon + s.rss_file + s.rss_shmem;
	text = (align_up(l->end_code, PAGE_SIZE) - align_down(l->start_code, PAGE_SIZE)) / PAGE_SIZE;
	text = MIN(text, s.exec_vm_pages);
	kb(out, "VmPeak", s.total_vm_pages);
	kb(out, "VmSize", s.total_vm_pages);
	kb(out, "VmLck", s.locked_vm_pages);
	kb(out, "VmPin", 0);
	kb(out, "VmHWM", MAX(s.hiwater_rss, rss));
	kb(out, "VmRSS", rss);
	kb(out, "RssAnon", s.rss_anon);
	kb(out, "RssFile", s.rss_file);
	kb(out, "RssShmem", s.rss_shmem);
	kb(out, "VmData", s.data_vm_pages);
	kb(out, "VmStk", s.stack_vm_pages);
	kb(out, "VmExe", text);
	kb(out, "VmLib", s.exec_vm_pages - text);
	kb(out, "VmPTE", s.page_table_pages);
	kb(out, "VmSwap", s.swap_pages);
	kb(out, "HugetlbPages", 0);
	strbuf_printf(out, "CoreDumping:\t0\nTHP_enabled:\t0\nuntag_mask:\t0xffffffffffffffff\n");
}

static void print_signals(struct strbuf *out, const struct process *p, const struct task *t)
{
	struct signal_sets s;

	read_signals(p, t, &s);
	strbuf_printf(out, "SigQ:\t%u/%lu\n", signal_queued_count(), p->rlim[ABI_RLIMIT_SIGPENDING].cur);
	strbuf_printf(out, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n",
		      s.pending, s.shared, s.blocked, s.ignored, s.caught);
}

static void print_caps(struct strbuf *out, const struct cred *c)
{
	strbuf_printf(out, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n",
		      c->cap_inheritable, c->cap_permitted, c->cap_effective, c->cap_bounding, c->cap_ambient);
	strbuf_printf(out, "NoNewPrivs:\t%d\n", c->no_new_privs);
}

static void print_pids(struct strbuf *out, uint64_t arg, const struct process *p)
{
	const struct task *t = proc_task(arg);
	const char *state_name;
	char state = procfs_state(arg, &state_name);

	strbuf_printf(out, "State:\t%c (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n",
		      state, state_name, proc_show_pid(arg, p->pid), proc_show_pid(arg, proc_id(arg)),
		      p->parent ? proc_show_pid(arg, p->parent->pid) : 0,
		      t && t->ptrace.tracer ? proc_show_pid(arg, t->ptrace.tracer->pid) : 0);
}

/* A number as seen from here, and from each name space further in down to the process' own. */
void procfs_print_numbers(struct strbuf *out, uint64_t arg, const char *what, const struct process *p, int nr)
{
	struct pid_ns *chain[PID_NS_LEVELS];
	int n = pid_ns_chain(p->pid_ns, proc_space(arg), chain);

	strbuf_printf(out, "%s:\t%d", what, proc_show_pid(arg, nr));
	while (n-- > 0)
		strbuf_printf(out, "\t%d", pid_shown_in(chain[n], nr));
	strbuf_printf(out, "\n");
}

int procfs_show_status(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);
	const struct task *t = proc_task(arg);
	const struct task *who = t ? t : p ? p->leader : NULL;

	if (!p || !who)
		return -ESRCH;
	strbuf_printf(out, "Name:\t%s\n", comm_of(arg));
	if (t && t->fs)
		strbuf_printf(out, "Umask:\t%04o\n", t->fs->umask);
	print_pids(out, arg, p);
	if (who->cred)
		print_cred(out, who->cred);
	strbuf_printf(out, "FDSize:\t%u\n", t && t->files ? files_capacity(t->files) : 0);
	if (who->cred)
		print_groups(out, who->cred);
	procfs_print_numbers(out, arg, "NStgid", p, p->pid);
	procfs_print_numbers(out, arg, "NSpid", p, proc_id(arg));
	procfs_print_numbers(out, arg, "NSpgid", p, p->pgid);
	procfs_print_numbers(out, arg, "NSsid", p, p->sid);
	strbuf_printf(out, "Kthread:\t0\n");
	if (t && t->mm)
		print_vm(out, t->mm);
	strbuf_printf(out, "Threads:\t%u\n", thread_count(p));
	print_signals(out, p, t);
	if (who->cred)
		print_caps(out, who->cred);
	strbuf_printf(out, "Seccomp:\t%d\nSeccomp_filters:\t%u\n", who->seccomp_mode, seccomp_filter_count(who));
	strbuf_printf(out, "Speculation_Store_Bypass:\tunknown\n"
			   "SpeculationIndirectBranch:\tunknown\n");
	print_harts(out, who);
	strbuf_printf(out, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
		      who->thread.nr_switches_voluntary, who->thread.nr_switches_involuntary);
	return 0;
}

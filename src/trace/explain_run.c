/* The chapters after the commit: registers, then everything that happens until main.
 *
 * Guest code stops at each taken branch (kernel_tracepoints.branch), so that
 * every function entered can be seen: pc is a function's first instruction.
 * main is known by its symbol; in a stripped program by
 * the call that passes it: __libc_start_main(main, argc, argv, ...), which has
 * argc and argv in a1 and a2, in glibc as in musl. */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "cpu/cpu.h"
#include "isa/isa.h"
#include "kernel/binprm_view.h"
#include "sys/sys.h"

enum { REG_RA = 1, REG_SP = 2, REG_TP = 4, REG_A0 = 10, REG_A1 = 11, REG_A2 = 12 };

static uint64_t instructions(void)
{
	return machine_instret() - ex.first_instret;
}

static void begin_event(const char *kind, enum ink color)
{
	say("   %s%9llu%s  %s%-6s%s ", ink(INK_DIM), (unsigned long long)instructions(), ink(INK_PLAIN),
	    ink(color), kind, ink(INK_PLAIN));
}

static const char *short_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "puts+0x12 in libc.so.6", "[stack]", "0x3f1234 in bash" */
static void say_place(struct task *t, gva_t addr)
{
	struct trace_symbol s;
	struct vma_info v;
	const struct mm_layout *l = mm_layout(t->mm);

	if (!trace_symbol_at(t, addr, &s)) {
		say("0x%llx, where nothing is mapped", (unsigned long long)addr);
		return;
	}
	if (s.name[0])
		say("%s%s%s", ink(INK_NAME), s.name, ink(INK_PLAIN));
	if (s.name[0] && s.offset)
		say("+0x%llx", (unsigned long long)s.offset);
	if (s.file[0]) {
		say(s.name[0] ? " in %s" : "%s", short_name(s.file));
		if (!s.name[0] && s.file[0] != '[')
			say("+0x%llx", (unsigned long long)s.file_offset);
		return;
	}
	mm_find_vma(t->mm, addr, false, &v);
	say("%s", v.start <= l->start_stack && v.end > l->start_stack ? "the stack" :
	    v.start < l->brk && v.end > l->start_brk ? "the heap" :
	    addr >= l->end_data && addr < align_up(l->start_brk, PAGE_SIZE) && v.start < l->start_brk ? "bss" : "anonymous memory");
}

/* ---- page faults ------------------------------------------------------------------------- */

static void on_branch(struct task *t);

static void on_page_fault(struct mm *mm, gva_t va, enum access a, enum fault_result r, bool major, bool cow)
{
	static const char *const verbs[] = {
		[ACCESS_READ] = "read ", [ACCESS_WRITE] = "write", [ACCESS_EXEC] = "fetch" };
	struct task *t = task_current();
	struct vma_info v;

	if (!t || t->tid != ex.tid || t->mm != mm)
		return;
	ex.faults++;
	ex.majors += major;
	ex.cows += cow;
	begin_event("fault", INK_PLAIN);
	say("%s %0*llx  ", verbs[a], addr_width(), (unsigned long long)va);
	say_place(t, va);
	if (r != FAULT_OK)
		say(": %sno such access is allowed%s\n", ink(INK_BAD), ink(INK_PLAIN));
	else if (cow)
		say(": a private copy of the page\n");
	else if (major)
		say(": the page is read from the file\n");
	else
		say(": %s\n", mm_find_vma(mm, va, false, &v) && v.mapping ? "the page is in the page cache" : "a page of zeros");
	say_flush();
	/* A jump to a page that is not there yet arrives by way of this fault. */
	if (r == FAULT_OK && a == ACCESS_EXEC && va == t->regs.pc)
		on_branch(t);
}

/* ---- system calls --------------------------------------------------------------------------- */

static void on_syscall_exit(struct task *t, uint64_t nr, const uint64_t args[6], int64_t ret)
{
	struct strbuf text = { 0 };

	if (t->tid != ex.tid)
		return;
	ex.syscalls++;
	begin_event("call", INK_GOOD);
	sys_show_call(&text, t, nr, args, ret);
	strbuf_append(&ex.out, text.data, text.len);
	say("\n");
	strbuf_free(&text);
	say_flush();
}

/* ---- functions ---------------------------------------------------------------------------------- */

/* Well-known steps on the way to main, in glibc, musl and the compiler's start files. */
static const struct { const char *name, *text; } steps[] = {
	{ "_start", "the first function" },
	{ "_dl_start", "the dynamic linker relocates itself: nobody else could" },
	{ "_dlstart_c", "musl's dynamic linker relocates itself" },
	{ "__dls2", "musl's dynamic linker can now use its own symbols" },
	{ "__dls3", "libraries are loaded and relocated" },
	{ "_dl_sysdep_start", "the auxiliary vector is read" },
	{ "dl_main", "from here on the dynamic linker is a normal C program" },
	{ "_dl_map_object_deps", "the needed libraries, and those that they need" },
	{ "_dl_map_object_from_fd", "a library is mapped" },
	{ "_dl_relocate_object", "addresses are filled in" },
	{ "_dl_relocate_static_pie", "a static PIE relocates itself" },
	{ "_dl_allocate_tls", "memory for thread-local variables" },
	{ "__libc_setup_tls", "memory for thread-local variables" },
	{ "__init_tls", "memory for thread-local variables" },
	{ "__libc_early_init", "libc is told that it is being set up" },
	{ "__libc_init_first", "libc remembers argc, argv and the environment" },
	{ "__libc_init_secure", "libc notes whether the program is set-user-id" },
	{ "_dl_init", "the constructors of the libraries run" },
	{ "call_init", "one object's constructors (DT_INIT, DT_INIT_ARRAY)" },
	{ "__libc_start_main", "libc's part of the start" },
	{ "__libc_start_call_main", "the frame from which main returns into exit" },
	{ "__libc_start_init", "the constructors run" },
	{ "libc_start_main_stage2", "everything is set up" },
	{ "frame_dummy", "a constructor that the compiler's crtbegin.o adds" },
	{ "_init", "the old constructor section" },
};

static const char *step_text(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (strcmp(steps[i].name, name) == 0)
			return steps[i].text;
	return NULL;
}

static bool tell_once(gva_t pc)
{
	for (unsigned i = 0; i < ex.nr_told; i++)
		if (ex.told[i] == pc)
			return false;
	if (ex.nr_told < ARRAY_SIZE(ex.told))
		ex.told[ex.nr_told++] = pc;
	return true;
}

static bool in_program(gva_t pc)
{
	return pc >= ex.program.low && pc < ex.program.high;
}

/* Was this branch target not seen before? Remembered in a table that forgets under pressure:
 * then a name is only looked up once more, and tell_once keeps it from being told again. */
static bool first_visit(gva_t pc)
{
	gva_t *slot = &ex.visited[(pc >> 1) % ARRAY_SIZE(ex.visited)];
	bool fresh = *slot != pc;

	*slot = pc;
	return fresh;
}

/* If a function begins here: worth a line when it is a known step or the program's own. */
static void on_new_target(struct task *t, gva_t pc)
{
	struct trace_symbol s;
	const char *text;

	if (!trace_symbol_at(t, pc, &s) || !s.name[0] || s.offset)
		return;
	text = step_text(s.name);
	if (!text && !(ex.interp.seen && ex.entered_program && in_program(pc)))
		return;
	if (!tell_once(pc))
		return;
	begin_event("enter", INK_NAME);
	say("%s%s%s in %s%s%s\n", ink(INK_NAME), s.name, ink(INK_PLAIN), short_name(s.file), text ? ": " : "", text ? text : "");
	say_flush();
}

static bool is_executable(struct mm *mm, gva_t addr)
{
	struct vma_info v;

	return mm_find_vma(mm, addr, false, &v) && addr >= v.start && (v.prot & 4 /* PROT_EXEC */);
}

static void look_for_start_main(struct task *t, gva_t pc)
{
	const uint64_t *x = t->regs.x;

	if (ex.saw_start_main || x[REG_A2] != ex.argv || (uint32_t)x[REG_A1] != ex.argc ||
	    x[REG_A0] == pc || !in_program(x[REG_A0]) || !is_executable(t->mm, x[REG_A0]))
		return;
	ex.saw_start_main = true;
	if (!ex.main_addr) {
		ex.main_addr = x[REG_A0];
		ex.main_is_guess = true;
	}
	tell_once(pc);
	begin_event("enter", INK_NAME);
	say_place(t, pc);
	say(": called with main = 0x%llx, argc = %llu, argv = 0x%llx\n", (unsigned long long)x[REG_A0],
	    (unsigned long long)x[REG_A1], (unsigned long long)x[REG_A2]);
	say_flush();
}

/* ---- libraries ------------------------------------------------------------------------------------ */

static void say_libraries(struct task *t)
{
	char path[256], last[256] = "";
	struct vma_info v;

	for (gva_t at = 0; mm_find_vma(t->mm, at, false, &v); at = v.end) {
		if (!v.file || file_describe(v.file, t->fs, path, sizeof(path)) < 0 || strcmp(path, last) == 0)
			continue;
		snprintf(last, sizeof(last), "%s", path);
		say("   %20s %0*llx  %s\n", "", addr_width(), (unsigned long long)v.start, path);
	}
}

static void on_program_entry(struct task *t)
{
	struct trace_symbol s;

	ex.entered_program = true;
	if (!ex.interp.seen)
		return;
	begin_event("jump", INK_NAME);
	say("the dynamic linker is done and jumps to the program's entry, ");
	say_place(t, t->regs.pc);
	say("\n   %20s a0 = 0x%llx", "", (unsigned long long)t->regs.x[REG_A0]);
	if (trace_symbol_at(t, t->regs.x[REG_A0], &s) && s.file[0])
		say(" (%s%s%s)", s.name[0] ? s.name : "", s.name[0] ? " in " : "in ", short_name(s.file));
	say(": to be called at exit. By now are mapped:\n");
	say_libraries(t);
}

/* ---- main -------------------------------------------------------------------------------------------- */

static void stop_watching(void)
{
	kernel_tracepoints.branch = NULL;
	kernel_tracepoints.syscall_exit = NULL;
	mm_tracepoints.page_fault = NULL;
}

static void say_totals(struct task *t)
{
	struct mm_stats s;

	mm_stats(t->mm, &s);
	say_chapter("Totals");
	say("   %9llu instructions, %llu taken branches\n", (unsigned long long)instructions(),
	    (unsigned long long)ex.branches);
	say("   %9llu system calls\n", (unsigned long long)ex.syscalls);
	say("   %9llu page faults: %llu read from files, %llu copied, the others filled with zeros or found in the page cache\n",
	    (unsigned long long)ex.faults, (unsigned long long)ex.majors, (unsigned long long)ex.cows);
	say("   %9llu KiB mapped, of which %llu KiB are in memory; page tables take %llu KiB\n",
	    (unsigned long long)s.total_vm_pages * 4, (unsigned long long)(s.rss_anon + s.rss_file + s.rss_shmem) * 4,
	    (unsigned long long)s.page_table_pages * 4);
	say("   %9.3f ms on this machine, with this telling\n", (double)(sched_clock_ns() - ex.start_ns) / 1e6);
}

static void on_main(struct task *t)
{
	const uint64_t *x = t->regs.x;

	stop_watching();
	ex.stage = EXPLAIN_MAIN;
	begin_event("main", INK_GOOD);
	say("%smain%s(argc = %llu, argv = 0x%llx, envp = 0x%llx)", ink(INK_HEAD), ink(INK_PLAIN),
	    (unsigned long long)x[REG_A0], (unsigned long long)x[REG_A1], (unsigned long long)x[REG_A2]);
	if (ex.main_is_guess)
		say(" at 0x%llx; the program has no symbol for it", (unsigned long long)t->regs.pc);
	say("\n   %20s it will return to ", "");
	say_place(t, x[REG_RA]);
	say(", which calls exit\n");
	say_totals(t);
	say("\n%sThe program runs.%s\n\n", ink(INK_HEAD), ink(INK_PLAIN));
	say_flush();
}

static void on_branch(struct task *t)
{
	gva_t pc = t->regs.pc;

	if (t->tid != ex.tid)
		return;
	ex.branches++;
	if (ex.main_addr && pc == ex.main_addr) {
		on_main(t);
		return;
	}
	if (t->regs.x[REG_TP] != ex.last_tp) {
		ex.last_tp = t->regs.x[REG_TP];
		begin_event("tls", INK_NAME);
		say("thread pointer tp = 0x%llx: thread-local variables can be used\n", (unsigned long long)ex.last_tp);
	}
	if (pc == ex.program.entry && !ex.entered_program)
		on_program_entry(t);
	look_for_start_main(t, pc);
	if (first_visit(pc))
		on_new_target(t, pc);
}

/* ---- the commit -------------------------------------------------------------------------------------- */

static void say_registers(struct task *t)
{
	say("   pc  %0*llx  ", addr_width(), (unsigned long long)t->regs.pc);
	say_place(t, t->regs.pc);
	say("%s\n", ex.interp.seen ? ", the interpreter's entry" : ", the program's entry");
	say("   sp  %0*llx  where argc is\n", addr_width(), (unsigned long long)t->regs.x[REG_SP]);
	for (unsigned i = 1; i < 32; i++)
		if (i != REG_SP && t->regs.x[i])
			say("   %s  %0*llx\n", isa_xreg_name[i], addr_width(), (unsigned long long)t->regs.x[i]);
	say_paragraph("All other integer and float registers are zero, fcsr too. a0 = 0 matters: libc would call what "
		      "it finds there at exit.");
}

void explain_commit(struct task *t, const struct binprm *b)
{
	ex.program.entry += ex.program.bias;
	if (ex.main_addr)
		ex.main_addr += ex.program.bias;
	ex.stage = EXPLAIN_RUN;
	ex.tid = t->tid;
	ex.first_instret = machine_instret();
	ex.last_tp = 0;
	memset(ex.visited, 0, sizeof(ex.visited));
	ex.entered_program = !ex.interp.seen;
	ex.saw_start_main = false;
	ex.nr_told = 0;
	ex.start_ns = sched_clock_ns();
	say_chapter("The step that cannot fail");
	say_paragraph("Other threads of the process end, the new address space replaces the old one, descriptors marked "
		      "close-on-exec are closed, signal handlers are reset. The process is now called \"%s\".", t->comm);
	say("\n");
	say_registers(t);
	say_chapter("From the entry to main");
	say_paragraph("Each line begins with the number of instructions run so far. \"fault\" is the first touch of a "
		      "page, \"call\" a system call, \"enter\" a function of the start-up.");
	say("\n");
	tell_once(t->regs.pc);
	kernel_tracepoints.branch = on_branch;
	kernel_tracepoints.syscall_exit = on_syscall_exit;
	mm_tracepoints.page_fault = on_page_fault;
	say_flush();
}

/* ---- the end ---------------------------------------------------------------------------------------------- */

void explain_end_of_run(int wait_status)
{
	unsigned sig = wait_status & 0x7f;

	stop_watching();
	if (ex.stage == EXPLAIN_RUN)
		say("\n   main was not reached.\n");
	if (wait_status >= 0 && sig)
		say("\n%sThe program was killed by %s.%s\n", ink(INK_BAD), signal_names[sig], ink(INK_PLAIN));
	else if (wait_status >= 0)
		say("\n%sThe program ended with status %d.%s\n", ink(INK_HEAD), wait_status >> 8 & 0xff, ink(INK_PLAIN));
	say_flush();
}

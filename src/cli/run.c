/* hearth run: bring the machine up, run one program, say how it ended. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/elf.h"
#include "abi/signal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "host/host.h"
#include "kernel/kernel.h"
#include "net/net.h"
#include "sys/sys.h"
#include "trace/trace.h"
#include "vfs/vfs.h"


/* ---- the environment (hearth help environment) ------------------------------------------- */

struct environment { char **vars; unsigned count; };

/* NAME=VALUE, replacing an earlier one of that name. */
static void env_set(struct environment *e, const char *var)
{
	size_t name = strcspn(var, "=") + 1;

	for (unsigned i = 0; i < e->count; i++)
		if (!strncmp(e->vars[i], var, name)) {
			free(e->vars[i]);
			e->vars[i] = xstrdup(var);
			return;
		}
	e->vars = xrealloc(e->vars, (e->count + 2) * sizeof(*e->vars));
	e->vars[e->count++] = xstrdup(var);
	e->vars[e->count] = NULL;
}

static void env_set_pair(struct environment *e, const char *name, const char *value)
{
	char *var = xasprintf("%s=%s", name, value);

	env_set(e, var);
	free(var);
}

static void env_make(struct environment *e, const struct options *o)
{
	const char *term = getenv("TERM"), *user = o->uid ? "user" : "root";

	*e = (struct environment){ 0 };
	env_set_pair(e, "PATH", mounts_guest_path);
	env_set_pair(e, "HOME", o->uid ? "/" : "/root");
	env_set_pair(e, "USER", user);
	env_set_pair(e, "LOGNAME", user);
	env_set_pair(e, "TERM", term ? term : "dumb");
	env_set_pair(e, "LANG", "C.UTF-8");
	for (unsigned i = 0; i < o->nr_env; i++)
		env_set(e, o->env[i]);
}

static void env_free(struct environment *e)
{
	for (unsigned i = 0; i < e->count; i++)
		free(e->vars[i]);
	free(e->vars);
}

/* ---- a program that did not start ------------------------------------------------------------ */

/* The first bytes of the program, read as the guest would. */
static ssize_t read_head(const char *path, void *buf, size_t len)
{
	struct path root = vfs_root();
	struct fs *fs = fs_create(root);
	struct cred *cred = cred_create(0, 0);
	struct file *f;
	ssize_t n = vfs_open((struct walker){ .fs = fs, .cred = cred }, path, 0, 0, 0, &f);

	if (!n) {
		n = file_read_kernel(f, buf, len, 0);
		file_put(f);
	}
	cred_put(cred);
	fs_put(fs);
	path_put(root);
	return n;
}

static const char *machine_of(unsigned e_machine)
{
	static const struct { unsigned number; const char *name; } known[] = {
		{ 3, "x86 (32-bit)" }, { 62, "x86-64" }, { 183, "AArch64" }, { 40, "ARM" }, { 8, "MIPS" },
		{ 21, "PowerPC" }, { 22, "s390" }, { 258, "LoongArch" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].number == e_machine)
			return known[i].name;
	return "another machine";
}

/* Why, and what to do next; "" when the errno says it all. */
static const char *hint(int err, const uint8_t *head, ssize_t n)
{
	static char text[256];
	unsigned e_machine = n >= 20 ? head[18] | (unsigned)head[19] << 8 : 0;
	bool elf = n >= 20 && !memcmp(head, ABI_ELF_MAGIC, 4);

	text[0] = '\0';
	if (err == -ENOEXEC && elf && e_machine != ABI_EM_RISCV)
		snprintf(text, sizeof(text), ": it is a program for %s, not RISC-V; compile it with riscv64-linux-gnu-gcc",
			 machine_of(e_machine));
	else if (err == -ENOEXEC && n >= 0 && !elf)
		snprintf(text, sizeof(text), ": it is neither an ELF file nor a script with '#!'");
	else if (err == -ENOENT && elf)
		snprintf(text, sizeof(text), ": the program is there, its interpreter (the dynamic linker) is not; "
			 "use --root with a RISC-V userland, install libc6-riscv64-cross, or link with -static");
	else if (err == -ENOENT && n > 2 && !memcmp(head, "#!", 2))
		snprintf(text, sizeof(text), ": the script is there, its interpreter %.*s is not",
			 (int)strcspn((const char *)head + 2, "\n"), head + 2);
	else if (err == -EMFILE)
		snprintf(text, sizeof(text), "; raise `ulimit -n`");
	else if (err == -EACCES && n >= 0)
		snprintf(text, sizeof(text), ": is it executable? try chmod +x");
	return text;
}

static int start_failed(const struct options *o, const struct placement *where, int err)
{
	uint8_t head[256 + 1] = { 0 };
	ssize_t n = read_head(where->prog, head, 256);

	log_error("cannot run %s: %s%s", o->prog[0], strerror(-err), hint(err, head, n));
	return err == -ENOENT || err == -ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}

/* ---- how it ended ---------------------------------------------------------------------------------- */

static const char *fault_reason(int signo, int code)
{
	static const struct { int signo, code; const char *text; } reasons[] = {
		{ SIGSEGV, SEGV_MAPERR, "nothing is mapped at" }, { SIGSEGV, SEGV_ACCERR, "no permission for" },
		{ SIGBUS, BUS_ADRALN, "misaligned" }, { SIGBUS, BUS_ADRERR, "past the end of the file at" },
		{ SIGILL, ILL_ILLOPC, "illegal instruction at" }, { SIGTRAP, TRAP_BRKPT, "breakpoint at" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].signo == signo && reasons[i].code == code)
			return reasons[i].text;
	return "address";
}

static void describe_place(const struct crash_info *c, char *text, size_t cap)
{
	struct trace_symbol s;

	if (!c->symbol_file[0])
		return;
	if (trace_symbol_in_file(c->symbol_file, c->symbol_offset, &s))
		snprintf(text, cap, "%s+0x%llx (%s)", s.name, (unsigned long long)s.offset, c->symbol_file);
	else
		snprintf(text, cap, "%s+0x%llx", c->symbol_file, (unsigned long long)c->symbol_offset);
}

/* "hello: SIGSEGV: nothing is mapped at 0x0, pc 0x10456 in crash+0x12 (/tmp/hello)" */
static void report_crash(const struct options *o, const struct crash_info *c, int signo)
{
	char place[512] = "";

	if (!c->fault.sig || (int)c->fault.sig != signo) {
		log_error("%s: ended by %s", *c->comm ? c->comm : o->prog[0], signal_names[signo]);
		return;
	}
	describe_place(c, place, sizeof(place));
	log_error("%s: %s: %s 0x%llx, pc 0x%llx%s%s", c->comm, signal_names[signo],
		  fault_reason(signo, c->fault.code), (unsigned long long)c->fault.addr,
		  (unsigned long long)c->fault.pc, *place ? " in " : "", place);
}

/* Signals that a user's keyboard or a closed pipe sends are no news. */
static bool is_crash(int signo)
{
	return signo != SIGINT && signo != SIGPIPE && signo != SIGHUP && signo != SIGTERM;
}

static int exit_status(const struct options *o, int wait_status)
{
	int signo = wait_status & 0x7f;

	if (!signo)
		return wait_status >> 8 & 0xff;
	if (is_crash(signo))
		report_crash(o, &machine.crash, signo);
	return EXIT_SIGNAL + signo;
}

static void print_report(void)
{
	struct strbuf b = { 0 };

	sys_report(&b);
	jit_report(&b);
	strbuf_printf(&b, "page faults: %llu, for %llu of them something was read from a file or from swap\n",
		      (unsigned long long)machine.faults, (unsigned long long)machine.major_faults);
	strbuf_printf(&b, "instructions: %llu\n", (unsigned long long)machine_instret());
	host_write(2, b.data, b.len);
	strbuf_free(&b);
}

/* ---- the machine ------------------------------------------------------------------------------------- */

/* With --root one is root in there, as in a container; without, one stays who one is. Files
 * of hearth's user belong to that user inside. */
static void choose_user(struct options *o)
{
	uint32_t uid = o->root ? 0 : host_uid(), gid = o->root ? 0 : host_gid();

	hostfs_map_owner(uid, gid);
	if (o->has_user)
		return;
	o->uid = uid;
	o->gid = gid;
}

/* As many as the host lets us use; with --seed one, since two never run twice in the same order. */
static unsigned choose_harts(const struct options *o)
{
	if (o->jit.check)
		return 1;
	if (o->harts)
		return o->harts;
	return o->has_seed ? 1 : (unsigned)MAX(1, MIN(host_cpu_count(), HART_MAX));
}

/* With --seed a run repeats to the instruction: what is translated when depends on other threads of
 * the host. */
static void choose_engine(struct options *o)
{
	if (!o->jit.chosen)
		o->jit.mode = o->has_seed ? JIT_OFF : JIT_MODE_FULL;
}

/* With --seed nothing depends on earlier runs, nor with --dump, which shows what is made: unless
 * somebody says so. */
static void choose_disk_cache(struct options *o)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	o->jit.disk_addresses = !o->has_seed;
	if (cache && *cache == '/')
		o->jit_default = xasprintf("%s/hearth", cache);
	else if (home && *home == '/')
		o->jit_default = xasprintf("%s/.cache/hearth", home);
	if (!o->jit.disk_chosen && !o->has_seed && o->jit.dump == JIT_DUMP_NONE)
		o->jit.disk = o->jit_default;
	/* They are written when all else is over, and the report, too: what cannot be written is said then. */
	o->jit.disk_chosen |= o->report;
}

/* Where translations are kept, and where another run would keep them. */
static void keep_disk_cache(const struct options *o)
{
	const char *dirs[] = { o->jit_default, o->jit.disk };

	for (unsigned i = 0; i < ARRAY_SIZE(dirs); i++) {
		char *path = dirs[i] && (!i || dirs[i] != dirs[0]) ? xasprintf("%s/translations", dirs[i]) : NULL;

		if (path)
			hostfs_keep(path);
		free(path);
	}
}

/* Who looks at translations wants to see names. */
static void choose_names(struct options *o)
{
	if (o->jit.mode != JIT_OFF && (o->jit.dump != JIT_DUMP_NONE || o->jit.perf_map))
		o->jit.symbols = trace_symbols_of_code();
}

/* Why --dump has shown nothing. */
static void explain_dump(const struct options *o)
{
	const char *function = o->jit.dump_function;

	if (o->jit.dump == JIT_DUMP_NONE || jit_dump_shown())
		return;
	if (o->jit.mode == JIT_OFF)
		log_warn("--dump: nothing is translated with --jit off%s", o->jit.chosen ? "" : ", which --seed chooses");
	else if (function && !trace_code_has(function))
		log_warn("--dump: the program and its libraries name no function '%s': was it stripped, or inlined?", function);
	else
		log_warn("--dump: nothing%s%s was run so often that it was translated; a lower --jit-threshold asks for less%s",
			 function ? " of " : "", function ? function : "",
			 o->jit.disk ? ". What is taken from --cache is not shown: it was translated before" : "");
}

static int machine_up(struct options *o)
{
	struct machine_config cfg = { .memory_bytes = o->memory, .swap_bytes = o->swap, .hostname = o->hostname,
				      .aslr = true, .harts = choose_harts(o), .sched = (enum sched_policy)o->sched,
				      .jit = &o->jit };

	choose_engine(o);
	choose_disk_cache(o);
	keep_disk_cache(o);
	choose_names(o);
	host_raise_fd_limit();
	if (o->has_seed)
		host_random_seed(o->seed);
	choose_user(o);
	cfg.uid = o->uid;
	cfg.gid = o->gid;
	if (kernel_init(&cfg))
		return EXIT_HEARTH;
	sys_init();
	if (o->strace)
		sys_strace_enable(2);
	return 0;
}

static int publish_ports(const struct options *o)
{
	if (o->net_host && o->nr_publish) {
		log_error("--publish: with --net host every port of the program is the host's own already");
		return EXIT_HEARTH;
	}
	net_use_host(o->net_host);
	for (unsigned i = 0; i < o->nr_publish; i++) {
		const struct publication *p = &o->publish[i];
		int err = net_publish(p->address, p->host, p->guest, p->udp);

		if (!err)
			continue;
		log_error("cannot publish port %u at %s: %s%s", p->host, p->address, strerror(-err),
			  err == -EADDRINUSE ? "; another program has it, take another port" :
			  err == -EACCES ? "; ports below 1024 are the administrator's" :
			  err == -EADDRNOTAVAIL ? "; it is no address of this computer's" : "");
		return EXIT_HEARTH;
	}
	return 0;
}

static int run_program(struct options *o, const struct placement *where)
{
	struct environment env;
	int status, err;

	env_make(&env, o);
	if (o->explain)
		trace_explain_start(&(struct trace_explain_options){ .host_fd = 1, .color = host_isatty(1) });
	err = kernel_start_init(where->prog, where->cwd, o->prog, env.vars);
	status = err ? err : kernel_run();
	console_restore();
	if (o->explain)
		trace_explain_finish(status);
	status = err ? start_failed(o, where, err) : exit_status(o, status);
	if (o->report)
		print_report();
	env_free(&env);
	return status;
}

int run_command(struct options *o)
{
	struct placement where;
	int status = machine_up(o);

	if (status)
		return status;
	sched_lock();
	status = publish_ports(o);
	if (!status)
		status = mounts_make(o, &where);
	sched_unlock();
	if (!status)
		status = run_program(o, &where);
	host_memory_leave_to_exit();
	kernel_shutdown();
	if (status != EXIT_NOT_FOUND && status != EXIT_CANNOT_RUN)
		explain_dump(o);
	trace_symbols_free();
	return status;
}

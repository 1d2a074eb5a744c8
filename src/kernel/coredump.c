/* Core files (Linux fs/coredump.c, fs/binfmt_elf.c; layouts of uapi/linux/elfcore.h).
 *
 *   ELF header     ET_CORE
 *   program headers  PT_NOTE, then one PT_LOAD an area
 *   notes          PRSTATUS and PRFPREG of each thread, the dying one first; with that
 *                  one PRPSINFO, SIGINFO, AUXV and FILE
 *   memory         what coredump_filter lets through, page aligned
 *
 * /proc/sys/kernel/core_pattern is the name, relative to the working directory, with the %
 * specifiers of core(5). Pipes to programs ("|...") are refused when they are set.
 * The registers of all threads are taken first; then the others are killed, so that memory
 * stands still while it is written. RLIMIT_CORE cuts the file off. */
#include "internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/elf.h"
#include "abi/fcntl.h"
#include "abi/mman.h"
#include "abi/process.h"
#include "abi/ptrace.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "host/host.h"

char core_pattern[128] = "core";
bool core_uses_pid;

enum { PSARGS_LEN = 80, EM_RISCV_CORE = 243 };
enum coredump_filter {                   /* bits of /proc/PID/coredump_filter */
	DUMP_ANON_PRIVATE = 1, DUMP_ANON_SHARED = 2, DUMP_FILE_PRIVATE = 4, DUMP_FILE_SHARED = 8,
	DUMP_ELF_HEADERS = 16,
};

struct dump {
	struct task *task;
	const struct abi_siginfo *info;
	bool wide;
	struct strbuf notes;
	struct file *file;
	uint64_t at, limit;              /* bytes written, RLIMIT_CORE */
	unsigned nr_areas;
	struct area { gva_t start, end; int prot; uint64_t size; bool from_file; } *areas;
};

/* ---- words of the program's width ------------------------------------------------------ */

static void put_bytes(struct dump *d, const void *p, size_t n)  { strbuf_append(&d->notes, p, n); }
static void put_word(struct dump *d, uint64_t v)                { put_bytes(d, &v, d->wide ? 8 : 4); }
static void put_int(struct dump *d, uint32_t v)                 { put_bytes(d, &v, 4); }

static void pad_notes(struct dump *d, size_t align)
{
	while (d->notes.len % align)
		strbuf_putc(&d->notes, 0);
}

/* A note's header; its length is set by end_note. Returns where the contents start. */
static size_t begin_note(struct dump *d, uint32_t type, const char *name)
{
	put_int(d, (uint32_t)strlen(name) + 1);
	put_int(d, 0);
	put_int(d, type);
	put_bytes(d, name, strlen(name) + 1);
	pad_notes(d, 4);
	return d->notes.len;
}

static void end_note(struct dump *d, size_t start, const char *name)
{
	size_t header = start - align_up(strlen(name) + 1, 4) - 12;
	uint32_t len = (uint32_t)(d->notes.len - start);

	memcpy(d->notes.data + header + 4, &len, sizeof(len));
	pad_notes(d, 4);
}

/* ---- notes -------------------------------------------------------------------------------- */

static void put_time(struct dump *d, uint64_t ns)
{
	put_word(d, ns / NSEC_PER_SEC);
	put_word(d, ns % NSEC_PER_SEC / 1000);
}

/* Whose child it is, its group and its session, as it sees them. */
static void put_family(struct dump *d, const struct process *p)
{
	put_int(d, p->parent ? (uint32_t)pid_shown_to(p, p->parent->pid) : 0);
	put_int(d, (uint32_t)pid_shown_to(p, p->pgid));
	put_int(d, (uint32_t)pid_shown_to(p, p->sid));
}

static void note_prstatus(struct dump *d, struct task *t)
{
	const struct process *p = t->proc;
	struct rusage_k ru = { 0 };
	uint8_t regs[264];
	size_t start = begin_note(d, ABI_NT_PRSTATUS, "CORE"), n;

	put_int(d, (uint32_t)d->info->signo);
	put_int(d, (uint32_t)d->info->code);
	put_int(d, (uint32_t)d->info->errno_);
	put_int(d, (uint32_t)d->info->signo);         /* pr_cursig: 16 bits and padding */
	put_word(d, t->pending.set);
	put_word(d, t->blocked);
	put_int(d, (uint32_t)t->own_tid);
	put_family(d, p);
	task_times(t, &ru.utime_ns, &ru.stime_ns);
	put_time(d, ru.utime_ns);
	put_time(d, ru.stime_ns);
	put_time(d, p->dead_children.utime_ns);
	put_time(d, p->dead_children.stime_ns);
	n = ptrace_general_regs(t, regs);
	put_bytes(d, regs, n);
	put_word(d, 1);                               /* pr_fpvalid: an int and padding */
	end_note(d, start, "CORE");
}

static void note_float(struct dump *d, struct task *t)
{
	uint8_t regs[264];
	size_t start = begin_note(d, ABI_NT_PRFPREG, "CORE");

	put_bytes(d, regs, ptrace_float_regs(t, regs));
	end_note(d, start, "CORE");
}

static void note_psinfo(struct dump *d)
{
	const struct task *t = d->task;
	const struct mm_layout *l = mm_layout(t->mm);
	char args[PSARGS_LEN] = { 0 }, state[4] = { 0, 'R', 0, 0 };
	size_t start = begin_note(d, ABI_NT_PRPSINFO, "CORE");
	size_t n = MIN((size_t)(l->arg_end - l->arg_start), sizeof(args) - 1);

	state[3] = (char)t->thread.sched.nice;
	put_bytes(d, state, sizeof(state));
	if (d->wide)
		put_int(d, 0);
	put_word(d, 0);
	put_int(d, user_ns_show(t->cred->user_ns, ID_USER, t->cred->uid));
	put_int(d, user_ns_show(t->cred->user_ns, ID_GROUP, t->cred->gid));
	put_int(d, (uint32_t)t->proc->own_pid);
	put_family(d, t->proc);
	put_bytes(d, t->comm, COMM_LEN);
	if (mm_copy_force(t->mm, l->arg_start, args, n, false) < 0)
		memset(args, 0, sizeof(args));
	for (size_t i = 0; i + 1 < n; i++)
		if (!args[i])
			args[i] = ' ';
	put_bytes(d, args, sizeof(args));
	end_note(d, start, "CORE");
}

static void note_siginfo(struct dump *d)
{
	size_t start = begin_note(d, ABI_NT_SIGINFO, "CORE");
	struct abi_siginfo64 wide;
	struct abi_siginfo32 narrow;

	abi_siginfo_to64(d->info, &wide);
	abi_siginfo_to32(d->info, &narrow);
	put_bytes(d, d->wide ? (void *)&wide : (void *)&narrow, 128);
	end_note(d, start, "CORE");
}

static void note_auxv(struct dump *d)
{
	const struct mm_layout *l = mm_layout(d->task->mm);
	size_t start = begin_note(d, ABI_NT_AUXV, "CORE");

	for (unsigned i = 0; i < l->auxv_words; i++)
		put_word(d, l->auxv[i]);
	end_note(d, start, "CORE");
}

/* Which files are mapped where: count, page size, triples, then the names. */
static void note_files(struct dump *d)
{
	size_t start = begin_note(d, ABI_NT_FILE, "CORE"), head = d->notes.len;
	char *name = xalloc(ABI_PATH_MAX + 16);
	struct strbuf names = { 0 };
	struct vma_info v;
	uint64_t count = 0;

	put_word(d, 0);
	put_word(d, PAGE_SIZE);
	for (gva_t at = 0; mm_find_vma(d->task->mm, at, false, &v); at = v.end) {
		if (!v.file || file_describe(v.file, d->task->fs, name, ABI_PATH_MAX + 16) < 0)
			continue;
		put_word(d, v.start);
		put_word(d, v.end);
		put_word(d, v.offset / PAGE_SIZE);
		strbuf_append(&names, name, strlen(name) + 1);
		count++;
	}
	memcpy(d->notes.data + head, &count, d->wide ? 8 : 4);
	put_bytes(d, names.data, names.len);
	strbuf_free(&names);
	free(name);
	end_note(d, start, "CORE");
}

static void collect_notes(struct dump *d)
{
	struct task *t;

	note_prstatus(d, d->task);
	note_psinfo(d);
	note_siginfo(d);
	note_auxv(d);
	note_files(d);
	note_float(d, d->task);
	for_each_task(t, d->task->proc)
		if (t != d->task) {
			note_prstatus(d, t);
			note_float(d, t);
		}
}

/* ---- areas ------------------------------------------------------------------------------------- */

static bool starts_elf(struct mm *mm, gva_t at)
{
	char magic[4];

	return mm_copy_force(mm, at, magic, sizeof(magic), false) == 0 && memcmp(magic, ABI_ELF_MAGIC, 4) == 0;
}

/* vma_dump_size() of mm/... fs/coredump.c. */
static uint64_t bytes_to_dump(struct mm *mm, const struct vma_info *v, unsigned filter)
{
	uint64_t whole = v->end - v->start;

	if (v->name && strcmp(v->name, "[vdso]") == 0)
		return whole;
	if (v->no_dump || (v->name && strcmp(v->name, "[vvar]") == 0))
		return 0;
	if (v->shared)
		return filter & (v->file ? DUMP_FILE_SHARED : DUMP_ANON_SHARED) ? whole : 0;
	if ((filter & DUMP_ANON_PRIVATE) && (v->anon_pages || v->swap_pages || !v->mapping))
		return v->anon_pages || v->swap_pages ? whole : 0;
	if (!v->file)
		return 0;
	if (filter & DUMP_FILE_PRIVATE)
		return whole;
	if ((filter & DUMP_ELF_HEADERS) && v->offset == 0 && (v->prot & PROT_READ) && starts_elf(mm, v->start))
		return PAGE_SIZE;
	return 0;
}

static void collect_areas(struct dump *d)
{
	struct mm *mm = d->task->mm;
	unsigned cap = 0;
	struct vma_info v;

	for (gva_t at = 0; mm_find_vma(mm, at, true, &v); at = v.end) {
		if (d->nr_areas == cap) {
			cap = cap ? 2 * cap : 64;
			d->areas = xrealloc(d->areas, cap * sizeof(d->areas[0]));
		}
		d->areas[d->nr_areas++] = (struct area){ v.start, v.end, v.prot,
			bytes_to_dump(mm, &v, d->task->proc->coredump_filter), v.mapping != NULL };
	}
}

/* ---- writing --------------------------------------------------------------------------------------- */

static bool emit(struct dump *d, const void *data, size_t n)
{
	struct uio u;
	ssize_t done;

	if (d->at + n > d->limit)
		return false;
	uio_init_kernel(&u, (void *)(uintptr_t)data, n);
	done = file_write(d->file, &u, NULL);
	if (done != (ssize_t)n)
		return false;
	d->at += n;
	return true;
}

static bool emit_headers(struct dump *d)
{
	uint64_t phentsize = d->wide ? 56 : 32, ehsize = d->wide ? 64 : 52, phnum = d->nr_areas + 1;
	uint64_t notes_at = ehsize + phnum * phentsize, at = align_up(notes_at + d->notes.len, PAGE_SIZE);
	struct dump h = { .wide = d->wide };
	bool ok;

	put_bytes(&h, ABI_ELF_MAGIC, 4);
	put_bytes(&h, (uint8_t[12]){ d->wide ? 2 : 1, 1, 1 }, 12);
	put_int(&h, ABI_ET_CORE | EM_RISCV_CORE << 16);
	put_int(&h, 1);
	put_word(&h, 0);
	put_word(&h, ehsize);
	put_word(&h, 0);
	put_int(&h, 0);
	put_int(&h, (uint32_t)(ehsize | phentsize << 16));
	put_int(&h, (uint32_t)phnum);
	put_int(&h, 0);
	for (unsigned i = 0; i <= d->nr_areas; i++) {
		const struct area *a = i ? &d->areas[i - 1] : NULL;
		/* uapi/linux/elf.h: PF_X 1, PF_W 2, PF_R 4. */
		uint32_t flags = !a ? 0 : (a->prot & PROT_READ ? 4u : 0) | (a->prot & PROT_WRITE ? 2u : 0) |
					  (a->prot & PROT_EXEC ? 1u : 0);

		put_int(&h, a ? PT_LOAD : PT_NOTE);
		if (d->wide)
			put_int(&h, flags);
		put_word(&h, a ? at : notes_at);
		put_word(&h, a ? a->start : 0);
		put_word(&h, 0);
		put_word(&h, a ? a->size : d->notes.len);
		put_word(&h, a ? a->end - a->start : 0);
		if (!d->wide)
			put_int(&h, flags);
		put_word(&h, a ? PAGE_SIZE : 4);
		at += a ? a->size : 0;
	}
	ok = emit(d, h.notes.data, h.notes.len) && emit(d, d->notes.data, d->notes.len);
	strbuf_free(&h.notes);
	return ok;
}

/* Zeros that the file need not have blocks for. */
static bool skip_to(struct dump *d, uint64_t at)
{
	if (at > d->limit)
		return false;
	if (file_seek(d->file, (int64_t)at, ABI_SEEK_SET) < 0)
		return false;
	d->at = at;
	return true;
}

static bool emit_area(struct dump *d, const struct area *a)
{
	struct mm *mm = d->task->mm;
	uint64_t base = d->at;
	uint8_t *page = xalloc(PAGE_SIZE);
	bool ok = true;

	mm_balance();
	for (gva_t va = a->start; ok && va < a->start + a->size; va += PAGE_SIZE) {
		/* Anonymous pages that were never touched are holes. */
		if (!a->from_file)
			va = mm_next_page(mm, va, a->start + a->size);
		if (va >= a->start + a->size)
			break;
		if (mm_copy_force(mm, va, page, PAGE_SIZE, false) < 0)
			continue;
		ok = skip_to(d, base + (va - a->start)) && emit(d, page, PAGE_SIZE);
	}
	free(page);
	return ok && skip_to(d, base + a->size);
}

static void write_file(struct dump *d)
{
	bool ok = emit_headers(d) && skip_to(d, align_up(d->at, PAGE_SIZE));

	for (unsigned i = 0; ok && i < d->nr_areas; i++)
		if (d->areas[i].size)
			ok = emit_area(d, &d->areas[i]);
	/* The last bytes may have been a hole. */
	if (ok)
		file_truncate(d->file, d->at);
}

/* ---- the file's name ---------------------------------------------------------------------------------- */

/* One specifier of core(5); nothing for those that are not known. */
static void expand(struct strbuf *out, char spec, const struct dump *d)
{
	const struct task *t = d->task;

	switch (spec) {
	case '%': strbuf_putc(out, '%'); break;
	case 'p': strbuf_printf(out, "%d", t->proc->own_pid); break;
	case 'P': strbuf_printf(out, "%d", t->proc->pid); break;
	case 'i': strbuf_printf(out, "%d", t->own_tid); break;
	case 'I': strbuf_printf(out, "%d", t->tid); break;
	case 'u': strbuf_printf(out, "%u", t->cred->uid); break;
	case 'g': strbuf_printf(out, "%u", t->cred->gid); break;
	case 'd': strbuf_printf(out, "1"); break;
	case 's': strbuf_printf(out, "%d", d->info->signo); break;
	case 't': strbuf_printf(out, "%llu", (unsigned long long)(host_clock_ns(0) / NSEC_PER_SEC)); break;
	case 'h': strbuf_printf(out, "%s", uts_of(t)->hostname); break;
	case 'e': strbuf_printf(out, "%s", t->comm); break;
	case 'c': strbuf_printf(out, "%llu", (unsigned long long)d->limit); break;
	default: break;
	}
}

static void make_name(struct strbuf *out, const struct dump *d)
{
	bool has_pid = false;

	for (const char *c = core_pattern; *c; c++) {
		if (*c != '%') {
			strbuf_putc(out, *c);
		} else if (c[1]) {
			has_pid |= *++c == 'p';
			expand(out, *c, d);
		}
	}
	if (core_uses_pid && !has_pid)
		strbuf_printf(out, ".%d", d->task->proc->own_pid);
	strbuf_putc(out, 0);
}

static int open_file(struct dump *d)
{
	struct strbuf name = { 0 };
	struct inode *i;
	int err;

	make_name(&name, d);
	/* An old one goes, so that nothing is written into a file that others have open or linked. */
	err = name.data[0] ? 0 : -ENOENT;
	if (!err)
		vfs_unlink(task_walker(NULL), name.data, false);
	if (!err)
		err = vfs_open(task_walker(NULL), name.data, ABI_O_CREAT | ABI_O_EXCL | ABI_O_RDWR |
			       ABI_O_NOFOLLOW | ABI_O_LARGEFILE, 0600, 0, &d->file);
	strbuf_free(&name);
	if (err)
		return err;
	i = d->file->inode;
	if (!S_ISREG(i->mode) || i->nlink > 1 || i->uid != d->task->cred->fsuid || file_truncate(d->file, 0) < 0) {
		file_put(d->file);
		return -EPERM;
	}
	return 0;
}

/* ---- the whole -------------------------------------------------------------------------------------------- */

bool coredump(struct task *t, const struct abi_siginfo *info)
{
	struct dump d = { .task = t, .info = info, .wide = task_xlen(t) == XLEN_64,
			  .limit = task_rlimit(t, ABI_RLIMIT_CORE) };

	if (!t->proc->dumpable || !t->mm || d.limit < PAGE_SIZE || !core_pattern[0])
		return false;
	sched_stop_space(t->mm);             /* registers of threads in guest code are in their tasks */
	collect_notes(&d);
	process_end_other_threads(info->signo | ABI_STATUS_CORE);
	if (open_file(&d) < 0) {
		strbuf_free(&d.notes);
		return false;
	}
	collect_areas(&d);
	write_file(&d);
	file_put(d.file);
	free(d.areas);
	strbuf_free(&d.notes);
	return true;
}

/* execve(2): prepare, which may fail and undoes itself, then commit, which cannot.
 *
 *   path -> file, 256 bytes -+-> binfmt_misc   an entry matches: again with its interpreter
 *                            +-> binfmt_script "#!": again with its interpreter
 *                            +-> binfmt_elf    a new mm: areas, stack, vDSO; nothing loaded
 *   commit: other threads die, the mm is swapped, handlers and descriptors are
 *   reset, the registers point at the new program.
 *
 * The order of the formats is Linux' (binfmt_misc puts itself in front:
 * insert_binfmt), so is the order of the checks: it decides which errno a
 * caller sees. Facts from Linux' fs/exec.c of 6.14. */
#include "binprm.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/elf.h"
#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/ptrace.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/trace.h"
#include "internal.h"
#include "kernel/binprm_view.h"

static const struct binfmt *const formats[] = { &binfmt_misc, &binfmt_script, &binfmt_elf };

/* ---- opening what is to be executed --------------------------------------------- */

static int check_executable(struct binprm *b, struct path p)
{
	struct inode *i = path_inode(p);
	int err;

	if (S_ISLNK(i->mode))
		return exec_refuse(b, -ELOOP, "it is a symbolic link, and the caller asked not to follow it");
	err = inode_permission(i, b->task->cred, 1);
	if (!S_ISREG(i->mode))
		return exec_refuse(b, -EACCES, "it is not a regular file");
	if (path_mount_flags(p) & MNT_NOEXEC)
		return exec_refuse(b, -EACCES, "its file system is mounted noexec");
	if (err)
		return exec_refuse(b, err, "no execute permission");
	if (inode_deny_write(i) < 0)
		return exec_refuse(b, -ETXTBSY, "it is open for writing");
	return 0;
}

/* Executing needs the x bit only: the kernel reads the file whatever its r bits say. */
static const struct cred *loader_cred(void)
{
	static struct cred loader = { .refs = 1, .cap_effective = ABI_CAP_ALL };

	return &loader;
}

int exec_open(struct binprm *b, struct walker w, const char *name, unsigned at_flags, struct file **out)
{
	unsigned walk = (at_flags & ABI_AT_SYMLINK_NOFOLLOW ? WALK_NOFOLLOW : 0) |
			(at_flags & ABI_AT_EMPTY_PATH ? WALK_EMPTY_OK : 0);
	struct path p;
	int err;

	err = vfs_lookup(w, name, walk, &p);
	if (err)
		return exec_refuse(b, err, "the path does not lead to a file");
	err = check_executable(b, p);
	if (!err) {
		err = vfs_open_path(p, ABI_O_RDONLY | ABI_O_LARGEFILE, loader_cred(), out);
		if (err) {
			inode_allow_write(path_inode(p));
			b->why = "it could not be opened";
		}
	}
	path_put(p);
	if (err)
		return err;
	/* Linux' would_dump: a process made from a file its user cannot read keeps its memory to itself. */
	if (inode_permission((*out)->inode, b->task->cred, 4) < 0)
		b->enforce_nondump = true;
	return 0;
}

void exec_close(struct file *f)
{
	if (!f)
		return;
	inode_allow_write(f->inode);
	file_put(f);
}

void exec_change_interp(struct binprm *b, const char *name)
{
	if (b->interp != b->filename)
		free(b->interp);
	b->interp = xstrdup(name);
}

/* ---- the name it was called by ------------------------------------------------------ */

/* execveat relative to a descriptor: scripts get a name their interpreter can open. */
static void name_by_descriptor(struct binprm *b, const struct exec_request *req)
{
	int cloexec = files_cloexec(b->task->files, req->dirfd);

	if (req->path[0])
		b->filename = xasprintf("/dev/fd/%d/%s", req->dirfd, req->path);
	else
		b->filename = xasprintf("/dev/fd/%d", req->dirfd);
	if (cloexec > 0)
		b->path_inaccessible = true;
	/* comm comes from the file then, not from "/dev/fd/N" (since Linux 6.14). */
	if (!req->path[0] && b->file->path.dentry) {
		snprintf(b->comm_buf, sizeof(b->comm_buf), "%s", path_name(b->file->path));
		b->comm_name = b->comm_buf;
	}
}

static int open_program(struct binprm *b, const struct exec_request *req)
{
	const unsigned known = ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_EMPTY_PATH | ABI_AT_EXECVE_CHECK;
	int err;

	if (req->at_flags & ~known)
		return exec_refuse(b, -EINVAL, "unknown flags for execveat");
	err = exec_open(b, task_walker(req->dir), req->path, req->at_flags, &b->file);
	if (err)
		return err;
	if (req->dir && req->path[0] != '/')
		name_by_descriptor(b, req);
	else
		b->filename = xstrdup(req->path);
	b->interp = b->filename;
	b->is_check = req->at_flags & ABI_AT_EXECVE_CHECK;
	return 0;
}

/* ---- the chain of formats ------------------------------------------------------------- */

static int read_head(struct binprm *b)
{
	ssize_t n;

	memset(b->buf, 0, sizeof(b->buf));
	n = file_read_kernel(b->file, b->buf, sizeof(b->buf), 0);
	if (n < 0)
		return exec_refuse(b, (int)n, "its first 256 bytes could not be read");
	TRACE(kernel, exec_opened, b);
	return 0;
}

/* -ENOEXEC when no format wants the file; else the verdict of the one that did. */
static int ask_formats(struct binprm *b)
{
	int verdict, err = read_head(b);

	if (err)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		b->why = NULL;
		verdict = formats[i]->load(b);
		TRACE(kernel, exec_format, b, formats[i]->name, verdict, b->why);
		if (verdict == 1)
			TRACE(kernel, exec_rewrite, b, formats[i]->name);
		if (verdict != -ENOEXEC || b->fatal)
			return verdict;
	}
	/* Of an ELF file the last refusal is worth telling; of others no single one is. */
	if (memcmp(b->buf, ABI_ELF_MAGIC, 4) != 0)
		b->why = "no format recognises its first bytes";
	return -ENOEXEC;
}

/* The interpreter becomes the file; what called for it is kept only if
 * AT_EXECFD is to name it. */
static int step_to_interpreter(struct binprm *b)
{
	struct file *script = b->file;
	int err = 0;

	/* An empty name ("#!" and nothing else) is the current directory here, which cannot be executed. */
	if (!b->interpreter)
		err = exec_open(b, task_walker(NULL), b->interp, ABI_AT_EMPTY_PATH, &b->interpreter);
	if (err)
		return err;
	b->file = b->interpreter;
	b->interpreter = NULL;
	if (!b->have_execfd) {
		exec_close(script);
		return 0;
	}
	if (b->executable) {
		exec_close(script);
		return exec_refuse(b, -ENOEXEC, "a second format wants to pass an open descriptor");
	}
	inode_allow_write(script->inode);
	b->executable = script;
	return 0;
}

static int find_format(struct binprm *b)
{
	int verdict, err;

	for (;; b->rewrites++) {
		if (b->rewrites > EXEC_MAX_REWRITES)
			return exec_refuse(b, -ELOOP, "more than five interpreters of interpreters");
		verdict = ask_formats(b);
		if (verdict <= 0)
			return verdict;
		err = step_to_interpreter(b);
		if (err)
			return err;
	}
}

void binprm_look(const struct binprm *b, struct binprm_view *out)
{
	*out = (struct binprm_view){
		.filename = b->filename, .interp = b->interp, .file = b->file,
		.buf = b->buf, .buf_size = sizeof(b->buf),
		.argc = b->argv.n, .argv = b->argv.v, .envc = b->envp.n, .envp = b->envp.v,
		.rewrites = b->rewrites, .stack_limit = b->stack_limit,
		.secure = b->secure, .randomized = exec_randomize(b),
		.entry = b->entry, .sp = b->sp, .mm = b->mm,
	};
}

/* ---- the whole ------------------------------------------------------------------------- */

static void binprm_free(struct binprm *b)
{
	if (b->mm)
		mm_put(b->mm);
	if (b->cred)
		cred_put(b->cred);
	exec_close(b->file);
	exec_close(b->interpreter);
	if (b->executable)
		file_put(b->executable);
	strvec_free(&b->argv);
	strvec_free(&b->envp);
	if (b->interp != b->filename)
		free(b->interp);
	free(b->filename);
}

/* The other threads die, and what was shared with other processes becomes the task's own. */
static int become_alone(struct binprm *b)
{
	struct task *t = b->task;
	struct files *own;
	int err;

	if (files_count_refs(t->files) > 1) {
		err = files_copy(t->files, &own);
		if (err)
			return exec_refuse(b, err, "no memory for a descriptor table");
		files_put(t->files);
		t->files = own;
	}
	err = process_kill_other_threads();
	if (err)
		return exec_refuse(b, err, "the process is being killed");
	task_unshare_sighand(t);
	return 0;
}

/* binfmt_misc's O and C flags: the interpreter gets the file as an open descriptor. */
static int pass_execfd(struct binprm *b)
{
	uint64_t limit = task_rlimit(b->task, ABI_RLIMIT_NOFILE), value;
	struct file *f = file_get(b->executable);
	int fd = files_install(b->task->files, f, 0, false, limit);

	if (fd < 0) {
		file_put(f);
		return exec_refuse(b, fd, "no descriptor is free for AT_EXECFD");
	}
	value = (uint64_t)fd;
	mm_layout(b->mm)->auxv[b->execfd_auxv_slot] = value;
	return mm_copy_to(b->mm, b->execfd_auxv_addr, &value, mm_xlen(b->mm) / 8);
}

static int prepare(struct binprm *b, const struct exec_request *req)
{
	int err;

	b->stack_limit = task_rlimit(b->task, ABI_RLIMIT_STACK);
	b->personality = b->task->proc->personality;
	err = open_program(b, req);
	if (!err)
		err = exec_copy_args(b, req);
	if (err || b->is_check)
		return err;
	err = find_format(b);
	if (!err)
		err = become_alone(b);
	if (!err && b->have_execfd)
		err = pass_execfd(b);
	return err;
}

/* Linux would have destroyed the old image by now (force_fatal_sig). */
static void die_past_return(struct binprm *b)
{
	b->task->proc->sighand->action[SIGSEGV - 1] = (struct sigaction_k){ 0 };
	signal_set_blocked(b->task, b->task->blocked & ~((uint64_t)1 << (SIGSEGV - 1)));
	signal_force(SIGSEGV, SI_KERNEL, 0);
}

int kernel_execve(const struct exec_request *req)
{
	struct binprm *b = xnew(struct binprm);    /* kernel stacks are small */
	/* It may become the leader's. */
	int old_tid = pid_shown_to(task_current()->ptrace.tracer, task_current()->tid);
	bool done;
	int err;

	b->task = task_current();
	TRACE(kernel, exec_begin, b->task, req->path);
	err = prepare(b, req);
	done = !err && !b->is_check;
	if (done)
		exec_commit(b);
	if (err) {
		TRACE(kernel, exec_failed, b->task, req->path, err, b->why);
		if (b->fatal)
			die_past_return(b);
	}
	binprm_free(b);
	free(b);
	if (done)
		ptrace_event(task_current(), ABI_PTRACE_EVENT_EXEC, (uint64_t)old_tid);
	return err;
}

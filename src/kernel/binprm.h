/* binprm: one execve(2) under way, as Linux' struct linux_binprm.
 *
 *   execve("./script", ["./script", "B"])
 *     filename  "./script"                 as called; AT_EXECFN and comm
 *     file      the file being looked at:  ./script, then /bin/sh
 *     interp    its name:                  "./script", then "/bin/sh"
 *     argv      rewritten by the formats:  [/bin/sh, ./script, B]
 *     buf       the first 256 bytes of `file`, zero-padded
 *
 * Everything here belongs to the caller until commit: a failure frees it all
 * and the old image goes on. One exception is Linux' own: what Linux would
 * only find out after its point of no return sets `fatal`, and the process
 * dies by SIGSEGV although hearth could still go back. */
#ifndef KERNEL_BINPRM_H
#define KERNEL_BINPRM_H

#include "kernel/kernel.h"

enum {
	BINPRM_BUF_SIZE = 256,          /* uapi/linux/binfmts.h */
	EXEC_MAX_REWRITES = 5,          /* fs/exec.c, exec_binprm(): a sixth is ELOOP */
	MAX_ARG_STRLEN = 128 * 1024,    /* one string, with its NUL: 32 pages */
	EXEC_ARG_MIN = 128 * 1024,      /* ARG_MAX: granted whatever the stack limit */
	STACK_LIMIT_DEFAULT = 8 * 1024 * 1024,   /* _STK_LIM */
};

/* A vector of strings on the host heap; v[n] is always NULL once anything was pushed. */
struct strvec { char **v; unsigned n, cap; };
int  strvec_insert(struct strvec *s, unsigned at, const char *str, size_t len);   /* 0, -ENOMEM */
void strvec_remove(struct strvec *s, unsigned at);
void strvec_free(struct strvec *s);

struct binprm {
	struct task *task;
	struct file *file;              /* write access denied while here */
	struct file *interpreter;       /* the next file, opened already (binfmt_misc F), or NULL */
	struct file *executable;        /* binfmt_misc O/C: the file that AT_EXECFD names */
	char *filename, *interp;
	const char *comm_name;          /* execveat(fd, ""): the file's own name; NULL: filename's */
	char comm_buf[COMM_LEN];
	uint8_t buf[BINPRM_BUF_SIZE];
	struct strvec argv, envp;
	unsigned rewrites;              /* formats that said "again" */
	uint64_t string_bytes, string_limit;     /* of filename, envp, argv; see exec_args.c */
	bool is_check;                  /* AT_EXECVE_CHECK: stop before the formats */
	bool path_inaccessible;         /* named through a close-on-exec descriptor */
	bool have_execfd, execfd_creds;
	bool preserve_argv0;            /* binfmt_misc P, told in AT_FLAGS */
	bool enforce_nondump;           /* a file was not readable by the caller */
	bool fatal;                     /* past Linux' point of no return */
	const char *why;                /* the last refusal, in words */

	/* what commit installs */
	struct cred *cred;
	bool secure;                    /* AT_SECURE */
	uint32_t personality;
	uint64_t stack_limit;           /* RLIMIT_STACK, possibly capped by a set-uid program */
	struct mm *mm;
	gva_t entry, sp;
	unsigned execfd_auxv_slot;      /* index into auxv of AT_EXECFD's value, 0: none */
	gva_t execfd_auxv_addr;
};

/* A format looks at b->buf and says -ENOEXEC (not mine), another -errno (stop), 1 (argv and
 * b->interp are rewritten: again with that file) or 0 (b->mm, entry and sp are ready). It says why in b->why. */
struct binfmt {
	const char *name;
	int (*load)(struct binprm *b);
};
extern const struct binfmt binfmt_misc, binfmt_script, binfmt_elf;

/* Refuse with a reason: `return exec_refuse(b, -ENOEXEC, "no #! at the start");` */
static inline int exec_refuse(struct binprm *b, int error, const char *why)
{
	b->why = why;
	return error;
}

/* exec.c: open a file to execute it (an interpreter); write access is denied until exec_close. */
int  exec_open(struct binprm *b, struct walker w, const char *name, unsigned at_flags, struct file **out);
void exec_close(struct file *f);
void exec_change_interp(struct binprm *b, const char *name);

/* exec_args.c */
int  exec_copy_args(struct binprm *b, const struct exec_request *req);
int  exec_push_arg(struct binprm *b, const char *str);    /* in front of argv; -E2BIG, -ENOMEM */
void exec_drop_arg(struct binprm *b);                     /* argv[0] */

/* exec_creds.c: b->cred, secure, personality from the file that is about to run. */
int exec_prepare_creds(struct binprm *b);

/* exec_stack.c */
bool exec_randomize(const struct binprm *b);
gva_t exec_random_pages(uint64_t mask);                   /* (random & mask) pages, in bytes */
enum exec_slide { EXEC_SLIDE_MMAP, EXEC_SLIDE_PIE, EXEC_SLIDES };
gva_t exec_random_code(enum exec_slide which, uint64_t mask);   /* likewise, for where code goes */
int exec_layout_stack(struct binprm *b, bool executable);
struct exec_image {                                       /* what the auxiliary vector tells */
	gva_t phdr, entry, interp_base;
	unsigned phent, phnum;
};
int exec_write_stack(struct binprm *b, const struct exec_image *img);

/* vdso.c: map [vvar] and [vdso]; sets mm_layout()->vdso and ->sigreturn. */
int vdso_map(struct mm *mm);

/* exec_commit.c: cannot fail. */
void exec_commit(struct binprm *b);

#endif

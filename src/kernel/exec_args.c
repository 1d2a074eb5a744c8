/* The strings of execve: argv, envp and the file name, copied out of the old
 * image (or, for pid 1, out of hearth's command line) into host memory.
 *
 * The new stack cannot be written yet: whether its words have 4 or 8 bytes is
 * known only when the ELF header was read. Limits are counted as Linux does
 * while it fills the stack downwards (fs/exec.c, bprm_stack_limits and
 * copy_strings): everything shares min(stack limit / 4, 6 MiB), but at least
 * 128 KiB; the pointers to come are taken off first. */
#include "binprm.h"

#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

/* ---- vectors of strings -------------------------------------------------------- */

static int make_room(struct strvec *s, unsigned want)
{
	unsigned cap = s->cap ? s->cap : 16;
	char **v;

	if (want < s->cap)
		return 0;
	while (cap <= want)
		cap *= 2;
	v = try_alloc(cap * sizeof(*v));
	if (!v)
		return -ENOMEM;
	if (s->n)
		memcpy(v, s->v, s->n * sizeof(*v));
	free(s->v);
	s->v = v;
	s->cap = cap;
	return 0;
}

int strvec_insert(struct strvec *s, unsigned at, const char *str, size_t len)
{
	char *copy;

	ASSERT(at <= s->n);
	if (make_room(s, s->n + 1) < 0)
		return -ENOMEM;
	copy = try_alloc(len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, str, len);
	memmove(s->v + at + 1, s->v + at, (s->n - at) * sizeof(*s->v));
	s->v[at] = copy;
	s->v[++s->n] = NULL;
	return 0;
}

void strvec_remove(struct strvec *s, unsigned at)
{
	ASSERT(at < s->n);
	free(s->v[at]);
	memmove(s->v + at, s->v + at + 1, (s->n - at) * sizeof(*s->v));
	s->n--;
}

void strvec_free(struct strvec *s)
{
	for (unsigned i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct strvec){ 0 };
}

/* ---- from the old image -------------------------------------------------------------- */

/* The pointers of one array, oldest form first: kernel strings or guest addresses. */
struct source {
	struct mm *mm;
	gva_t uarray;                  /* 0: an empty array (fs/exec.c, count()) */
	char *const *karray;
	unsigned n;
};

static int read_pointer(const struct source *src, uint64_t i, gva_t *out)
{
	unsigned size = mm_xlen(src->mm) / 8;

	*out = 0;
	return mm_copy_from(src->mm, out, src->uarray + i * size, size);
}

static int count_strings(struct source *src)
{
	gva_t p;

	src->n = 0;
	if (src->karray) {
		while (src->karray[src->n])
			src->n++;
		return 0;
	}
	if (!src->uarray)
		return 0;
	for (;;) {
		if (read_pointer(src, src->n, &p) < 0)
			return -EFAULT;
		if (!p)
			return 0;
		if (src->n == 0x7fffffff)      /* MAX_ARG_STRINGS */
			return -E2BIG;
		src->n++;
	}
}

static int account(struct binprm *b, uint64_t bytes)
{
	b->string_bytes += bytes;
	return b->string_bytes > b->string_limit ? -E2BIG : 0;
}

static int copy_one(struct binprm *b, const struct source *src, unsigned i, char *scratch, char **out)
{
	const char *str;
	int64_t len;
	gva_t p;

	if (src->karray) {
		str = src->karray[i];
		len = (int64_t)strnlen(str, MAX_ARG_STRLEN);
		if (len == MAX_ARG_STRLEN)
			return -E2BIG;
	} else {
		if (read_pointer(src, i, &p) < 0)
			return -EFAULT;
		len = mm_copy_string(src->mm, scratch, p, MAX_ARG_STRLEN);
		if (len < 0)
			return len == -ENAMETOOLONG ? -E2BIG : -EFAULT;
		str = scratch;
	}
	if (account(b, (uint64_t)len + 1) < 0)
		return -E2BIG;
	*out = try_alloc((size_t)len + 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, str, (size_t)len);
	return 0;
}

/* Last string first, as Linux fills the stack: which error a caller with several
 * mistakes sees depends on it. */
static int copy_strings(struct binprm *b, const struct source *src, struct strvec *out)
{
	char *scratch = src->karray ? NULL : try_alloc(MAX_ARG_STRLEN);
	int err = 0;

	if (!src->karray && !scratch)
		return -ENOMEM;
	err = make_room(out, src->n + 1);
	if (!err)
		out->n = src->n;
	for (unsigned i = src->n; i-- > 0 && !err; ) {
		if (b->task->thread.kill_pending)
			err = -ERESTARTNOHAND;
		else
			err = copy_one(b, src, i, scratch, &out->v[i]);
	}
	free(scratch);
	return err;
}

int exec_copy_args(struct binprm *b, const struct exec_request *req)
{
	struct source argv = { b->task->mm, req->uargv, req->kargv, 0 };
	struct source envp = { b->task->mm, req->uenvp, req->kenvp, 0 };
	unsigned word = b->task->mm ? mm_xlen(b->task->mm) / 8 : 8;
	uint64_t limit, pointers;
	int err;

	err = count_strings(&argv);
	if (!err)
		err = count_strings(&envp);
	if (err)
		return err;
	limit = MIN((uint64_t)STACK_LIMIT_DEFAULT / 4 * 3, b->stack_limit / 4);
	limit = MAX(limit, (uint64_t)EXEC_ARG_MIN);
	pointers = ((uint64_t)MAX(argv.n, 1u) + envp.n) * word;
	if (limit <= pointers)
		return -E2BIG;
	b->string_limit = limit - pointers;
	err = account(b, strlen(b->filename) + 1);
	if (!err)
		err = copy_strings(b, &envp, &b->envp);
	if (!err)
		err = copy_strings(b, &argv, &b->argv);
	/* No argv at all becomes one empty argument (since Linux 5.18), so that
	 * programs that trust argv[0] do not read envp as argv. */
	if (!err && b->argv.n == 0)
		err = exec_push_arg(b, "");
	return err;
}

int exec_push_arg(struct binprm *b, const char *str)
{
	size_t len = strlen(str);

	if (len >= MAX_ARG_STRLEN || account(b, len + 1) < 0)
		return -E2BIG;
	return strvec_insert(&b->argv, 0, str, len);
}

void exec_drop_arg(struct binprm *b)
{
	if (!b->argv.n)
		return;
	b->string_bytes -= strlen(b->argv.v[0]) + 1;
	strvec_remove(&b->argv, 0);
}

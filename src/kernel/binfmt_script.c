/* "#!": a text file that names its interpreter in its first line.
 *
 *   #! \t /usr/bin/env  -S python3 -u \n
 *   0 2   interp        argument           everything after the interpreter is ONE
 *                                          argument, blanks at both ends removed
 *
 *   argv  [./s, B, C]  becomes  [/usr/bin/env, "-S python3 -u", ./s, B, C]
 *
 * Only the first 256 bytes are there to be looked at, and Linux treats the last
 * of them as the end (fs/binfmt_script.c): an argument cut off there is passed
 * on short, but an interpreter whose path may be cut off is refused, so that a
 * prefix of a path never runs. */
#include "script.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* A blank or NUL ends a word; `end` does not, it is only where to stop. */
static const char *skip_word(const char *p, const char *end)
{
	while (p < end && !is_blank(*p) && *p)
		p++;
	return p;
}

/* Where the line ends: at its newline, else at the buffer's last byte, if the
 * interpreter's name is known to be complete by then. NULL: refused. */
static const char *find_line_end(const char *line, const char **why)
{
	const char *last = line + BINPRM_BUF_SIZE - 1;
	const char *newline = memchr(line, '\n', BINPRM_BUF_SIZE);
	const char *nul = memchr(line, '\0', BINPRM_BUF_SIZE);
	const char *name;

	if (newline && !(nul && nul < newline))
		return newline;
	name = skip_blanks(line + 2, last + 1);
	if (name > last) {
		*why = "there are only blanks after \"#!\"";
		return NULL;
	}
	if (skip_word(name, last + 1) > last) {
		*why = "the interpreter's path does not end within the first 256 bytes";
		return NULL;
	}
	return last;
}

static void copy_text(char *dst, const char *from, const char *to)
{
	size_t n = (size_t)(to - from);

	memcpy(dst, from, n);
	dst[n] = '\0';
}

int script_parse(const uint8_t buf[BINPRM_BUF_SIZE], struct script_line *out, const char **why)
{
	const char *line = (const char *)buf, *end, *name, *sep, *arg;

	if (line[0] != '#' || line[1] != '!') {
		*why = "it does not begin with \"#!\"";
		return -ENOEXEC;
	}
	end = find_line_end(line, why);
	if (!end)
		return -ENOEXEC;
	while (is_blank(end[-1]))
		end--;
	/* Of "#! " only "#!" is left by now, and `end` may even stand before the name's place. */
	name = skip_blanks(line + 2, end);
	if (name >= end) {
		*why = "no interpreter is named after \"#!\"";
		return -ENOEXEC;
	}
	sep = skip_word(name, end);
	copy_text(out->interp, name, sep);
	/* What follows a NUL is no argument; what follows a NUL inside the argument is cut. */
	arg = sep < end && *sep ? skip_blanks(sep, end) : end;
	out->has_arg = arg < end;
	if (out->has_arg)
		copy_text(out->arg, arg, end);
	return 0;
}

static int load_script(struct binprm *b)
{
	struct script_line line;
	int err = script_parse(b->buf, &line, &b->why);

	if (err)
		return err;
	/* The interpreter could not open the script again by its name. */
	if (b->path_inaccessible)
		return exec_refuse(b, -ENOENT, "the script's only name is a descriptor that exec closes");
	exec_drop_arg(b);
	err = exec_push_arg(b, b->interp);
	if (!err && line.has_arg)
		err = exec_push_arg(b, line.arg);
	if (!err)
		err = exec_push_arg(b, line.interp);
	if (err)
		return exec_refuse(b, err, "the rewritten arguments do not fit");
	exec_change_interp(b, line.interp);
	return 1;
}

const struct binfmt binfmt_script = { "script", load_script };

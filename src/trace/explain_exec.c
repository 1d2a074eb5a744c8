/* The chapters before a format has taken the file: path, first bytes, verdicts, rewrites. */
#include "explain.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/binprm_view.h"

/* ---- the call and the path --------------------------------------------------------------- */

void explain_exec_begin(struct task *t, const char *path)
{
	ex.failed = false;
	ex.stage = EXPLAIN_EXEC;
	ex.walked[0] = '\0';
	say_chapter("The call");
	say("   execve(");
	say_quoted(path, strlen(path), 200);
	say(", argv, envp)\n");
	say_paragraph("Process %d asks the kernel to replace its memory by a program. The call returns only if "
		      "that fails; the process keeps its number, its parent and its open files.", t->proc->pid);
	say_flush();
}

static void say_walk_heading(const char *whole)
{
	if (strcmp(ex.walked, whole) == 0)
		return;
	snprintf(ex.walked, sizeof(ex.walked), "%s", whole);
	say("\n   the path ");
	say_quoted(whole, strlen(whole), 200);
	say(", one name at a time:\n");
}

void explain_walk_step(const char *whole, const char *component, int mode, const char *link_target)
{
	if (ex.stage != EXPLAIN_EXEC)
		return;
	say_walk_heading(whole);
	say("     %s%-28s%s ", ink(INK_NAME), component, ink(INK_PLAIN));
	if (mode < 0)
		say("%s%s%s\n", ink(INK_BAD), strerror(-mode), ink(INK_PLAIN));
	else if (link_target)
		say("symbolic link to \"%s\"\n", link_target);
	else
		say("%s, mode %04o\n", S_ISDIR(mode) ? "directory" : S_ISREG(mode) ? "regular file" :
		    S_ISCHR(mode) ? "character device" : S_ISFIFO(mode) ? "FIFO" : "special file", mode & 07777);
	say_flush();
}

/* ---- argv ----------------------------------------------------------------------------------- */

static void put_argv(struct strbuf *out, const struct binprm_view *v)
{
	strbuf_reset(out);
	for (unsigned i = 0; i < v->argc; i++) {
		if (i == 12) {
			strbuf_printf(out, " ... %u more", v->argc - i);
			return;
		}
		strbuf_printf(out, "%s[%.100s]", i ? " " : "", v->argv[i]);
	}
}

static void say_argv(const char *label, const struct strbuf *argv)
{
	say("   %-13s %s\n", label, argv->data ? argv->data : "");
}

/* ---- the first bytes ---------------------------------------------------------------------------- */

/* An ELF header is 64 bytes; of a text the first line is what counts. */
static size_t interesting_bytes(const uint8_t *buf, size_t size)
{
	const uint8_t *newline;
	size_t n = 64, last = size;

	while (last && !buf[last - 1])
		last--;
	if (memcmp(buf, ABI_ELF_MAGIC, 4) == 0)
		return MIN(n, size);
	newline = memchr(buf, '\n', last);
	if (newline)
		last = (size_t)(newline - buf) + 1;
	return MIN(MAX(last, (size_t)1), size);
}

void explain_exec_opened(const struct binprm *b)
{
	struct binprm_view v;
	struct kstat st;

	binprm_look(b, &v);
	put_argv(&ex.argv_before, &v);
	if (!ex.walked[0] || v.rewrites == 0) {
		say("\n");
		say_argv("argv:", &ex.argv_before);
		say("   %-13s %u strings\n", "environment:", v.envc);
	}
	say_chapter("The first 256 bytes");
	say("   of ");
	say_quoted(v.interp, strlen(v.interp), 200);
	if (file_stat(v.file, &st) == 0)
		say(", a file of %llu bytes, mode %04o, owner %u", (unsigned long long)st.size, st.mode & 07777, st.uid);
	say(":\n\n");
	say_hex(v.buf, interesting_bytes(v.buf, v.buf_size));
	say("\n");
	say_paragraph("The name of a file decides nothing; these bytes do. Each format is asked in turn:");
	say_flush();
}

/* ---- verdicts --------------------------------------------------------------------------------------- */

static void say_verdict(const char *format, enum ink color, const char *verdict, const char *why)
{
	say("     %-8s %s%-10s%s %s\n", format, ink(color), verdict, ink(INK_PLAIN), why ? why : "");
}

void explain_exec_format(const struct binprm *b, const char *format, int verdict, const char *why)
{
	if (verdict == 1)
		say_verdict(format, INK_GOOD, "takes it", "and names an interpreter");
	else if (verdict == -ENOEXEC)
		say_verdict(format, INK_DIM, "not mine", why);
	else if (verdict < 0)
		say_verdict(format, INK_BAD, "stops", why);
	say_flush();
}

void explain_exec_rewrite(const struct binprm *b, const char *format)
{
	struct strbuf now = { 0 };
	struct binprm_view v;

	binprm_look(b, &v);
	put_argv(&now, &v);
	say("\n");
	say_argv("argv was", &ex.argv_before);
	say_argv("argv becomes", &now);
	say("\n");
	say_paragraph(strcmp(format, "script") == 0 ?
		"The line after \"#!\" names a program, and everything behind that name is one argument. "
		"The script's own name takes the place of argv[0]. Now the search starts again with \"%s\"." :
		"The registered interpreter gets the file's name as its argument. "
		"Now the search starts again with \"%s\".", v.interp);
	strbuf_free(&now);
	say_flush();
}

/* ---- failure -------------------------------------------------------------------------------------------- */

static const char *advice(int error)
{
	static const struct { int error; const char *text; } table[] = {
		{ ENOENT, "A name was not found. If the file itself exists, it is the interpreter that it names "
			  "(after \"#!\", or in PT_INTERP) which does not exist inside the root." },
		{ EACCES, "Somebody has to allow it: the file needs an x bit for this user, every directory on the "
			  "way an x bit to be passed, and the mount must not be noexec." },
		{ ENOEXEC, "No format took the file. It is the shell that would now try to read it as a script: "
			   "the kernel does not." },
		{ ELOOP, "Interpreters of interpreters are followed five times." },
		{ ETXTBSY, "A file that is open for writing cannot be executed: its code could change while it runs." },
		{ E2BIG, "Arguments and environment together may take a quarter of the stack limit, one string 128 KiB." },
		{ ELIBBAD, "The file names an ELF interpreter that is not one for this machine." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].error == -error)
			return table[i].text;
	return NULL;
}

void explain_exec_failed(struct task *t, const char *path, int error, const char *why)
{
	const char *hint = advice(error);

	ex.failed = true;
	say_chapter("It does not start");
	say("   %sexecve fails: %s%s", ink(INK_BAD), strerror(-error), ink(INK_PLAIN));
	if (why)
		say(" - %s", why);
	say("\n");
	if (hint)
		say_paragraph("%s", hint);
	say_flush();
}

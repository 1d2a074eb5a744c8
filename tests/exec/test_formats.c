/* The first line of scripts, binfmt_misc registrations, vectors of strings. */
#include "../unit.h"

#include <stdlib.h>

#include "kernel/misc.h"
#include "kernel/script.h"

/* ---- scripts (C7, C8) --------------------------------------------------------------- */

static int parse(const char *text, size_t len, struct script_line *line)
{
	uint8_t buf[BINPRM_BUF_SIZE] = { 0 };
	const char *why = NULL;
	int err;

	memcpy(buf, text, len < sizeof(buf) ? len : sizeof(buf));
	err = script_parse(buf, line, &why);
	CHECK(err == 0 || why != NULL);
	return err;
}

/* arg NULL: none. */
static void is_script(const char *text, const char *interp, const char *arg)
{
	struct script_line line;

	UNIT_CONTEXT("%s", text);
	CHECK_EQ(parse(text, strlen(text), &line), 0);
	CHECK_STR(line.interp, interp);
	CHECK_EQ(line.has_arg, arg != NULL);
	if (arg && line.has_arg)
		CHECK_STR(line.arg, arg);
}

static void is_refused(const char *text)
{
	struct script_line line;

	UNIT_CONTEXT("%s", text);
	CHECK_EQ(parse(text, strlen(text), &line), -ENOEXEC);
}

static void script_lines(void)
{
	is_script("#!/bin/sh\n", "/bin/sh", NULL);
	is_script("#!/bin/sh", "/bin/sh", NULL);
	is_script("#! \t /bin/sh \t \nmore", "/bin/sh", NULL);
	is_script("#!/usr/bin/node --experimental-module\n", "/usr/bin/node", "--experimental-module");
	is_script("#!/bin/a \t one  two\t three \t\n", "/bin/a", "one  two\t three");
	is_script("#!/bin/a x\r\n", "/bin/a", "x\r");
	is_script("#!", "", NULL);                  /* the name is empty: exec finds the directory */
	is_script("#!/bin/a ", "/bin/a", "");       /* no newline: the blank is not at the line's end */
	is_refused("");
	is_refused("#");
	is_refused(" #!/bin/sh\n");
	is_refused("#!\n");
	is_refused("#! \t \n/bin/sh\n");
}

static void script_long_lines(void)
{
	char text[400];
	struct script_line line;

	memset(text, 'a', sizeof(text));
	memcpy(text, "#!/", 3);
	CHECK_EQ(parse(text, sizeof(text), &line), -ENOEXEC);       /* where the path ends is not known */
	text[254] = ' ';
	CHECK_EQ(parse(text, sizeof(text), &line), 0);
	CHECK_EQ(strlen(line.interp), 252);
	text[20] = ' ';
	text[254] = 'a';
	CHECK_EQ(parse(text, sizeof(text), &line), 0);
	CHECK_EQ(strlen(line.arg), 255 - 21);                       /* 255 bytes of the line count */
	memset(text + 2, ' ', sizeof(text) - 2);
	CHECK_EQ(parse(text, sizeof(text), &line), -ENOEXEC);
}

/* ---- binfmt_misc (C11) ------------------------------------------------------------------ */

static struct misc_entry *registered(const char *text)
{
	struct misc_entry *e = NULL;

	UNIT_CONTEXT("%s", text);
	CHECK_EQ(misc_parse(text, strlen(text), &e), 0);
	return e;
}

static void misc_magic(void)
{
	struct misc_entry *e = registered(":java:M::\\xca\\xfe\\xba\\xbe::/usr/bin/java:");
	uint8_t buf[BINPRM_BUF_SIZE] = { 0xca, 0xfe, 0xba, 0xbe };

	CHECK_STR(e->name, "java");
	CHECK_STR(e->interpreter, "/usr/bin/java");
	CHECK_EQ(e->size, 4);
	CHECK(misc_matches(e, buf, "x"));
	buf[3] = 0xbf;
	CHECK(!misc_matches(e, buf, "x"));
	e->enabled = false;
	misc_free(e);

	e = registered(":m:M:252:abcd:\\xff\\xff\\xff\\x00:/i:PF");
	memcpy(buf + 252, "abcZ", 4);
	CHECK(misc_matches(e, buf, "x"));
	CHECK_EQ(e->flags, MISC_PRESERVE_ARGV0 | MISC_OPEN_FILE);
	misc_free(e);

	/* Any delimiter; a backslash before something else than x is itself. */
	e = registered("|m|M||\\x3a:\\||/i|OC\n");
	CHECK_EQ(e->size, 3);
	CHECK_EQ(e->flags, MISC_OPEN_BINARY | MISC_CREDENTIALS);
	misc_free(e);
}

static void misc_extension(void)
{
	struct misc_entry *e = registered(":jar:E::jar::/usr/bin/jexec:");
	uint8_t buf[BINPRM_BUF_SIZE] = { 0 };

	CHECK(misc_matches(e, buf, "/a/b.jar"));
	CHECK(misc_matches(e, buf, ".jar"));
	CHECK(!misc_matches(e, buf, "/a/b.jar.gz"));
	CHECK(!misc_matches(e, buf, "jar"));
	CHECK(!misc_matches(e, buf, "b.JAR"));
	misc_free(e);
}

static void misc_refused(void)
{
	static const char *const bad[] = {
		":a:M::b::/i", "::M::abc::/interp:", ":a/b:M::abc::/i:", ":..:M::abc::/i:", ":a:Q::abc::/i:",
		":a:M:x:abc::/i:", ":a:M:300:abc::/i:", ":a:M:254:abc::/i:", ":a:M::abc:de:/i:", ":a:M::abc::::",
		":a:M::\\xzz::/i:", ":a:M::abc::/i:X", ":a:M::abc::/i:P:", ":a:E::b/c::/i:", ":aa:E::::/i:",
	};
	struct misc_entry *e;
	char *longest = malloc(MISC_REGISTER_MAX + 1);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		UNIT_CONTEXT("%s", bad[i]);
		CHECK_EQ(misc_parse(bad[i], strlen(bad[i]), &e), -EINVAL);
	}
	memset(longest, 'a', MISC_REGISTER_MAX + 1);
	CHECK_EQ(misc_parse(longest, MISC_REGISTER_MAX + 1, &e), -EINVAL);
	CHECK_EQ(misc_parse(longest, MISC_REGISTER_MAX, &e), -EINVAL);
	free(longest);
}

/* ---- strings --------------------------------------------------------------------------------- */

static void vectors(void)
{
	struct strvec s = { 0 };

	for (int i = 0; i < 100; i++)
		CHECK_EQ(strvec_insert(&s, 0, "abc", 3), 0);
	CHECK_EQ(strvec_insert(&s, 50, "middle", 6), 0);
	CHECK_EQ(s.n, 101);
	CHECK_STR(s.v[50], "middle");
	CHECK(s.v[101] == NULL);
	strvec_remove(&s, 50);
	CHECK_STR(s.v[50], "abc");
	CHECK(s.v[100] == NULL);
	strvec_free(&s);
	CHECK_EQ(s.n, 0);
}

int main(void)
{
	RUN(script_lines);
	RUN(script_long_lines);
	RUN(misc_magic);
	RUN(misc_extension);
	RUN(misc_refused);
	RUN(vectors);
	return unit_done();
}

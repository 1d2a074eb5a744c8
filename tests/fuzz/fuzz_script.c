/* The first line of a script, any 256 bytes: refused with a reason, or an
 * interpreter without blanks and an argument trimmed at both ends. A NUL ends
 * both, so that they may be empty: an empty name is ENOENT when it is opened, as on Linux. */
#include <string.h>
#include "base/log.h"
#include "kernel/script.h"

static bool blank(char c) { return c == ' ' || c == '\t'; }

static void check_parsed(const uint8_t *buf, const struct script_line *line)
{
	size_t interp = strnlen(line->interp, sizeof(line->interp));

	ASSERT(buf[0] == '#' && buf[1] == '!');
	ASSERT(interp < sizeof(line->interp));
	ASSERT(interp > 0 || memchr(buf, '\0', BINPRM_BUF_SIZE));
	ASSERT(!strpbrk(line->interp, " \t\n"));
	if (line->has_arg) {
		size_t arg = strnlen(line->arg, sizeof(line->arg));

		ASSERT(arg < sizeof(line->arg) && (arg > 0 || memchr(buf, '\0', BINPRM_BUF_SIZE)));
		ASSERT(!blank(line->arg[0]) && !strchr(line->arg, '\n'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[BINPRM_BUF_SIZE] = { 0 };
	struct script_line line;
	const char *why = NULL;
	int result;

	memcpy(buf, data, MIN(size, sizeof(buf)));
	memset(&line, 0xee, sizeof(line));
	result = script_parse(buf, &line, &why);
	if (result == 0) {
		check_parsed(buf, &line);
	} else {
		ASSERT(result == -ENOEXEC && why);
	}
	return 0;
}

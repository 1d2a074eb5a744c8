/* hearth: run RISC-V Linux programs. This file only finds out which command is meant. */
#include "cli.h"

#include <string.h>

#include "base/log.h"
#include "host/host.h"

static int command_run(char **args, bool explain)
{
	struct options o = { .explain = explain };
	int status = options_parse(&o, args, explain ? "explain" : "run");

	if (!status)
		status = run_command(&o);
	options_free(&o);
	return status;
}

static int command_help(char **args)
{
	return help_print(args[0]);
}

/* A first word that is no command is a program; but "hearth rn ./hello" meant a command. */
static int command_program(char **args)
{
	static const char *const commands[] = { "run", "explain", "help", "--version", "--help", NULL };
	const char *meant = strchr(args[0], '/') ? NULL : help_did_you_mean(args[0], commands);

	if (args[0][0] == '-' && meant) {
		log_error("there is no option %s; did you mean 'hearth %s'?", args[0], meant);
		return EXIT_HEARTH;
	}
	if (meant && args[1]) {
		log_error("there is no command '%s'; did you mean 'hearth %s'?", args[0], meant);
		return EXIT_HEARTH;
	}
	return command_run(args, false);
}

static int dispatch(char **args)
{
	if (!args[0]) {
		help_print(NULL);
		return EXIT_HEARTH;
	}
	if (!strcmp(args[0], "run"))
		return command_run(args + 1, false);
	if (!strcmp(args[0], "explain"))
		return command_run(args + 1, true);
	if (!strcmp(args[0], "help") || !strcmp(args[0], "--help") || !strcmp(args[0], "-h"))
		return command_help(args + 1);
	if (!strcmp(args[0], "--version")) {
		help_version();
		return 0;
	}
	return command_program(args);
}

/* Options are not read yet; a program's own argument of that name does no harm. */
static bool may_dump(char **args)
{
	for (; *args; args++)
		if (!strncmp(*args, "--dump", 6))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (may_dump(argv))
		disassembler_get(argv);
	host_std_fds_hold();
	return dispatch(argv + 1);
}

/* The command line: what the files of cli share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/types.h"
#include "jit/runtime.h"

/* hearth's own exit codes; all others are the guest's (as env(1), timeout(1), docker run). */
enum { EXIT_HEARTH = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127, EXIT_SIGNAL = 128 };

struct publication { char address[16]; uint16_t host, guest; bool udp; };
struct bind { const char *src, *dst; bool read_only; };

struct options {
	const char *root;              /* NULL: an in-memory root */
	struct bind *binds;
	unsigned nr_binds;
	const char **env;              /* NAME=VALUE */
	unsigned nr_env;
	struct publication *publish;
	unsigned nr_publish;
	bool net_host;                 /* sockets are the host's */
	const char *cwd, *hostname;
	bool has_user;
	uint32_t uid, gid;
	uint64_t memory;               /* bytes; 0: the default */
	uint64_t swap;                 /* bytes; 0: none */
	unsigned harts;                /* 0: the default */
	int sched;                     /* enum sched_policy */
	bool has_seed;
	uint64_t seed;
	struct jit_config jit;
	char *jit_words, *jit_default; /* what jit.disk may point into */
	bool strace, report, explain;
	char **prog;                   /* PROG [ARGS...] NULL */
};

/* Parse what follows the command; options end at the first other word or "--". 0, or an exit
 * status with a message printed. `command` for messages. */
int options_parse(struct options *o, char **args, const char *command);
void options_free(struct options *o);

/* Where the program is, and from where it starts, as the guest sees it. */
struct placement { char prog[4096], cwd[4096]; };
/* Mount everything the options ask for, and find the program. The machine is up, nothing is
 * mounted yet. 0, or an exit status with a message printed. */
int mounts_make(const struct options *o, struct placement *where);

/* PATH inside the guest. */
extern const char mounts_guest_path[];

/* Run what the options say; the exit status. */
int run_command(struct options *o);

/* Have a disassembler for --dump=asm: where hearth was built with one, it is in a second program beside it,
 * which takes over (disassembler_beside.c). Nobody to ask: code is printed in hexadecimal. */
void disassembler_get(char **argv);

int help_print(const char *topic);       /* NULL: the overview. Exit status. */
void help_version(void);
/* The word in the NULL-terminated list that `wrong` was probably meant to be; NULL: none. */
const char *help_did_you_mean(const char *wrong, const char *const *words);

#endif

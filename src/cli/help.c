/* Help that teaches: every page has examples one can paste. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "option_table.h"
#include "src/cli/version.h"

static const char overview[] =
	"hearth runs RISC-V Linux programs, and tells how they start.\n"
	"\n"
	"  hearth PROGRAM [ARGUMENT...]              run a program\n"
	"  hearth run [OPTION...] PROGRAM [ARG...]   the same, with options\n"
	"  hearth explain PROGRAM [ARG...]           the story from execve to main\n"
	"  hearth help [run|explain|environment|files]\n"
	"  hearth --version\n"
	"\n"
	"Try it:\n"
	"\n"
	"  riscv64-linux-gnu-gcc -o hello hello.c && hearth ./hello\n"
	"  hearth run --root ROOT /bin/bash          a shell in a RISC-V Debian\n"
	"  hearth run --strace ./hello               every system call\n"
	"\n"
	"tools/debian-root ROOT bash coreutils python3  makes such a ROOT, as an ordinary user.\n";

static const char run_head[] =
	"hearth run [OPTION...] PROGRAM [ARGUMENT...]\n"
	"\n"
	"Runs a RISC-V Linux program, 64-bit or 32-bit, static or dynamic. Options come before\n"
	"the program's name; what follows the name belongs to the program.\n"
	"\n";

static const char run_tail[] =
	"\n"
	"Without --root the program sees its own directory (read-only), the current one, an empty\n"
	"/tmp, /proc, /sys, /dev and the libraries of the host's RISC-V cross packages; nothing else.\n"
	"With --root it sees DIR, and a PROGRAM without a slash is looked up in the guest's PATH.\n"
	"\n"
	"Exit status: the program's own; 128+N when signal N ended it, with a line that says where\n"
	"and why; 127 when there is no such program, 126 when it cannot be run, 125 when hearth\n"
	"itself failed.\n"
	"\n"
	"Examples:\n"
	"  hearth run ./hello world\n"
	"  hearth run --root ROOT bash -c 'ls -l /usr/bin | sort | head'\n"
	"  hearth run --root ROOT --bind \"$PWD\":/work --cwd /work python3 script.py\n"
	"  hearth run --root ROOT --user 1000 --env LANG=C bash\n";

static const char explain_head[] =
	"hearth explain [OPTION...] PROGRAM [ARGUMENT...]\n"
	"\n"
	"Runs the program and tells, with its real values, what happened between execve and main:\n"
	"how the file was found and recognised, which interpreter took over, how the segments were\n"
	"mapped, what was on the first stack and in the first registers, which page faults and\n"
	"system calls followed. When a start fails, it says why. Options are those of 'hearth run':\n"
	"\n";

static const char explain_tail[] =
	"\n"
	"Examples:\n"
	"  hearth explain ./hello\n"
	"  hearth explain --root ROOT /usr/bin/python3 -c 'print(1)'\n";

static const char environment[] =
	"What the program finds in its environment, and nothing else:\n"
	"\n"
	"  PATH     /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
	"  HOME     /root for user 0, else /\n"
	"  USER, LOGNAME   root for user 0, else user\n"
	"  TERM     yours\n"
	"  LANG     C.UTF-8\n"
	"\n"
	"--env NAME=VALUE adds or replaces one. To hand yours through:\n"
	"\n"
	"  hearth run --env \"EDITOR=$EDITOR\" --root ROOT bash\n"
	"\n"
	"hearth itself reads HEARTH_LOG: error, warn (the default), info or debug; HEARTH_JIT, what\n"
	"--jit, --jit-threshold, --jit-cache and --cache say: HEARTH_JIT=full,threshold=1,cache=1M,disk=none;\n"
	"and HEARTH_HARTS, as --harts. What an option says counts more.\n";

static const char files[] =
	"What the program sees of your files:\n"
	"\n"
	"  with --root DIR     DIR as /, to read and write; /proc, /sys, /dev and /dev/shm are hearth's own.\n"
	"                      Your user owns its files as the guest's root; ownership and device\n"
	"                      files that your user cannot make are remembered in extended\n"
	"                      attributes. No symbolic link leads out of DIR.\n"
	"  without --root      the directory of the program, read-only, and the current directory,\n"
	"                      at their own paths; /tmp (in memory, gone afterwards), /proc, /sys, /dev;\n"
	"                      /usr/riscv64-linux-gnu/lib as /lib and /usr/lib, if you have it.\n"
	"  --bind SRC:DST      one more file or directory; :ro for reading only.\n"
	"\n"
	"  hearth run --bind ~/data:/data:ro ./analyse /data/measurements.csv\n";

static void print_options(const char *head, const char *tail)
{
	fputs(head, stdout);
	for (const struct option_row *r = option_rows; r->name; r++) {
		char left[40];

		snprintf(left, sizeof(left), "%s %s", r->name, r->value ? r->value : "");
		printf("  %-22s %s\n", left, r->help);
	}
	fputs(tail, stdout);
}

int help_print(const char *topic)
{
	static const char *const topics[] = { "run", "explain", "environment", "files", NULL };
	const char *meant;

	if (!topic) {
		fputs(overview, stdout);
	} else if (!strcmp(topic, "run")) {
		print_options(run_head, run_tail);
	} else if (!strcmp(topic, "explain")) {
		print_options(explain_head, explain_tail);
	} else if (!strcmp(topic, "environment")) {
		fputs(environment, stdout);
	} else if (!strcmp(topic, "files")) {
		fputs(files, stdout);
	} else {
		meant = help_did_you_mean(topic, topics);
		log_error("there is no help on '%s'; %s%s", topic, meant ? "did you mean hearth help " : "try 'hearth help'",
			  meant ? meant : "");
		return EXIT_HEARTH;
	}
	return fflush(stdout) ? EXIT_HEARTH : 0;
}

void help_version(void)
{
	printf("hearth %s\n", HEARTH_VERSION);
	fflush(stdout);
}

/* Levenshtein distance with single transpositions, both words short. */
static unsigned distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned d[32][32];

	if (la > 31 || lb > 31)
		return 99;
	for (size_t i = 0; i <= la; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++)
		for (size_t j = 1; j <= lb; j++) {
			unsigned v = MIN(d[i - 1][j], d[i][j - 1]) + 1;

			v = MIN(v, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				v = MIN(v, d[i - 2][j - 2] + 1);
			d[i][j] = v;
		}
	return d[la][lb];
}

const char *help_did_you_mean(const char *wrong, const char *const *words)
{
	const char *best = NULL;
	unsigned best_d = 3;             /* two slips at most */
	char word[32];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(wrong, "="), wrong);
	for (; *words; words++) {
		unsigned d = distance(word, *words);

		/* "-strace", "--stra": a missing dash or the beginning of the word will do. */
		if (strlen(word) > 3 && !strncmp(*words, word, strlen(word)))
			d = 1;
		if (d < best_d) {
			best_d = d;
			best = *words;
		}
	}
	return best;
}

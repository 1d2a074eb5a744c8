/* ENOEXEC is the kernel's; it is execvp that retries with the shell (C12).
 * needs: /bin/sh
 * needs: 64 bits */
#include "abi.h"

TOPIC(exec_shell)
{
	char *const args[] = { "./plain", "arg", NULL };

	put_file("plain", "echo shell ran me: $1; exit 7\n");
	R(chmod("plain", 0755));
	R(execv("./plain", args));
	CHILD(execvp("./plain", args); puts(error_name(errno)));
	V(WEXITSTATUS(system("exit 9")));
	V(WEXITSTATUS(system("./plain twice")));
	V(system(NULL) != 0);
	V(WEXITSTATUS(system("no-such-command-here 2>/dev/null")));
	V(WEXITSTATUS(system(". 2>/dev/null; ./ 2>/dev/null")));
}

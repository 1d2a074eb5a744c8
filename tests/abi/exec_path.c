/* execvp searches PATH; EACCES is remembered, ENOENT otherwise. needs: /bin/sh */
#include "abi.h"

TOPIC(exec_path)
{
	char *const args[] = { "tool", NULL };

	R(mkdir("a", 0755));
	R(mkdir("b", 0755));
	put_file("a/tool", "#!/bin/sh\necho a\n");
	put_file("b/tool", "#!/bin/sh\necho b\n");
	R(setenv("PATH", "./absent:./a:./b", 1));
	R(execvp("tool", args));
	R(chmod("b/tool", 0755));
	CHILD(execvp("tool", args); puts(error_name(errno)));
	R(chmod("a/tool", 0755));
	CHILD(execvp("tool", args); puts(error_name(errno)));
	R(execvp("other", args));
	R(setenv("PATH", "", 1));
	R(execvp("tool", args));
}

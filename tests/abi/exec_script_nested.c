/* A script of a script: five rewrites work, the sixth is ELOOP (C6). */
#include "abi.h"

TOPIC(exec_script_nested)
{
	char self[PATH_MAX] = "", name[16], text[32];

	R(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	R(symlink(self, "s0"));
	for (int i = 1; i <= 7; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		snprintf(text, sizeof(text), "#!./s%d arg%d\n", i - 1, i);
		put_file(name, text);
		chmod(name, 0755);
	}
	for (int i = 1; i <= 7; i++) {
		snprintf(name, sizeof(name), "./s%d", i);
		CHILD(execle(name, "zero", "one", NULL, (char *[]){ NULL }); puts(error_name(errno)));
	}
	put_file("self", "#!./self\n");
	chmod("self", 0755);
	R(execl("./self", "x", NULL));
}

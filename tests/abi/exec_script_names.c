/* comm, AT_EXECFN and argv[0] of a script (C5). */
#include "abi.h"

TOPIC(exec_script_names)
{
	char self[PATH_MAX] = "", text[PATH_MAX + 40];

	if (argc > 1) {
		show_file("/proc/self/comm");
		S((const char *)getauxval(AT_EXECFN));
		for (int i = 1; i < argc; i++)
			S(argv[i]);
		return;
	}
	R(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	R(symlink(self, "interp"));
	put_file("the-script-itself", "#!./interp exec_script_names\n");
	R(chmod("the-script-itself", 0755));
	CHILD(execl("./the-script-itself", "zero", "one", NULL));
	CHILD(execl("./interp", "abi", "exec_script_names", "direct", NULL));
	R(symlink("the-script-itself", "link"));
	CHILD(execl("link", "abi", NULL));
	snprintf(text, sizeof(text), "/proc/self/fd/%d", open("the-script-itself", O_RDONLY));
	CHILD(execl(text, "abi", NULL));
}

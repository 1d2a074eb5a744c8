/* execveat: directories, empty paths, symlinks, fexecve of scripts (C2, C10). */
#include "abi.h"

static long at(int dir, const char *path, int flags)
{
	char *const argv[] = { "abi", "exec_at", "child", NULL };

	return syscall(SYS_execveat, dir, path, argv, environ, flags);
}

TOPIC(exec_at)
{
	char self[PATH_MAX] = "";
	int exe, exe_cloexec, dir, script, script_cloexec;

	if (argc > 1) {
		const char *name = (const char *)getauxval(AT_EXECFN);

		printf("running, %d arguments, name %s\n", argc, strncmp(name, "/dev/fd/", 8) ? name : "/dev/fd/...");
		show_bytes("last argument", argv[argc - 1], strncmp(argv[argc - 1], "/dev/fd/", 8) ? strlen(argv[argc - 1]) : 8);
		return;
	}
	R(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	R(mkdir("d", 0755));
	R(symlink(self, "d/link"));
	put_file("d/script", "#!d/link exec_at\n");
	R(chmod("d/script", 0755));
	exe = open(self, O_RDONLY);
	exe_cloexec = open(self, O_PATH | O_CLOEXEC);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	script = open("d/script", O_RDONLY);
	script_cloexec = open("d/script", O_RDONLY | O_CLOEXEC);
	CHILD(R(at(exe, "", AT_EMPTY_PATH)));
	CHILD(R(at(exe_cloexec, "", AT_EMPTY_PATH)));
	CHILD(R(at(dir, "link", 0)));
	CHILD(R(at(dir, "link", AT_SYMLINK_NOFOLLOW)));
	CHILD(R(at(dir, "script", 0)));
	CHILD(R(at(AT_FDCWD, "d/script", 0)));
	CHILD(R(at(script, "", AT_EMPTY_PATH)));
	R(at(script_cloexec, "", AT_EMPTY_PATH));
	R(fexecve(script_cloexec, argv, environ));
	R(at(exe, "", 0));
	R(at(dir, "", AT_EMPTY_PATH));
	R(at(dir, "absent", 0));
	R(at(999, "link", 0));
	R(at(999, "", AT_EMPTY_PATH));
	R(at(exe, "x", 0));
	R(at(AT_FDCWD, "d/link", 0x4000));
}

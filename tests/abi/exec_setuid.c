/* Set-id bits of programs count, those of scripts do not (C10); AT_SECURE tells (E4).
 * Only root can make files of others, so without it there is nothing to see. */
#include "abi.h"

static void show_ids(const char *when)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	printf("%s: uid %u %u %u, gid %u %u %u, auxv %lu %lu %lu %lu secure %lu, dumpable %d\n", when, r, e, s, rg, eg, sg,
	       getauxval(AT_UID), getauxval(AT_EUID), getauxval(AT_GID), getauxval(AT_EGID), getauxval(AT_SECURE),
	       prctl(PR_GET_DUMPABLE));
}

static void copy_self(const char *name)
{
	char buf[65536];
	int in = open("/proc/self/exe", O_RDONLY), out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		write(out, buf, (size_t)n);
	close(in);
	close(out);
}

static void as_user(const char *what, const char *path, bool no_new_privs)
{
	char *const argv[] = { (char *)path, "exec_setuid", "show", NULL };

	printf("%s: ", what);
	fflush(stdout);
	CHILD({
		setgroups(0, NULL);
		setresgid(1234, 1234, 1234);
		setresuid(1234, 1234, 1234);
		if (no_new_privs)
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		execv(path, argv);
		puts(error_name(errno));
	});
}

TOPIC(exec_setuid)
{
	if (argc > 1) {
		show_ids("started");
		return;
	}
	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	chmod(".", 0755);
	copy_self("prog");
	as_user("plain", "./prog", false);
	chown("prog", 77, 88);
	chmod("prog", 04755);
	as_user("set-uid", "./prog", false);
	as_user("set-uid, no_new_privs", "./prog", true);
	chmod("prog", 02755);
	as_user("set-gid", "./prog", false);
	chmod("prog", 02745);
	as_user("set-gid without group x", "./prog", false);
	chmod("prog", 06755);
	as_user("both", "./prog", false);
	chown("prog", 0, 0);
	chmod("prog", 04755);
	as_user("set-uid root", "./prog", false);
	copy_self("plain");
	put_file("script", "#!./plain exec_setuid\n");
	chown("script", 77, 88);
	chmod("script", 06755);
	as_user("a set-id script", "./script", false);
	chmod("prog", 0111);
	as_user("not readable", "./prog", false);
}

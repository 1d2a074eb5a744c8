/* Root gives up its ids for good; files and signals then say EPERM and EACCES. */
#include "abi.h"

TOPIC(id_drop)
{
	struct stat st;

	if (getuid() != 0) {
		R(setuid(0));
		R(setgid(0));
		R(setresuid(0, 0, 0));
		return;
	}
	put_file("secret", "s");
	R(chmod("secret", 0600));
	put_file("public", "p");
	R(chmod("public", 0644));
	R(mkdir("closed", 0700));
	R(mkdir("open", 01777));
	R(chmod("open", 01777));
	put_file("open/roots", "r");
	R(chown("public", 123, 456));
	R(stat("public", &st));
	V(st.st_uid);
	V(st.st_gid);
	CHILD({
		R(setgroups(0, NULL));
		R(setresgid(1000, 1000, 1000));
		R(setresuid(1000, 1000, 1000));
		V(getuid());
		V(getegid());
		R(setuid(0));
		R(setresuid(-1, 0, -1));
		R(setgid(5));
		R(setgroups(0, NULL));
		R(open("secret", O_RDONLY));
		R(open("public", O_RDONLY) >= 0);
		R(open("public", O_WRONLY));
		R(access("public", W_OK));
		R(open("closed/x", O_WRONLY | O_CREAT, 0600));
		R(open("open/x", O_WRONLY | O_CREAT, 0600) >= 0);
		R(stat("open/x", &st));
		V(st.st_uid);
		R(unlink("open/roots"));
		R(chmod("public", 0666));
		R(chown("open/x", 0, 0));
		R(chown("open/x", -1, 1000));
		R(unlink("open/x"));
		R(mkdir("d", 0700));
		R(kill(getppid(), 0));
		R(setpriority(PRIO_PROCESS, 0, -5));
		R(chroot("."));
		R(sethostname("x", 1));
		R(chdir("closed"));
		R(execl("./secret", "x", NULL));
		R(mknod("open/dev", S_IFCHR | 0600, 0x103));
	});
}

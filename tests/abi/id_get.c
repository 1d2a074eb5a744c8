/* User and group ids agree with each other and across fork and exec. */
#include "abi.h"

TOPIC(id_get)
{
	uid_t r, e, s;
	gid_t groups[64];

	R(getresuid(&r, &e, &s));
	V(r == getuid() && e == geteuid() && s == e);
	R(getresgid(&r, &e, &s));
	V(r == getgid() && e == getegid() && s == e);
	R(setuid(getuid()));
	R(setgid(getgid()));
	R(setreuid(-1, -1));
	R(setresuid(-1, -1, -1));
	R(getgroups(0, NULL) >= 0);
	R(getgroups(64, groups) >= 0);
	R(getgroups(-1, groups));
	R(setfsuid(-1) == (int)geteuid());
	R(getresuid(BAD, &e, &s));
}

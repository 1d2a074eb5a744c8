/* Real, effective and saved ids of a root process: switching and coming back. */
#include "abi.h"

TOPIC(id_effective)
{
	uid_t r, e, s;

	if (getuid() != 0)
		return;
	CHILD({
		R(setresuid(1000, 2000, 0));
		getresuid(&r, &e, &s);
		printf("%d %d %d\n", r, e, s);
		R(setuid(500));
		R(seteuid(0));
		V(geteuid());
		R(setreuid(-1, 1000));
		getresuid(&r, &e, &s);
		printf("%d %d %d\n", r, e, s);
		R(seteuid(0));
		R(setuid(3000));
		getresuid(&r, &e, &s);
		printf("%d %d %d\n", r, e, s);
		R(seteuid(0));
	});
	CHILD({
		R(setregid(10, 20));
		R(getresgid(&r, &e, &s));
		printf("%d %d %d\n", r, e, s);
		gid_t list[3] = { 7, 8, 9 };
		R(setgroups(3, list));
		memset(list, 0, sizeof(list));
		R(getgroups(3, list));
		printf("%d %d %d\n", list[0], list[1], list[2]);
		R(getgroups(2, list));
	});
}

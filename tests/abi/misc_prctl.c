/* prctl: names, dumpable, keep-caps, unknown options; personality. */
#include "abi.h"

TOPIC(misc_prctl)
{
	char name[32] = "";

	R(prctl(PR_SET_NAME, "short"));
	R(prctl(PR_GET_NAME, name));
	S(name);
	R(prctl(PR_SET_NAME, "exactly-fifteen-characters"));
	R(prctl(PR_GET_NAME, name));
	S(name);
	CHILD(prctl(PR_GET_NAME, name); S(name));
	R(prctl(PR_GET_DUMPABLE));
	R(prctl(PR_SET_DUMPABLE, 0));
	R(prctl(PR_GET_DUMPABLE));
	R(prctl(PR_SET_DUMPABLE, 5));
	R(prctl(PR_GET_KEEPCAPS));
	R(prctl(PR_SET_KEEPCAPS, 2));
	R(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	R(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	R(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	R(prctl(123456));
	R(prctl(PR_SET_NAME, BAD));
	X(personality(0xffffffff) & 0xff);
}

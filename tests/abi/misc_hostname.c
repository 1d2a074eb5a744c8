/* sethostname, setdomainname: as root in a child namespace of its own, else refused. */
#include "abi.h"

TOPIC(misc_hostname)
{
	char name[65];

	R(sethostname("x", -1) == -1);
	R(sethostname("x", 65) == -1);
	R(gethostname(name, 65));
}

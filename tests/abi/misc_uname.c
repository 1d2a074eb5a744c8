/* uname, sysinfo, sysconf: plausible and consistent. */
#include "abi.h"

TOPIC(misc_uname)
{
	struct utsname uts;
	struct sysinfo info;
	char name[65] = "";
	int major = 0, minor = 0;

	R(uname(&uts));
	S(uts.sysname);
	V(sscanf(uts.release, "%d.%d", &major, &minor));
	V(major >= 5);
	V(strlen(uts.nodename) > 0);
	V(strlen(uts.version) > 0);
	R(gethostname(name, sizeof(name)));
	V(strcmp(name, uts.nodename));
	R(uname(BAD));
	R(sysinfo(&info));
	V(info.totalram > 0 && info.freeram <= info.totalram);
	V(info.mem_unit > 0);
	V(info.procs > 0);
	V(info.uptime > 0);
	V(sysconf(_SC_PAGESIZE));
	V(sysconf(_SC_NPROCESSORS_ONLN) >= 1);
	V(sysconf(_SC_ARG_MAX) >= 131072);
	V(sysconf(_SC_OPEN_MAX) >= 20);
	R(sysinfo(BAD));
}

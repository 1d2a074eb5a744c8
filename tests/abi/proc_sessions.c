/* setsid: new session and group, refused to a group leader. */
#include "abi.h"

TOPIC(proc_sessions)
{
	CHILD({
		V(setsid() == getpid());
		V(getsid(0) == getpid());
		V(getpgrp() == getpid());
		R(setsid());
		R(setpgid(0, 0));
		CHILD({
			V(getsid(0) == getppid());
			V(getpgrp() == getppid());
			V(setsid() == getpid());
		});
	});
	CHILD({
		R(setpgid(0, 0));
		R(setsid());
	});
	CHILD(V(getsid(0) == getsid(getppid())); R(setsid() > 0); R(open("/dev/tty", O_RDWR)));
}

/* waitid: siginfo of exits and kills, WNOWAIT, option errnos. */
#include "abi.h"

static void show_info(const siginfo_t *info, pid_t pid)
{
	printf("%s code %d status %d, pid %s, uid %s\n", signal_name(info->si_signo), info->si_code,
	       info->si_status, info->si_pid == pid ? "right" : "wrong",
	       info->si_uid == getuid() ? "right" : "wrong");
}

TOPIC(proc_waitid)
{
	siginfo_t info;
	pid_t pid;

	R(waitid(P_ALL, 0, &info, WEXITED));
	pid = fork();
	if (pid == 0)
		_exit(0x123);
	R(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	show_info(&info, pid);
	R(waitid(P_PID, pid, &info, WEXITED));
	show_info(&info, pid);
	R(waitid(P_PID, pid, &info, WEXITED));
	pid = fork();
	if (pid == 0) {
		sleep_ms(1000);
		_exit(0);
	}
	memset(&info, 0x55, sizeof(info));
	R(waitid(P_PID, pid, &info, WEXITED | WNOHANG));
	V(info.si_pid);
	V(info.si_signo);
	R(kill(pid, SIGTERM));
	R(waitid(P_ALL, 0, &info, WEXITED));
	show_info(&info, pid);
	R(waitid(P_PID, 1, &info, 0));
	R(waitid(P_PID, 1, &info, WNOHANG));
	R(waitid(77, 1, &info, WEXITED));
	R(waitid(P_PID, 0, &info, WEXITED));
	R(waitid(P_PGID, -5, &info, WEXITED));
	R(waitid(P_ALL, 0, NULL, WEXITED | WNOHANG));
}

/* Stopping and continuing a child, seen by waitpid and waitid. */
#include "abi.h"

TOPIC(proc_stop_continue)
{
	siginfo_t info;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		raise(SIGSTOP);
		sleep_ms(50);
		raise(SIGSTOP);
		_exit(9);
	}
	V(waitpid(pid, &status, WUNTRACED) == pid);
	show_status(status);
	V(waitpid(pid, &status, WUNTRACED | WNOHANG));
	R(kill(pid, SIGCONT));
	V(waitpid(pid, &status, WCONTINUED) == pid);
	show_status(status);
	R(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT));
	printf("code %d status %s\n", info.si_code, signal_name(info.si_status));
	R(kill(pid, SIGUSR1));
	V(waitpid(pid, &status, WNOHANG));
	R(kill(pid, SIGCONT));
	V(waitpid(pid, &status, 0) == pid);
	show_status(status);
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(1);
	}
	V(waitpid(pid, &status, WUNTRACED) == pid);
	R(kill(pid, SIGKILL));
	reap(pid);
}

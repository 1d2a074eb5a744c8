/* siginfo: kill, tgkill, sigqueue, raise, SIGCHLD, timers. */
#include "abi.h"

static void handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	printf("%s: signo %s, errno %d, code %d", signal_name(signo), info->si_signo == signo ? "same" : "other",
	       info->si_errno, info->si_code);
	if (info->si_code <= 0 && info->si_code != SI_TIMER)
		printf(", pid %s, uid %s", info->si_pid == getpid() ? "self" : info->si_pid == getppid() ? "parent" : "other",
		       info->si_uid == getuid() ? "same" : "other");
	if (info->si_code == SI_QUEUE)
		printf(", value %d", info->si_value.sival_int);
	if (signo == SIGCHLD && info->si_code > 0)
		printf(", status %d, uid %s", info->si_status, info->si_uid == getuid() ? "same" : "other");
	printf("\n");
}

TOPIC(sig_info)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct itimerval timer = { .it_value = { 0, 1000 } };
	siginfo_t info = { .si_signo = 41, .si_code = -60, .si_pid = getpid(), .si_uid = getuid() };
	pid_t pid;

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	sigaction(41, &action, NULL);
	kill(getpid(), SIGUSR1);
	raise(SIGUSR1);
	syscall(SYS_tkill, getpid(), SIGUSR1);
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = -5 });
	sigqueue(getpid(), 41, (union sigval){ .sival_int = 77 });
	R(syscall(SYS_rt_sigqueueinfo, getpid(), 41, &info));
	CHILD(kill(getppid(), SIGUSR1); sleep_ms(20); _exit(5));
	pid = fork();
	if (pid == 0)
		raise(SIGTERM);
	reap(pid);
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		sleep_ms(30);
		_exit(0);
	}
	waitpid(pid, NULL, WUNTRACED);
	sleep_ms(10);
	kill(pid, SIGCONT);
	reap(pid);
	setitimer(ITIMER_REAL, &timer, NULL);
	sleep_ms(20);
	info.si_code = 5;
	R(syscall(SYS_rt_sigqueueinfo, getppid(), 41, &info));
}

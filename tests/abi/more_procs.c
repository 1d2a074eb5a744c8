/* Processes, signals, time and credentials: question by question. needs: 64 bits */
#include "abi.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

static volatile sig_atomic_t hits;
static volatile siginfo_t last;
static void note(int signo, siginfo_t *info, void *context)
{
	(void)context, (void)signo;
	hits++;
	last = *info;
}
static void catch(int signo, int flags)
{
	struct sigaction a = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | flags };

	hits = 0;
	sigaction(signo, &a, NULL);
}

TOPIC(more_siginfo_child)
{
	catch(SIGCHLD, 0);
	if (fork() == 0)
		_exit(77);
	while (!hits)
		sleep_ms(1);
	V(last.si_code == CLD_EXITED); V(last.si_status); V(last.si_uid == getuid()); V(last.si_pid == wait(NULL));
	catch(SIGCHLD, 0);
	if (fork() == 0)
		raise(SIGKILL);
	while (!hits)
		sleep_ms(1);
	V(last.si_code == CLD_KILLED); V(last.si_status);
	wait(NULL);
	catch(SIGCHLD, 0);
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	while (hits < 1)
		sleep_ms(1);
	V(last.si_code == CLD_STOPPED); V(last.si_status);
	kill(pid, SIGCONT);
	while (hits < 2)
		sleep_ms(1);
	V(last.si_code == CLD_CONTINUED); V(last.si_status);
	kill(pid, SIGTERM);
	wait(NULL);
}
TOPIC(more_siginfo_sources)
{
	timer_t t;
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42 };
	struct itimerspec soon = { { 0, 0 }, { 0, 1000000 } };

	catch(SIGUSR1, 0);
	kill(getpid(), SIGUSR1);
	V(last.si_code); V(last.si_pid == getpid());
	raise(SIGUSR1);
	V(last.si_code); V(last.si_pid == getpid());
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 7 });
	V(last.si_code); V(last.si_value.sival_int);
	timer_create(CLOCK_MONOTONIC, &ev, &t);
	hits = 0;
	timer_settime(t, 0, &soon, NULL);
	while (!hits)
		sleep_ms(1);
	V(last.si_code); V(last.si_value.sival_int); V(last.si_overrun); V(last.si_timerid >= 0);
	catch(SIGALRM, 0);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 0 }, { 0, 1000 } }, NULL);
	while (!hits)
		sleep_ms(1);
	V(last.si_code);
	catch(SIGPIPE, 0);
	int p[2];
	pipe(p);
	close(p[0]);
	R(write(p[1], "x", 1));
	V(hits); V(last.si_code);
}
TOPIC(more_queue_order)
{
	sigset_t set;
	siginfo_t info;

	sigemptyset(&set);
	for (int s = 34; s < 40; s++)
		sigaddset(&set, s);
	sigaddset(&set, SIGUSR1), sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 3; i++) {
		sigqueue(getpid(), 36, (union sigval){ .sival_int = i });
		sigqueue(getpid(), 34, (union sigval){ .sival_int = 10 + i });
		sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 20 + i });
	}
	kill(getpid(), SIGTERM);
	while (sigtimedwait(&set, &info, &(struct timespec){ 0, 0 }) > 0)
		printf("%d value %d\n", info.si_signo, info.si_signo == SIGTERM ? 0 : info.si_value.sival_int);
	R(sigtimedwait(&set, &info, &(struct timespec){ 0, 0 }));
	R(sigtimedwait(&set, &info, &(struct timespec){ 0, -1 }));
	R(sigtimedwait(&set, &info, &(struct timespec){ 0, 1000000000 }));
}
TOPIC(more_masks)
{
	sigset_t all, now;

	sigfillset(&all);
	R(sigprocmask(SIG_SETMASK, &all, NULL));
	sigprocmask(SIG_BLOCK, NULL, &now);
	R(sigismember(&now, SIGKILL)); R(sigismember(&now, SIGSTOP)); R(sigismember(&now, SIGUSR1)); R(sigismember(&now, 64));
	R(syscall(SYS_rt_sigprocmask, 3, &all, NULL, 8));
	R(syscall(SYS_rt_sigprocmask, -1, &all, NULL, 8));
	R(syscall(SYS_rt_sigprocmask, 0, &all, NULL, 4));
	R(syscall(SYS_rt_sigprocmask, 0, &all, NULL, 16));
	R(syscall(SYS_rt_sigpending, &now, 9));
	R(syscall(SYS_rt_sigpending, &now, 4));
	R(syscall(SYS_rt_sigaction, SIGKILL, NULL, &(char[64]){ 0 }, 8));
	R(sigaction(SIGKILL, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL));
	R(sigaction(SIGSTOP, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL));
	R(syscall(SYS_rt_sigaction, 0, NULL, NULL, 8));
	R(syscall(SYS_rt_sigaction, 65, NULL, NULL, 8));
	R(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
	kill(getpid(), SIGUSR1);
	sigpending(&now);
	R(sigismember(&now, SIGUSR1));
	/* To ignore a pending signal is to drop it. */
	signal(SIGUSR1, SIG_IGN);
	sigpending(&now);
	R(sigismember(&now, SIGUSR1));
	CHILD(sigset_t c; sigpending(&c); R(sigisemptyset(&c)); sigprocmask(SIG_BLOCK, NULL, &c); R(sigismember(&c, SIGUSR1)));
}
TOPIC(more_altstack)
{
	stack_t s = { malloc(65536), 0, 65536 }, old;

	R(sigaltstack(NULL, &old));
	X(old.ss_flags);
	s.ss_flags = 4;
	R(sigaltstack(&s, NULL));
	s.ss_flags = 0, s.ss_size = 100;
	R(sigaltstack(&s, NULL));
	s.ss_size = 65536;
	R(sigaltstack(&s, NULL));
	R(sigaltstack(NULL, &old));
	V(old.ss_sp == s.ss_sp); V(old.ss_size);
	s.ss_flags = SS_DISABLE;
	R(sigaltstack(&s, &old));
	R(sigaltstack(NULL, &old));
	X(old.ss_flags);
	s.ss_flags = SS_ONSTACK;
	R(sigaltstack(&s, NULL));
	s.ss_flags = 1u << 31;
	R(sigaltstack(&s, NULL));
	R(sigaltstack(NULL, &old));
	X(old.ss_flags);
}
TOPIC(more_wait_selection)
{
	siginfo_t info = { 0 };
	pid_t a, b;
	int status;

	R(waitpid(-1, NULL, WNOHANG));
	a = fork();
	if (a == 0) {
		pause();
		_exit(0);
	}
	b = fork();
	if (b == 0)
		_exit(5);
	R(waitpid(a, NULL, WNOHANG));
	R(waitid(P_PID, b, &info, WEXITED | WNOWAIT));
	V(info.si_pid == b); V(info.si_status); V(info.si_code);
	R(waitpid(b, &status, 0) == b);
	show_status(status);
	R(waitpid(b, &status, 0));
	memset(&info, 1, sizeof(info));
	R(waitid(P_PID, a, &info, WEXITED | WNOHANG));
	V(info.si_pid); V(info.si_signo);
	kill(a, SIGSTOP);
	R(waitpid(a, &status, WUNTRACED) == a);
	show_status(status);
	R(waitpid(a, &status, WUNTRACED | WNOHANG));
	kill(a, SIGCONT);
	R(waitpid(a, &status, WCONTINUED) == a);
	show_status(status);
	kill(a, SIGKILL);
	R(waitpid(0, &status, 0) == a);
	show_status(status);
	R(waitpid(-1, &status, 0));
}
TOPIC(more_exec_keeps)
{
	sigset_t set;
	int fd;

	if (argc > 1) {
		struct sigaction usr1, usr2;
		stack_t s;

		sigprocmask(SIG_BLOCK, NULL, &set);
		sigaction(SIGUSR1, NULL, &usr1), sigaction(SIGUSR2, NULL, &usr2);
		V(sigismember(&set, SIGHUP)); V(usr1.sa_handler == SIG_IGN); V(usr2.sa_handler == SIG_DFL);
		sigpending(&set);
		V(sigismember(&set, SIGHUP));
		sigaltstack(NULL, &s);
		X(s.ss_flags);
		R(fcntl(10, F_GETFD)); R(fcntl(11, F_GETFD)); R(fcntl(12, F_GETFL) & O_APPEND);
		V(umask(0)); V(getpriority(PRIO_PROCESS, 0)); V(alarm(0) > 0);
		R(personality(0xffffffff));
		R(prctl(PR_GET_PDEATHSIG, &fd)); V(fd);
		R(prctl(PR_GET_KEEPCAPS)); R(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); R(prctl(PR_GET_DUMPABLE));
		R(prctl(PR_GET_TIMERSLACK));
		return;
	}
	dup2(0, 10);
	fcntl(dup2(0, 11), F_SETFD, FD_CLOEXEC);
	put_file("f", "");
	dup2(open("f", O_WRONLY | O_APPEND), 12);
	umask(027);
	setpriority(PRIO_PROCESS, 0, 3);
	alarm(1000);
	signal(SIGUSR1, SIG_IGN);
	catch(SIGUSR2, 0);
	sigemptyset(&set), sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGHUP);
	sigaltstack(&(stack_t){ malloc(65536), 0, 65536 }, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM), prctl(PR_SET_KEEPCAPS, 1), prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0), prctl(PR_SET_TIMERSLACK, 777);
	exec_topic("more_exec_keeps", "again");
}
TOPIC(more_fork_keeps)
{
	struct itimerval it;

	alarm(1000);
	setitimer(ITIMER_VIRTUAL, &(struct itimerval){ { 0, 0 }, { 100, 0 } }, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM), prctl(PR_SET_CHILD_SUBREAPER, 1), prctl(PR_SET_TIMERSLACK, 777);
	prctl(PR_SET_NAME, "parent-name");
	catch(SIGUSR2, 0);
	sigaltstack(&(stack_t){ malloc(65536), 0, 65536 }, NULL);
	CHILD(int v; char name[16]; stack_t s; struct sigaction a;
	      V(alarm(0)); getitimer(ITIMER_VIRTUAL, &it); V(it.it_value.tv_sec);
	      prctl(PR_GET_PDEATHSIG, &v); V(v); prctl(PR_GET_CHILD_SUBREAPER, &v); V(v); V(prctl(PR_GET_TIMERSLACK));
	      prctl(PR_GET_NAME, name); S(name); sigaltstack(NULL, &s); X(s.ss_flags);
	      sigaction(SIGUSR2, NULL, &a); V(a.sa_sigaction == note); V(times(NULL) != 0);
	      struct rusage u; getrusage(RUSAGE_CHILDREN, &u); V(u.ru_utime.tv_sec));
}
TOPIC(more_sessions)
{
	CHILD(R(setsid() == getpid()); R(setsid()); R(setpgid(0, 0)); V(getpgrp() == getpid()); V(getsid(0) == getpid()));
	CHILD(R(setpgid(0, 0)); R(setsid()); R(setpgid(0, getppid() + 100000)); R(setpgid(0, -1)); R(setpgid(-1, 0)));
	R(getpgid(INT_MAX)); R(getsid(INT_MAX)); R(getpgid(-1)); R(getsid(-1));
	R(setpgid(INT_MAX, 0));
	int to[2], from[2];
	char c;
	pipe(to), pipe(from);
	pid_t pid = fork();
	if (pid == 0) {
		read(to[0], &c, 1);
		execl("/proc/self/exe", "abi", "more_sessions_child", NULL);
		_exit(1);
	}
	R(setpgid(pid, pid));
	R(getpgid(pid) == pid);
	R(setpgid(pid, getpgrp()));
	write(to[1], "x", 1);
	wait(NULL);
	R(kill(-99999, 0)); R(kill(-pid, 0)); R(kill(0, 0));
}
TOPIC(more_sessions_child) { puts("child"); }
TOPIC(more_ids_changes)
{
	uid_t r, e, s;

	if (getuid())
		return;
	CHILD(R(setresuid(1, 2, 3)); getresuid(&r, &e, &s); printf("%d %d %d\n", r, e, s); R(seteuid(3)); R(seteuid(4)); R(setuid(1));
	      getresuid(&r, &e, &s); printf("%d %d %d\n", r, e, s); R(setreuid(3, -1)); getresuid(&r, &e, &s); printf("%d %d %d\n", r, e, s);
	      R(setresuid(-1, -1, 9)));
	CHILD(R(setreuid(5, 6)); getresuid(&r, &e, &s); printf("%d %d %d\n", r, e, s); R(setreuid(6, 5)); getresuid(&r, &e, &s);
	      printf("%d %d %d\n", r, e, s); R(setuid(0)));
	CHILD(R(seteuid(7)); R(setuid(8)); R(seteuid(0)); R(setuid(8)); getresuid(&r, &e, &s); printf("%d %d %d\n", r, e, s));
	CHILD(R(setresgid(1, 2, 3)); R(setegid(9)); R(setuid(5)); R(setegid(1)); R(setegid(9)); R(setgid(3)); R(setregid(2, 2)); R(getgid()); R(getegid()));
	CHILD(R(setfsuid(55)); R(setfsuid(-1)); R(setfsgid(66)); R(setfsgid(-1)); R(seteuid(3)); R(setfsuid(-1)); R(setfsuid(77)); R(setfsuid(-1)));
	CHILD(R(setresuid(-1, -1, -1)); R(setuid(-1)); R(setreuid(-1, -1)); R(setgid(-1)); R(setgroups(2, (gid_t[]){ 5, 5 })); R(getgroups(0, NULL));
	      R(setgroups(0, NULL)); R(getgroups(0, NULL)); setuid(9); R(setgroups(0, NULL)));
}
TOPIC(more_clock_ids)
{
	struct timespec t;
	clockid_t c;
	static const int ids[] = { 0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 16, -1, -2, -6, 100 };

	for (int i = 0; i < COUNT(ids); i++) {
		printf("clock %d: get %s", ids[i], syscall(SYS_clock_gettime, ids[i], &t) ? error_name(errno) : "ok");
		if (ids[i] == 2 || ids[i] == -2 || ids[i] == -6) {
			puts("");       /* nobody spends the time */
			continue;
		}
		printf(", sleep %s\n", syscall(SYS_clock_nanosleep, ids[i], 0, &(struct timespec){ 0, 1 }, NULL) ? error_name(errno) : "ok");
	}
	E(clock_getcpuclockid(0, &c));
	R(clock_gettime(c, &t));
	E(clock_getcpuclockid(INT_MAX, &c));
	E(pthread_getcpuclockid(pthread_self(), &c));
	R(clock_gettime(c, &t));
	R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &(struct timespec){ 0, -1 }, NULL));
	R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &(struct timespec){ -1, 0 }, NULL));
	R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &(struct timespec){ 0, 1000000000 }, NULL));
	R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){ 0, 0 }, NULL));
	R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 2, &(struct timespec){ 0, 1 }, NULL));
}
TOPIC(more_timers)
{
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	struct itimerspec it = { { 0, 0 }, { 100, 0 } }, old;
	int id;

	R(syscall(SYS_timer_create, 99, &ev, &id));
	ev.sigev_notify = 99;
	R(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	ev.sigev_notify = SIGEV_SIGNAL, ev.sigev_signo = 0;
	R(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	ev.sigev_signo = 65;
	R(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	ev.sigev_notify = 4 /* SIGEV_THREAD_ID */, ev.sigev_signo = SIGUSR1, ev._sigev_un._tid = INT_MAX;
	R(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	ev.sigev_notify = SIGEV_SIGNAL;
	R(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	R(syscall(SYS_timer_settime, id, 0, &it, NULL));
	R(syscall(SYS_timer_settime, id, 0, &it, &old));
	V(old.it_value.tv_sec >= 99);
	R(syscall(SYS_timer_getoverrun, id));
	it.it_value.tv_nsec = 1000000000;
	R(syscall(SYS_timer_settime, id, 0, &it, NULL));
	it = (struct itimerspec){ { 0, -1 }, { 1, 0 } };
	R(syscall(SYS_timer_settime, id, 0, &it, NULL));
	it = (struct itimerspec){ { 0, 0 }, { -1, 0 } };
	R(syscall(SYS_timer_settime, id, 0, &it, NULL));
	it = (struct itimerspec){ { 5, 0 }, { 0, 0 } };
	R(syscall(SYS_timer_settime, id, 0, &it, NULL));
	R(syscall(SYS_timer_gettime, id, &it));
	V(it.it_value.tv_sec); V(it.it_interval.tv_sec);
	CHILD(R(syscall(SYS_timer_gettime, id, &it)); R(syscall(SYS_timer_delete, id)));
	R(syscall(SYS_timer_delete, id));
	R(syscall(SYS_timer_delete, id));
	R(syscall(SYS_timer_getoverrun, id));
}
TOPIC(more_itimers)
{
	struct itimerval it = { { 0, 0 }, { 0, 1000000 } };

	R(setitimer(3, &it, NULL)); R(getitimer(-1, &it));
	R(setitimer(ITIMER_REAL, &it, NULL));
	it.it_value.tv_usec = -1;
	R(setitimer(ITIMER_REAL, &it, NULL));
	it.it_value = (struct timeval){ -1, 0 };
	R(setitimer(ITIMER_REAL, &it, NULL));
	it = (struct itimerval){ { 0, 1000000 }, { 100, 0 } };
	R(setitimer(ITIMER_REAL, &it, NULL));
	R(alarm(50)); R(alarm(0)); R(alarm(0));
	it = (struct itimerval){ { 7, 0 }, { 100, 0 } };
	R(setitimer(ITIMER_PROF, &it, NULL));
	R(getitimer(ITIMER_PROF, &it));
	V(it.it_interval.tv_sec); V(it.it_value.tv_sec >= 99);
	R(setitimer(ITIMER_PROF, NULL, &it));
	V(it.it_interval.tv_sec);
	R(getitimer(ITIMER_PROF, &it));
	V(it.it_value.tv_sec);
}
TOPIC(more_pidfd)
{
	struct pollfd p;
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	p = (struct pollfd){ syscall(SYS_pidfd_open, pid, 0), POLLIN };
	R(poll(&p, 1, 0));
	R(fcntl(p.fd, F_GETFD));
	R(read(p.fd, &info, 1));
	R(write(p.fd, &info, 1));
	R(syscall(SYS_pidfd_send_signal, p.fd, 0, NULL, 0));
	R(syscall(SYS_pidfd_send_signal, p.fd, SIGTERM, NULL, 0));
	R(poll(&p, 1, -1));
	X(p.revents);
	R(syscall(SYS_pidfd_send_signal, p.fd, 0, NULL, 0));
	R(waitid(P_PIDFD, p.fd, &info, WEXITED));
	V(info.si_status);
	R(syscall(SYS_pidfd_send_signal, p.fd, 0, NULL, 0));
	R(waitid(P_PIDFD, p.fd, &info, WEXITED));
	R(syscall(SYS_pidfd_open, pid, 0));
	R(poll(&p, 1, 0));
}
TOPIC(more_vfork_share)
{
	static volatile int value;

	if (vfork() == 0) {
		value = 5;
		close(0);
		_exit(0);
	}
	V(value);
	R(fcntl(0, F_GETFD));
	wait(NULL);
	R(syscall(SYS_clone, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, 0, 0, 0, 0) == 0 ? (close(0), _exit(0), 0) : 1);
	wait(NULL);
	R(fcntl(0, F_GETFD));
}
TOPIC(more_dumpable)
{
	struct stat st;

	if (getuid())
		return;
	R(prctl(PR_GET_DUMPABLE));
	CHILD(setuid(1000); R(prctl(PR_GET_DUMPABLE)); stat("/proc/self/fd", &st); V(st.st_uid); R(prctl(PR_SET_DUMPABLE, 1));
	      stat("/proc/self/fd", &st); V(st.st_uid); R(prctl(PR_SET_DUMPABLE, 2)));
	CHILD(R(setresuid(-1, -1, 0)); R(prctl(PR_GET_DUMPABLE)));
}

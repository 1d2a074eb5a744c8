/* Interrupted calls: restarted with SA_RESTART, EINTR without. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	(void)signo;
	count++;
}

static void soon(int ms)
{
	struct itimerval timer = { .it_value = { 0, ms * 1000 } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void run(void)
{
	char buffer[4];
	int ends[2];
	pid_t pid;

	R(pipe(ends));
	pid = fork();
	if (pid == 0) {
		sleep_ms(80);
		write(ends[1], "x", 1);
		sleep_ms(400);
		_exit(0);
	}
	soon(20);
	R(read(ends[0], buffer, 4));
	soon(120);
	R(waitpid(pid, NULL, 0) == pid);
	V(count);
	while (wait(NULL) > 0)
		;
	count = 0;
	close(ends[1]);
}

TOPIC(sig_restart)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigaction(SIGALRM, &action, NULL);
	run();
	action.sa_flags = 0;
	sigaction(SIGALRM, &action, NULL);
	run();
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, NULL);
	soon(10);
	R(pause());
	soon(10);
	R(poll(NULL, 0, 1000));
	soon(10);
	R(usleep(500000));
	V(count);
}

/* Interrupted calls: restarted with SA_RESTART, EINTR without. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	(void)signo;
	count++;
}

/* Every so often: the first may come before the call that it is to interrupt. */
static void every(int ms)
{
	struct itimerval timer = { .it_value = { 0, ms * 1000 }, .it_interval = { 0, ms * 1000 } };

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
		sleep_ms(200);
		write(ends[1], "x", 1);
		sleep_ms(300);
		_exit(0);
	}
	every(20);
	R(read(ends[0], buffer, 4));
	V(count > 0);
	count = 0;
	R(waitpid(pid, NULL, 0) == pid);
	V(count > 0);
	every(0);
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
	every(10);
	R(pause());
	R(poll(NULL, 0, 1000));
	R(usleep(500000));
	V(count >= 3);
}

/* Many processes. `crowd sleep N`: N children that sleep until the last is there, each
 * answering a signal; `crowd bomb N`: a fork bomb of an ordinary user, held by
 * RLIMIT_NPROC N; `crowd hold N`: N empty sleeping children for as long as standard
 * input is open (their memory is measured from outside). */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t woken;

static void wake(int signo)
{
	woken = signo;
}

static int sleepers(int count, int answer)
{
	pid_t *pids = calloc(count, sizeof(*pids));
	sigset_t block, none;
	int started = 0, right = 0, status;
	char byte;

	signal(SIGUSR1, wake);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			sigsuspend(&none);
			_exit(woken == SIGUSR1 ? i % 200 : 255);
		}
		started += pids[i] > 0;
	}
	printf("%d started\n", started);
	fflush(stdout);
	while (!answer && read(0, &byte, 1) > 0)
		;
	for (int i = 0; i < count; i++)
		kill(pids[i], SIGUSR1);
	for (int i = 0; i < count; i++)
		right += waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) && WEXITSTATUS(status) == i % 200;
	printf("%d answered\n", right);
	return right != count;
}

static void bomb(void)
{
	for (;;)
		if (fork() < 0 && errno != EAGAIN)
			_exit(9);
}

static int contained(int limit)
{
	struct rlimit processes = { limit, limit };
	pid_t pid = fork(), next;
	int status, living = 0;

	if (pid == 0) {
		setrlimit(RLIMIT_NPROC, &processes);
		setgroups(0, NULL);
		if (setresuid(30000, 30000, 30000))
			_exit(8);
		bomb();
	}
	sleep(1);
	for (int i = 1; i < 5000; i++)
		living += kill(i, 0) == 0;
	printf("%s\n", living > limit / 2 && living <= limit + 2 ? "the bomb went off and was held" : "not as expected");
	printf("others still fork: %s\n", (next = fork()) == 0 ? (_exit(0), "") : waitpid(next, &status, 0) == next ? "yes" : "no");
	next = fork();
	if (next == 0) {
		if (setresuid(30000, 30000, 30000) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	while (wait(&status) > 0)
		;
	living = 0;
	for (int i = 2; i < 5000; i++)
		living += kill(i, 0) == 0;
	printf("%d left\n", living);
	return living;
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 100;

	if (argc > 1 && !strcmp(argv[1], "bomb"))
		return contained(count);
	return sleepers(count, !(argc > 1 && !strcmp(argv[1], "hold")));
}

/* A random storm of processes, threads and signals: forks, vforks with exec, threads that are
 * left behind, stops, continues and kills at any moment, a timer in everything. The order of
 * events depends on time; what must hold is that everybody is collected at the end.
 *
 *   storm SEED    prints "collected" */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 48, STEPS = 2000 };

static const int deadly[] = { SIGKILL, SIGTERM, SIGSEGV, SIGSTOP, SIGCONT, SIGTSTP, SIGUSR1, SIGHUP };
static const struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } };
static volatile int hits;
static pid_t children[SLOTS];

static void handler(int signo) { hits += signo; }

static void *thread_main(void *arg)
{
	volatile char stack[8192];

	for (int i = 0; i < 50; i++) {
		stack[i * 100] = 1;
		if (rand() % 3 == 0)
			sched_yield();
	}
	return arg;
}

static void start_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, thread_main, NULL))
		return;
	if (rand() % 2)
		pthread_join(t, NULL);
	else
		pthread_detach(t);
}

static void grandchild(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (rand() % 2)
		waitpid(pid, NULL, 0);     /* or leave it to whoever collects orphans */
}

static void exec_self(const char *self)
{
	if (vfork() == 0) {
		execl(self, self, (char *)NULL);
		_exit(1);
	}
}

static void child(const char *self, int seed)
{
	srand((unsigned)seed);
	setitimer(ITIMER_REAL, &every_ms, NULL);
	for (int n = rand() % 5; n > 0; n--) {
		switch (rand() % 5) {
		case 0: start_thread(); break;
		case 1: usleep((unsigned)rand() % 3000); break;
		case 2: raise(SIGUSR1); break;
		case 3: grandchild(); break;
		case 4: exec_self(self); break;
		}
	}
	_exit(rand() % 256);
}

static void forget(pid_t pid)
{
	for (int i = 0; i < SLOTS; i++)
		if (children[i] == pid)
			children[i] = 0;
}

static void look_for_one(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED);

	if (pid > 0 && (WIFEXITED(status) || WIFSIGNALED(status)))
		forget(pid);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };

	if (argc < 2)
		return 0;
	srand((unsigned)atoi(argv[1]));
	sigaction(SIGALRM, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	setitimer(ITIMER_REAL, &every_ms, NULL);
	for (int i = 0; i < STEPS; i++) {
		pid_t *slot = &children[rand() % SLOTS];

		switch (rand() % 5) {
		case 0:
		case 1:
			if (*slot)
				break;
			*slot = fork();
			if (*slot == 0)
				child(argv[0], i);
			break;
		case 2:
			if (*slot > 0)
				kill(*slot, deadly[(unsigned)rand() % (sizeof(deadly) / sizeof(*deadly))]);
			break;
		case 3: look_for_one(); break;
		case 4: usleep((unsigned)rand() % 200); break;
		}
	}
	for (int i = 0; i < SLOTS; i++)
		if (children[i] > 0)
			kill(children[i], SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
	printf("%s\n", hits ? "collected" : "no timer");
	return 0;
}

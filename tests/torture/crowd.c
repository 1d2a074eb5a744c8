/* Many: crowd sleepers N | processes N | bomb. Each says what it counted. Runs in hearth and on the host
 * alike, but the bomb, which is for hearth only. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER, go = PTHREAD_COND_INITIALIZER;
static int asleep, awake, open_gate;

static void *sleeper(void *arg)
{
	pthread_mutex_lock(&mutex);
	if (++asleep % 100 == 0)
		pthread_cond_signal(&arrived);
	while (!open_gate)
		pthread_cond_wait(&go, &mutex);
	awake++;
	pthread_mutex_unlock(&mutex);
	return arg;
}

static int sleepers(int n)
{
	pthread_t *t = calloc((size_t)n, sizeof(*t));
	pthread_attr_t a;
	long sum = 0;
	int made = 0;

	pthread_attr_init(&a);
	pthread_attr_setstacksize(&a, 16384);
	while (made < n && !pthread_create(&t[made], &a, sleeper, (void *)(long)made))
		made++;
	pthread_mutex_lock(&mutex);
	while (asleep < made)
		pthread_cond_wait(&arrived, &mutex);
	open_gate = 1;
	pthread_cond_broadcast(&go);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < made; i++) {
		void *ret;

		pthread_join(t[i], &ret);
		sum += (long)ret;
	}
	printf("%d made, %d slept, %d woke, sum %s\n", made, asleep, awake,
	       sum == (long)made * (made - 1) / 2 ? "right" : "wrong");
	return 0;
}

static int processes(int n)
{
	int made = 0, ended = 0, right = 0, status, gate[2];
	char c;

	if (pipe(gate))
		return 1;
	for (; made < n; made++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (!pid) {
			close(gate[1]);
			_exit(read(gate[0], &c, 1) == 0 ? made % 100 : 111);
		}
	}
	close(gate[1]);        /* the end of file wakes them all */
	for (long sum = 0; wait(&status) > 0; ended++) {
		right += WIFEXITED(status) && WEXITSTATUS(status) < 100;
		sum += WEXITSTATUS(status);
	}
	printf("%d made, %d ended, %d as they should\n", made, ended, right);
	return 0;
}

static _Noreturn void explode(int *refused)
{
	for (;;) {
		pid_t pid = fork();

		if (pid < 0) {
			*refused = errno;
			usleep(1000);
		}
	}
}

/* As root of the machine, for whom there is no limit but the machine's; then as somebody else
 * with a limit of his own. */
static int bomb(void)
{
	int *refused = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), killed = 0;
	struct rlimit few = { 50, 50 };
	pid_t pid;

	for (int round = 0; round < 2; round++) {
		*refused = 0;
		pid = fork();
		if (!pid) {
			setpgid(0, 0);
			if (round && (setrlimit(RLIMIT_NPROC, &few) || setuid(1234)))
				_exit(1);
			explode(refused);
		}
		for (int i = 0; i < (round ? 600 : 2) && (!i || !*refused); i++)
			sleep(1);
		/* New ones may come while the others are being killed. */
		for (killed = 0; kill(-pid, SIGKILL) == 0; killed++)
			while (waitpid(-1, NULL, WNOHANG) > 0)
				;
		while (wait(NULL) > 0)
			;
		printf("round %d: %s, all gone: %s\n", round, round && *refused == EAGAIN ? "refused" : "ended",
		       fork() == 0 ? (_exit(0), "") : wait(NULL) > 0 && wait(NULL) < 0 ? "yes" : "no");
	}
	return 0;
}

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc > 1 && !strcmp(argv[1], "sleepers"))
		return sleepers(n);
	if (argc > 1 && !strcmp(argv[1], "processes"))
		return processes(n);
	return bomb();
}

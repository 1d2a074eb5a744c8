/* Shared memory ends with the last process that has it; exec detaches; memory survives removal. */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static long attached(int id)
{
	struct shmid_ds ds;

	return shmctl(id, IPC_STAT, &ds) ? -errno : (long)ds.shm_nattch;
}

TOPIC(ipc_shm_exit)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600), *words;
	pid_t pid;

	words = shmat(id, NULL, 0);
	V(attached(id));
	pid = fork();
	if (!pid) {
		words[0] = attached(id);
		_exit(0);
	}
	reap(pid);
	V(words[0]);
	V(attached(id));
	pid = fork();
	if (!pid) {
		close(1);
		execl("/proc/self/exe", "abi", "ipc_nothing", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	V(attached(id));
	munmap(words, 4096);
	V(attached(id));
	CHILD(shmat(id, NULL, 0); shmctl(id, IPC_RMID, NULL); V(attached(id)));
	V(attached(id) < 0);
}

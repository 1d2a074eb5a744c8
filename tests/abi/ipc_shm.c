/* System V shared memory: attach twice, fork, read-only, removal while attached, errors. */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static void show(int id)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds)) {
		printf("IPC_STAT: %s\n", error_name(errno));
		return;
	}
	printf("size %zu mode %o nattch %lu cpid %d lpid %d\n", ds.shm_segsz, ds.shm_perm.mode, (long)ds.shm_nattch,
	       ds.shm_cpid == getpid(), ds.shm_lpid == getpid());
}

TOPIC(ipc_shm)
{
	int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
	char *a, *b;
	struct shmid_ds ds;

	V(id >= 0);
	show(id);
	a = shmat(id, NULL, 0);
	b = shmat(id, NULL, SHM_RDONLY);
	V(a != (void *)-1 && b != (void *)-1 && a != b);
	strcpy(a, "shared");
	S(b);
	show(id);
	FAULT(b, b[0] = 'x');
	CHILD(strcpy(a + 4096, "child"); show(id));
	S(b + 4096);
	R(shmdt(b));
	R(shmdt(b));
	R(shmdt(a + 1));
	R(shmdt(NULL));
	show(id);
	R(shmctl(id, 99, &ds));
	R(shmctl(-1, IPC_STAT, &ds));
	R(shmctl(id + 12345, IPC_STAT, &ds));
	shmctl(id, IPC_STAT, &ds);
	ds.shm_perm.mode = 0640;
	R(shmctl(id, IPC_SET, &ds));
	show(id);
	R(shmctl(id, IPC_RMID, NULL));
	show(id);
	S(a);
	b = shmat(id, NULL, 0);
	V(b != (void *)-1);
	R(shmdt(b));
	R(shmdt(a));
	show(id);
	R(shmctl(id, IPC_RMID, NULL));
	FAULT(a, a[0] = 1);
}

/* shmget: keys, sizes and flags; shmat: addresses. */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/shm.h>

#define AT(...) ((long)(intptr_t)shmat(__VA_ARGS__) == -1 ? -1 : 0)

TOPIC(ipc_shm_key)
{
	key_t key = 0x48000000 + getpid();
	int id;
	char *room = anon(4, PROT_READ | PROT_WRITE);

	R(shmget(key - key + 0x7ffffff1, 100, 0));
	errno = 0;
	id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
	V(id >= 0);
	V(shmget(key, 100, 0) == id);
	V(shmget(key, 0, 0) == id);
	V(shmget(key, 100, IPC_CREAT) == id);
	errno = 0; V(shmget(key, 101, 0)); show_error("larger", errno);
	errno = 0; V(shmget(key, 100, IPC_CREAT | IPC_EXCL)); show_error("exclusive", errno);
	R(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600));
	R(AT(id + 99999, NULL, 0));
	R(AT(-1, NULL, 0));
	R(AT(id, room, 0));
	R(AT(id, room + 100, 0));
	R(AT(id, room + 100, SHM_RND | SHM_REMAP));
	R(shmdt(room));
	R(AT(id, NULL, SHM_REMAP));
	R(AT(id, room, SHM_RND));
	R(shmdt(room));
	R(AT(id, room, SHM_REMAP));
	R(AT(id, room, 0));
	R(munmap(room, 4096));
	R(shmdt(room));
	R(shmctl(id, IPC_RMID, NULL));
	R(AT(id, NULL, 0));
}

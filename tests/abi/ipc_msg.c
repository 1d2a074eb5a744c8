/* System V messages: types, flags, limits, errors. */
#include "abi.h"
#include <sys/ipc.h>
#include <sys/msg.h>

static struct { long type; char text[9000]; } m;

static void send(int id, long type, const char *text)
{
	m.type = type;
	strcpy(m.text, text);
	R(msgsnd(id, &m, strlen(text) + 1, IPC_NOWAIT));
}

static void receive(int id, long type, int flags)
{
	ssize_t n;

	memset(&m, 0, sizeof(m));
	errno = 0;
	n = msgrcv(id, &m, 100, type, flags | IPC_NOWAIT);
	printf("msgrcv type %ld flags %#x: %zd %s %ld \"%s\"\n", type, flags, n, n < 0 ? error_name(errno) : "", m.type, m.text);
}

TOPIC(ipc_msg)
{
	int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	struct msqid_ds ds;

	V(id >= 0);
	send(id, 5, "five");
	send(id, 2, "two");
	send(id, 3, "three");
	send(id, 2, "two again");
	R(msgctl(id, IPC_STAT, &ds));
	printf("qnum %lu cbytes %lu qbytes %lu lspid %d lrpid %d\n", (long)ds.msg_qnum, (long)ds.__msg_cbytes,
	       (long)ds.msg_qbytes, ds.msg_lspid == getpid(), ds.msg_lrpid);
	receive(id, 2, 0);
	receive(id, -3, 0);
	receive(id, 5, MSG_EXCEPT);
	receive(id, 0, 0);
	receive(id, 0, 0);
	send(id, 1, "a long one");
	R(msgrcv(id, &m, 3, 0, IPC_NOWAIT));
	R(msgrcv(id, &m, 3, 0, IPC_NOWAIT | MSG_NOERROR));
	m.type = 0;
	R(msgsnd(id, &m, 1, 0));
	m.type = -1;
	R(msgsnd(id, &m, 1, 0));
	m.type = 1;
	R(msgsnd(id, &m, 8193, 0));
	R(msgsnd(id, &m, -1, 0));
	R(msgsnd(id, BAD, 1, 0));
	R(msgsnd(id, &m, 8192, IPC_NOWAIT));
	R(msgsnd(id, &m, 8192, IPC_NOWAIT));
	R(msgsnd(id, &m, 1, IPC_NOWAIT));
	R(msgrcv(id, BAD, 8192, 0, IPC_NOWAIT));
	R(msgrcv(id, &m, -1, 0, IPC_NOWAIT));
	R(msgctl(id, 99, &ds));
	R(msgctl(-1, IPC_STAT, &ds));
	ds.msg_qbytes = 100;
	R(msgctl(id, IPC_SET, &ds));
	R(msgctl(id, IPC_RMID, NULL));
	R(msgsnd(id, &m, 1, 0));
	R(msgrcv(id, &m, 1, 0, 0));
	R(msgget(0x7ffffff2, 0));
}

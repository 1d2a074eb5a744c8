/* What the socket calls share. */
#ifndef SYS_SOCKET_H
#define SYS_SOCKET_H

#include "syscall.h"
#include "net/net.h"

/* The socket of a descriptor, with a reference: -EBADF, -ENOTSOCK. */
int socket_get(int fd, struct file **out);
int get_sockaddr(struct net_addr *a, gva_t addr, int len);
int put_sockaddr(gva_t to, gva_t ulen, const struct net_addr *a);

#endif

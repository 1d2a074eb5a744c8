/* lo, the only interface. */
#ifndef NET_IFACE_H
#define NET_IFACE_H

#include "internal.h"

enum { LO_INDEX = 1, LO_MTU = 65536, LO_TXQLEN = 1000 };
uint32_t lo_flags(const struct net_ns *net);                 /* IFF_* */
/* SIOCGIF*: -ENOTTY for other ioctls. */
int64_t iface_ioctl(struct net_ns *net, unsigned cmd, gva_t arg, struct mm *mm);
int netlink_create(int type, int protocol, struct sock **out);

#endif

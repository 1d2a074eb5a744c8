/* rtnetlink and the interface ioctls, as far as a machine with one loopback needs them
 * (uapi/linux/{netlink,rtnetlink,if_link,if_addr,if,sockios}.h). */
#ifndef ABI_NETLINK_H
#define ABI_NETLINK_H

#include "abi/types.h"

struct abi_nlmsghdr { uint32_t len; uint16_t type, flags; uint32_t seq, pid; };
struct abi_nlattr { uint16_t len, type; };
struct abi_ifinfomsg { uint8_t family, pad; uint16_t type; int32_t index; uint32_t flags, change; };
struct abi_ifaddrmsg { uint8_t family, prefixlen, flags, scope; uint32_t index; };

struct abi_rtmsg { uint8_t family, dst_len, src_len, tos, table, protocol, scope, type; uint32_t flags; };
struct abi_fib_rule_hdr { uint8_t family, dst_len, src_len, tos, table, res1, res2, action; uint32_t flags; };

enum { ABI_NETLINK_ROUTE = 0, ABI_NETLINK_SOCK_DIAG = 4 };
enum { ABI_NLMSG_NOOP = 1, ABI_NLMSG_ERROR = 2, ABI_NLMSG_DONE = 3, ABI_NLMSG_MIN_TYPE = 16 };
enum { ABI_NLM_F_REQUEST = 1, ABI_NLM_F_MULTI = 2, ABI_NLM_F_ACK = 4, ABI_NLM_F_DUMP = 0x300,
       ABI_NLM_F_CAPPED = 0x100 /* of an answer */, ABI_NLM_F_EXCL = 0x200, ABI_NLM_F_CREATE = 0x400 };
enum {
	ABI_RTM_NEWLINK = 16, ABI_RTM_DELLINK = 17, ABI_RTM_GETLINK = 18, ABI_RTM_SETLINK = 19, ABI_RTM_NEWADDR = 20,
	ABI_RTM_DELADDR = 21, ABI_RTM_GETADDR = 22, ABI_RTM_NEWROUTE = 24, ABI_RTM_GETROUTE = 26,
	ABI_RTM_NEWRULE = 32, ABI_RTM_GETRULE = 34, ABI_RTM_MAX = 123,
};
enum {
	ABI_IFLA_STATS = 7, ABI_IFLA_CARRIER_CHANGES = 35, ABI_IFLA_PROTO_DOWN = 39, ABI_IFLA_GSO_MAX_SEGS = 40,
	ABI_IFLA_GSO_MAX_SIZE = 41, ABI_IFLA_MIN_MTU = 50, ABI_IFLA_MAX_MTU = 51,
	ABI_IFLA_ADDRESS = 1, ABI_IFLA_BROADCAST = 2, ABI_IFLA_IFNAME = 3, ABI_IFLA_MTU = 4, ABI_IFLA_QDISC = 6,
	ABI_IFLA_TXQLEN = 13, ABI_IFLA_OPERSTATE = 16, ABI_IFLA_LINKMODE = 17, ABI_IFLA_STATS64 = 23,
	ABI_IFLA_GROUP = 27, ABI_IFLA_PROMISCUITY = 30, ABI_IFLA_NUM_TX_QUEUES = 31, ABI_IFLA_NUM_RX_QUEUES = 32,
	ABI_IFLA_CARRIER = 33,
};
enum { ABI_IFA_ADDRESS = 1, ABI_IFA_LOCAL = 2, ABI_IFA_LABEL = 3, ABI_IFA_CACHEINFO = 6, ABI_IFA_FLAGS = 8 };
enum { ABI_RTA_DST = 1, ABI_RTA_OIF = 4, ABI_RTA_PRIORITY = 6, ABI_RTA_PREFSRC = 7, ABI_RTA_CACHEINFO = 12, ABI_RTA_TABLE = 15,
       ABI_RTA_PREF = 20, ABI_RTA_UID = 25 };
enum { ABI_RTN_LOCAL = 2, ABI_RTN_BROADCAST = 3, ABI_RTPROT_UNSPEC = 0, ABI_RTPROT_KERNEL = 2, ABI_RT_SCOPE_UNIVERSE = 0,
       ABI_RT_SCOPE_LINK = 253, ABI_RT_TABLE_DEFAULT = 253, ABI_RT_TABLE_MAIN = 254, ABI_RT_TABLE_LOCAL = 255,
       ABI_RTM_F_CLONED = 0x200, ABI_RTCF_LOCAL = (int)0x80000000 };
enum { ABI_FRA_PRIORITY = 6, ABI_FRA_SUPPRESS_PREFIXLEN = 14, ABI_FRA_TABLE = 15, ABI_FRA_PROTOCOL = 21, ABI_FR_ACT_TO_TBL = 1 };
enum { ABI_RTNLGRP_LINK = 1, ABI_RTNLGRP_IPV4_IFADDR = 5, ABI_RTNLGRP_IPV6_IFADDR = 9 };
enum { ABI_IF_OPER_UNKNOWN = 0, ABI_IF_OPER_DOWN = 2 };
enum { ABI_IFA_F_PERMANENT = 0x80, ABI_RT_SCOPE_HOST = 254, ABI_ARPHRD_LOOPBACK = 772 };
enum { ABI_IFF_UP = 1, ABI_IFF_LOOPBACK = 8, ABI_IFF_RUNNING = 0x40, ABI_IFF_LOWER_UP = 0x10000 };
enum {
	ABI_NETLINK_ADD_MEMBERSHIP = 1, ABI_NETLINK_DROP_MEMBERSHIP = 2, ABI_NETLINK_PKTINFO = 3, ABI_NETLINK_BROADCAST_ERROR = 4,
	ABI_NETLINK_NO_ENOBUFS = 5, ABI_NETLINK_CAP_ACK = 10, ABI_NETLINK_EXT_ACK = 11, ABI_NETLINK_GET_STRICT_CHK = 12,
};
enum {
	ABI_SIOCGIFNAME = 0x8910, ABI_SIOCGIFCONF = 0x8912, ABI_SIOCGIFFLAGS = 0x8913, ABI_SIOCSIFFLAGS = 0x8914,
	ABI_SIOCGIFADDR = 0x8915, ABI_SIOCGIFDSTADDR = 0x8917, ABI_SIOCGIFBRDADDR = 0x8919,
	ABI_SIOCGIFNETMASK = 0x891b, ABI_SIOCGIFMETRIC = 0x891d, ABI_SIOCGIFMTU = 0x8921, ABI_SIOCGIFHWADDR = 0x8927,
	ABI_SIOCGIFINDEX = 0x8933, ABI_SIOCGIFTXQLEN = 0x8942, ABI_SIOCGIFMAP = 0x8970,
};
/* sock_diag (uapi/linux/{sock_diag,inet_diag,unix_diag,netlink_diag}.h). */
enum { ABI_SOCK_DIAG_BY_FAMILY = 20, ABI_SOCK_DESTROY = 21 };
struct abi_inet_diag_id { uint8_t sport[2], dport[2], src[16], dst[16]; uint32_t iface, cookie[2]; };
struct abi_inet_diag_req { uint8_t family, protocol, ext, pad; uint32_t states; struct abi_inet_diag_id id; };
struct abi_inet_diag_msg {
	uint8_t family, state, timer, retrans;
	struct abi_inet_diag_id id;
	uint32_t expires, rqueue, wqueue, uid, inode;
};
_Static_assert(sizeof(struct abi_inet_diag_req) == 56 && sizeof(struct abi_inet_diag_msg) == 72, "layout");
enum { ABI_INET_DIAG_INFO = 2, ABI_INET_DIAG_SKMEMINFO = 7, ABI_INET_DIAG_SHUTDOWN = 8, ABI_INET_DIAG_SKV6ONLY = 11 };
struct abi_unix_diag_req { uint8_t family, protocol; uint16_t pad; uint32_t states, ino, show, cookie[2]; };
struct abi_unix_diag_msg { uint8_t family, type, state, pad; uint32_t ino, cookie[2]; };
enum {
	ABI_UNIX_DIAG_NAME, ABI_UNIX_DIAG_VFS, ABI_UNIX_DIAG_PEER, ABI_UNIX_DIAG_ICONS, ABI_UNIX_DIAG_RQLEN,
	ABI_UNIX_DIAG_MEMINFO, ABI_UNIX_DIAG_SHUTDOWN, ABI_UNIX_DIAG_UID,
};
enum {   /* unix_diag_req.show */
	ABI_UDIAG_SHOW_NAME = 1, ABI_UDIAG_SHOW_VFS = 2, ABI_UDIAG_SHOW_PEER = 4, ABI_UDIAG_SHOW_ICONS = 8,
	ABI_UDIAG_SHOW_RQLEN = 16, ABI_UDIAG_SHOW_UID = 64,
};
struct abi_netlink_diag_msg { uint8_t family, type, protocol, state; uint32_t portid, dst_portid, dst_group, ino, cookie[2]; };
enum { ABI_SK_MEMINFO_VARS = 9 };

enum { ABI_IFNAMSIZ = 16, ABI_IFREQ64_SIZE = 40, ABI_IFREQ32_SIZE = 32 };

#endif

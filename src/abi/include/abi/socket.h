/* Sockets: constants and structs of RISC-V Linux (generic values, uapi/asm-generic/socket.h,
 * include/linux/socket.h, uapi/linux/{un,in,in6,tcp}.h). */
#ifndef ABI_SOCKET_H
#define ABI_SOCKET_H

#include "abi/types.h"

enum { ABI_AF_UNSPEC = 0, ABI_AF_UNIX = 1, ABI_AF_INET = 2, ABI_AF_INET6 = 10, ABI_AF_NETLINK = 16, ABI_AF_MAX = 46 };
enum {
	ABI_SOCK_STREAM = 1, ABI_SOCK_DGRAM = 2, ABI_SOCK_RAW = 3, ABI_SOCK_SEQPACKET = 5, ABI_SOCK_MAX = 11,
	ABI_SOCK_TYPE_MASK = 0xf, ABI_SOCK_NONBLOCK = 04000, ABI_SOCK_CLOEXEC = 02000000,
};
enum {
	ABI_MSG_OOB = 1, ABI_MSG_PEEK = 2, ABI_MSG_DONTROUTE = 4, ABI_MSG_CTRUNC = 8, ABI_MSG_TRUNC = 0x20,
	ABI_MSG_DONTWAIT = 0x40, ABI_MSG_EOR = 0x80, ABI_MSG_WAITALL = 0x100,
	ABI_MSG_ERRQUEUE = 0x2000, ABI_MSG_NOSIGNAL = 0x4000, ABI_MSG_MORE = 0x8000,
	ABI_MSG_WAITFORONE = 0x10000, ABI_MSG_CMSG_CLOEXEC = 0x40000000,
};
enum { ABI_SHUT_RD, ABI_SHUT_WR, ABI_SHUT_RDWR };
enum { ABI_SOL_IP = 0, ABI_SOL_SOCKET = 1, ABI_SOL_TCP = 6, ABI_SOL_UDP = 17, ABI_SOL_IPV6 = 41, ABI_SOL_NETLINK = 270 };
enum { ABI_IPPROTO_IP = 0, ABI_IPPROTO_ICMP = 1, ABI_IPPROTO_TCP = 6, ABI_IPPROTO_UDP = 17, ABI_IPPROTO_UDPLITE = 136 };
enum {
	ABI_SO_DEBUG = 1, ABI_SO_REUSEADDR = 2, ABI_SO_TYPE = 3, ABI_SO_ERROR = 4, ABI_SO_DONTROUTE = 5,
	ABI_SO_BROADCAST = 6, ABI_SO_SNDBUF = 7, ABI_SO_RCVBUF = 8, ABI_SO_KEEPALIVE = 9, ABI_SO_OOBINLINE = 10,
	ABI_SO_PRIORITY = 12, ABI_SO_LINGER = 13, ABI_SO_REUSEPORT = 15, ABI_SO_PASSCRED = 16,
	ABI_SO_PEERCRED = 17, ABI_SO_RCVLOWAT = 18, ABI_SO_SNDLOWAT = 19, ABI_SO_RCVTIMEO_OLD = 20,
	ABI_SO_SNDTIMEO_OLD = 21, ABI_SO_BINDTODEVICE = 25, ABI_SO_TIMESTAMP_OLD = 29,
	ABI_SO_ACCEPTCONN = 30, ABI_SO_PEERSEC = 31, ABI_SO_SNDBUFFORCE = 32, ABI_SO_RCVBUFFORCE = 33,
	ABI_SO_PASSSEC = 34, ABI_SO_TIMESTAMPNS_OLD = 35,
	ABI_SO_MARK = 36, ABI_SO_PROTOCOL = 38, ABI_SO_DOMAIN = 39, ABI_SO_PEEK_OFF = 42, ABI_SO_BUSY_POLL = 46,
	ABI_SO_INCOMING_CPU = 49, ABI_SO_COOKIE = 57,
	ABI_SO_PEERGROUPS = 59, ABI_SO_ZEROCOPY = 60, ABI_SO_RCVTIMEO_NEW = 66, ABI_SO_SNDTIMEO_NEW = 67,
	ABI_SO_PEERPIDFD = 77,
};
enum { ABI_SCM_RIGHTS = 1, ABI_SCM_CREDENTIALS = 2, ABI_SCM_MAX_FD = 253 };
enum {
	ABI_IP_TOS = 1, ABI_IP_TTL = 2, ABI_IP_PKTINFO = 8, ABI_IP_MTU_DISCOVER = 10, ABI_IP_RECVERR = 11,
	ABI_IP_RECVTTL = 12, ABI_IP_RECVTOS = 13, ABI_IP_MTU = 14, ABI_IP_FREEBIND = 15,
	ABI_IP_BIND_ADDRESS_NO_PORT = 24,
	ABI_IP_MULTICAST_IF = 32, ABI_IP_MULTICAST_TTL = 33, ABI_IP_MULTICAST_LOOP = 34,
	ABI_IP_LOCAL_PORT_RANGE = 51,
};
enum {
	ABI_IPV6_UNICAST_HOPS = 16, ABI_IPV6_MULTICAST_IF = 17, ABI_IPV6_MULTICAST_HOPS = 18,
	ABI_IPV6_MULTICAST_LOOP = 19, ABI_IPV6_MTU_DISCOVER = 23, ABI_IPV6_RECVERR = 25, ABI_IPV6_V6ONLY = 26,
	ABI_IPV6_RECVPKTINFO = 49, ABI_IPV6_PKTINFO = 50, ABI_IPV6_RECVHOPLIMIT = 51, ABI_IPV6_HOPLIMIT = 52,
	ABI_IPV6_RECVTCLASS = 66, ABI_IPV6_TCLASS = 67,
};
enum {
	ABI_TCP_NODELAY = 1, ABI_TCP_MAXSEG = 2, ABI_TCP_CORK = 3, ABI_TCP_KEEPIDLE = 4, ABI_TCP_KEEPINTVL = 5,
	ABI_TCP_KEEPCNT = 6, ABI_TCP_SYNCNT = 7, ABI_TCP_LINGER2 = 8, ABI_TCP_DEFER_ACCEPT = 9,
	ABI_TCP_WINDOW_CLAMP = 10, ABI_TCP_INFO = 11, ABI_TCP_QUICKACK = 12, ABI_TCP_CONGESTION = 13,
	ABI_TCP_USER_TIMEOUT = 18, ABI_TCP_FASTOPEN = 23, ABI_TCP_NOTSENT_LOWAT = 25,
};
enum abi_tcp_state {
	ABI_TCP_ESTABLISHED = 1, ABI_TCP_SYN_SENT, ABI_TCP_SYN_RECV, ABI_TCP_FIN_WAIT1, ABI_TCP_FIN_WAIT2,
	ABI_TCP_TIME_WAIT, ABI_TCP_CLOSE, ABI_TCP_CLOSE_WAIT, ABI_TCP_LAST_ACK, ABI_TCP_LISTEN, ABI_TCP_CLOSING,
};
enum { ABI_SIOCOUTQ = 0x5411, ABI_SIOCINQ = 0x541b, ABI_SIOCATMARK = 0x8905 };

enum { ABI_SOCKADDR_MAX = 128, ABI_UNIX_PATH_MAX = 108 };
struct abi_sockaddr_un { uint16_t family; char path[ABI_UNIX_PATH_MAX]; };
struct abi_sockaddr_in { uint16_t family; uint8_t port[2], addr[4], zero[8]; };          /* network order */
struct abi_sockaddr_in6 { uint16_t family; uint8_t port[2], flowinfo[4], addr[16]; uint32_t scope_id; };
struct abi_sockaddr_nl { uint16_t family, pad; uint32_t pid, groups; };
_Static_assert(sizeof(struct abi_sockaddr_in) == 16 && sizeof(struct abi_sockaddr_in6) == 28, "layout");

struct abi_msghdr64 {
	uint64_t name;
	uint32_t namelen, pad;
	uint64_t iov, iovlen, control, controllen;
	uint32_t flags, pad2;
};
struct abi_msghdr32 { uint32_t name, namelen, iov, iovlen, control, controllen, flags; };
_Static_assert(sizeof(struct abi_msghdr64) == 56, "layout");
_Static_assert(sizeof(struct abi_msghdr32) == 28, "layout");
/* sendmmsg, recvmmsg: a msghdr and the length that was moved, padded to a long. */
enum { ABI_MMSGHDR64_SIZE = 64, ABI_MMSGHDR32_SIZE = 32, ABI_UIO_MAXIOV = 1024 };

struct abi_ucred { int32_t pid; uint32_t uid, gid; };
struct abi_linger { int32_t on, seconds; };

#endif

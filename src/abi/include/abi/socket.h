/* Sockets: constants and structs of RISC-V Linux (generic values, uapi/asm-generic/socket.h). */
#ifndef ABI_SOCKET_H
#define ABI_SOCKET_H

#include "abi/types.h"

enum { ABI_AF_UNSPEC = 0, ABI_AF_UNIX = 1, ABI_AF_MAX = 46 };
enum {
	ABI_SOCK_STREAM = 1, ABI_SOCK_DGRAM = 2, ABI_SOCK_RAW = 3, ABI_SOCK_SEQPACKET = 5,
	ABI_SOCK_TYPE_MASK = 0xf, ABI_SOCK_NONBLOCK = 04000, ABI_SOCK_CLOEXEC = 02000000,
};
enum {
	ABI_MSG_OOB = 1, ABI_MSG_PEEK = 2, ABI_MSG_CTRUNC = 8, ABI_MSG_TRUNC = 0x20,
	ABI_MSG_DONTWAIT = 0x40, ABI_MSG_EOR = 0x80, ABI_MSG_WAITALL = 0x100,
	ABI_MSG_NOSIGNAL = 0x4000, ABI_MSG_CMSG_CLOEXEC = 0x40000000,
};
enum { ABI_SHUT_RD, ABI_SHUT_WR, ABI_SHUT_RDWR };
enum { ABI_SOL_SOCKET = 1 };
enum {
	ABI_SO_REUSEADDR = 2, ABI_SO_TYPE = 3, ABI_SO_ERROR = 4, ABI_SO_BROADCAST = 6, ABI_SO_SNDBUF = 7,
	ABI_SO_RCVBUF = 8, ABI_SO_KEEPALIVE = 9, ABI_SO_LINGER = 13, ABI_SO_PASSCRED = 16,
	ABI_SO_PEERCRED = 17, ABI_SO_RCVLOWAT = 18, ABI_SO_ACCEPTCONN = 30, ABI_SO_PROTOCOL = 38,
	ABI_SO_DOMAIN = 39,
};

struct abi_msghdr64 {
	uint64_t name;
	uint32_t namelen, pad;
	uint64_t iov, iovlen, control, controllen;
	uint32_t flags, pad2;
};
struct abi_msghdr32 { uint32_t name, namelen, iov, iovlen, control, controllen, flags; };
_Static_assert(sizeof(struct abi_msghdr64) == 56, "layout");
_Static_assert(sizeof(struct abi_msghdr32) == 28, "layout");

struct abi_ucred { int32_t pid; uint32_t uid, gid; };

#endif

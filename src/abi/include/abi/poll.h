/* poll(2), epoll(7), eventfd(2): constants and structs of RISC-V Linux (generic values). */
#ifndef ABI_POLL_H
#define ABI_POLL_H

#include "abi/types.h"

struct abi_pollfd { int32_t fd; int16_t events; int16_t revents; };

/* EPOLLx and POLLx have the same low bits. */
enum {
	ABI_EPOLLIN     = 0x001,
	ABI_EPOLLPRI    = 0x002,
	ABI_EPOLLOUT    = 0x004,
	ABI_EPOLLERR    = 0x008,
	ABI_EPOLLHUP    = 0x010,
	ABI_POLLNVAL    = 0x020,
	ABI_EPOLLRDNORM = 0x040,
	ABI_EPOLLRDBAND = 0x080,
	ABI_EPOLLWRNORM = 0x100,
	ABI_EPOLLWRBAND = 0x200,
	ABI_EPOLLMSG    = 0x400,
	ABI_EPOLLRDHUP  = 0x2000,
};
#define ABI_EPOLLEXCLUSIVE (1u << 28)
#define ABI_EPOLLWAKEUP    (1u << 29)
#define ABI_EPOLLONESHOT   (1u << 30)
#define ABI_EPOLLET        (1u << 31)

enum { ABI_EPOLL_CTL_ADD = 1, ABI_EPOLL_CTL_DEL = 2, ABI_EPOLL_CTL_MOD = 3 };
enum { ABI_EPOLL_CLOEXEC = 02000000 };
/* Packed on x86-64 only: on RISC-V the natural layout, 16 bytes, for RV32 too. */
struct abi_epoll_event { uint32_t events; uint32_t pad; uint64_t data; };

enum { ABI_EFD_SEMAPHORE = 1, ABI_EFD_CLOEXEC = 02000000, ABI_EFD_NONBLOCK = 04000 };

#endif

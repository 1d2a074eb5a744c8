/* Sockets: the calls, except those that move data (socket_msg.c). The work is net's. */
#include "socket.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"

/* ---- what handlers share --------------------------------------------------------------- */

int socket_get(int fd, struct file **out)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return -EBADF;
	*out = f;
	if (net_is_socket(f))
		return 0;
	file_put(f);
	return -ENOTSOCK;
}

int get_sockaddr(struct net_addr *a, gva_t addr, int len)
{
	memset(a, 0, sizeof(*a));
	if (len < 0 || len > ABI_SOCKADDR_MAX)
		return -EINVAL;
	a->len = (uint32_t)len;
	return len && get_user(a->bytes, addr, (size_t)len) ? -EFAULT : 0;
}

/* net/socket.c move_addr_to_user: what fits, and how long it really is. */
int put_sockaddr(gva_t to, gva_t ulen, const struct net_addr *a)
{
	int32_t len;

	if (get_user(&len, ulen, sizeof(len)))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (put_user(to, a->bytes, MIN((uint32_t)len, a->len)))
		return -EFAULT;
	return put_user_u32(ulen, a->len) ? -EFAULT : 0;
}

/* ---- making ---------------------------------------------------------------------------- */

static bool flags_known(int type)
{
	return !(type & ~(ABI_SOCK_TYPE_MASK | ABI_SOCK_NONBLOCK | ABI_SOCK_CLOEXEC));
}

static uint32_t file_flags(int type)
{
	return type & ABI_SOCK_NONBLOCK ? ABI_O_NONBLOCK : 0;
}

int64_t sys_socket(int domain, int type, int protocol)
{
	struct file *f;
	int err = flags_known(type) ? net_socket(domain, type & ABI_SOCK_TYPE_MASK, protocol, file_flags(type), &f) : -EINVAL;

	return err ? err : fd_install(f, type & ABI_SOCK_CLOEXEC);
}

int64_t sys_socketpair(int domain, int type, int protocol, gva_t sv)
{
	static const int nothing[2];
	struct file *ends[2];
	int err;

	if (!flags_known(type))
		return -EINVAL;
	/* Linux reserves the numbers and writes them out before it makes the sockets. */
	if (put_user(sv, nothing, sizeof(nothing)))
		return -EFAULT;
	err = net_socketpair(domain, type & ABI_SOCK_TYPE_MASK, protocol, file_flags(type), ends);
	return err ? err : fd_install_pair(ends, type & ABI_SOCK_CLOEXEC, sv);
}

/* ---- addresses --------------------------------------------------------------------------- */

static int64_t with_address(int fd, gva_t addr, int addrlen, int (*call)(struct file *f, const struct net_addr *a))
{
	struct net_addr a;
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	ret = get_sockaddr(&a, addr, addrlen);
	if (!ret)
		ret = call(f, &a);
	file_put(f);
	return ret;
}

int64_t sys_bind(int fd, gva_t addr, int addrlen)    { return with_address(fd, addr, addrlen, net_bind); }

/* The address is copied before it is seen whether this is a socket at all (__sys_connect). */
int64_t sys_connect(int fd, gva_t addr, int addrlen)
{
	struct file *f = fd_get_io(fd);
	struct net_addr a;
	int64_t ret;

	if (!f)
		return -EBADF;
	file_put(f);
	ret = get_sockaddr(&a, addr, addrlen);
	return ret ? ret : with_address(fd, addr, addrlen, net_connect);
}

int64_t sys_listen(int fd, int backlog)
{
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	ret = net_listen(f, backlog);
	file_put(f);
	return ret;
}

int64_t sys_accept4(int fd, gva_t addr, gva_t addrlen, int flags)
{
	struct file *f, *made;
	struct net_addr peer;
	int64_t ret;

	if (flags & ~(ABI_SOCK_NONBLOCK | ABI_SOCK_CLOEXEC))
		return -EINVAL;
	ret = socket_get(fd, &f);
	if (ret)
		return ret;
	ret = fd_room();
	if (!ret)
		ret = net_accept(f, file_flags(flags), &made, &peer);
	file_put(f);
	if (ret)
		return ret;
	ret = addr ? put_sockaddr(addr, addrlen, &peer) : 0;
	if (!ret)
		return fd_install(made, flags & ABI_SOCK_CLOEXEC);
	file_put(made);
	return ret;
}

int64_t sys_accept(int fd, gva_t addr, gva_t addrlen) { return sys_accept4(fd, addr, addrlen, 0); }

static int64_t get_name(int fd, gva_t addr, gva_t addrlen, bool peer)
{
	struct net_addr a;
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	ret = net_getname(f, peer, &a);
	file_put(f);
	return ret ? ret : put_sockaddr(addr, addrlen, &a);
}

int64_t sys_getsockname(int fd, gva_t addr, gva_t addrlen) { return get_name(fd, addr, addrlen, false); }
int64_t sys_getpeername(int fd, gva_t addr, gva_t addrlen) { return get_name(fd, addr, addrlen, true); }

int64_t sys_shutdown(int fd, int how)
{
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	ret = net_shutdown(f, how);
	file_put(f);
	return ret;
}

/* ---- options -------------------------------------------------------------------------------- */

enum { OPTION_MAX = 256 };               /* the longest value anybody looks at */

/* A struct timeval of 32-bit longs: the old options of an RV32 process. */
static bool is_short_time(int level, int name)
{
	return current_is_32() && level == ABI_SOL_SOCKET &&
	       (name == ABI_SO_RCVTIMEO_OLD || name == ABI_SO_SNDTIMEO_OLD);
}

int64_t sys_setsockopt(int fd, int level, int optname, gva_t optval, int optlen)
{
	uint8_t value[OPTION_MAX] = { 0 };
	uint32_t len = (uint32_t)MIN(optlen, (int)OPTION_MAX);
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	if (optlen < 0)
		ret = -EINVAL;
	else if (get_user(value, optval, len))
		ret = -EFAULT;
	if (!ret && is_short_time(level, optname) && len >= 8) {
		int32_t tv[2];
		int64_t wide[2];

		memcpy(tv, value, sizeof(tv));
		wide[0] = tv[0];
		wide[1] = tv[1];
		memcpy(value, wide, len = sizeof(wide));
	}
	if (!ret)
		ret = net_setsockopt(f, level, optname, value, len);
	file_put(f);
	return ret;
}

int64_t sys_getsockopt(int fd, int level, int optname, gva_t optval, gva_t optlen)
{
	uint8_t value[OPTION_MAX] = { 0 };
	struct file *f;
	int32_t asked;
	uint32_t len;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	if (get_user(&asked, optlen, sizeof(asked)))
		ret = -EFAULT;
	else if (asked < 0)
		ret = -EINVAL;
	len = (uint32_t)MIN(asked, (int32_t)OPTION_MAX);
	if (!ret && is_short_time(level, optname))
		len = 16;
	if (!ret)
		ret = net_getsockopt(f, level, optname, value, &len);
	file_put(f);
	if (ret)
		return ret;
	if (is_short_time(level, optname)) {
		memmove(value + 4, value + 8, 4);
		len = (uint32_t)MIN(asked, 8);
	}
	return put_user(optval, value, len) || put_user_u32(optlen, len) ? -EFAULT : 0;
}

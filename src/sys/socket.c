/* Sockets: pairs made by socketpair(2) (vfs/socketpair.c). There are no addresses yet, so the
 * calls that deal in them answer as for sockets that are connected and have no name. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/socket.h"

/* What keeps `fd` from being a socket: -EBADF, -ENOTSOCK, or 0 and its file with a reference. */
static int socket_get(int fd, struct file **out)
{
	struct socket_info info;
	struct file *f = fd_get_io(fd);

	if (!f)
		return -EBADF;
	*out = f;
	if (socket_describe(f, &info))
		return 0;
	file_put(f);
	return -ENOTSOCK;
}

/* The answer of a call that makes no sense for a connected, nameless socket. */
static int64_t socket_refuse(int fd, int error)
{
	struct file *f;
	int err = socket_get(fd, &f);

	if (err)
		return err;
	file_put(f);
	return error;
}

/* ---- making ---------------------------------------------------------------------------- */

static int check_type(int domain, int type, int protocol)
{
	if (type & ~(ABI_SOCK_TYPE_MASK | ABI_SOCK_NONBLOCK | ABI_SOCK_CLOEXEC))
		return -EINVAL;
	if (domain < 0 || domain >= ABI_AF_MAX || domain != ABI_AF_UNIX)
		return -EAFNOSUPPORT;
	return protocol && protocol != ABI_AF_UNIX ? -EPROTONOSUPPORT : 0;
}

int64_t sys_socket(int domain, int type, int protocol)
{
	int err = check_type(domain, type, protocol);

	return err ? err : -EAFNOSUPPORT;
}

int64_t sys_socketpair(int domain, int type, int protocol, gva_t sv)
{
	struct file *ends[2];
	int kind = type & ABI_SOCK_TYPE_MASK, err = check_type(domain, type, protocol);

	if (!err)      /* a raw AF_UNIX socket is one of datagrams (net/unix/af_unix.c) */
		err = socketpair_create(kind == ABI_SOCK_RAW ? ABI_SOCK_DGRAM : kind,
					type & ABI_SOCK_NONBLOCK ? ABI_O_NONBLOCK : 0,
					current()->proc->pid, current()->cred, ends);
	return err ? err : fd_install_pair(ends, type & ABI_SOCK_CLOEXEC, sv);
}

int64_t sys_bind(int fd, gva_t addr, int addrlen)      { return socket_refuse(fd, -EINVAL); }
int64_t sys_listen(int fd, int backlog)                { return socket_refuse(fd, -EINVAL); }
int64_t sys_accept(int fd, gva_t addr, gva_t addrlen)  { return socket_refuse(fd, -EINVAL); }
int64_t sys_connect(int fd, gva_t addr, int addrlen)   { return socket_refuse(fd, -EISCONN); }
int64_t sys_accept4(int fd, gva_t addr, gva_t addrlen, int flags)
{
	return flags & ~(ABI_SOCK_NONBLOCK | ABI_SOCK_CLOEXEC) ? -EINVAL : socket_refuse(fd, -EINVAL);
}

/* ---- names and options -------------------------------------------------------------------- */

/* Copy a value of `size` bytes out under the caller's length, and tell the true one. */
static int64_t put_sized(gva_t to, gva_t ulen, const void *value, uint32_t size)
{
	uint32_t len;

	if (get_user(&len, ulen, sizeof(len)))
		return -EFAULT;
	if ((int32_t)len < 0)
		return -EINVAL;
	if (put_user(to, value, MIN(len, size)) || put_user_u32(ulen, size))
		return -EFAULT;
	return 0;
}

/* An unnamed socket's address is its family alone. */
int64_t sys_getsockname(int fd, gva_t addr, gva_t addrlen)
{
	uint16_t family = ABI_AF_UNIX;
	int64_t ret = socket_refuse(fd, 0);

	return ret ? ret : put_sized(addr, addrlen, &family, sizeof(family));
}

static int64_t get_option(const struct socket_info *s, int name, gva_t optval, gva_t optlen)
{
	struct abi_ucred peer = { s->pid, s->uid, s->gid };
	uint32_t linger[2] = { 0 }, value = 0;

	switch (name) {
	case ABI_SO_TYPE:      value = (uint32_t)s->type; break;
	case ABI_SO_DOMAIN:    value = ABI_AF_UNIX; break;
	case ABI_SO_SNDBUF:
	case ABI_SO_RCVBUF:    value = s->buffer; break;
	case ABI_SO_RCVLOWAT:  value = 1; break;
	case ABI_SO_LINGER:    return put_sized(optval, optlen, linger, sizeof(linger));
	case ABI_SO_PEERCRED:  return put_sized(optval, optlen, &peer, sizeof(peer));
	case ABI_SO_ERROR: case ABI_SO_PROTOCOL: case ABI_SO_ACCEPTCONN: case ABI_SO_REUSEADDR:
	case ABI_SO_BROADCAST: case ABI_SO_KEEPALIVE: case ABI_SO_PASSCRED:
		break;
	default:
		return -ENOPROTOOPT;
	}
	return put_sized(optval, optlen, &value, sizeof(value));
}

int64_t sys_getsockopt(int fd, int level, int optname, gva_t optval, gva_t optlen)
{
	struct socket_info info = { 0 };
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	socket_describe(f, &info);
	file_put(f);
	return level == ABI_SOL_SOCKET ? get_option(&info, optname, optval, optlen) : -EOPNOTSUPP;
}

int64_t sys_setsockopt(int fd, int level, int optname, gva_t optval, int optlen)
{
	uint32_t value;
	int64_t ret = socket_refuse(fd, 0);

	if (ret)
		return ret;
	if (level != ABI_SOL_SOCKET)
		return -EOPNOTSUPP;
	if (optlen < (int)sizeof(value))
		return -EINVAL;
	if (get_user(&value, optval, sizeof(value)))
		return -EFAULT;
	switch (optname) {
	case ABI_SO_SNDBUF: case ABI_SO_RCVBUF: case ABI_SO_REUSEADDR: case ABI_SO_KEEPALIVE:
	case ABI_SO_LINGER: case ABI_SO_PASSCRED: case ABI_SO_BROADCAST: case ABI_SO_RCVLOWAT:
		sys_note("setsockopt on a socket pair");
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int64_t sys_shutdown(int fd, int how)
{
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	ret = socket_shutdown(f, how);
	file_put(f);
	return ret;
}

/* ---- data ------------------------------------------------------------------------------------- */

static int64_t send_uio(struct file *f, struct uio *u, uint32_t flags)
{
	int64_t n = socket_send(f, u, flags);

	if (n == -EPIPE && !(flags & ABI_MSG_NOSIGNAL))
		raise_sigpipe();
	return n;
}

int64_t sys_sendto(int fd, gva_t buf, uint64_t len, uint32_t flags, gva_t addr, int addrlen)
{
	struct uio_seg seg = { buf, MIN(len, (uint64_t)INT32_MAX) };
	struct uio u;
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	uio_init_user(&u, current_mm(), &seg, 1);
	ret = addr && addrlen ? -EISCONN : send_uio(f, &u, flags);
	file_put(f);
	return ret;
}

int64_t sys_recvfrom(int fd, gva_t buf, uint64_t len, uint32_t flags, gva_t addr, gva_t addrlen)
{
	struct uio_seg seg = { buf, MIN(len, (uint64_t)INT32_MAX) };
	struct uio u;
	struct file *f;
	uint32_t out_flags;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	uio_init_user(&u, current_mm(), &seg, 1);
	ret = socket_receive(f, &u, flags, &out_flags);
	file_put(f);
	/* The sender has no name: a length of zero. */
	if (ret >= 0 && addr && put_user_u32(addrlen, 0))
		return -EFAULT;
	return ret;
}

static int get_msghdr(gva_t addr, struct abi_msghdr64 *m)
{
	struct abi_msghdr32 n;

	if (!current_is_32())
		return get_user(m, addr, sizeof(*m));
	if (get_user(&n, addr, sizeof(n)))
		return -EFAULT;
	*m = (struct abi_msghdr64){ .name = n.name, .namelen = n.namelen, .iov = n.iov, .iovlen = n.iovlen,
				    .control = n.control, .controllen = n.controllen };
	return 0;
}

/* recvmsg tells: no name, no ancillary data, and the flags. */
static int put_msghdr_results(gva_t addr, uint32_t flags)
{
	bool narrow = current_is_32();
	gva_t namelen = addr + (narrow ? offsetof(struct abi_msghdr32, namelen) : offsetof(struct abi_msghdr64, namelen));
	gva_t control = addr + (narrow ? offsetof(struct abi_msghdr32, controllen) : offsetof(struct abi_msghdr64, controllen));
	gva_t uflags = addr + (narrow ? offsetof(struct abi_msghdr32, flags) : offsetof(struct abi_msghdr64, flags));

	return put_user_u32(namelen, 0) || put_user_word(control, 0) || put_user_u32(uflags, flags) ? -EFAULT : 0;
}

static int64_t message(int fd, gva_t msg, uint32_t flags, bool send)
{
	struct abi_msghdr64 m;
	struct uio_seg *segs;
	uint32_t out_flags = 0;
	struct uio u;
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	ret = get_msghdr(msg, &m);
	if (!ret && send && m.control && m.controllen)
		ret = -EINVAL;
	if (!ret)
		ret = m.iovlen > 1024 ? -EMSGSIZE : user_iov_get(m.iov, m.iovlen, &segs);
	if (!ret) {
		uio_init_user(&u, current_mm(), segs, (unsigned)m.iovlen);
		ret = send ? send_uio(f, &u, flags) : socket_receive(f, &u, flags, &out_flags);
		free(segs);
	}
	if (ret >= 0 && !send && put_msghdr_results(msg, out_flags))
		ret = -EFAULT;
	file_put(f);
	return ret;
}

int64_t sys_sendmsg(int fd, gva_t msg, uint32_t flags) { return message(fd, msg, flags, true); }
int64_t sys_recvmsg(int fd, gva_t msg, uint32_t flags) { return message(fd, msg, flags, false); }

/* Sockets: the calls that move data, and the layout of msghdr and cmsghdr.
 *
 *   64 bits   size_t len | int level | int type | data, padded to 8
 *   32 bits   the same with 4
 *
 * net wants and gives files, credentials and other ancillary data taken apart; this file
 * reads them out of the guest's buffer and writes them into it as Linux does (net/core/scm.c). */
#include "socket.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/time.h"
#include "base/alloc.h"

enum { CONTROL_MAX = 128 * 1024, RW_MAX = 0x7ffff000 };   /* net.core.optmem_max; MAX_RW_COUNT */

/* ---- sendto, recvfrom --------------------------------------------------------------------- */

int64_t sys_sendto(int fd, gva_t buf, uint64_t len, uint32_t flags, gva_t addr, int addrlen)
{
	struct uio_seg seg = { buf, MIN(len, (uint64_t)RW_MAX) };
	struct uio u;
	struct net_msg m = { .u = &u, .flags = flags };
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	uio_init_user(&u, current_mm(), &seg, 1);
	if (addr)
		ret = get_sockaddr(&m.addr, addr, addrlen);
	if (!ret)
		ret = net_send(f, &m);
	file_put(f);
	return ret;
}

int64_t sys_recvfrom(int fd, gva_t buf, uint64_t len, uint32_t flags, gva_t addr, gva_t addrlen)
{
	struct uio_seg seg = { buf, MIN(len, (uint64_t)RW_MAX) };
	struct uio u;
	struct net_msg m = { .u = &u, .flags = flags };
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	uio_init_user(&u, current_mm(), &seg, 1);
	ret = net_receive(f, &m);
	net_msg_release(&m);
	file_put(f);
	if (ret >= 0 && addr) {
		int err = put_sockaddr(addr, addrlen, &m.addr);

		return err ? err : ret;
	}
	return ret;
}

/* ---- msghdr ------------------------------------------------------------------------------------ */

static size_t msghdr_size(void)
{
	return current_is_32() ? sizeof(struct abi_msghdr32) : sizeof(struct abi_msghdr64);
}

/* What differs between the widths, as one. */
struct message {
	gva_t at;                      /* the guest's msghdr */
	struct abi_msghdr64 hdr;
	struct uio_seg *segs;
	struct uio u;
	struct net_msg net;
};

static int get_msghdr(struct message *m, gva_t at)
{
	struct abi_msghdr32 n;

	m->at = at;
	if (!current_is_32())
		return get_user(&m->hdr, at, sizeof(m->hdr)) ? -EFAULT : 0;
	if (get_user(&n, at, sizeof(n)))
		return -EFAULT;
	m->hdr = (struct abi_msghdr64){ .name = n.name, .namelen = n.namelen, .iov = n.iov, .iovlen = n.iovlen,
					.control = n.control, .controllen = n.controllen, .flags = n.flags };
	return 0;
}

static int message_begin(struct message *m, gva_t at, uint32_t flags)
{
	int err;

	memset(m, 0, sizeof(*m));
	err = get_msghdr(m, at);
	if (err)
		return err;
	if ((int32_t)m->hdr.namelen < 0)
		return -EINVAL;
	m->hdr.namelen = MIN(m->hdr.namelen, (uint32_t)ABI_SOCKADDR_MAX);
	if (m->hdr.iovlen > ABI_UIO_MAXIOV)
		return -EMSGSIZE;
	err = user_iov_get(m->hdr.iov, m->hdr.iovlen, &m->segs);
	if (err)
		return err;
	uio_init_user(&m->u, current_mm(), m->segs, (unsigned)m->hdr.iovlen);
	m->u.left = MIN(m->u.left, (uint64_t)RW_MAX);
	m->net.u = &m->u;
	m->net.flags = flags;
	return 0;
}

static void message_end(struct message *m)
{
	net_msg_release(&m->net);
	free(m->segs);
}

#define HDR_FIELD(field) (current_is_32() ? offsetof(struct abi_msghdr32, field) : offsetof(struct abi_msghdr64, field))

/* ---- ancillary data in --------------------------------------------------------------------------- */

static size_t cmsg_header(void)        { return current_is_32() ? 12 : 16; }
static size_t cmsg_align(size_t n)     { return align_up(n, current_is_32() ? 4 : 8); }

static int take_rights(struct net_msg *net, const uint8_t *data, size_t len)
{
	unsigned n = (unsigned)(len / sizeof(int32_t));

	if (net->nr_files + n > ABI_SCM_MAX_FD)
		return -EINVAL;
	net->files = xrealloc(net->files, (net->nr_files + n + 1) * sizeof(*net->files));
	for (unsigned i = 0; i < n; i++) {
		struct file *f;
		int32_t fd;

		memcpy(&fd, data + i * sizeof(fd), sizeof(fd));
		f = fd_get(fd);
		if (!f)
			return -EBADF;
		net->files[net->nr_files++] = f;
	}
	return 0;
}

static int take_cred(struct net_msg *net, const uint8_t *data, size_t len)
{
	if (len != sizeof(net->cred))
		return -EINVAL;
	memcpy(&net->cred, data, sizeof(net->cred));
	net->has_cred = true;
	return net->cred.uid == UINT32_MAX || net->cred.gid == UINT32_MAX ? -EINVAL : 0;
}

static int take_cmsg(struct net_msg *net, int level, int type, const uint8_t *data, size_t len)
{
	struct net_cmsg *c = &net->cmsgs[net->nr_cmsgs];

	if (level == ABI_SOL_SOCKET && type == ABI_SCM_RIGHTS)
		return take_rights(net, data, len);
	if (level == ABI_SOL_SOCKET && type == ABI_SCM_CREDENTIALS)
		return take_cred(net, data, len);
	if (level == ABI_SOL_SOCKET || net->nr_cmsgs == NET_CMSGS_MAX || len > sizeof(c->data))
		return -EINVAL;
	*c = (struct net_cmsg){ .level = level, .type = type, .len = (unsigned)len };
	memcpy(c->data, data, len);
	net->nr_cmsgs++;
	return 0;
}

/* One header after the other: each must fit (CMSG_OK). */
static int parse_control(struct net_msg *net, const uint8_t *buf, size_t size)
{
	size_t header = cmsg_header();
	int err = 0;

	for (size_t at = 0; !err && size - at >= header;) {
		uint64_t len = 0;
		int32_t level, type;

		memcpy(&len, buf + at, header - 8);
		memcpy(&level, buf + at + header - 8, 4);
		memcpy(&type, buf + at + header - 4, 4);
		if (len < header || len > size - at)
			return -EINVAL;
		err = take_cmsg(net, level, type, buf + at + header, (size_t)len - header);
		at += MIN(cmsg_align((size_t)len), size - at);
	}
	return err;
}

static int get_control(struct message *m)
{
	uint8_t *buf;
	int err;

	if (!m->hdr.control || !m->hdr.controllen)
		return 0;
	if (m->hdr.controllen > CONTROL_MAX)
		return -ENOBUFS;
	buf = xalloc((size_t)m->hdr.controllen);
	err = get_user(buf, m->hdr.control, (size_t)m->hdr.controllen) ? -EFAULT :
	      parse_control(&m->net, buf, (size_t)m->hdr.controllen);
	free(buf);
	return err;
}

/* ---- ancillary data out ------------------------------------------------------------------------------ */

struct control_out { gva_t at; uint64_t left, used; uint32_t flags; };

static int put_cmsg_header(gva_t at, uint64_t len, int32_t level, int32_t type)
{
	size_t header = cmsg_header();

	return put_user_word(at, len) || put_user(at + header - 8, &level, 4) || put_user(at + header - 4, &type, 4) ? -EFAULT : 0;
}

static void control_advance(struct control_out *c, size_t len)
{
	uint64_t n = MIN((uint64_t)cmsg_align(len), c->left);

	c->at += n;
	c->left -= n;
	c->used += n;
}

/* What does not fit is cut, and said to be (put_cmsg). */
static int put_cmsg(struct control_out *c, int level, int type, const void *data, size_t len)
{
	size_t header = cmsg_header(), whole = header + len;

	if (c->left < header) {
		c->flags |= ABI_MSG_CTRUNC;
		return 0;
	}
	if (c->left < whole) {
		c->flags |= ABI_MSG_CTRUNC;
		whole = (size_t)c->left;
	}
	if (put_cmsg_header(c->at, whole, level, type) || put_user(c->at + header, data, whole - header))
		return -EFAULT;
	control_advance(c, whole);
	return 0;
}

/* As many files as there are room and descriptors for; the rest is closed (scm_detach_fds). */
static int put_rights(struct control_out *c, struct net_msg *net, bool cloexec)
{
	size_t header = cmsg_header();
	unsigned room = c->left > header ? (unsigned)MIN((c->left - header) / 4, (uint64_t)ABI_SCM_MAX_FD) : 0, n = 0;

	while (n < net->nr_files && n < room) {
		int fd = fd_install(file_get(net->files[n]), cloexec);

		if (fd < 0)
			break;
		if (put_user_u32(c->at + header + n * 4, (uint32_t)fd)) {
			files_close(current()->files, fd);
			break;
		}
		n++;
	}
	if (n < net->nr_files)
		c->flags |= ABI_MSG_CTRUNC;
	if (!n)
		return 0;
	if (put_cmsg_header(c->at, header + n * 4, ABI_SOL_SOCKET, ABI_SCM_RIGHTS))
		return -EFAULT;
	control_advance(c, header + n * 4);
	return 0;
}

static int put_control(struct message *m, struct control_out *c)
{
	struct net_msg *net = &m->net;
	int err = 0;

	for (unsigned i = 0; !err && i < net->nr_cmsgs; i++)
		err = put_cmsg(c, net->cmsgs[i].level, net->cmsgs[i].type, net->cmsgs[i].data, net->cmsgs[i].len);
	if (!err && net->has_cred)
		err = put_cmsg(c, ABI_SOL_SOCKET, ABI_SCM_CREDENTIALS, &net->cred, sizeof(net->cred));
	if (!err && net->nr_files)
		err = put_rights(c, net, net->flags & ABI_MSG_CMSG_CLOEXEC);
	return err;
}

/* ---- sendmsg, recvmsg ------------------------------------------------------------------------------------ */

static int64_t send_message(struct file *f, gva_t at, uint32_t flags)
{
	struct message m;
	int64_t ret = message_begin(&m, at, flags);

	if (!ret && m.hdr.name)
		ret = get_sockaddr(&m.net.addr, m.hdr.name, (int)m.hdr.namelen);
	if (!ret)
		ret = get_control(&m);
	if (!ret)
		ret = net_send(f, &m.net);
	message_end(&m);
	return ret;
}

static int64_t put_results(struct message *m)
{
	bool has_control = m->hdr.control && m->hdr.controllen;
	struct control_out c = { .at = m->hdr.control, .left = has_control ? m->hdr.controllen : 0 };
	int err = put_control(m, &c);

	if (!err && m->hdr.name)
		err = put_sockaddr(m->hdr.name, m->at + HDR_FIELD(namelen), &m->net.addr);
	c.flags |= m->net.out_flags | (m->net.flags & ABI_MSG_CMSG_CLOEXEC);
	if (err)
		return err;
	return put_user_u32(m->at + HDR_FIELD(flags), c.flags) ||
	       put_user_word(m->at + HDR_FIELD(controllen), c.used) ? -EFAULT : 0;
}

static int64_t receive_message(struct file *f, gva_t at, uint32_t flags)
{
	struct message m;
	int64_t ret = message_begin(&m, at, flags);

	if (!ret)
		ret = net_receive(f, &m.net);
	if (ret >= 0) {
		int64_t err = put_results(&m);

		ret = err ? err : ret;
	}
	message_end(&m);
	return ret;
}

static int64_t one_message(int fd, gva_t at, uint32_t flags, int64_t (*move)(struct file *f, gva_t at, uint32_t flags))
{
	struct file *f;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	ret = move(f, at, flags);
	file_put(f);
	return ret;
}

int64_t sys_sendmsg(int fd, gva_t msg, uint32_t flags) { return one_message(fd, msg, flags, send_message); }
int64_t sys_recvmsg(int fd, gva_t msg, uint32_t flags) { return one_message(fd, msg, flags, receive_message); }

/* ---- sendmmsg, recvmmsg --------------------------------------------------------------------------------------- */

static gva_t mmsg_at(gva_t msgvec, unsigned n)
{
	return msgvec + (gva_t)n * (current_is_32() ? ABI_MMSGHDR32_SIZE : ABI_MMSGHDR64_SIZE);
}

int64_t sys_sendmmsg(int fd, gva_t msgvec, uint32_t vlen, uint32_t flags)
{
	struct file *f;
	unsigned n = 0;
	int64_t ret = socket_get(fd, &f);

	if (ret)
		return ret;
	vlen = MIN(vlen, (uint32_t)ABI_UIO_MAXIOV);
	while (n < vlen) {
		ret = send_message(f, mmsg_at(msgvec, n), flags);
		if (ret < 0)
			break;
		ret = put_user_u32(mmsg_at(msgvec, n) + msghdr_size(), (uint32_t)ret) ? -EFAULT : 0;
		if (ret)
			break;
		n++;
	}
	file_put(f);
	return n ? (int64_t)n : ret;
}

/* The time-out is looked at after each message only, as on Linux (recvmmsg(2), BUGS). */
int64_t sys_recvmmsg(int fd, gva_t msgvec, uint32_t vlen, uint32_t flags, gva_t timeout)
{
	uint64_t deadline = WAIT_FOREVER;
	struct file *f;
	unsigned n = 0;
	int64_t ret = get_deadline(timeout, &deadline);

	if (!ret)
		ret = socket_get(fd, &f);
	if (ret)
		return ret;
	vlen = MIN(vlen, (uint32_t)ABI_UIO_MAXIOV);
	while (n < vlen) {
		ret = receive_message(f, mmsg_at(msgvec, n), flags & ~(uint32_t)ABI_MSG_WAITFORONE);
		if (ret < 0)
			break;
		ret = put_user_u32(mmsg_at(msgvec, n) + msghdr_size(), (uint32_t)ret) ? -EFAULT : 0;
		if (ret)
			break;
		n++;
		if (flags & ABI_MSG_WAITFORONE)
			flags |= ABI_MSG_DONTWAIT;
		if (sched_clock_ns() >= deadline)
			break;
	}
	file_put(f);
	if (timeout && n) {
		uint64_t now = sched_clock_ns();

		if (put_timespec(timeout, deadline > now ? deadline - now : 0))
			return -EFAULT;
	}
	return n ? (int64_t)n : ret;
}

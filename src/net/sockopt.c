/* SOL_SOCKET: the options every socket has (Linux net/core/sock.c sk_setsockopt, sk_getsockopt). */
#include "internal.h"

#include <string.h>

#include "abi/process.h"

/* Options that are a bit: set by any number but 0. */
static const struct { int name; uint32_t bit; } flag_options[] = {
	{ ABI_SO_REUSEADDR, OPT_REUSEADDR }, { ABI_SO_REUSEPORT, OPT_REUSEPORT },
	{ ABI_SO_KEEPALIVE, OPT_KEEPALIVE }, { ABI_SO_BROADCAST, OPT_BROADCAST },
	{ ABI_SO_PASSCRED, OPT_PASSCRED }, { ABI_SO_OOBINLINE, OPT_OOBINLINE },
	{ ABI_SO_DONTROUTE, OPT_DONTROUTE }, { ABI_SO_TIMESTAMP_OLD, OPT_TIMESTAMP },
	{ ABI_SO_TIMESTAMPNS_OLD, OPT_TIMESTAMPNS }, { ABI_SO_DEBUG, OPT_DEBUG },
	{ ABI_SO_PASSSEC, OPT_PASSSEC }, { ABI_SO_ZEROCOPY, OPT_ZEROCOPY },
};

static uint32_t flag_of(int name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(flag_options); i++)
		if (flag_options[i].name == name)
			return flag_options[i].bit;
	return 0;
}

/* ---- setting ----------------------------------------------------------------------------- */

static bool capable(int cap)
{
	return net_current().cred->cap_effective >> cap & 1;
}

/* Twice what was asked, for the book-keeping (socket(7)). */
static uint32_t buffer_size(int32_t asked, uint32_t min, bool forced)
{
	/* A negative number is a large one, except where only privilege bounds it. */
	uint32_t size = forced ? (uint32_t)MIN(MAX(asked, 0), INT32_MAX / 2) : MIN((uint32_t)asked, (uint32_t)SOCK_BUFFER_MAX);

	return MAX(size * 2, min);
}

static int set_timeout(uint64_t *timeout_ns, const void *value, uint32_t len)
{
	int64_t tv[2];

	if (len < sizeof(tv))
		return -EINVAL;
	memcpy(tv, value, sizeof(tv));
	if (tv[1] < 0 || tv[1] >= 1000000)
		return -EDOM;
	if (tv[0] < 0)
		*timeout_ns = 1;      /* no time at all */
	else if ((uint64_t)tv[0] > INT64_MAX / NSEC_PER_SEC / 2)
		*timeout_ns = 0;
	else
		*timeout_ns = (uint64_t)tv[0] * NSEC_PER_SEC + (uint64_t)tv[1] * 1000;
	return 0;
}

static int set_linger(struct sock *s, const void *value, uint32_t len)
{
	struct abi_linger l;

	if (len < sizeof(l))
		return -EINVAL;
	memcpy(&l, value, sizeof(l));
	s->linger = (struct abi_linger){ l.on != 0, l.on ? l.seconds : s->linger.seconds };
	return 0;
}

static int set_flag(struct sock *s, int name, uint32_t bit, int32_t value)
{
	if (name == ABI_SO_REUSEPORT && value && s->family != ABI_AF_INET && s->family != ABI_AF_INET6)
		return -EOPNOTSUPP;
	if (name == ABI_SO_DEBUG && value && !capable(ABI_CAP_NET_ADMIN))
		return -EACCES;
	if ((name == ABI_SO_PASSCRED || name == ABI_SO_PASSSEC) && s->family != ABI_AF_UNIX && s->family != ABI_AF_NETLINK)
		return -EOPNOTSUPP;
	if (name == ABI_SO_ZEROCOPY && s->family != ABI_AF_INET && s->family != ABI_AF_INET6)
		return -EOPNOTSUPP;
	if (name == ABI_SO_ZEROCOPY && (value < 0 || value > 1))
		return -EINVAL;
	s->options = value ? s->options | bit : s->options & ~bit;
	return 0;
}

static int set_buffer(struct sock *s, int name, int32_t value)
{
	bool forced = name == ABI_SO_SNDBUFFORCE || name == ABI_SO_RCVBUFFORCE;

	if (forced && !capable(ABI_CAP_NET_ADMIN))
		return -EPERM;
	if (name == ABI_SO_SNDBUF || name == ABI_SO_SNDBUFFORCE) {
		s->sndbuf = buffer_size(value, SOCK_MIN_SNDBUF, forced);
		s->sndbuf_set = true;
		sock_tell(s, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
	} else {
		s->rcvbuf = buffer_size(value, SOCK_MIN_RCVBUF, forced);
		s->rcvbuf_set = true;
	}
	return 0;
}

static int set_number(struct sock *s, int name, int32_t value)
{
	switch (name) {
	case ABI_SO_SNDBUF: case ABI_SO_RCVBUF: case ABI_SO_SNDBUFFORCE: case ABI_SO_RCVBUFFORCE:
		return set_buffer(s, name, value);
	case ABI_SO_RCVLOWAT:
		s->rcvlowat = value < 0 ? INT32_MAX : value ? (uint32_t)value : 1;
		return 0;
	case ABI_SO_PRIORITY:
		if ((value < 0 || value > 6) && !capable(ABI_CAP_NET_ADMIN))
			return -EPERM;
		s->priority = (uint32_t)value;
		return 0;
	case ABI_SO_MARK:
		if (!capable(ABI_CAP_NET_ADMIN) && !capable(ABI_CAP_NET_RAW))
			return -EPERM;
		s->mark = (uint32_t)value;
		return 0;
	case ABI_SO_BUSY_POLL: case ABI_SO_INCOMING_CPU:
		return 0;             /* hints about the host's network card */
	case ABI_SO_TYPE: case ABI_SO_PROTOCOL: case ABI_SO_DOMAIN: case ABI_SO_ERROR:
	case ABI_SO_ACCEPTCONN: case ABI_SO_SNDLOWAT:
		return -ENOPROTOOPT;
	}
	return -ENOPROTOOPT;
}

/* SO_BINDTODEVICE: the machine has one device. */
static int bind_to_device(const char *name, uint32_t len)
{
	char dev[16] = "";

	memcpy(dev, name, MIN(len, (uint32_t)sizeof(dev) - 1));
	return !*dev || !strcmp(dev, "lo") ? 0 : -ENODEV;
}

static int set_socket_option(struct sock *s, int name, const void *value, uint32_t len)
{
	int32_t n = 0;

	if (name == ABI_SO_BINDTODEVICE)
		return bind_to_device(value, len);
	if (len < sizeof(n))
		return -EINVAL;
	memcpy(&n, value, sizeof(n));
	switch (name) {
	case ABI_SO_LINGER:
		return set_linger(s, value, len);
	case ABI_SO_RCVTIMEO_OLD: case ABI_SO_RCVTIMEO_NEW:
		return set_timeout(&s->rcv_timeout_ns, value, len);
	case ABI_SO_SNDTIMEO_OLD: case ABI_SO_SNDTIMEO_NEW:
		return set_timeout(&s->snd_timeout_ns, value, len);
	}
	return flag_of(name) ? set_flag(s, name, flag_of(name), n) : set_number(s, name, n);
}

/* How long a call waits is ours to know, whoever does the rest. */
static bool is_timeout(int name)
{
	return name == ABI_SO_RCVTIMEO_OLD || name == ABI_SO_RCVTIMEO_NEW || name == ABI_SO_SNDTIMEO_OLD ||
	       name == ABI_SO_SNDTIMEO_NEW;
}

int net_setsockopt(struct file *f, int level, int name, const void *value, uint32_t len)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	if (s->proto->host_options && !(level == ABI_SOL_SOCKET && is_timeout(name)))
		return s->proto->setsockopt(s, level, name, value, len);
	if (level == ABI_SOL_SOCKET)
		return set_socket_option(s, name, value, len);
	return s->proto->setsockopt ? s->proto->setsockopt(s, level, name, value, len) : -EOPNOTSUPP;
}

/* ---- getting --------------------------------------------------------------------------------- */

int sockopt_put(void *value, uint32_t *len, const void *from, uint32_t size)
{
	*len = MIN(*len, size);
	memcpy(value, from, *len);
	return 0;
}

int sockopt_put_int(void *value, uint32_t *len, int32_t n)
{
	return sockopt_put(value, len, &n, sizeof(n));
}

static int put_timeout(void *value, uint32_t *len, uint64_t timeout_ns)
{
	int64_t tv[2] = { (int64_t)(timeout_ns / NSEC_PER_SEC), (int64_t)(timeout_ns % NSEC_PER_SEC / 1000) };

	return sockopt_put(value, len, tv, sizeof(tv));
}

static int get_number(struct sock *s, int name, int32_t *n)
{
	switch (name) {
	case ABI_SO_TYPE:        *n = s->type; return 0;
	case ABI_SO_DOMAIN:      *n = s->family; return 0;
	case ABI_SO_PROTOCOL:    *n = s->protocol; return 0;
	case ABI_SO_ERROR:       *n = -sock_error(s); return 0;
	case ABI_SO_SNDBUF:      *n = (int32_t)s->sndbuf; return 0;
	case ABI_SO_RCVBUF:      *n = (int32_t)s->rcvbuf; return 0;
	case ABI_SO_RCVLOWAT:    *n = (int32_t)s->rcvlowat; return 0;
	case ABI_SO_SNDLOWAT:    *n = 1; return 0;
	case ABI_SO_PRIORITY:    *n = (int32_t)s->priority; return 0;
	case ABI_SO_MARK:        *n = (int32_t)s->mark; return 0;
	case ABI_SO_ACCEPTCONN:  *n = s->state == ABI_TCP_LISTEN; return 0;
	case ABI_SO_BUSY_POLL:   *n = 0; return 0;
	case ABI_SO_INCOMING_CPU: *n = 0; return 0;
	}
	return -ENOPROTOOPT;
}

static int get_socket_option(struct sock *s, int name, void *value, uint32_t *len)
{
	int32_t n;
	int err;

	if (name == ABI_SO_PASSCRED && s->family != ABI_AF_UNIX && s->family != ABI_AF_NETLINK)
		return -EOPNOTSUPP;
	if (flag_of(name))
		return sockopt_put_int(value, len, (s->options & flag_of(name)) != 0);
	switch (name) {
	case ABI_SO_LINGER:
		return sockopt_put(value, len, &s->linger, sizeof(s->linger));
	case ABI_SO_RCVTIMEO_OLD: case ABI_SO_RCVTIMEO_NEW:
		return put_timeout(value, len, s->rcv_timeout_ns);
	case ABI_SO_SNDTIMEO_OLD: case ABI_SO_SNDTIMEO_NEW:
		return put_timeout(value, len, s->snd_timeout_ns);
	case ABI_SO_COOKIE:
		return *len < 8 ? -EINVAL : sockopt_put(value, len, &s->ino, 8);
	case ABI_SO_BINDTODEVICE:
		*len = 0;
		return 0;
	}
	err = get_number(s, name, &n);
	return err ? err : sockopt_put_int(value, len, n);
}

/* The family is asked when the common code does not know (AF_UNIX: SO_PEERCRED). */
int net_getsockopt(struct file *f, int level, int name, void *value, uint32_t *len)
{
	struct sock *s = sock_of(f);
	int err = -ENOPROTOOPT;

	if (!s)
		return -ENOTSOCK;
	if (level == ABI_SOL_SOCKET && (!s->proto->host_options || is_timeout(name)))
		err = get_socket_option(s, name, value, len);
	if (err != -ENOPROTOOPT)
		return err;
	if (s->proto->getsockopt)
		return s->proto->getsockopt(s, level, name, value, len);
	return level == ABI_SOL_SOCKET ? -ENOPROTOOPT : -EOPNOTSUPP;
}

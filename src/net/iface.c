/* lo as the old ioctls show it (netdevice(7)). */
#include "iface.h"

#include <string.h>

#include "abi/process.h"
#include "netlink.h"

/* struct ifreq: a name, and sixteen bytes of use here. */
struct ifreq { char name[ABI_IFNAMSIZ]; uint8_t value[16]; };

static void set_v4(struct ifreq *r, uint8_t a, uint8_t d)
{
	struct abi_sockaddr_in in = { .family = ABI_AF_INET, .addr = { a, 0, 0, d } };

	memcpy(r->value, &in, sizeof(in));
}

static void set_int(struct ifreq *r, int32_t v)
{
	memset(r->value, 0, sizeof(r->value));
	memcpy(r->value, &v, sizeof(v));
}

uint32_t lo_flags(const struct net_ns *net)
{
	return ABI_IFF_LOOPBACK | (net->lo_up ? ABI_IFF_UP | ABI_IFF_RUNNING | ABI_IFF_LOWER_UP : 0);
}

/* What asks for an address. */
static bool wants_v4(unsigned cmd)
{
	return cmd == ABI_SIOCGIFADDR || cmd == ABI_SIOCGIFDSTADDR || cmd == ABI_SIOCGIFBRDADDR || cmd == ABI_SIOCGIFNETMASK;
}

/* Fill the answer in: false: no such question. */
static bool answer(const struct net_ns *net, unsigned cmd, struct ifreq *r)
{
	switch (cmd) {
	case ABI_SIOCGIFADDR: case ABI_SIOCGIFDSTADDR: set_v4(r, 127, 1); return true;
	case ABI_SIOCGIFBRDADDR: set_v4(r, 0, 0); return true;
	case ABI_SIOCGIFNETMASK: set_v4(r, 255, 0); return true;
	case ABI_SIOCGIFFLAGS:   set_int(r, (int32_t)(lo_flags(net) & UINT16_MAX)); return true;
	case ABI_SIOCGIFMTU:     set_int(r, (int32_t)net->lo_mtu); return true;
	case ABI_SIOCGIFMETRIC:  set_int(r, 0); return true;
	case ABI_SIOCGIFTXQLEN:  set_int(r, LO_TXQLEN); return true;
	case ABI_SIOCGIFINDEX:   set_int(r, LO_INDEX); return true;
	case ABI_SIOCGIFMAP:     set_int(r, 0); return true;
	case ABI_SIOCGIFHWADDR:  set_int(r, ABI_ARPHRD_LOOPBACK); return true;
	}
	return false;
}

static int64_t get_name(gva_t arg, struct mm *mm)
{
	struct ifreq r;
	int32_t index;

	if (mm_copy_from(mm, &r, arg, sizeof(r)))
		return -EFAULT;
	memcpy(&index, r.value, sizeof(index));
	if (index != LO_INDEX)
		return -ENODEV;
	memset(r.name, 0, sizeof(r.name));
	memcpy(r.name, "lo", 2);
	return mm_copy_to(mm, arg, &r, sizeof(r)) ? -EFAULT : 0;
}

/* struct ifconf: a length and a pointer, to be filled with what fits; with none, the length needed. */
static int64_t get_conf(const struct net_ns *net, gva_t arg, struct mm *mm)
{
	bool wide = mm_xlen(mm) == XLEN_64;
	int32_t len, size = wide ? ABI_IFREQ64_SIZE : ABI_IFREQ32_SIZE, used;
	uint8_t whole[ABI_IFREQ64_SIZE] = "lo";
	struct ifreq r = { "lo" };
	uint64_t buf = 0;

	if (!net->lo_v4)
		size = 0;              /* only interfaces with an address */
	used = size;
	if (mm_copy_from(mm, &len, arg, sizeof(len)) || mm_copy_from(mm, &buf, arg + (wide ? 8 : 4), wide ? 8 : 4))
		return -EFAULT;
	set_v4(&r, 127, 1);
	memcpy(whole, &r, sizeof(r));
	if (buf) {
		used = len >= size ? size : 0;
		if (mm_copy_to(mm, buf, whole, (size_t)used))
			return -EFAULT;
	}
	return mm_copy_to(mm, arg, &used, sizeof(used)) ? -EFAULT : 0;
}

/* Up or down. The flags of an lo that are its own cannot be changed. */
static int64_t set_flags(struct net_ns *net, gva_t arg, struct mm *mm)
{
	struct ifreq r;
	uint16_t flags;

	if (mm_copy_from(mm, &r, arg, sizeof(r)))
		return -EFAULT;
	if (!net_capable(net, ABI_CAP_NET_ADMIN))
		return -EPERM;
	if (strncmp(r.name, "lo", sizeof(r.name)) != 0)
		return -ENODEV;
	memcpy(&flags, r.value, sizeof(flags));
	rtnetlink_set_lo(net, flags & ABI_IFF_UP);
	return 0;
}

int64_t iface_ioctl(struct net_ns *net, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct ifreq r;

	if (cmd == ABI_SIOCGIFNAME)
		return get_name(arg, mm);
	if (cmd == ABI_SIOCGIFCONF)
		return get_conf(net, arg, mm);
	if (cmd == ABI_SIOCSIFFLAGS)
		return set_flags(net, arg, mm);
	if (!answer(net, cmd, &r))
		return -ENOTTY;
	if (mm_copy_from(mm, &r, arg, sizeof(r)))
		return -EFAULT;
	if (strncmp(r.name, "lo", sizeof(r.name)) != 0)
		return -ENODEV;
	if (wants_v4(cmd) && !net->lo_v4)
		return -EADDRNOTAVAIL;
	answer(net, cmd, &r);
	return mm_copy_to(mm, arg, &r, sizeof(r)) ? -EFAULT : 0;
}

/* What the machine's administrator asks: restarting, quotas, security modules, the
 * time zone. Checked as Linux checks it; what has no counterpart here says so. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/stat.h"
#include "abi/time.h"

/* ---- reboot (kernel/reboot.c) --------------------------------------------------------------- */

enum {
	REBOOT_MAGIC1 = (int)0xfee1dead, REBOOT_CAD_OFF = 0, REBOOT_HALT = (int)0xcdef0123,
	REBOOT_RESTART = 0x01234567, REBOOT_RESTART2 = (int)0xa1b2c3d4, REBOOT_CAD_ON = (int)0x89abcdef,
	REBOOT_POWER_OFF = 0x4321fedc,
};

static bool magic_known(int magic2)
{
	static const int known[] = { 672274793, 85072278, 369367448, 537993216 };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (magic2 == known[i])
			return true;
	return false;
}

/* Of a PID name space: only that ends (reboot_pid_ns). */
static int64_t reboot_inside(int cmd)
{
	switch (cmd) {
	case REBOOT_RESTART:
	case REBOOT_RESTART2:  pid_ns_reboot(SIGHUP);
	case REBOOT_HALT:
	case REBOOT_POWER_OFF: pid_ns_reboot(SIGINT);
	default:               return -EINVAL;
	}
}

int64_t sys_reboot(int magic1, int magic2, int cmd, gva_t arg)
{
	const struct pid_ns *ns = current()->proc->pid_ns;

	if (!user_ns_capable(current()->cred, ns_owner(ns), ABI_CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != REBOOT_MAGIC1 || !magic_known(magic2))
		return -EINVAL;
	if (ns)
		return reboot_inside(cmd);
	switch (cmd) {
	case REBOOT_CAD_ON:
	case REBOOT_CAD_OFF:   return 0;     /* nobody presses Ctrl-Alt-Del */
	case REBOOT_RESTART:
	case REBOOT_RESTART2:
	case REBOOT_HALT:
	case REBOOT_POWER_OFF: return kernel_end_machine();
	default:               return -EINVAL;
	}
}

/* ---- quotas (fs/quota/quota.c): no file system here keeps any ---------------------------------- */

enum { QUOTA_TYPES = 3, Q_SYNC = 0x800001 };

static int64_t quota_block_device(gva_t special)
{
	struct path p;
	int64_t err = user_path_at(ABI_AT_FDCWD, special, 0, &p);

	if (err)
		return err;
	err = S_ISBLK(path_inode(p)->mode) ? -ENODEV : -ENOTBLK;
	path_put(p);
	return err;
}

int64_t sys_quotactl(uint32_t cmd, gva_t special, uint32_t id, gva_t addr)
{
	if ((cmd & 255) >= QUOTA_TYPES)
		return -EINVAL;
	if (!special)
		return cmd >> 8 == Q_SYNC ? 0 : -ENODEV;
	return quota_block_device(special);
}

int64_t sys_quotactl_fd(int fd, uint32_t cmd, uint32_t id, gva_t addr)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return -EBADF;
	file_put(f);
	return (cmd & 255) >= QUOTA_TYPES ? -EINVAL : -ENOSYS;
}

/* ---- security modules (security/lsm_syscalls.c): capabilities, and nothing else ------------------ */

enum { LSM_ID_CAPABILITY = 100, LSM_FLAG_SINGLE = 1, LSM_CTX_HEAD = 32 };

int64_t sys_lsm_list_modules(gva_t ids, gva_t size, uint32_t flags)
{
	const uint64_t id = LSM_ID_CAPABILITY;
	uint32_t room;

	if (flags)
		return -EINVAL;
	if (get_user(&room, size, sizeof(room)) || put_user_u32(size, sizeof(id)))
		return -EFAULT;
	if (room < sizeof(id))
		return -E2BIG;
	return put_user(ids, &id, sizeof(id)) ? -EFAULT : 1;
}

int64_t sys_lsm_get_self_attr(uint32_t attr, gva_t ctx, gva_t size, uint32_t flags)
{
	uint64_t head[4];
	uint32_t room;

	if (!attr || !size)
		return -EINVAL;
	if (get_user(&room, size, sizeof(room)))
		return -EFAULT;
	if (flags && (flags != LSM_FLAG_SINGLE || !ctx))
		return -EINVAL;
	if (flags && get_user(head, ctx, LSM_CTX_HEAD))
		return -EFAULT;
	if (flags && !head[0])
		return -EINVAL;
	return put_user_u32(size, 0) ? -EFAULT : -EOPNOTSUPP;
}

int64_t sys_lsm_set_self_attr(uint32_t attr, gva_t ctx, uint32_t size, uint32_t flags)
{
	uint64_t head[4];                /* id, flags, len, ctx_len */

	if (flags || size < LSM_CTX_HEAD)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (get_user(head, ctx, sizeof(head)))
		return -EFAULT;
	if (size < head[2] || head[3] > UINT64_MAX - LSM_CTX_HEAD || head[2] < LSM_CTX_HEAD + head[3])
		return -EINVAL;
	return -EOPNOTSUPP;
}

/* ---- settimeofday: the zone; the clock itself is the host's ---------------------------------------- */

static struct abi_timezone zone;

struct abi_timezone sys_timezone(void)
{
	return zone;
}

int64_t sys_settimeofday(gva_t tv, gva_t tz)
{
	struct abi_timezone new;
	struct abi_timeval64 time;

	if (tv && get_user(&time, tv, sizeof(time)))
		return -EFAULT;
	if (tv && (time.usec < 0 || time.usec > 1000000))
		return -EINVAL;
	if (tz && get_user(&new, tz, sizeof(new)))
		return -EFAULT;
	if (tv && time.sec < 0)
		return -EINVAL;
	if (!task_capable(current(), ABI_CAP_SYS_TIME))
		return -EPERM;
	if (tz && (new.minuteswest > 15 * 60 || new.minuteswest < -15 * 60))
		return -EINVAL;
	if (tz)
		zone = new;
	return tv ? -EPERM : 0;
}

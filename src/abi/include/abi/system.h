/* The machine as a whole and small shared structs: uname, sysinfo, iovec, hwprobe. */
#ifndef ABI_SYSTEM_H
#define ABI_SYSTEM_H

#include "abi/types.h"

/* The Linux that hearth says it is (uname, /proc/version).
 *
 * C libraries refuse kernels older than what they were built for, and programs choose by
 * the number which calls to try. 6.12 is the long-term kernel of the distribution whose
 * riscv64 packages hearth is tested with (trixie): what those programs expect of a kernel is
 * what 6.12 has, and sys/syscalls.def names every call of it. The suffix says honestly whose
 * kernel it is; "#1 SMP" is what scripts that parse the version look for. */
#define ABI_LINUX_RELEASE "6.12.0-hearth"
#define ABI_LINUX_VERSION "#1 SMP hearth"

struct abi_iovec64 { uint64_t base, len; };
struct abi_iovec32 { uint32_t base, len; };

struct abi_utsname { char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65]; };
_Static_assert(sizeof(struct abi_utsname) == 390, "layout");

struct abi_sysinfo64 {
	int64_t uptime;
	uint64_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	uint16_t procs, pad;
	uint64_t totalhigh, freehigh;
	uint32_t mem_unit;
	char f[4];
};
struct abi_sysinfo32 {
	int32_t uptime;
	uint32_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	uint16_t procs, pad;
	uint32_t totalhigh, freehigh;
	uint32_t mem_unit;
	char f[8];
};
_Static_assert(sizeof(struct abi_sysinfo64) == 112, "layout");
_Static_assert(sizeof(struct abi_sysinfo32) == 64, "layout");
#define ABI_LOAD_SHIFT 16        /* loads are fixed point: SI_LOAD_SHIFT */

/* riscv_hwprobe (riscv asm/hwprobe.h). */
struct abi_hwprobe { int64_t key; uint64_t value; };
enum {
	ABI_HWPROBE_MVENDORID, ABI_HWPROBE_MARCHID, ABI_HWPROBE_MIMPID,
	ABI_HWPROBE_BASE_BEHAVIOR, ABI_HWPROBE_IMA_EXT_0, ABI_HWPROBE_CPUPERF_0,
	ABI_HWPROBE_ZICBOZ_BLOCK_SIZE, ABI_HWPROBE_HIGHEST_VIRT_ADDRESS, ABI_HWPROBE_TIME_CSR_FREQ,
	ABI_HWPROBE_MISALIGNED_SCALAR_PERF, ABI_HWPROBE_MISALIGNED_VECTOR_PERF,
	ABI_HWPROBE_KEYS
};
enum { ABI_HWPROBE_BASE_BEHAVIOR_IMA = 1 };
enum {
	ABI_HWPROBE_IMA_FD = 1 << 0, ABI_HWPROBE_IMA_C = 1 << 1, ABI_HWPROBE_IMA_V = 1 << 2,
	ABI_HWPROBE_EXT_ZBA = 1 << 3, ABI_HWPROBE_EXT_ZBB = 1 << 4, ABI_HWPROBE_EXT_ZBS = 1 << 5,
};
#define ABI_HWPROBE_EXT_ZICOND ((uint64_t)1 << 35)
enum { ABI_HWPROBE_MISALIGNED_EMULATED = 1, ABI_HWPROBE_MISALIGNED_SLOW = 2, ABI_HWPROBE_MISALIGNED_FAST = 3 };
enum { ABI_HWPROBE_MISALIGNED_VECTOR_UNSUPPORTED = 4 };
enum { ABI_HWPROBE_WHICH_CPUS = 1 };

/* getrandom flags, membarrier commands, syslog actions that are answered. */
enum { ABI_GRND_NONBLOCK = 1, ABI_GRND_RANDOM = 2, ABI_GRND_INSECURE = 4 };

#endif

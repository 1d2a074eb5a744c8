/* What riscv_hwprobe(2) says of the harts; they are all alike. The call (sys/misc.c) and the vDSO, which
 * answers nearly every question without one, have it from here. It is what the engine
 * executes, and agrees with AT_HWCAP and /proc/cpuinfo. */
#include "internal.h"

#include "abi/system.h"

bool hwprobe_value(int64_t key, const struct mm *mm, uint64_t *out)
{
	const uint64_t value[ABI_HWPROBE_KEYS] = {
		[ABI_HWPROBE_BASE_BEHAVIOR] = ABI_HWPROBE_BASE_BEHAVIOR_IMA,
		[ABI_HWPROBE_IMA_EXT_0] = ABI_HWPROBE_IMA_FD | ABI_HWPROBE_IMA_C | ABI_HWPROBE_EXT_ZBA |
					  ABI_HWPROBE_EXT_ZBB | ABI_HWPROBE_EXT_ZBS | ABI_HWPROBE_EXT_ZICOND,
		/* Misaligned accesses are one host access: fast. */
		[ABI_HWPROBE_CPUPERF_0] = ABI_HWPROBE_MISALIGNED_FAST,
		[ABI_HWPROBE_MISALIGNED_SCALAR_PERF] = ABI_HWPROBE_MISALIGNED_FAST,
		[ABI_HWPROBE_HIGHEST_VIRT_ADDRESS] = mm_top(mm) - 1,
		[ABI_HWPROBE_TIME_CSR_FREQ] = CPU_TIMEBASE_HZ,
		[ABI_HWPROBE_MISALIGNED_VECTOR_PERF] = ABI_HWPROBE_MISALIGNED_VECTOR_UNSUPPORTED,
	};

	*out = 0;
	if (key < 0 || key >= ABI_HWPROBE_KEYS)
		return false;
	*out = value[key];
	return true;
}

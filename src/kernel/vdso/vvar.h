/* The data page that lies in front of the vDSO: written by hearth, read by guest
 * code. Only fixed-width fields, every one at the same offset for RV32 and RV64.
 *
 *     [vvar]  struct vvar      read-only for the guest, one frame for all processes
 *     [vdso]  the image        text, read-only and executable
 *
 * seq is odd while the kernel writes; a reader that saw it odd, or changed,
 * reads again. */
#ifndef KERNEL_VDSO_VVAR_H
#define KERNEL_VDSO_VVAR_H

#include <stdint.h>

enum { VVAR_CLOCKS = 12 };          /* CLOCK_REALTIME (0) ... CLOCK_TAI (11) */
enum { VVAR_HWPROBE_KEYS = 11 };

struct vvar {
	uint32_t seq;
	uint32_t ns_per_tick;           /* of the `time` CSR */
	uint32_t known_clocks;          /* bit n: clock n can be read here; others are calls */
	uint32_t fine_res_ns, coarse_res_ns;
	uint32_t pad;
	/* Each clock is `time` in nanoseconds plus its offset. */
	uint64_t offset_ns[VVAR_CLOCKS];
	/* riscv_hwprobe(2) of all harts, for RV64 and RV32. Written before it is mapped there. */
	uint64_t hwprobe[2][VVAR_HWPROBE_KEYS];
};

#define VVAR_PAGE_SIZE 4096

#endif

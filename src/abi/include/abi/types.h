/* Scalars and small structs of the guest's ABI: fixed layouts, never the host's own types. */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

#include "base/types.h"

/* __kernel_timespec (uapi/linux/time_types.h): RV64 and RV32 alike, RISC-V has 64-bit time only. */
struct abi_timespec64 { int64_t sec; int64_t nsec; };

#endif

/* ptrace as a RISC-V Linux program sees it (uapi/linux/ptrace.h, uapi/linux/elf.h). */
#ifndef ABI_PTRACE_H
#define ABI_PTRACE_H

#include "abi/types.h"

/* Requests. An enum in the host's headers, hence the prefix. */
enum {
	ABI_PTRACE_TRACEME = 0, ABI_PTRACE_PEEKTEXT, ABI_PTRACE_PEEKDATA, ABI_PTRACE_PEEKUSR,
	ABI_PTRACE_POKETEXT, ABI_PTRACE_POKEDATA, ABI_PTRACE_POKEUSR, ABI_PTRACE_CONT,
	ABI_PTRACE_KILL, ABI_PTRACE_SINGLESTEP,
	ABI_PTRACE_ATTACH = 16, ABI_PTRACE_DETACH, ABI_PTRACE_SYSCALL = 24,
	ABI_PTRACE_SETOPTIONS = 0x4200, ABI_PTRACE_GETEVENTMSG, ABI_PTRACE_GETSIGINFO,
	ABI_PTRACE_SETSIGINFO, ABI_PTRACE_GETREGSET, ABI_PTRACE_SETREGSET, ABI_PTRACE_SEIZE,
	ABI_PTRACE_INTERRUPT, ABI_PTRACE_LISTEN, ABI_PTRACE_PEEKSIGINFO, ABI_PTRACE_GETSIGMASK,
	ABI_PTRACE_SETSIGMASK, ABI_PTRACE_SECCOMP_GET_FILTER, ABI_PTRACE_SECCOMP_GET_METADATA,
	ABI_PTRACE_GET_SYSCALL_INFO, ABI_PTRACE_GET_RSEQ_CONFIGURATION,
};

enum {
	ABI_PTRACE_O_TRACESYSGOOD = 1, ABI_PTRACE_O_TRACEFORK = 2, ABI_PTRACE_O_TRACEVFORK = 4,
	ABI_PTRACE_O_TRACECLONE = 8, ABI_PTRACE_O_TRACEEXEC = 0x10, ABI_PTRACE_O_TRACEVFORKDONE = 0x20,
	ABI_PTRACE_O_TRACEEXIT = 0x40, ABI_PTRACE_O_TRACESECCOMP = 0x80,
	ABI_PTRACE_O_EXITKILL = 0x100000, ABI_PTRACE_O_SUSPEND_SECCOMP = 0x200000,
	ABI_PTRACE_O_MASK = 0x3000ff,
};

/* An event stops with status SIGTRAP | event << 8; its option's bit is 1 << event. */
enum {
	ABI_PTRACE_EVENT_FORK = 1, ABI_PTRACE_EVENT_VFORK, ABI_PTRACE_EVENT_CLONE, ABI_PTRACE_EVENT_EXEC,
	ABI_PTRACE_EVENT_VFORK_DONE, ABI_PTRACE_EVENT_EXIT, ABI_PTRACE_EVENT_SECCOMP,
	ABI_PTRACE_EVENT_STOP = 128,
};

enum { ABI_PTRACE_SYSCALL_INFO_NONE, ABI_PTRACE_SYSCALL_INFO_ENTRY, ABI_PTRACE_SYSCALL_INFO_EXIT,
       ABI_PTRACE_SYSCALL_INFO_SECCOMP };

struct abi_ptrace_syscall_info {
	uint8_t op, pad[3];
	uint32_t arch;
	uint64_t instruction_pointer, stack_pointer;
	union {
		struct { uint64_t nr, args[6]; } entry;
		struct { int64_t rval; uint8_t is_error; } exit;
		struct { uint64_t nr, args[6]; uint32_t ret_data; } seccomp;
	};
};
_Static_assert(sizeof(struct abi_ptrace_syscall_info) == 88, "layout");

struct abi_ptrace_peeksiginfo { uint64_t off; uint32_t flags; int32_t nr; };
enum { ABI_PTRACE_PEEKSIGINFO_SHARED = 1 };

/* Register sets (uapi/linux/elf.h). */
enum { ABI_NT_PRSTATUS = 1, ABI_NT_PRFPREG = 2, ABI_NT_PRPSINFO = 3, ABI_NT_AUXV = 6,
       ABI_NT_SIGINFO = 0x53494749, ABI_NT_FILE = 0x46494c45 };
struct abi_riscv_fpregs { uint64_t f[32]; uint32_t fcsr, pad; };
_Static_assert(sizeof(struct abi_riscv_fpregs) == 264, "layout");

/* Which machine a system call was made for (uapi/linux/audit.h). */
#define ABI_AUDIT_ARCH_RISCV32 0x400000f3u
#define ABI_AUDIT_ARCH_RISCV64 0xc00000f3u

#endif

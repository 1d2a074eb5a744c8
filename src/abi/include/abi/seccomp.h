/* seccomp and classic BPF as a Linux program sees them (uapi/linux/seccomp.h, bpf_common.h, filter.h). */
#ifndef ABI_SECCOMP_H
#define ABI_SECCOMP_H

#include "abi/types.h"

enum { ABI_SECCOMP_MODE_DISABLED, ABI_SECCOMP_MODE_STRICT, ABI_SECCOMP_MODE_FILTER };
enum { ABI_SECCOMP_SET_MODE_STRICT, ABI_SECCOMP_SET_MODE_FILTER, ABI_SECCOMP_GET_ACTION_AVAIL,
       ABI_SECCOMP_GET_NOTIF_SIZES };
enum { ABI_SECCOMP_FILTER_FLAG_TSYNC = 1, ABI_SECCOMP_FILTER_FLAG_LOG = 2, ABI_SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4,
       ABI_SECCOMP_FILTER_FLAG_NEW_LISTENER = 8, ABI_SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 16,
       ABI_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32 };

/* What a filter answers: an action in the upper half, data in the lower. Smaller, as a signed
 * number, is stricter. */
#define ABI_SECCOMP_RET_KILL_PROCESS	0x80000000u
#define ABI_SECCOMP_RET_KILL_THREAD	0x00000000u
#define ABI_SECCOMP_RET_TRAP		0x00030000u
#define ABI_SECCOMP_RET_ERRNO		0x00050000u
#define ABI_SECCOMP_RET_USER_NOTIF	0x7fc00000u
#define ABI_SECCOMP_RET_TRACE		0x7ff00000u
#define ABI_SECCOMP_RET_LOG		0x7ffc0000u
#define ABI_SECCOMP_RET_ALLOW		0x7fff0000u
#define ABI_SECCOMP_RET_ACTION_FULL	0xffff0000u
#define ABI_SECCOMP_RET_DATA		0x0000ffffu
#define ABI_SYS_SECCOMP			1       /* si_code of SIGSYS */

struct abi_seccomp_data { int32_t nr; uint32_t arch; uint64_t instruction_pointer, args[6]; };
_Static_assert(sizeof(struct abi_seccomp_data) == 64, "layout");

struct abi_bpf_insn { uint16_t code; uint8_t jt, jf; uint32_t k; };
_Static_assert(sizeof(struct abi_bpf_insn) == 8, "layout");
enum { ABI_BPF_LD, ABI_BPF_LDX, ABI_BPF_ST, ABI_BPF_STX, ABI_BPF_ALU, ABI_BPF_JMP, ABI_BPF_RET, ABI_BPF_MISC };
enum { ABI_BPF_W = 0, ABI_BPF_IMM = 0, ABI_BPF_ABS = 0x20, ABI_BPF_MEM = 0x60, ABI_BPF_LEN = 0x80 };
enum { ABI_BPF_ADD = 0, ABI_BPF_SUB = 0x10, ABI_BPF_MUL = 0x20, ABI_BPF_DIV = 0x30, ABI_BPF_OR = 0x40,
       ABI_BPF_AND = 0x50, ABI_BPF_LSH = 0x60, ABI_BPF_RSH = 0x70, ABI_BPF_NEG = 0x80, ABI_BPF_XOR = 0xa0 };
enum { ABI_BPF_JA = 0, ABI_BPF_JEQ = 0x10, ABI_BPF_JGT = 0x20, ABI_BPF_JGE = 0x30, ABI_BPF_JSET = 0x40 };
enum { ABI_BPF_K = 0, ABI_BPF_X = 8, ABI_BPF_A = 0x10, ABI_BPF_TAX = 0, ABI_BPF_TXA = 0x80 };
enum { ABI_BPF_MEMWORDS = 16 };

#endif

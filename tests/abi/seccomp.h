/* seccomp's constants for C libraries that come without the kernel's headers. */
#ifndef TESTS_ABI_SECCOMP_H
#define TESTS_ABI_SECCOMP_H

#include <stdint.h>

struct sock_filter { uint16_t code; uint8_t jt, jf; uint32_t k; };
struct sock_fprog { unsigned short len; struct sock_filter *filter; };
struct seccomp_data { int nr; uint32_t arch; uint64_t instruction_pointer, args[6]; };

#define BPF_STMT(c, value)        { (c), 0, 0, (uint32_t)(value) }
#define BPF_JUMP(c, value, t, f)  { (c), (t), (f), (uint32_t)(value) }
enum { BPF_LD, BPF_LDX, BPF_ST, BPF_STX, BPF_ALU, BPF_JMP, BPF_RET, BPF_MISC };
enum { BPF_W = 0, BPF_B = 0x10, BPF_IMM = 0, BPF_ABS = 0x20, BPF_MEM = 0x60 };
enum { BPF_ADD = 0, BPF_SUB = 0x10, BPF_DIV = 0x30, BPF_OR = 0x40, BPF_AND = 0x50, BPF_LSH = 0x60, BPF_RSH = 0x70,
       BPF_MOD = 0x90, BPF_XOR = 0xa0 };
enum { BPF_JA = 0, BPF_JEQ = 0x10 };
enum { BPF_K = 0, BPF_X = 8, BPF_A = 0x10, BPF_TAX = 0 };

enum { SECCOMP_MODE_STRICT = 1, SECCOMP_SET_MODE_STRICT = 0, SECCOMP_SET_MODE_FILTER = 1, SECCOMP_GET_ACTION_AVAIL = 2 };
enum { SECCOMP_FILTER_FLAG_TSYNC = 1 };
#define SECCOMP_RET_KILL_THREAD 0u
#define SECCOMP_RET_KILL  0u
#define SECCOMP_RET_TRAP  0x30000u
#define SECCOMP_RET_ERRNO 0x50000u
#define SECCOMP_RET_TRACE 0x7ff00000u
#define SECCOMP_RET_ALLOW 0x7fff0000u
#ifndef PR_GET_SECCOMP
#define PR_GET_SECCOMP 21
#define PR_SET_SECCOMP 22
#endif

#endif

/* jit's private header: the intermediate code, and what front end, optimiser and back end share. */
#ifndef JIT_INTERNAL_H
#define JIT_INTERNAL_H

#include "jit/jit.h"
#include "isa/isa.h"

/* Host registers by their x86 numbers. */
enum host_reg {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15,
	HOST_NONE = 0xff
};
/* rbp points into the middle of x[], so that all of it is within a signed byte. */
enum { REGS_BIAS = 128 };

#endif

/* Questions about formats that the preprocessor can answer. IF_JUMPS_x(text): text for the
 * formats whose target may lie in the same page, which have a near and a far handler. */
#ifndef CPU_FORMATS_H
#define CPU_FORMATS_H

#define IF_JUMPS_R(...)
#define IF_JUMPS_R1(...)
#define IF_JUMPS_I(...)
#define IF_JUMPS_SH(...)
#define IF_JUMPS_SHW(...)
#define IF_JUMPS_LD(...)
#define IF_JUMPS_ST(...)
#define IF_JUMPS_B(...) __VA_ARGS__
#define IF_JUMPS_U(...)
#define IF_JUMPS_J(...) __VA_ARGS__
#define IF_JUMPS_JR(...)
#define IF_JUMPS_FENCE(...)
#define IF_JUMPS_SYS(...)
#define IF_JUMPS_AMO(...)
#define IF_JUMPS_LR(...)
#define IF_JUMPS_CSR(...)
#define IF_JUMPS_CSRI(...)
#define IF_JUMPS_FLD(...)
#define IF_JUMPS_FST(...)
#define IF_JUMPS_FR(...)
#define IF_JUMPS_FRM(...)
#define IF_JUMPS_FR1M(...)
#define IF_JUMPS_FR4M(...)
#define IF_JUMPS_FXM(...)
#define IF_JUMPS_FX(...)
#define IF_JUMPS_XFM(...)
#define IF_JUMPS_XF(...)
#define IF_JUMPS_FCMP(...)

#endif

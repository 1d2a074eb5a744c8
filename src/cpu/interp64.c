#define XLEN 64
#include "interp.inc"

#define XLEN 32
#include "interp.inc"

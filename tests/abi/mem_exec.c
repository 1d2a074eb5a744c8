/* Code is only run from executable pages; what is written there runs after the flush. */
#include "abi.h"

static void flush(unsigned char *code)
{
#if defined(__riscv)
	__asm__ volatile(".word 0x0000100f" : : "r"(code) : "memory");   /* fence.i */
#else
	__builtin___clear_cache((char *)code, (char *)code + 16);
#endif
}

TOPIC(mem_exec)
{
#if defined(__x86_64__)
	static const unsigned char five[] = { 0xb8, 5, 0, 0, 0, 0xc3 }, nine[] = { 0xb8, 9, 0, 0, 0, 0xc3 };
#else
	static const unsigned char five[] = { 0x15, 0x45, 0x82, 0x80 }, nine[] = { 0x25, 0x45, 0x82, 0x80 };
#endif
	unsigned char *code = anon(1, PROT_READ | PROT_WRITE);
	int (*function)(void) = (int (*)(void))code;

	memcpy(code, five, sizeof(five));
	FAULT(code, V(function()));
	R(mprotect(code, PAGE, PROT_READ | PROT_EXEC));
	flush(code);
	V(function());
	FAULT(code, code[0] = 0);
	R(mprotect(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
	memcpy(code, nine, sizeof(nine));
	flush(code);
	V(function());
	CHILD(memcpy(code, five, sizeof(five)); flush(code); V(function()));
	V(function());
	R(munmap(code, PAGE));
	FAULT(code, function());
}

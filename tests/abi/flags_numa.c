/* Memory policies: which modes, flags and node sets. needs: 64 bits needs: privileges */
#include "probe.h"

TOPIC(flags_numa)
{
	unsigned long mask[2] = { 1, 0 }, node = 99;
	char *p = anon(1, PROT_READ | PROT_WRITE);
	int mode = 99;

	R(syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0));
	V(mode);
	R(syscall(SYS_get_mempolicy, &mode, NULL, 0, p, 2));
	R(syscall(SYS_get_mempolicy, BAD, NULL, 0, NULL, 0));
	R(syscall(SYS_get_mempolicy, &mode, &node, 1, NULL, 0));
	NUMBERS("set_mempolicy without nodes", -1, 9, syscall(SYS_set_mempolicy, f, NULL, 0), syscall(SYS_set_mempolicy, 0, NULL, 0));
	R(syscall(SYS_set_mempolicy, 2, mask, 64));
	R(syscall(SYS_set_mempolicy, 0, NULL, 0));
	R(syscall(SYS_set_mempolicy, 2, BAD, 64));
	R(syscall(SYS_mbind, p, PAGE, 0, NULL, 0, 0));
	R(syscall(SYS_mbind, p + 1, PAGE, 0, NULL, 0, 0));
	R(syscall(SYS_mbind, p, PAGE, 9, NULL, 0, 0));
	R(syscall(SYS_mbind, p, PAGE, 0, NULL, 0, 64));
	R(syscall(SYS_mbind, p, 0, 0, NULL, 0, 0));
	R(syscall(SYS_mbind, p - PAGE, PAGE, 0, NULL, 0, 0));
}

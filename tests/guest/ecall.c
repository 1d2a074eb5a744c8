/* A system call changes a0 and nothing else (A3), also when it sleeps, faults in
 * pages, or is no call at all; -errno comes back in a0, unchanged up to -4095. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct frame { uint64_t x[32], f[32]; };
void call_with(struct frame *before, struct frame *after);

/* Loads every register but zero, sp, gp and tp from *before, makes the call, stores
 * them all in *after. a0 = before, a1 = after; sp keeps what must come back. */
__asm__(
"	.text\n	.globl call_with\ncall_with:\n"
"	addi sp, sp, -240\n"
"	.irp n, 1,8,9,18,19,20,21,22,23,24,25,26,27\n	sd x\\n, 8*\\n(sp)\n	.endr\n"
"	sd a1, 0(sp)\n"
"	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	fld f\\n, 256+8*\\n(a0)\n	.endr\n"
"	mv x31, a0\n"
"	.irp n, 1,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	ld x\\n, 8*\\n(x31)\n	.endr\n"
"	ecall\n"
"	sd x31, 232(sp)\n	ld x31, 0(sp)\n"
"	.irp n, 1,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30\n"
"	sd x\\n, 8*\\n(x31)\n	.endr\n"
"	ld t0, 232(sp)\n	sd t0, 248(x31)\n"
"	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	fsd f\\n, 256+8*\\n(x31)\n	.endr\n"
"	.irp n, 1,8,9,18,19,20,21,22,23,24,25,26,27\n	ld x\\n, 8*\\n(sp)\n	.endr\n"
"	addi sp, sp, 240\n	ret\n");

static int64_t call(const char *name, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct frame before, after = { .x = { 0 } };
	int changed = 0;

	for (int i = 0; i < 32; i++) {
		before.x[i] = 0x1111111111111111 * (i % 15 + 1) + i;
		before.f[i] = 0x4000000000000000 + i * 0x123456789abc;
	}
	before.x[17] = number;
	before.x[10] = a0;
	before.x[11] = a1;
	before.x[12] = a2;
	call_with(&before, &after);
	for (int i = 1; i < 32; i++)
		if (i != 10 && (i < 2 || i > 4) && before.x[i] != after.x[i])
			changed++, printf("%s changed x%d\n", name, i);
	for (int i = 0; i < 32; i++)
		if (before.f[i] != after.f[i])
			changed++, printf("%s changed f%d\n", name, i);
	printf("%s: %s\n", name, changed ? "registers changed" : "registers survive");
	return after.x[10];
}

int main(void)
{
	struct timespec nap = { 0, 3000000 };
	char *untouched = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (call("getpid", SYS_getpid, 0, 0, 0) != getpid())
		puts("wrong pid");
	printf("%ld\n", (long)call("close", SYS_close, 999, 0, 0));
	printf("%ld\n", (long)call("no such call", 4000, 1, 2, 3));
	printf("%ld\n", (long)call("negative number", (uint64_t)-5, 1, 2, 3));
	printf("%ld\n", (long)call("nanosleep", SYS_nanosleep, (uintptr_t)&nap, 0, 0));
	printf("%ld\n", (long)call("getcwd", SYS_getcwd, (uintptr_t)untouched, 4096, 0) > 0 ? 1L : 0L);
	printf("%ld\n", (long)call("sched_yield", SYS_sched_yield, 0, 0, 0));
	return 0;
}

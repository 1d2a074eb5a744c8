/* System calls with any arguments, and faults at any address, by live tasks of
 * a bare machine: hearth answers, the machine ends when it is told to, and
 * nothing leaks. The calls are shown too (strace), so that the printer meets
 * the same arguments.
 *
 * The cpu is our own: instead of running code, a task that enters the guest
 * takes the next row of the input; tasks it clones take rows as well.
 *
 *   byte  0..1  number of the call (modulo 512), or TRAP_ROW + kind: a fault at argument 0
 *         2..7  what arguments 0..5 are made from: enum kind
 *         8..31 their values, 4 bytes each
 *
 * The whole input lies in the task's memory at DATA as well: what arguments
 * point at is the fuzzer's choice. An input of odd length is for an RV32 program. */
#include <string.h>
#include <unistd.h>

#include "abi/elf.h"
#include "abi/fcntl.h"
#include "abi/signal.h"
#include "base/log.h"
#include "host/host.h"
#include "no_cpu.h"
#include "sys/sys.h"

enum {
	FUZZ_RAM = 16 << 20, PATIENCE_NS = 3 * 1000 * 1000,
	CODE = 0x10000, DATA = 0x20000, DATA_SIZE = 0x20000, NAMES = 0x3f000,
	ROW_SIZE = 32, TRAP_ROW = 0xff00, NR_EXIT_GROUP = 94, NR_CALLS = 512,
	REG_A0 = 10, REG_A7 = 17,
};

static struct { const uint8_t *data; size_t size, at; bool placed; } input;

/* ---- arguments ------------------------------------------------------------------------ */

static const char *const names[] = {
	"/", "/tmp/a", "/tmp/b", "/tmp/d", "/tmp/d/x", "a", "..", "", "/p", "/proc/self/maps", "/proc/self/fd/3",
	"/proc/self/mem", "/proc/1/status", "/proc/self/exe", "/dev/null", "/dev/zero", "/dev/ptmx", "/dev/tty",
	"/dev/full", "/proc/sys/fs/binfmt_misc/register", "/proc/self/fd", "/dev/pts/0", "/proc/self/cwd/tmp/a",
};
enum { NAME_SIZE = 64 };

enum kind { UNSIGNED, SIGNED, POINTER, NAME, SMALL, HIGH, ODD, NR_KINDS };

static uint64_t odd_value(uint32_t v)
{
	static const uint64_t odd[] = {
		0, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN, INT32_MAX, 0xffffffff80000000, 0x100000000,
		0x4000000000, 0x3ffffff000, 0x3fffffffff, CODE, CODE - 1, DATA + DATA_SIZE - 1, DATA + DATA_SIZE,
		4096, 4095, 4097, 65536, (uint64_t)-100, 0xffffffff, 0x7ffffffffffff000, 0xfffffffffffff000,
	};

	return odd[v % ARRAY_SIZE(odd)];
}

static uint64_t make_argument(unsigned kind, uint32_t v)
{
	switch (kind % NR_KINDS) {
	case SIGNED:  return (uint64_t)(int64_t)(int32_t)v;
	case POINTER: return DATA + v % DATA_SIZE;
	case NAME:    return NAMES + v % ARRAY_SIZE(names) * NAME_SIZE;
	case SMALL:   return v % 16;
	case HIGH:    return (uint64_t)v << 32;
	case ODD:     return odd_value(v);
	default:      return v;
	}
}

/* ---- the cpu ---------------------------------------------------------------------------- */

static void place_data(struct mm *mm)
{
	input.placed = true;
	mm_copy_to(mm, DATA, input.data, MIN(input.size, (size_t)(NAMES - DATA)));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		mm_copy_to(mm, NAMES + i * NAME_SIZE, names[i], strlen(names[i]) + 1);
}

static enum trap next_row(struct cpu_regs *regs, uint64_t *tval)
{
	const uint8_t *row = input.data + input.at;
	uint64_t mask = input.size % 2 ? UINT32_MAX : UINT64_MAX;
	unsigned nr = row[0] | row[1] << 8;

	input.at += ROW_SIZE;
	for (unsigned i = 0; i < 6; i++) {
		uint32_t v;

		memcpy(&v, row + 8 + 4 * i, sizeof(v));
		regs->x[REG_A0 + i] = make_argument(row[2 + i], v) & mask;
	}
	*tval = regs->x[REG_A0];
	if (nr >= TRAP_ROW)
		return nr % TRAP_COUNT;
	regs->x[REG_A7] = nr % NR_CALLS;
	return TRAP_SYSCALL;
}

enum trap cpu_run(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget, uint64_t *tval)
{
	enum trap trap = TRAP_SYSCALL;

	sched_lock();
	if (!input.placed)
		place_data(mm);
	if (input.at + ROW_SIZE <= input.size) {
		trap = next_row(regs, tval);
	} else {
		regs->x[REG_A7] = NR_EXIT_GROUP;
		regs->x[REG_A0] = 0;
	}
	sched_unlock();
	return trap;
}

/* ---- the machine --------------------------------------------------------------------------- */

/* Sleepers are not waited for. */
static void patience_ends(struct timer *t)
{
	struct abi_siginfo info = { .signo = SIGKILL };

	if (machine.init)
		signal_send_process(machine.init, &info);
}
static struct timer patience = { .fire = patience_ends };

#define PROGRAM(width, class)                                                                                 \
	struct { struct elf##width##_ehdr e; struct elf##width##_phdr p; } image##width = {                    \
		.e = { .e_ident = { 0x7f, 'E', 'L', 'F', class, 1, 1 }, .e_type = ABI_ET_EXEC,                 \
		       .e_machine = ABI_EM_RISCV, .e_entry = CODE, .e_phoff = sizeof(image##width.e),          \
		       .e_phentsize = sizeof(image##width.p), .e_phnum = 1 },                                  \
		.p = { .p_type = PT_LOAD, .p_flags = PF_R | PF_W | PF_X, .p_vaddr = CODE,                      \
		       .p_filesz = sizeof(image##width), .p_memsz = DATA + DATA_SIZE - CODE, .p_align = 4096 }, \
	}

static void make_program(bool narrow)
{
	PROGRAM(64, ABI_ELFCLASS64);
	PROGRAM(32, ABI_ELFCLASS32);

	if (narrow)
		make_file("/p", &image32, sizeof(image32));
	else
		make_file("/p", &image64, sizeof(image64));
}

static void mount_new(const char *name, int (*create)(struct super **out))
{
	struct super *s;

	ASSERT(create(&s) == 0 && vfs_mount(name, s, 0, name) == 0);
}

static int make_root(struct super **out)
{
	return tmpfs_create(0755, out);
}

static void make_files(void)
{
	struct path root;
	struct walker w;

	mount_new("/", make_root);
	mount_new("/dev", devfs_create);
	mount_new("/proc", procfs_create);
	mount_new("/proc/sys/fs/binfmt_misc", binfmt_misc_create);
	root = vfs_root();
	w = (struct walker){ .fs = fs_create(root), .cred = cred_create(0, 0) };
	ASSERT(vfs_mkdir(w, "/tmp", 0777) == 0 && vfs_mkdir(w, "/tmp/d", 0777) == 0);
	make_program(input.size % 2);
	cred_put((struct cred *)w.cred);
	fs_put((struct fs *)w.fs);
	path_put(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct machine_config cfg = { .memory_bytes = FUZZ_RAM };
	static int null = -1;
	char *argv[] = { "/p", NULL };

	if (null < 0) {
		null = host_openat(-100, "/dev/null", 2, 0);
		dup2(null, 0);
		dup2(null, 1);
	}
	input.data = data;
	input.size = size;
	input.at = 0;
	input.placed = false;
	ASSERT(kernel_init(&cfg) == 0);
	sys_init();
	sys_strace_enable(null);
	sched_lock();
	make_files();
	sched_unlock();
	ASSERT(kernel_start_init("/p", "/tmp", argv, argv + 1) == 0);
	files_close(machine.init->leader->files, 2);   /* the fuzzer's own */
	timer_arm(&patience, sched_clock_ns() + PATIENCE_NS);
	kernel_run();
	timer_cancel(&patience);
	ASSERT(kernel_shutdown() == 0);
	return 0;
}

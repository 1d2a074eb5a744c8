/* The ELF loader: any file as the first program of a bare machine, through the
 * whole of exec: headers, interpreter, areas, first stack, vDSO. It may be
 * refused or be ready to run (it is then killed before its first instruction);
 * either way the machine goes down without a frame, file or task leaked.
 *
 * An input is the length of the program (2 bytes), the program, and the file
 * that its PT_INTERP finds under whatever name it asks for: /i, /ld.so. */
#include "abi/fcntl.h"
#include "abi/signal.h"
#include "base/log.h"
#include "no_cpu.h"

enum { FUZZ_RAM = 16 << 20, MAX_AREAS_SHOWN = 4096 };

/* What was built is sane: the areas are ordered, apart and inside user space. */
static void check_areas(struct mm *mm)
{
	struct vma_info v;
	gva_t at = 0;

	for (unsigned n = 0; mm_find_vma(mm, at, true, &v); n++) {
		ASSERT(n < MAX_AREAS_SHOWN);
		ASSERT(v.start >= at && v.start < v.end && v.end <= mm_top(mm));
		ASSERT(is_aligned(v.start, PAGE_SIZE) && is_aligned(v.end, PAGE_SIZE));
		at = v.end;
	}
	ASSERT(at > 0);
}

static void kill_unstarted(void)
{
	struct abi_siginfo info = { .signo = SIGKILL };

	check_areas(machine.init->leader->mm);
	signal_send_process(machine.init, &info);
	ASSERT(kernel_run() == SIGKILL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct machine_config cfg = { .memory_bytes = FUZZ_RAM };
	char *argv[] = { "/p", "argument", NULL }, *envp[] = { "A=B", NULL };
	struct super *root;
	size_t len;

	if (size < 2)
		return 0;
	len = MIN((size_t)data[0] | (size_t)data[1] << 8, size - 2);
	ASSERT(kernel_init(&cfg) == 0 && tmpfs_create(0755, &root) == 0);
	sched_lock();
	ASSERT(vfs_mount("/", root, 0, "root") == 0);
	make_file("/p", data + 2, len);
	make_file("/i", data + 2 + len, size - 2 - len);
	sched_unlock();
	if (kernel_start_init("/p", "/", argv, envp) == 0)
		kill_unstarted();
	ASSERT(kernel_shutdown() == 0);
	return 0;
}

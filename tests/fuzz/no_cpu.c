#include "no_cpu.h"

#include "abi/fcntl.h"
#include "base/log.h"

const char *const trap_names[TRAP_COUNT];
static int no_cpu;

struct cpu *cpu_create(void)                     { return (struct cpu *)&no_cpu; }
void cpu_destroy(struct cpu *cpu)                { }
void cpu_interrupt(struct cpu *cpu)              { }
void cpu_flush_icache(struct cpu *cpu)           { }
void cpu_clear_reservation(struct cpu *cpu)      { }
const struct cpu_translator *cpu_translator;
bool cpu_lockstep;
uint64_t cpu_lockstep_compared;
void cpu_never_offer(struct cpu *cpu, gva_t pc)  { }
bool cpu_offer_later(struct cpu *cpu, gva_t pc)  { return false; }
uint64_t cpu_instret(const struct cpu *cpu)      { return 0; }

__attribute__((weak))
enum trap cpu_run(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget, uint64_t *tval)
{
	panic("a program ran");
}

void make_file(const char *name, const void *data, size_t size)
{
	struct path root = vfs_root();
	struct fs *fs = fs_create(root);
	struct cred *cred = cred_create(0, 0);
	struct file *f;
	struct uio u;

	uio_init_kernel(&u, (void *)data, size);
	ASSERT(vfs_open((struct walker){ .fs = fs, .cred = cred }, name, ABI_O_CREAT | ABI_O_WRONLY, 0755, 0, &f) == 0);
	ASSERT(file_write(f, &u, NULL) == (ssize_t)size);
	file_put(f);
	cred_put(cred);
	fs_put(fs);
	path_put(root);
}

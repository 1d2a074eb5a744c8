/* The vDSO in an address space, and the data page it reads.
 *
 * Text and data are frames of two `struct mapping`s that live as long as the
 * machine: every process maps the same ones, but for time name spaces, which have a data page each
 * (struct vdso_data). Both lie in one piece,
 *
 *     [vvar] one page, read-only      written by vdso_update_clocks()
 *     [vdso] the image                a real ELF object, built from vdso/
 *
 * wherever the mmap area has room, which makes it random as everything there. */
#include "binprm.h"
#include "vdso/vvar.h"

#include <string.h>

#include "abi/elf.h"
#include "abi/mman.h"
#include "abi/system.h"
#include "base/log.h"
#include "host/host.h"
#include "internal.h"

extern const unsigned char vdso64_image[], vdso32_image[];   /* made by vdso/build.sh */
extern const size_t vdso64_size, vdso32_size;

struct vdso {
	struct mapping mapping;
	const unsigned char *image;
	size_t size;
	uint64_t sigreturn;            /* offset of __vdso_rt_sigreturn */
};
static struct vdso vdsos[2];           /* RV64, RV32 */
static struct vdso_data machine_data;
static struct list all_data = LIST_INIT(all_data);    /* struct vdso_data */
static struct vvar vvar;               /* what machine_data's page holds; pages are made on demand */
static bool ready;
static uint64_t ahead_at_boot_ns;      /* the host's BOOTTIME of its MONOTONIC, when the machine started */

/* ---- the mappings ----------------------------------------------------------------- */

static int read_image(struct mapping *m, uint64_t index, void *page)
{
	struct vdso *v = container_of(m, struct vdso, mapping);
	size_t at = index * PAGE_SIZE;

	if (at < v->size)
		memcpy(page, v->image + at, MIN(v->size - at, (size_t)PAGE_SIZE));
	return 0;
}

int vdso_data_read(struct mapping *m, uint64_t index, void *page)
{
	struct vdso_data *d = container_of(m, struct vdso_data, mapping);
	struct vvar *v = page;

	memcpy(v, &vvar, sizeof(*v));
	for (int clock = 0; clock < VVAR_CLOCKS && d->shift; clock++)
		v->offset_ns[clock] += d->shift(d, clock);
	return 0;
}

static uint64_t image_size(struct mapping *m)
{
	return align_up(container_of(m, struct vdso, mapping)->size, PAGE_SIZE);
}

uint64_t vdso_data_size(struct mapping *m) { return VVAR_PAGE_SIZE; }
static void keep(struct mapping *m) { }

static const struct mapping_ops image_ops = { .read_page = read_image, .size = image_size, .get = keep, .put = keep };
static const struct mapping_ops machine_ops = { .read_page = vdso_data_read, .size = vdso_data_size, .get = keep, .put = keep };

void vdso_data_init(struct vdso_data *d, const struct mapping_ops *ops, uint64_t (*shift)(struct vdso_data *, int))
{
	mapping_init(&d->mapping, ops);
	d->mapping.unevictable = true;
	d->shift = shift;
	list_add_tail(&all_data, &d->link);
}

void vdso_data_destroy(struct vdso_data *d)
{
	list_del(&d->link);
	mapping_destroy(&d->mapping);
}

/* rt_sigreturn's place: the kernel sets it as the return address of every signal handler. Found
 * by its two instructions, li a7,139 and ecall, which occur nowhere else. */
static uint64_t find_sigreturn(const struct vdso *v)
{
	static const uint8_t insns[8] = { 0x93, 0x08, 0xb0, 0x08, 0x73, 0x00, 0x00, 0x00 };

	for (size_t i = 0; i + sizeof(insns) <= v->size; i += 4)
		if (memcmp(v->image + i, insns, sizeof(insns)) == 0)
			return i;
	panic("the vDSO has no rt_sigreturn");
}

static void init_image(struct vdso *v, const unsigned char *image, size_t size)
{
	v->image = image;
	v->size = size;
	v->sigreturn = find_sigreturn(v);
	mapping_init(&v->mapping, &image_ops);
	v->mapping.unevictable = true;
}

static void init(void)
{
	ready = true;
	vvar = (struct vvar){ 0 };
	init_image(&vdsos[0], vdso64_image, vdso64_size);
	init_image(&vdsos[1], vdso32_image, vdso32_size);
	vdso_data_init(&machine_data, &machine_ops, NULL);
}

void vdso_shutdown(void)
{
	if (!ready)
		return;
	mapping_destroy(&vdsos[0].mapping);
	mapping_destroy(&vdsos[1].mapping);
	vdso_data_destroy(&machine_data);
	ready = false;
}

/* ---- the clocks ----------------------------------------------------------------------- */

enum { REALTIME = 0, MONOTONIC = 1, REALTIME_COARSE = 5, MONOTONIC_COARSE = 6,
       BOOTTIME = 7, TAI = 11 };

/* The difference of two clocks of the host: the best of a few looks, the one in
 * which least time went by between the readings. */
static uint64_t clock_distance(int clock)
{
	uint64_t best = UINT64_MAX, distance = 0;

	for (int i = 0; i < 8; i++) {
		uint64_t before = sched_clock_ns(), value = host_clock_ns(clock), after = sched_clock_ns();

		if (after - before >= best)
			continue;
		best = after - before;
		distance = value - (before + best / 2);
	}
	return distance;
}

static void publish_on(struct vdso_data *d)
{
	pfn_t pfn = mapping_peek_page(&d->mapping, 0);
	struct vvar *page, now;

	if (pfn == PFN_NONE)
		return;                         /* nobody maps it yet: it will be read */
	page = frame_host(pfn);
	vdso_data_read(&d->mapping, 0, &now);
	__atomic_store_n(&page->seq, now.seq - 1, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	memcpy((uint8_t *)page + sizeof(page->seq), (uint8_t *)&now + sizeof(now.seq), sizeof(now) - sizeof(now.seq));
	__atomic_store_n(&page->seq, now.seq, __ATOMIC_RELEASE);
}

static void publish(void)
{
	struct vdso_data *d;

	vvar.seq += 2;
	list_for_each(d, &all_data, link)
		publish_on(d);
}

void vdso_update_clocks(void)
{
	enum { SLACK_NS = 20000 };              /* below this a change is only measuring error */
	uint64_t real, slept;

	if (!ready)
		init();
	real = clock_distance(REALTIME);
	if (vvar.known_clocks && real - vvar.offset_ns[REALTIME] + SLACK_NS < 2 * SLACK_NS)
		return;
	/* Since the machine started. */
	if (!vvar.known_clocks)
		ahead_at_boot_ns = clock_distance(BOOTTIME);
	slept = MAX((int64_t)(clock_distance(BOOTTIME) - ahead_at_boot_ns), (int64_t)0);
	vvar.ns_per_tick = (uint32_t)(NSEC_PER_SEC / CPU_TIMEBASE_HZ);
	vvar.fine_res_ns = 1;
	vvar.coarse_res_ns = 4000000;           /* CONFIG_HZ=250 */
	vvar.known_clocks = 1 << REALTIME | 1 << MONOTONIC | 1 << REALTIME_COARSE |
			    1 << MONOTONIC_COARSE | 1 << BOOTTIME | 1 << TAI;
	vvar.offset_ns[REALTIME] = vvar.offset_ns[REALTIME_COARSE] = real;
	vvar.offset_ns[MONOTONIC] = vvar.offset_ns[MONOTONIC_COARSE] = -machine.boot_ns;
	vvar.offset_ns[BOOTTIME] = -machine.boot_ns + (slept < SLACK_NS ? 0 : slept);
	vvar.offset_ns[TAI] = real;             /* no leap-second table: the host says 0 unless told */
	publish();
}

uint64_t vdso_clock_offset_ns(int clock)
{
	if (!ready)
		vdso_update_clocks();
	return vvar.offset_ns[clock];
}

_Static_assert((int)VVAR_HWPROBE_KEYS == (int)ABI_HWPROBE_KEYS, "the vDSO answers for all keys");

static void fill_hwprobe(const struct mm *mm)
{
	uint64_t *value = vvar.hwprobe[mm_xlen(mm) == XLEN_32];

	if (value[ABI_HWPROBE_BASE_BEHAVIOR])
		return;                         /* since an earlier exec */
	for (int key = 0; key < VVAR_HWPROBE_KEYS; key++)
		hwprobe_value(key, mm, &value[key]);
	publish();
}

/* ---- exec ---------------------------------------------------------------------------------- */

/* Where the program that is being started will live. */
static struct vdso_data *current_data(void)
{
	struct vdso_data *d = machine.init ? time_ns_data(task_current()->time_ns_next) : NULL;

	return d ? d : &machine_data;
}

/* Wherever the guest has moved it to (vdso_join_timens). */
int vdso_join(struct mm *mm, struct vdso_data *d)
{
	struct vma_info v;
	int64_t at = 0;

	for (gva_t va = 0; at >= 0 && mm_find_vma(mm, va, false, &v); va = v.end) {
		struct mmap_request req = {
			.addr = v.start, .len = v.end - v.start, .prot = v.prot, .flags = MAP_PRIVATE | MAP_FIXED,
			.mapping = d ? &d->mapping : &machine_data.mapping, .name = "[vvar]",
		};

		if (v.mapping && v.mapping->ops->read_page == vdso_data_read)
			at = mm_mmap(mm, &req);
	}
	return (int)MIN(at, 0);
}

int vdso_map(struct mm *mm)
{
	struct vdso *v;
	struct mm_layout *l = mm_layout(mm);
	struct mmap_request req = { .prot = PROT_NONE, .flags = MAP_PRIVATE | MAP_ANONYMOUS };
	int64_t at;

	vdso_update_clocks();
	fill_hwprobe(mm);
	v = &vdsos[mm_xlen(mm) == XLEN_32];
	req.len = VVAR_PAGE_SIZE + image_size(&v->mapping);
	at = mm_mmap(mm, &req);                 /* one hole for both */
	if (at < 0)
		return (int)at;
	req = (struct mmap_request){
		.addr = (gva_t)at, .len = VVAR_PAGE_SIZE, .prot = PROT_READ, .flags = MAP_PRIVATE | MAP_FIXED,
		.mapping = &current_data()->mapping, .name = "[vvar]",
	};
	at = mm_mmap(mm, &req);
	if (at < 0)
		return (int)at;
	req.addr += VVAR_PAGE_SIZE;
	req.len = image_size(&v->mapping);
	req.prot = PROT_READ | PROT_EXEC;
	req.mapping = &v->mapping;
	req.may_write = req.may_exec = true;    /* a debugger may plant breakpoints: COW */
	req.name = "[vdso]";
	at = mm_mmap(mm, &req);
	if (at < 0)
		return (int)at;
	l->vdso = (gva_t)at;
	l->sigreturn = l->vdso + v->sigreturn;
	return 0;
}

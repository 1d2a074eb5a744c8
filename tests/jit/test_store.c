/* The disk cache's files: what was written comes back, and nothing else ever does. A file is changed in
 * every byte, cut at every length, given to another name, made by another build: each time either what
 * was written is read, or it is refused. Packed tables, too. */
#include "../unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/siphash.h"
#include "base/types.h"
#include "src/jit/pack.h"
#include "src/jit/store.h"

static char dir[64], file[512];
static const struct store_id id = { .start = 0x10000, .end = 0x20000, .file_size = 12345, .first_page = 7, .xlen = 64 };

static void siphash_is_siphash(void)
{
	uint8_t key[16], text[64];
	struct siphash s;

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	/* The paper's appendix A, and the authors' vectors. */
	CHECK_EQ(siphash(key, text, 15), 0xa129ca6149be45e5);
	CHECK_EQ(siphash(key, text, 0), 0x726fdb47dd0e0e31);
	CHECK_EQ(siphash(key, text, 8), 0x93f5f5799a932462);
	for (unsigned cut = 0; cut <= sizeof(text); cut++) {
		siphash_init(&s, key);
		siphash_add(&s, text, cut);
		siphash_add(&s, text + cut, sizeof(text) - cut);
		CHECK_EQ(siphash_end(&s), siphash(key, text, sizeof(text)));
	}
}

/* ---- files ------------------------------------------------------------------------------------ */

static const uint8_t packed_bytes[3] = { 1, 2, 3 }, code_bytes[5] = { 9, 8, 7, 6, 5 };
static const struct store_record records[2] = {
	{ .pc_base = 0x10010, .guest_hash = 11, .code_size = 5, .packed_size = 3, .effort = 1 },
	{ .pc_base = 0x10020, .guest_hash = 12, .code_size = 4, .packed_size = 2, .effort = 0 },
};
static const gva_t places[2][2] = { { 0x10010, 0x10014 }, { 0x10020, 0 } };

static void start(uint64_t settings)
{
	store_start(dir, true, settings);
}

static void write_file(void)
{
	struct store_writer *w = store_write(&id);

	CHECK(w);
	if (!w)
		return;
	/* Out of order: the file is sorted. */
	CHECK(store_add(w, &records[1], packed_bytes, code_bytes, places[1], 1));
	CHECK(store_add(w, &records[0], packed_bytes, code_bytes, places[0], 2));
	store_finish(w);
}

static bool is_record(const struct store_record *r, unsigned n)
{
	return !memcmp(r, &records[n], sizeof(*r)) && !memcmp(store_packed(r), packed_bytes, records[n].packed_size) &&
	       !memcmp(store_code(r), code_bytes, records[n].code_size);
}

/* How many of the three places lead to what was written; no place may lead to anything else. */
static int good_places(void)
{
	static const struct { gva_t pc; unsigned record; } all[] = { { 0x10010, 0 }, { 0x10014, 0 }, { 0x10020, 1 } };
	struct store_file *f = store_open(&id);
	int good = 0;

	if (!f)
		return 0;
	for (gva_t pc = 0x10000; pc < 0x10040; pc += 2) {
		int index = store_find(f, pc);
		const struct store_record *r = index < 0 ? NULL : store_read(f, (unsigned)index);
		unsigned n = 0;

		if (!r)
			continue;
		while (n < ARRAY_SIZE(all) && all[n].pc != pc)
			n++;
		CHECK(n < ARRAY_SIZE(all));
		if (n < ARRAY_SIZE(all)) {
			CHECK(is_record(r, all[n].record));
			good++;
		}
	}
	store_close(f);
	return good;
}

static uint8_t *slurp(size_t *size)
{
	static uint8_t buf[4096];
	int fd = open(file, O_RDONLY);

	*size = fd < 0 ? 0 : (size_t)read(fd, buf, sizeof(buf));
	close(fd);
	return buf;
}

static void spit(const char *path, const uint8_t *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);

	CHECK_EQ(write(fd, bytes, size), size);
	close(fd);
}

static void find_file(void)
{
	char path[128];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/translations", dir);
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (strstr(e->d_name, ".code"))
			snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
	if (d)
		closedir(d);
}

static void comes_back(void)
{
	struct stat st;

	start(1);
	CHECK_EQ(good_places(), 0);
	write_file();
	CHECK(!store_problem());
	CHECK_EQ(good_places(), 3);
	store_stop();
	find_file();
	start(1);
	CHECK_EQ(good_places(), 3);
	CHECK_EQ(store_counts.refused + store_counts.refused_files, 0);
	CHECK(stat(file, &st) == 0 && (st.st_mode & 0777) == 0600);
}

static void every_byte_counts(void)
{
	size_t size;
	uint8_t *bytes = slurp(&size);
	int all = 0;

	CHECK(size > 100);
	for (size_t i = 0; i < size; i++) {
		UNIT_CONTEXT("byte %zu", i);
		bytes[i] ^= (uint8_t)(1u << i % 8);
		spit(file, bytes, size);
		all += good_places() == 3;
		bytes[i] ^= (uint8_t)(1u << i % 8);
	}
	UNIT_CONTEXT("%s", "");
	/* Only the bytes between records mean nothing. */
	CHECK(all < 16);
	for (size_t i = 0; i < size; i++) {
		UNIT_CONTEXT("cut at %zu", i);
		spit(file, bytes, i);
		CHECK_EQ(good_places(), 0);
	}
	UNIT_CONTEXT("%s", "");
	CHECK(store_counts.refused > 0);
	CHECK(store_counts.refused_files > size);
	spit(file, bytes, size);
	CHECK_EQ(good_places(), 3);
}

static void others_are_refused(void)
{
	struct store_id other = id;
	size_t size;
	uint8_t *bytes = slurp(&size);
	char copy[512], secret[128];
	struct store_file *f;

	/* Another mapping's file, under this one's name. */
	other.offset = 4096;
	CHECK(!store_open(&other));
	memcpy(copy, file, sizeof(copy));
	unlink(file);
	{
		struct store_writer *w = store_write(&other);

		CHECK(store_add(w, &records[0], packed_bytes, code_bytes, places[0], 2));
		store_finish(w);
	}
	find_file();
	CHECK(strcmp(file, copy) != 0);
	CHECK_EQ(rename(file, copy), 0);
	memcpy(file, copy, sizeof(file));
	CHECK_EQ(good_places(), 0);
	spit(file, bytes, size);
	CHECK_EQ(good_places(), 3);
	/* Somebody else could write it. */
	chmod(file, 0620);
	CHECK_EQ(good_places(), 0);
	chmod(file, 0600);
	/* A link to it. */
	snprintf(copy, sizeof(copy), "%s/elsewhere", dir);
	CHECK_EQ(rename(file, copy), 0);
	CHECK_EQ(symlink(copy, file), 0);
	CHECK_EQ(good_places(), 0);
	CHECK_EQ(rename(copy, file), 0);
	CHECK_EQ(good_places(), 3);
	store_stop();
	/* Other settings look elsewhere. */
	start(2);
	CHECK_EQ(good_places(), 0);
	store_stop();
	/* Another secret. */
	snprintf(secret, sizeof(secret), "%s/translations/secret", dir);
	spit(secret, bytes, 32);
	start(1);
	f = store_open(&id);
	CHECK(!f);
	store_close(f);
	store_stop();
	spit(secret, bytes, 31);
	start(1);
	CHECK_EQ(good_places(), 0);
	CHECK(store_problem());
	store_stop();
	unlink(secret);
}

static void only_our_own_directory(void)
{
	char path[128];
	uint64_t a = 1, b = 2;

	snprintf(path, sizeof(path), "%s/translations", dir);
	chmod(path, 0755);
	start(1);
	CHECK(!store_usable());
	CHECK(store_problem());
	CHECK(!store_number(0, &a));
	store_stop();
	chmod(path, 0700);
	start(1);
	CHECK(store_number(0, &a) && store_number(0, &b) && a == b);
	CHECK(store_number(1, &b) && a != b);
	write_file();
	CHECK_EQ(good_places(), 3);
	store_stop();
	start(1);
	CHECK(store_number(0, &b) && a == b);
	store_stop();
	store_start(NULL, false, 1);
	CHECK(!store_usable() && !store_problem());
	store_stop();
	store_start("/proc/1/nowhere", false, 1);
	CHECK(!store_usable() && store_problem());
	store_stop();
}

/* ---- tables ------------------------------------------------------------------------------------- */

enum { EXITS = 2, SITES = 5, ROOMS = 2, ENTRIES = 2 };
struct made {
	struct jit_code code;
	struct jit_entry entries[ENTRIES];
	struct jit_exit exits[EXITS];
	struct jit_site sites[SITES];
	gva_t pages[2];
	struct jit_state states[2];
	struct jit_pins pins[2];
	struct jit_range ranges[2];
	uint32_t traps[ROOMS];
};

static struct made made = {
	.code = { .code_size = 4000, .xlen = 64, .effort = JIT_FULL, .pc_base = 0x10ff0,
		.entries = offsetof(struct made, entries), .nr_entries = ENTRIES, .exits = offsetof(struct made, exits),
		.nr_exits = EXITS, .sites = offsetof(struct made, sites), .nr_sites = SITES,
		.pages = offsetof(struct made, pages), .nr_pages = 2, .states = offsetof(struct made, states), .nr_states = 2,
		.pins = offsetof(struct made, pins), .nr_pins = 2, .ranges = offsetof(struct made, ranges), .nr_ranges = 2,
		.traps = offsetof(struct made, traps), .nr_traps = ROOMS },
	.entries = { { 0x10ff4, 16, 0 }, { 0x10fe0, 3000, 0 } },
	.exits = { { 0x7fff0000, 96, 0 }, { 0x10, 3992, 0 } },
	.sites = { { 20, -16, -3, 1 }, { 21, 400, 100, JIT_SITE_STORE | JIT_SITE_TRAPS },
		{ 25, 402, 101, JIT_SITE_TRAPS }, { 3910, 404, 102, JIT_SITE_TRAPS | 1 }, { 3999, 2, 0, JIT_SITE_STORE | 1 } },
	.pages = { 0x10000, 0x11000 },
	.states = { { .dirty_x = 1, .zone = 1 }, { .dirty_f = 0x8000, .zone = 0 } },
	.pins = { { { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } } },
	.ranges = { { -16, 32 }, { 64, 200 } },
	.traps = { 3900, 3950 },
};

static void tables_pack(void)
{
	static struct pack_tables t;
	uint8_t *bytes, code[4000];
	struct packed p = { .code_size = 4000, .pc_base = 0x10ff0 };
	struct pack_site s;
	gva_t pc;

	p.size = pack_code(&made.code, &bytes);
	p.bytes = bytes;
	CHECK(p.size > 0 && p.size < 200);
	CHECK(pack_read(&p, &t));
	CHECK_EQ(t.nr_entries, ENTRIES);
	CHECK_MEM(t.entries, made.entries, sizeof(made.entries));
	CHECK_MEM(t.ranges, made.ranges, sizeof(made.ranges));
	CHECK_MEM(t.pages, made.pages, sizeof(made.pages));
	CHECK(pack_find_exit(&p, 96, &pc) && pc == 0x7fff0000);
	CHECK(pack_find_exit(&p, 3992, &pc) && pc == 0x10);
	CHECK(!pack_find_exit(&p, 104, &pc));
	for (unsigned i = 0; i < SITES; i++) {
		const struct jit_state *want = &made.states[made.sites[i].state & JIT_SITE_STATE];

		CHECK(pack_find_site(&p, made.sites[i].offset, &s));
		CHECK_MEM(&s.site, &made.sites[i], sizeof(s.site));
		CHECK_MEM(&s.state, want, sizeof(s.state));
		CHECK_MEM(&s.pins, &made.pins[want->zone], sizeof(s.pins));
	}
	CHECK(!pack_find_site(&p, 22, &s));
	CHECK(pack_find_site(&p, 3900, &s) && s.trapped && s.site.offset == 21 && s.pins.x[0] == 5);
	CHECK(pack_find_site(&p, 3901, &s) && s.trapped && s.site.offset == 25);
	CHECK(!pack_find_site(&p, 3902, &s));
	CHECK(pack_find_site(&p, 3950, &s) && s.trapped && s.site.offset == 3910 && s.pins.x[0] == 1);
	CHECK(!pack_find_site(&p, 3951, &s));
	memset(code, 0x11, sizeof(code));
	pack_unlink(&p, code);
	CHECK_MEM(code + 96, &(uint64_t){ JIT_UNLINKED }, JIT_LINK_SIZE);
	CHECK_MEM(code + 3992, &(uint64_t){ JIT_UNLINKED }, JIT_LINK_SIZE);
	for (unsigned k = 0; k < sizeof(code); k++)
		CHECK_EQ(code[k] == 0x11, k - 96 >= JIT_LINK_SIZE && k - 3992 >= JIT_LINK_SIZE);
	/* Whatever the bytes are, nothing beyond them is read, and what is taken is within the code. */
	for (unsigned i = 0; i < p.size * 256; i++) {
		uint8_t *exact = malloc(p.size), at = (uint8_t)i;
		struct packed q = p;

		memcpy(exact, bytes, p.size);
		exact[i / 256] = at;
		q.bytes = exact;
		q.size = i % 7 ? p.size : i / 256;
		if (pack_read(&q, &t)) {
			for (uint32_t k = 0; k < t.nr_entries; k++)
				CHECK(t.entries[k].offset < 4000);
			pack_unlink(&q, code);
			for (uint32_t k = 0; k < 4000; k += 13)
				(void)pack_find_site(&q, k, &s);
		}
		free(exact);
	}
	free(bytes);
}

/* As most are: one entry, one range, one page. What is not as mostly is told, whatever the others are. */
static void small_tables_pack(void)
{
	static struct pack_tables t;

	for (unsigned odd = 0; odd < 16; odd++) {
		struct made small = made;
		gva_t pc = 0x10ff0 - (odd & 1 ? 4 : 0), page = odd & 8 ? 0x11000 : 0x10000, pages[PACK_PAGES_MAX];
		uint32_t offset = odd & 2 ? 16 : 0, delta = odd & 4 ? 6 : 0;
		struct packed p = { .code_size = 4000, .pc_base = 0x10ff0 };
		struct pack_site site;
		uint8_t *bytes;

		small.code.effort = JIT_QUICK;
		small.code.nr_entries = small.code.nr_ranges = small.code.nr_pages = 1;
		small.entries[0] = (struct jit_entry){ pc, offset, 0 };
		small.ranges[0] = (struct jit_range){ (int32_t)delta, 32 };
		small.pages[0] = page;
		p.size = pack_code(&small.code, &bytes);
		p.bytes = bytes;
		CHECK(pack_read(&p, &t));
		CHECK(t.nr_entries == 1 && t.nr_ranges == 1 && t.nr_pages == 1);
		CHECK_MEM(t.entries, small.entries, sizeof(t.entries[0]));
		CHECK_MEM(t.ranges, small.ranges, sizeof(t.ranges[0]));
		CHECK(pack_pages(&p, pages) == 1 && pages[0] == page && t.pages[0] == page);
		CHECK(pack_pc(&p) == pc && pack_entry_pc(&p, offset) == pc && pack_entry_pc(&p, offset + 4) == PACK_NO_PC);
		CHECK(!pack_find_timer(&p, 0, &pc));
		CHECK(pack_covers(&p, 0x10ff0 + delta + 30) && !pack_covers(&p, 0x10ff0 + delta + 32));
		CHECK(pack_find_exit(&p, 3992, &pc) && pc == 0x10);
		CHECK(pack_find_site(&p, 3999, &site) && site.pins.x[0] == 0xff);
		free(bytes);
	}
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char clean[128];

	snprintf(dir, sizeof(dir), "%.40s/store.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	/* Refusals are told, and not of interest. */
	setenv("HEARTH_LOG", "error", 1);
	RUN(siphash_is_siphash);
	RUN(comes_back);
	RUN(every_byte_counts);
	RUN(others_are_refused);
	RUN(only_our_own_directory);
	RUN(tables_pack);
	RUN(small_tables_pack);
	snprintf(clean, sizeof(clean), "rm -rf '%s'", dir);
	if (system(clean) != 0)
		return 1;
	return unit_done();
}

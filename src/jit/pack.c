/* Packed tables. A translation's tables (jit/jit.h) are arrays, quick to make and to look at; but
 * there are as many as translations, and most are never looked at again. So they are kept as numbers
 * of as many bytes as each needs, mostly one, since each is the distance from the one before:
 *
 *   exits     n, then: offset, where to
 *   sites     n, then: offset, pc, count pending, state and kind
 *   states    n, then as they are
 *   pins      n, then as they are
 *   entries   n, then: pc, offset
 *   ranges    n, then: pc, size
 *   pages     n, then: number
 *
 * Numbers are written seven bits to a byte, the lowest first, the eighth says that more come; signed
 * ones with the sign in the lowest bit. They are read in a signal handler, and from files: a reader
 * stays within its bytes, whatever they are, and pack_read() checks all that the other functions rely on. */
#include "pack.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"

enum { NUMBER_MAX = 10 };

/* ---- numbers ------------------------------------------------------------------------------ */

static uint8_t *put(uint8_t *at, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*at++ = (uint8_t)(v | 0x80);
	*at++ = (uint8_t)v;
	return at;
}

static uint8_t *put_signed(uint8_t *at, int64_t v)
{
	return put(at, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

static uint64_t get(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		uint8_t byte = *r->at++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	r->bad = true;
	return 0;
}

static int64_t get_signed(struct reader *r)
{
	uint64_t v = get(r);

	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

/* How many of something there are, of at least `each` bytes. */
static uint32_t get_count(struct reader *r, size_t each)
{
	uint64_t n = get(r);

	if (r->bad || n > (uint64_t)(r->end - r->at) / each) {
		r->bad = true;
		return 0;
	}
	return (uint32_t)n;
}

static const uint8_t *get_bytes(struct reader *r, size_t size)
{
	const uint8_t *at = r->at;

	if (r->bad || size > (size_t)(r->end - at)) {
		r->bad = true;
		return NULL;
	}
	r->at += size;
	return at;
}

/* ---- writing -------------------------------------------------------------------------------- */

static uint8_t *put_exits(uint8_t *at, const struct jit_code *code)
{
	const struct jit_exit *x = JIT_TABLE(code, exits, const struct jit_exit);
	uint32_t offset = 0;

	at = put(at, code->nr_exits);
	for (uint32_t i = 0; i < code->nr_exits; i++) {
		ASSERT(x[i].unlinked == 0 && x[i].offset >= offset);
		at = put(at, x[i].offset - offset);
		at = put_signed(at, (int64_t)(x[i].pc - code->pc_base));
		offset = x[i].offset;
	}
	return at;
}

static uint8_t *put_sites(uint8_t *at, const struct jit_code *code)
{
	const struct jit_site *s = JIT_TABLE(code, sites, const struct jit_site);
	struct jit_site last = { 0 };

	at = put(at, code->nr_sites);
	for (uint32_t i = 0; i < code->nr_sites; last = s[i++]) {
		at = put(at, s[i].offset - last.offset);
		at = put_signed(at, (int64_t)s[i].pc_delta - last.pc_delta);
		at = put_signed(at, s[i].pending - last.pending);
		at = put(at, (s[i].state & ~JIT_SITE_STORE) << 1 | !!(s[i].state & JIT_SITE_STORE));
	}
	return at;
}

static uint8_t *put_table(uint8_t *at, const void *table, uint32_t n, size_t each)
{
	at = put(at, n);
	memcpy(at, table, n * each);
	return at + n * each;
}

static uint8_t *put_places(uint8_t *at, const struct jit_code *code)
{
	const struct jit_entry *e = JIT_TABLE(code, entries, const struct jit_entry);
	const struct jit_range *r = JIT_TABLE(code, ranges, const struct jit_range);
	const gva_t *pages = JIT_TABLE(code, pages, const gva_t);

	at = put(at, code->nr_entries);
	for (uint32_t i = 0; i < code->nr_entries; i++) {
		at = put_signed(at, (int64_t)(e[i].pc - code->pc_base));
		at = put(at, e[i].offset);
	}
	at = put(at, code->nr_ranges);
	for (uint32_t i = 0; i < code->nr_ranges; i++) {
		at = put_signed(at, r[i].pc_delta);
		at = put(at, r[i].size);
	}
	at = put(at, code->nr_pages);
	for (uint32_t i = 0; i < code->nr_pages; i++)
		at = put_signed(at, (int64_t)(pages[i] - (code->pc_base & ~PAGE_MASK)) >> PAGE_SHIFT);
	return at;
}

uint32_t pack_code(const struct jit_code *code, uint8_t **bytes)
{
	size_t numbers = 7 + 2u * code->nr_exits + 4u * code->nr_sites + 2u * code->nr_entries + 2u * code->nr_ranges +
		code->nr_pages;
	uint8_t *start = malloc(numbers * NUMBER_MAX + code->nr_states * sizeof(struct jit_state) +
				code->nr_pins * sizeof(struct jit_pins)), *at = start;
	/* Where nothing is held in registers nothing has to be said of them. */
	bool bare = code->effort == JIT_QUICK;

	*bytes = start;
	if (!start)
		return 0;
	at = put_exits(at, code);
	at = put_sites(at, code);
	at = put_table(at, JIT_TABLE(code, states, uint8_t), code->nr_states, sizeof(struct jit_state));
	at = put_table(at, JIT_TABLE(code, pins, uint8_t), bare ? 0 : code->nr_pins, sizeof(struct jit_pins));
	at = put_places(at, code);
	return (uint32_t)(at - start);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static struct reader reader_of(const struct packed *p)
{
	return (struct reader){ .at = p->bytes, .end = p->bytes + p->size };
}

static void next_exit(struct reader *r, const struct packed *p, uint64_t *offset, gva_t *pc)
{
	*offset += get(r);
	*pc = p->pc_base + (gva_t)get_signed(r);
}

static void next_site(struct reader *r, struct jit_site *s)
{
	uint64_t state;

	s->offset += (uint32_t)get(r);
	s->pc_delta += (int32_t)get_signed(r);
	s->pending = (int16_t)(s->pending + get_signed(r));
	state = get(r);
	s->state = (uint16_t)((state >> 1 & ~(uint64_t)JIT_SITE_STORE) | (state & 1 ? JIT_SITE_STORE : 0));
	if (state >> 1 >= JIT_SITE_STORE)
		r->bad = true;
}

bool pack_find_exit(const struct packed *p, uint32_t offset, gva_t *pc)
{
	struct reader r = reader_of(p);
	uint32_t n = get_count(&r, 2);
	uint64_t at = 0;

	for (uint32_t i = 0; i < n && !r.bad && at <= offset; i++) {
		next_exit(&r, p, &at, pc);
		if (at == offset)
			return !r.bad;
	}
	return false;
}

void pack_unlink(const struct packed *p, uint8_t *code)
{
	struct reader r = reader_of(p);
	uint32_t n = get_count(&r, 2);
	uint64_t at = 0;
	gva_t pc;

	for (uint32_t i = 0; i < n; i++) {
		next_exit(&r, p, &at, &pc);
		memset(code + at, 0, sizeof(int32_t));
	}
}

/* The rest of `out` is what its site's state says. */
static bool site_state(struct reader *r, uint32_t sites_left, struct pack_site *out)
{
	struct jit_site skipped = { 0 };
	const uint8_t *states, *pins;
	uint32_t n, index = out->site.state & ~JIT_SITE_STORE;

	while (sites_left-- && !r->bad)
		next_site(r, &skipped);
	n = get_count(r, sizeof(struct jit_state));
	states = get_bytes(r, n * sizeof(struct jit_state));
	if (!states || index >= n)
		return false;
	memcpy(&out->state, states + index * sizeof(struct jit_state), sizeof(out->state));
	n = get_count(r, sizeof(struct jit_pins));
	pins = get_bytes(r, n * sizeof(struct jit_pins));
	memset(&out->pins, 0xff, sizeof(out->pins));
	if (!pins || (n && out->state.zone >= n))
		return false;
	if (n)
		memcpy(&out->pins, pins + out->state.zone * sizeof(struct jit_pins), sizeof(out->pins));
	return !r->bad;
}

bool pack_find_site(const struct packed *p, uint32_t offset, struct pack_site *out)
{
	struct reader r = reader_of(p);
	uint32_t n = get_count(&r, 2);
	uint64_t at = 0;
	gva_t pc;

	for (uint32_t i = 0; i < n; i++)
		next_exit(&r, p, &at, &pc);
	n = get_count(&r, 4);
	out->site = (struct jit_site){ 0 };
	for (uint32_t i = 0; i < n && !r.bad && out->site.offset <= offset; i++) {
		next_site(&r, &out->site);
		if (out->site.offset == offset)
			return site_state(&r, n - 1 - i, out);
	}
	return false;
}

/* ---- checking ----------------------------------------------------------------------------------- */

static void check_exits(struct reader *r, const struct packed *p)
{
	uint32_t n = get_count(r, 2);
	uint64_t at = 0;
	gva_t pc;

	for (uint32_t i = 0; i < n && !r->bad; i++) {
		next_exit(r, p, &at, &pc);
		if (at % 4 || at + sizeof(int32_t) > p->code_size)
			r->bad = true;
	}
}

static void check_sites(struct reader *r, const struct packed *p)
{
	uint32_t n = get_count(r, 4), nr_states, nr_pins, highest = 0;
	struct jit_site s = { 0 };
	const uint8_t *states;

	for (uint32_t i = 0; i < n && !r->bad; i++) {
		next_site(r, &s);
		highest = MAX(highest, 1u + (s.state & ~JIT_SITE_STORE));
		if (s.offset >= p->code_size)
			r->bad = true;
	}
	nr_states = get_count(r, sizeof(struct jit_state));
	states = get_bytes(r, nr_states * sizeof(struct jit_state));
	nr_pins = get_count(r, sizeof(struct jit_pins));
	get_bytes(r, nr_pins * sizeof(struct jit_pins));
	if (highest > nr_states)
		r->bad = true;
	for (uint32_t i = 0; i < nr_states && !r->bad; i++) {
		struct jit_state state;

		memcpy(&state, states + i * sizeof(state), sizeof(state));
		if (nr_pins && state.zone >= nr_pins)
			r->bad = true;
	}
}

static void read_entries(struct reader *r, const struct packed *p, struct pack_tables *out)
{
	out->nr_entries = get_count(r, 2);
	if (out->nr_entries == 0 || out->nr_entries > PACK_ENTRIES_MAX)
		r->bad = true;
	for (uint32_t i = 0; i < out->nr_entries && !r->bad; i++) {
		gva_t pc = p->pc_base + (gva_t)get_signed(r);
		uint64_t offset = get(r);

		out->entries[i] = (struct jit_entry){ .pc = pc, .offset = (uint32_t)offset };
		if (offset >= p->code_size || pc & 1)
			r->bad = true;
	}
}

static void read_ranges(struct reader *r, struct pack_tables *out)
{
	out->nr_ranges = get_count(r, 2);
	if (out->nr_ranges == 0 || out->nr_ranges > PACK_RANGES_MAX)
		r->bad = true;
	for (uint32_t i = 0; i < out->nr_ranges && !r->bad; i++) {
		int64_t delta = get_signed(r);
		uint64_t size = get(r);

		out->ranges[i] = (struct jit_range){ (int32_t)delta, (uint32_t)size };
		if (delta != (int32_t)delta || delta & 1 || size & 1 || size > PACK_PAGES_MAX * PAGE_SIZE)
			r->bad = true;
	}
}

static void read_pages(struct reader *r, const struct packed *p, struct pack_tables *out)
{
	out->nr_pages = get_count(r, 1);
	if (out->nr_pages == 0 || out->nr_pages > PACK_PAGES_MAX)
		r->bad = true;
	for (uint32_t i = 0; i < out->nr_pages && !r->bad; i++)
		out->pages[i] = (p->pc_base & ~PAGE_MASK) + ((gva_t)get_signed(r) << PAGE_SHIFT);
}

bool pack_read(const struct packed *p, struct pack_tables *out)
{
	struct reader r = reader_of(p);

	check_exits(&r, p);
	check_sites(&r, p);
	read_entries(&r, p, out);
	read_ranges(&r, out);
	read_pages(&r, p, out);
	return !r.bad && r.at == r.end;
}

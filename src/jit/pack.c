/* Packed tables. A translation's tables (jit/jit.h) are arrays, quick to make and to look at; but
 * there are as many as translations, and most are never looked at again. So they are kept as numbers
 * of as many bytes as each needs, mostly one, since each is the distance from the one before:
 *
 *   shape     which of the next three are as they mostly are, and left out (enum shape)
 *   entries   n, then: pc, offset; timers
 *   ranges    n, then: pc, size
 *   pages     n, then: number
 *   exits     n, then: offset, where to, from where the one before leads to
 *   sites     n (see SITES_ODD), where traps lie together, then: offset, and mostly pc, count pending,
 *             state and kind in one (enum site_bits)
 *   states    n, then: which of the fields are not as in the one before (a bit each), and what differs
 *   pins      n, unless there are none, then: which host registers hold one (16 bits, x and f), and which they hold
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

/* One entry where both codes begin, and no timers; one range, from there; the page that is on. */
enum shape { ONE_ENTRY = 1, ONE_RANGE = 2, ONE_PAGE = 4 };

struct reader {
	const uint8_t *at, *end;
	unsigned shape;
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

/* Places in guest code are even. */
static int64_t halves(gva_t pc, gva_t base) { return (int64_t)(pc - base) / 2; }

static uint8_t *put_exits(uint8_t *at, const struct jit_code *code)
{
	const struct jit_exit *x = JIT_TABLE(code, exits, const struct jit_exit);
	uint32_t offset = 0;
	gva_t pc = code->pc_base;

	at = put(at, code->nr_exits);
	for (uint32_t i = 0; i < code->nr_exits; i++) {
		ASSERT(x[i].offset >= offset);
		at = put(at, x[i].offset - offset);
		at = put_signed(at, halves(x[i].pc, pc));
		offset = x[i].offset;
		pc = x[i].pc;
	}
	return at;
}

/* What is mostly true of a site: the state is the one before's or the first that has not been used yet, and it is a
 * few instructions from the site before: one of `steps`, which are the most frequent. Otherwise numbers follow. */
enum site_bits {
	SITE_STORE = 1, SITE_TRAPS = 2, SITE_NEW_STATE = 4, SITE_STEP = 3,
	/* Steps beyond the table: both numbers, and those and the state. */
	SITE_FAR = 14, SITE_STATE = 15,
};
static const struct { uint8_t pending, pc; } steps[SITE_FAR] = {
	{ 1, 1 }, { 1, 2 }, { 2, 3 }, { 0, 0 }, { 2, 2 }, { 2, 4 }, { 3, 5 }, { 3, 4 }, { 3, 6 }, { 3, 3 }, { 4, 7 }, { 0, 2 },
	{ 4, 6 }, { 0, 4 },
};

static unsigned find_step(int64_t pending, int64_t pc)
{
	unsigned k = 0;

	while (k < SITE_FAR && (steps[k].pending != pending || steps[k].pc != pc))
		k++;
	return k;
}

static uint8_t *put_site(uint8_t *at, const struct jit_site *s, const struct jit_site *last, unsigned newest)
{
	unsigned state = s->state & JIT_SITE_STATE, was = last->state & JIT_SITE_STATE;
	int64_t pc = (s->pc_delta - last->pc_delta) / 2, pending = s->pending - last->pending;
	unsigned step = state == was || state == newest ? find_step(pending, pc) : SITE_STATE;
	unsigned bits = (s->state & JIT_SITE_STORE ? SITE_STORE : 0) | (s->state & JIT_SITE_TRAPS ? SITE_TRAPS : 0) |
		(state == was ? 0 : SITE_NEW_STATE);

	at = put(at, s->offset - last->offset);
	at = put(at, bits | step << SITE_STEP);
	if (step >= SITE_FAR) {
		at = put_signed(at, pc);
		at = put_signed(at, pending);
	}
	return step == SITE_STATE ? put(at, state) : at;
}

/* Most translations have one place where traps lie together: unless it is odd, that is twice how many sites there are. */
enum { SITES_ODD = 1, SITES_SHIFT = 1 };

static uint8_t *put_sites(uint8_t *at, const struct jit_code *code)
{
	const struct jit_site *s = JIT_TABLE(code, sites, const struct jit_site);
	const uint32_t *traps = JIT_TABLE(code, traps, const uint32_t);
	struct jit_site last = { 0 };
	unsigned newest = 0;

	at = put(at, (uint64_t)code->nr_sites << SITES_SHIFT | (code->nr_traps == 1 ? 0 : SITES_ODD));
	if (code->nr_traps != 1)
		at = put(at, code->nr_traps);
	for (uint32_t i = 0; i < code->nr_traps; i++)
		at = put(at, traps[i] - (i ? traps[i - 1] : 0));
	for (uint32_t i = 0; i < code->nr_sites; last = s[i++]) {
		at = put_site(at, &s[i], &last, newest);
		newest = MAX(newest, (s[i].state & JIT_SITE_STATE) + 1u);
	}
	return at;
}

enum { STATE_FIELDS = sizeof(struct jit_state) / sizeof(uint16_t) };

static uint8_t *put_states(uint8_t *at, const struct jit_code *code)
{
	const struct jit_state *table = JIT_TABLE(code, states, const struct jit_state);
	uint16_t last[STATE_FIELDS] = { 0 }, now[STATE_FIELDS];

	at = put(at, code->nr_states);
	for (uint32_t i = 0; i < code->nr_states; i++) {
		uint8_t *changed = at++;

		*changed = 0;
		memcpy(now, &table[i], sizeof(now));
		for (unsigned k = 0; k < STATE_FIELDS; k++) {
			if (now[k] == last[k])
				continue;
			*changed |= (uint8_t)(1u << k);
			at = put(at, now[k] ^ last[k]);
		}
		memcpy(last, now, sizeof(last));
	}
	return at;
}

static uint8_t *put_pinned(uint8_t *at, const uint8_t held[16])
{
	uint8_t *which = at;

	at += 2;
	memset(which, 0, 2);
	for (unsigned i = 0; i < 16; i++) {
		if (held[i] == 0xff)
			continue;
		which[i / 8] |= (uint8_t)(1u << i % 8);
		*at++ = held[i];
	}
	return at;
}

/* Where nothing is held in registers nothing has to be said of them. */
static uint8_t *put_pins(uint8_t *at, const struct jit_code *code)
{
	const struct jit_pins *pins = JIT_TABLE(code, pins, const struct jit_pins);
	uint32_t n = code->effort == JIT_QUICK ? 0 : code->nr_pins;

	if (n)
		at = put(at, n);
	for (uint32_t i = 0; i < n; i++) {
		at = put_pinned(at, pins[i].x);
		at = put_pinned(at, pins[i].f);
	}
	return at;
}

static unsigned shape_of(const struct jit_code *code)
{
	const struct jit_entry *e = JIT_TABLE(code, entries, const struct jit_entry);
	const struct jit_range *r = JIT_TABLE(code, ranges, const struct jit_range);
	const gva_t *pages = JIT_TABLE(code, pages, const gva_t);
	unsigned shape = 0;

	if (code->nr_entries == 1 && e->pc == code->pc_base && e->offset == 0 && code->timers == 0)
		shape |= ONE_ENTRY;
	if (code->nr_ranges == 1 && r->pc_delta == 0)
		shape |= ONE_RANGE;
	if (code->nr_pages == 1 && *pages == (code->pc_base & ~PAGE_MASK))
		shape |= ONE_PAGE;
	return shape;
}

static uint8_t *put_entries(uint8_t *at, const struct jit_code *code)
{
	const struct jit_entry *e = JIT_TABLE(code, entries, const struct jit_entry);

	at = put(at, code->nr_entries);
	for (uint32_t i = 0; i < code->nr_entries; i++) {
		at = put_signed(at, halves(e[i].pc, code->pc_base));
		at = put(at, e[i].offset);
	}
	return put(at, code->timers);
}

static uint8_t *put_places(uint8_t *at, const struct jit_code *code)
{
	const struct jit_range *r = JIT_TABLE(code, ranges, const struct jit_range);
	const gva_t *pages = JIT_TABLE(code, pages, const gva_t);
	unsigned shape = shape_of(code);

	at = put(at, shape);
	if (!(shape & ONE_ENTRY))
		at = put_entries(at, code);
	if (!(shape & ONE_RANGE))
		at = put(at, code->nr_ranges);
	for (uint32_t i = 0; i < code->nr_ranges; i++) {
		if (!(shape & ONE_RANGE))
			at = put_signed(at, r[i].pc_delta / 2);
		at = put(at, r[i].size / 2);
	}
	if (shape & ONE_PAGE)
		return at;
	at = put(at, code->nr_pages);
	for (uint32_t i = 0; i < code->nr_pages; i++)
		at = put_signed(at, (int64_t)(pages[i] - (code->pc_base & ~PAGE_MASK)) >> PAGE_SHIFT);
	return at;
}

uint32_t pack_code(const struct jit_code *code, uint8_t **bytes)
{
	size_t numbers = 10 + code->nr_traps + 2u * code->nr_exits + 5u * code->nr_sites + 2u * code->nr_entries + 2u * code->nr_ranges +
		code->nr_pages + (STATE_FIELDS + 1u) * code->nr_states;
	uint8_t *start = malloc(numbers * NUMBER_MAX + code->nr_pins * (sizeof(struct jit_pins) + 4)), *at = start;

	*bytes = start;
	if (!start)
		return 0;
	at = put_places(at, code);
	at = put_exits(at, code);
	at = put_sites(at, code);
	at = put_states(at, code);
	at = put_pins(at, code);
	return (uint32_t)(at - start);
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* At the entries. */
static struct reader reader_of(const struct packed *p)
{
	struct reader r = { .at = p->bytes, .end = p->bytes + p->size };

	r.shape = (unsigned)get(&r);
	return r;
}

static gva_t get_place(struct reader *r, const struct packed *p)
{
	return p->pc_base + 2 * (gva_t)get_signed(r);
}

static void next_exit(struct reader *r, uint64_t *offset, gva_t *pc)
{
	*offset += get(r);
	*pc += 2 * (gva_t)get_signed(r);
}

static uint32_t nr_entries(struct reader *r)
{
	return r->shape & ONE_ENTRY ? 1 : get_count(r, 2);
}

static void next_entry(struct reader *r, const struct packed *p, gva_t *pc, uint64_t *offset)
{
	*pc = p->pc_base;
	*offset = 0;
	if (r->shape & ONE_ENTRY)
		return;
	*pc = get_place(r, p);
	*offset = get(r);
}

static uint64_t get_timers(struct reader *r)
{
	return r->shape & ONE_ENTRY ? 0 : get(r);
}

static uint32_t nr_ranges(struct reader *r)
{
	return r->shape & ONE_RANGE ? 1 : get_count(r, 2);
}

static uint32_t nr_pages(struct reader *r)
{
	return r->shape & ONE_PAGE ? 1 : get_count(r, 1);
}

static uint32_t nr_pins(struct reader *r)
{
	return r->at < r->end ? get_count(r, 4) : 0;
}

/* Sites one after the other: the last one read, and what reading takes. */
struct site_reader {
	struct jit_site s;
	uint32_t left, trap;           /* where the last trap was */
	struct reader rooms;           /* at the next one */
	uint32_t rooms_left, room;
	unsigned newest;
};

static void skip(struct reader *r, uint32_t numbers)
{
	while (numbers-- && !r->bad)
		(void)get(r);
}

static struct site_reader read_sites(struct reader *r)
{
	uint64_t n = get(r);
	struct site_reader sites = { .rooms_left = 1 };

	if (n & SITES_ODD)
		sites.rooms_left = get_count(r, 1);
	sites.rooms = *r;
	skip(r, sites.rooms_left);
	if (n >> SITES_SHIFT > (uint64_t)(r->end - r->at) / 2)
		r->bad = true;
	else
		sites.left = (uint32_t)(n >> SITES_SHIFT);
	return sites;
}

/* Where the trap of a site is: behind the last one's, or the first where the next ones lie together. */
static void next_trap(struct reader *r, struct site_reader *sites)
{
	sites->trap += JIT_TRAP_SIZE;
	if (sites->trap > sites->s.offset)
		return;
	if (sites->rooms_left == 0) {
		r->bad = true;
		return;
	}
	sites->rooms_left--;
	sites->room += (uint32_t)get(&sites->rooms);
	sites->trap = sites->room;
}

static bool next_site(struct reader *r, struct site_reader *sites)
{
	struct jit_site *s = &sites->s;
	uint64_t bits, state = s->state & JIT_SITE_STATE;
	unsigned step;

	if (sites->left == 0 || r->bad)
		return false;
	sites->left--;
	s->offset += (uint32_t)get(r);
	bits = get(r);
	step = bits >> SITE_STEP & SITE_STATE;
	if (step >= SITE_FAR) {
		s->pc_delta += 2 * (int32_t)get_signed(r);
		s->pending = (int16_t)(s->pending + get_signed(r));
	} else {
		s->pc_delta += 2 * steps[step].pc;
		s->pending = (int16_t)(s->pending + steps[step].pending);
	}
	if (step == SITE_STATE)
		state = get(r);
	else if (bits & SITE_NEW_STATE)
		state = sites->newest;
	if (state > JIT_SITE_STATE)
		r->bad = true;
	s->state = (uint16_t)(state | (bits & SITE_STORE ? JIT_SITE_STORE : 0) | (bits & SITE_TRAPS ? JIT_SITE_TRAPS : 0));
	sites->newest = MAX(sites->newest, (unsigned)state + 1);
	if (bits & SITE_TRAPS)
		next_trap(r, sites);
	return !r->bad;
}

static void next_state(struct reader *r, struct jit_state *state)
{
	const uint8_t *changed = get_bytes(r, 1);
	uint16_t fields[STATE_FIELDS];

	memcpy(fields, state, sizeof(fields));
	for (unsigned k = 0; k < STATE_FIELDS && changed; k++)
		if (*changed >> k & 1)
			fields[k] ^= (uint16_t)get(r);
	memcpy(state, fields, sizeof(fields));
}

static void get_pinned(struct reader *r, uint8_t held[16])
{
	const uint8_t *which = get_bytes(r, 2);

	memset(held, 0xff, 16);
	for (unsigned i = 0; i < 16 && which; i++) {
		const uint8_t *v = which[i / 8] >> i % 8 & 1 ? get_bytes(r, 1) : NULL;

		if (v)
			held[i] = *v;
	}
}

static void next_pins(struct reader *r, struct jit_pins *pins)
{
	get_pinned(r, pins->x);
	get_pinned(r, pins->f);
}

/* Behind the entries. */
static struct reader ranges_of(const struct packed *p)
{
	struct reader r = reader_of(p);

	if (!(r.shape & ONE_ENTRY))
		skip(&r, 2 * get_count(&r, 2) + 1);
	return r;
}

static struct reader pages_of(const struct packed *p)
{
	struct reader r = ranges_of(p);

	skip(&r, r.shape & ONE_RANGE ? 1 : 2 * get_count(&r, 2));
	return r;
}

/* Behind the places. */
static struct reader exits_of(const struct packed *p)
{
	struct reader r = pages_of(p);

	if (!(r.shape & ONE_PAGE))
		skip(&r, get_count(&r, 1));
	return r;
}

gva_t pack_pc(const struct packed *p)
{
	struct reader r = reader_of(p);
	uint64_t offset;
	gva_t pc;

	(void)nr_entries(&r);
	next_entry(&r, p, &pc, &offset);
	return pc;
}

gva_t pack_entry_pc(const struct packed *p, uint32_t offset)
{
	struct reader r = reader_of(p);

	for (uint32_t n = nr_entries(&r); n && !r.bad; n--) {
		uint64_t at;
		gva_t pc;

		next_entry(&r, p, &pc, &at);
		if (at == offset)
			return pc;
	}
	return PACK_NO_PC;
}

bool pack_find_timer(const struct packed *p, uint32_t offset, gva_t *pc)
{
	struct reader r = reader_of(p);
	gva_t pcs[PACK_ENTRIES_MAX];
	uint32_t n = nr_entries(&r), first, i;
	uint64_t at;

	for (i = 0; i < n && i < PACK_ENTRIES_MAX; i++)
		next_entry(&r, p, &pcs[i], &at);
	first = (uint32_t)get_timers(&r);
	if (r.bad || first == 0 || offset < first || (offset - first) % JIT_LINK_CALL || (offset - first) / JIT_LINK_CALL >= i)
		return false;
	*pc = pcs[(offset - first) / JIT_LINK_CALL];
	return true;
}

static gva_t next_page(struct reader *r, const struct packed *p)
{
	return (p->pc_base & ~PAGE_MASK) + (r->shape & ONE_PAGE ? 0 : (gva_t)get_signed(r) << PAGE_SHIFT);
}

uint32_t pack_pages(const struct packed *p, gva_t out[PACK_PAGES_MAX])
{
	struct reader r = pages_of(p);
	uint32_t n = MIN(nr_pages(&r), (uint32_t)PACK_PAGES_MAX);

	for (uint32_t i = 0; i < n; i++)
		out[i] = next_page(&r, p);
	return n;
}

static bool next_range(struct reader *r, struct jit_range *out)
{
	int64_t delta = r->shape & ONE_RANGE ? 0 : get_signed(r);
	uint64_t size = get(r);

	*out = (struct jit_range){ 2 * (int32_t)delta, 2 * (uint32_t)size };
	return !r->bad && delta <= INT32_MAX / 2 && delta >= INT32_MIN / 2 && size <= PACK_PAGES_MAX * PAGE_SIZE / 2;
}

bool pack_covers(const struct packed *p, gva_t pc)
{
	struct reader r = ranges_of(p);
	struct jit_range range;
	uint32_t n;

	for (n = nr_ranges(&r); n && next_range(&r, &range); n--)
		if (pc - (p->pc_base + (gva_t)(int64_t)range.pc_delta) < range.size)
			return true;
	return false;
}

uint32_t pack_ranges(const struct packed *p, struct jit_range out[PACK_RANGES_MAX])
{
	struct reader r = ranges_of(p);
	uint32_t n, i = 0;

	n = MIN(nr_ranges(&r), (uint32_t)PACK_RANGES_MAX);
	while (i < n && next_range(&r, &out[i]))
		i++;
	return i;
}

bool pack_find_exit(const struct packed *p, uint32_t offset, gva_t *pc)
{
	struct reader r = exits_of(p);
	uint32_t n = get_count(&r, 2);
	uint64_t at = 0;

	*pc = p->pc_base;
	for (uint32_t i = 0; i < n && !r.bad && at <= offset; i++) {
		next_exit(&r, &at, pc);
		if (at == offset)
			return !r.bad;
	}
	return false;
}

void pack_unlink(const struct packed *p, uint8_t *code)
{
	struct reader r = exits_of(p);
	uint32_t n = get_count(&r, 2);
	uint64_t at = 0;
	gva_t pc = 0;

	for (uint32_t i = 0; i < n; i++) {
		next_exit(&r, &at, &pc);
		memcpy(code + at, &(uint64_t){ JIT_UNLINKED }, JIT_LINK_SIZE);
	}
}

/* The rest of `out` is what its site's state says. */
static bool site_state(struct reader *r, struct site_reader *sites, struct pack_site *out)
{
	uint32_t n, index = out->site.state & JIT_SITE_STATE;
	struct jit_state s = { 0 };

	while (next_site(r, sites))
		;
	n = get_count(r, 1);
	if (index >= n)
		return false;
	for (uint32_t k = 0; k < n && !r->bad; k++) {
		next_state(r, &s);
		if (k == index)
			out->state = s;
	}
	memset(&out->pins, 0xff, sizeof(out->pins));
	n = nr_pins(r);
	if (r->bad || (n && out->state.zone >= n))
		return false;
	for (uint32_t k = 0; n && k <= out->state.zone; k++)
		next_pins(r, &out->pins);
	return !r->bad;
}

bool pack_find_site(const struct packed *p, uint32_t offset, struct pack_site *out)
{
	struct reader r = exits_of(p);
	uint32_t n = get_count(&r, 2);
	struct site_reader sites;
	uint64_t at = 0;
	gva_t pc = 0;

	for (uint32_t i = 0; i < n; i++)
		next_exit(&r, &at, &pc);
	sites = read_sites(&r);
	while (next_site(&r, &sites)) {
		out->trapped = sites.s.state & JIT_SITE_TRAPS && sites.trap == offset;
		out->site = sites.s;
		if (out->trapped || out->site.offset == offset)
			return site_state(&r, &sites, out);
	}
	return false;
}

/* ---- checking ----------------------------------------------------------------------------------- */

static void check_exits(struct reader *r, const struct packed *p)
{
	uint32_t n = get_count(r, 2);
	uint64_t at = 0;
	gva_t pc = 0;

	for (uint32_t i = 0; i < n && !r->bad; i++) {
		next_exit(r, &at, &pc);
		if (at % 8 + JIT_LINK_SIZE > 8 || at + JIT_LINK_SIZE > p->code_size)
			r->bad = true;
	}
}

/* All that a fault there may lead to is in the code. */
static bool is_site(const struct site_reader *sites, const struct packed *p)
{
	const struct jit_site *s = &sites->s;
	int64_t resumes = s->pending == JIT_SITE_RESUMES ? (int64_t)s->offset + s->pc_delta / 2 : 0;

	return s->offset < p->code_size && resumes >= 0 && resumes < p->code_size &&
	       !(s->state & JIT_SITE_TRAPS && sites->trap >= p->code_size);
}

static void check_sites(struct reader *r, const struct packed *p)
{
	struct site_reader sites = read_sites(r);
	uint32_t nr_states, pins_left;
	struct jit_state state = { 0 };
	unsigned zones = 0;
	struct jit_pins pins;

	while (next_site(r, &sites))
		r->bad |= !is_site(&sites, p);
	nr_states = get_count(r, 1);
	if (sites.newest > nr_states)
		r->bad = true;
	for (uint32_t i = 0; i < nr_states && !r->bad; i++) {
		next_state(r, &state);
		zones = MAX(zones, state.zone + 1u);
	}
	pins_left = nr_pins(r);
	if (pins_left && zones > pins_left)
		r->bad = true;
	for (; pins_left && !r->bad; pins_left--)
		next_pins(r, &pins);
}

static void read_entries(struct reader *r, const struct packed *p, struct pack_tables *out)
{
	out->nr_entries = nr_entries(r);
	if (out->nr_entries == 0 || out->nr_entries > PACK_ENTRIES_MAX)
		r->bad = true;
	for (uint32_t i = 0; i < out->nr_entries && !r->bad; i++) {
		uint64_t offset;
		gva_t pc;

		next_entry(r, p, &pc, &offset);
		out->entries[i] = (struct jit_entry){ .pc = pc, .offset = (uint32_t)offset };
		if (offset >= p->code_size)
			r->bad = true;
	}
	if (get_timers(r) >= p->code_size)
		r->bad = true;
}

static void read_ranges(struct reader *r, struct pack_tables *out)
{
	out->nr_ranges = nr_ranges(r);
	if (out->nr_ranges == 0 || out->nr_ranges > PACK_RANGES_MAX)
		r->bad = true;
	for (uint32_t i = 0; i < out->nr_ranges && !r->bad; i++) {
		if (!next_range(r, &out->ranges[i]))
			r->bad = true;
	}
}

static void read_pages(struct reader *r, const struct packed *p, struct pack_tables *out)
{
	out->nr_pages = nr_pages(r);
	if (out->nr_pages == 0 || out->nr_pages > PACK_PAGES_MAX)
		r->bad = true;
	for (uint32_t i = 0; i < out->nr_pages && !r->bad; i++)
		out->pages[i] = next_page(r, p);
}

bool pack_read(const struct packed *p, struct pack_tables *out)
{
	struct reader r = reader_of(p);

	read_entries(&r, p, out);
	read_ranges(&r, out);
	read_pages(&r, p, out);
	check_exits(&r, p);
	check_sites(&r, p);
	return !r.bad && r.at == r.end;
}

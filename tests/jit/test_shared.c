/* What of other regions' code becomes part of a region (src/jit/shared.c): what leads back to it, or
 * jumps by a table, and not what leads away. And entries that are asked for. */
#include <errno.h>
#include <stdlib.h>
#include "jit/jit.h"
#include "tests/unit.h"

enum { AT = 0x10000 };

static const uint32_t code[] = {
	0x00150513, 0x0080006f,                 /*  0: head: addi a0,a0,1; j body */
	0x00008067,                             /*  8: ret */
	0x00158593, 0xfec518e3,                 /* 12: body: addi a1,a1,1; bne a0,a2,head */
	0x00168693, 0x00268693, 0x00008067,     /* 20: tail: addi a3,a3,1; addi a3,a3,2; ret */
	0x00150513, 0x0040006f,                 /* 32: addi a0,a0,1; j next */
	0x00158593, 0x00078067,                 /* 40: next: addi a1,a1,1; jr a5 */
};
static _Alignas(PAGE_SIZE) uint8_t page[PAGE_SIZE];

static const uint8_t *code_page(void *ctx, gva_t va) { return va == AT ? page : NULL; }

struct others { unsigned nr; unsigned at[4]; };

static enum jit_seen seen(void *ctx, gva_t pc)
{
	const struct others *o = ctx;

	for (unsigned k = 0; k < o->nr; k++)
		if (pc == AT + o->at[k])
			return JIT_SEEN_TAKEN;
	return JIT_SEEN_OFTEN;
}

/* Bytes of guest code in the region that begins at `from` while others are entered where `o` says. */
static unsigned covered(unsigned from, struct others o)
{
	struct jit_request req = { .xlen = 64, .effort = JIT_FULL, .pc = AT + from, .page = code_page, .ctx = &o,
		.seen = seen };
	struct jit_code *made;
	unsigned size = 0;

	if (jit_compile(&req, &made) != 0) {
		UNIT_FAIL("%u: no translation", from);
		return 0;
	}
	for (uint32_t k = 0; k < made->nr_ranges; k++)
		size += JIT_TABLE(made, ranges, struct jit_range)[k].size;
	free(made);
	return size;
}

/* How many of the region's entries are at `at`; -errno: there is no such region. */
static int entered(unsigned from, unsigned at)
{
	struct others none = { 0 };
	gva_t more = AT + at;
	struct jit_request req = { .xlen = 64, .effort = JIT_FULL, .pc = AT + from, .page = code_page, .ctx = &none,
		.seen = seen, .more = &more, .nr_more = 1 };
	struct jit_code *made;
	int n = jit_compile(&req, &made);

	if (n)
		return n;
	for (uint32_t k = 0; k < made->nr_entries; k++)
		n += JIT_TABLE(made, entries, struct jit_entry)[k].pc == more;
	CHECK_EQ(JIT_TABLE(made, entries, struct jit_entry)->pc, AT + from);
	free(made);
	return n;
}

int main(void)
{
	const char *why;

	if (!jit_supported(&why)) {
		printf("1..0 # SKIP this host has no %s\n", why);
		return 77;
	}
	memcpy(page, code, sizeof(code));
	UNIT_CONTEXT("%s", "nobody else: all that is reached");
	CHECK_EQ(covered(0, (struct others){ 0 }), 28u);
	UNIT_CONTEXT("%s", "a loop through another region stays whole, and what follows there is theirs");
	CHECK_EQ(covered(0, (struct others){ 1, { 12 } }), 16u);
	CHECK_EQ(covered(0, (struct others){ 2, { 12, 16 } }), 16u);
	UNIT_CONTEXT("%s", "what follows the loop is left to who has it");
	CHECK_EQ(covered(0, (struct others){ 2, { 12, 20 } }), 16u);
	CHECK_EQ(covered(0, (struct others){ 1, { 24 } }), 20u);
	UNIT_CONTEXT("%s", "what leads away, is not made, and what follows it neither");
	CHECK_EQ(covered(12, (struct others){ 1, { 20 } }), 16u);
	UNIT_CONTEXT("%s", "a jump by a table may lead back");
	CHECK_EQ(covered(32, (struct others){ 1, { 40 } }), 16u);
	UNIT_CONTEXT("%s", "one more entry");
	CHECK_EQ(entered(0, 12), 1);
	CHECK_EQ(entered(0, 24), 1);
	CHECK_EQ(entered(0, 0), 1);
	CHECK_EQ(entered(0, 8), -ENOENT);
	CHECK_EQ(entered(32, 0), -ENOENT);
	jit_compile_done();
	return unit_done();
}

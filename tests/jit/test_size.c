/* How much code the translator makes of small functions: what has grown fails. The functions are
 * compiled from the C beside them (gcc 12, -O2, rv64gc, no vectors); each is translated whole, from its
 * first instruction. The limits are what was measured when they were written down, up to the next 16; whoever makes code
 * smaller lowers them, whoever needs it larger says why. Argument -p: print what there is. */
#include <stdlib.h>
#include "jit/jit.h"
#include "tests/unit.h"

enum { AT = 0x10000, HALVES = 48 };

static const struct function {
	const char *name;
	unsigned size;                 /* bytes of guest code */
	uint16_t code[HALVES];
	unsigned quick, full;          /* bytes of host code at most */
} functions[] = {
	/* long sum(const long *p, long n) { long s = 0; for (long i = 0; i < n; i++) s += p[i]; return s; } */
	{ "sum", 30, {
		0x5d63, 0x00b0, 0x058e, 0x87aa, 0x06b3, 0x00b5, 0x4501, 0x6398, 0x07a1, 0x953a, 0x9de3, 0xfed7,
		0x8082, 0x4501, 0x8082
	}, 128, 224 },
	/* size_t length(const char *s) { const char *p = s; while (*p) p++; return (size_t)(p - s); } */
	{ "length", 26, {
		0x4783, 0x0005, 0xcb89, 0x87aa, 0xc703, 0x0017, 0x0785, 0xff6d, 0x8533, 0x40a7, 0x8082, 0x4501,
		0x8082
	}, 96, 176 },
	/* void copy(char *d, const char *s, size_t n) { for (size_t i = 0; i < n; i++) d[i] = s[i]; } */
	{ "copy", 22, {
		0xca11, 0x962e, 0xc783, 0x0005, 0x0585, 0x0505, 0x0fa3, 0xfef5, 0x9ae3, 0xfec5, 0x8082
	}, 112, 464 },
	/* int words(const int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s = s * 31 + p[i]; return s; } */
	{ "words", 38, {
		0x5163, 0x02b0, 0x058a, 0x87aa, 0x0633, 0x00b5, 0x4501, 0x4398, 0x169b, 0x0055, 0x853b, 0x40a6,
		0x0791, 0x9d39, 0x99e3, 0xfec7, 0x8082, 0x4501, 0x8082
	}, 144, 256 },
	/* double dot(const double *a, const double *b, long n)
	 * { double s = 0; for (long i = 0; i < n; i++) s += a[i] * b[i]; return s; } */
	{ "dot", 34, {
		0x0553, 0xf200, 0x5e63, 0x00c0, 0x060e, 0x07b3, 0x00c5, 0x2118, 0x219c, 0x0521, 0x05a1, 0x7543,
		0x52f7, 0x1ae3, 0xfef5, 0x8082, 0x8082
	}, 256, 384 },
	/* float scale(float *a, float f, int n)
	 * { float m = 0; for (int i = 0; i < n; i++) { a[i] *= f; if (a[i] > m) m = a[i]; } return m; } */
	{ "scale", 50, {
		0x0753, 0x20a5, 0x0553, 0xf000, 0x5463, 0x02b0, 0x058a, 0x0733, 0x00b5, 0x2787, 0x0005, 0x0511,
		0x77d3, 0x10f7, 0x17d3, 0xa0f5, 0x2e27, 0xfef5, 0xc399, 0x8553, 0x20f7, 0x14e3, 0xfee5, 0x8082,
		0x8082
	}, 400, 656 },
	/* unsigned hash(const unsigned char *s)
	 * { unsigned h = 2166136261u; while (*s) h = (h ^ *s++) * 16777619u; return h; } */
	{ "hash", 50, {
		0x4683, 0x0005, 0x872a, 0xc28d, 0xa7b7, 0x811c, 0x8513, 0xdc57, 0x07b7, 0x0100, 0x879b, 0x1937,
		0x0705, 0x8d35, 0x4683, 0x0007, 0x853b, 0x02a7, 0xfaf5, 0x8082, 0xa537, 0x811c, 0x0513, 0xdc55,
		0x8082
	}, 128, 208 },
	/* long gcd(long a, long b) { while (b) { long t = a % b; a = b; b = t; } return a; } */
	{ "gcd", 18, {
		0x87aa, 0xc599, 0x852e, 0xe5b3, 0x02b7, 0x87aa, 0xfde5, 0x8082, 0x8082
	}, 128, 192 },
	/* long leaf(long a, long b, long c) { return (a + b) * c - (a ^ b); } */
	{ "leaf", 16, {
		0x07b3, 0x00b5, 0x87b3, 0x02c7, 0x8d2d, 0x8533, 0x40a7, 0x8082
	}, 80, 80 },
	/* int table(const int *t, unsigned x)
	 * { return t[x & 255] ^ t[256 + (x >> 8 & 255)] ^ t[512 + (x >> 16 & 255)] ^ t[768 + (x >> 24)]; } */
	{ "table", 70, {
		0xd71b, 0x0185, 0xd79b, 0x0085, 0xf693, 0x0ff5, 0x071b, 0x3007, 0xf793, 0x0ff7, 0xd59b, 0x0105,
		0x070a, 0x068a, 0x8793, 0x1007, 0xf593, 0x0ff5, 0x96aa, 0x972a, 0x078a, 0x8593, 0x2005, 0x4290,
		0x97aa, 0x4318, 0x058a, 0x4394, 0x952e, 0x4108, 0x47b3, 0x00c7, 0x8fb5, 0x8d3d, 0x8082
	}, 240, 192 },
	/* char *digits(unsigned long n, unsigned long base, char *end)
	 * { do *--end = (char)(48 + n % base); while (n /= base); return end; } */
	{ "digits", 30, {
		0x87aa, 0x8532, 0xf733, 0x02b7, 0x157d, 0x86be, 0x071b, 0x0307, 0x0023, 0x00e5, 0xd7b3, 0x02b7,
		0xf6e3, 0xfeb6, 0x8082
	}, 144, 208 },
	/* long twice(long (*f)(long), long x) { return f(f(x)); } */
	{ "twice", 22, {
		0x1141, 0xe022, 0xe406, 0x842a, 0x852e, 0x9402, 0x87a2, 0x6402, 0x60a2, 0x0141, 0x8782
	}, 96, 224 },
};

static uint8_t page[PAGE_SIZE];

static const uint8_t *code_page(void *ctx, gva_t va)
{
	return va == AT ? page : NULL;
}

static unsigned size_of(const struct function *f, enum jit_effort effort)
{
	struct jit_request req = { .xlen = 64, .effort = effort, .pc = AT, .page = code_page,
		.counts = effort == JIT_QUICK };
	struct jit_code *code;
	unsigned size;

	memset(page, 0, sizeof(page));
	memcpy(page, f->code, f->size);
	if (jit_compile(&req, &code) != 0) {
		UNIT_FAIL("%s: no translation", f->name);
		return 0;
	}
	size = code->code_size;
	CHECK(code->nr_ranges >= 1 && JIT_TABLE(code, ranges, struct jit_range)->size <= f->size);
	free(code);
	return size;
}

static void sizes(bool print)
{
	for (unsigned i = 0; i < ARRAY_SIZE(functions); i++) {
		const struct function *f = &functions[i];
		unsigned quick = size_of(f, JIT_QUICK), full = size_of(f, JIT_FULL);

		UNIT_CONTEXT("%s", f->name);
		if (print)
			printf("# %-8s %3u bytes: quick %4u, full %4u\n", f->name, f->size, quick, full);
		CHECK(quick <= f->quick);
		CHECK(full <= f->full);
	}
	unit_context[0] = 0;
}

int main(int argc, char **argv)
{
	const char *why;

	if (!jit_supported(&why)) {
		printf("1..0 # SKIP this host has no %s\n", why);
		return 77;
	}
	sizes(argc > 1 && !strcmp(argv[1], "-p"));
	jit_compile_done();
	return unit_done();
}

/* Guest programs that measure an engine: no library, no system but write and exit, so
 * that they run on cpu_flat, in hearth and under qemu-user alike.
 *
 *     bench NAME [ROUNDS]       prints NAME and a checksum that does not depend on the engine
 */
#include <stddef.h>
#include <stdint.h>

static long system_call(long nr, long a, long b, long c)
{
	register long a7 __asm__("a7") = nr, a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
	return a0;
}

void *memcpy(void *d, const void *s, size_t n)
{
	char *dp = d;
	const char *sp = s;

	while (n--)
		*dp++ = *sp++;
	return d;
}
void *memset(void *d, int v, size_t n)
{
	char *p = d;

	while (n--)
		*p++ = (char)v;
	return d;
}

static uint32_t random_state = 12345;
static uint32_t next_random(void)
{
	random_state = random_state * 1103515245 + 12345;
	return random_state >> 8;
}

/* ---- CoreMark-like: a list, a matrix, a state machine, a CRC ------------------------- */

struct node { struct node *next; int16_t key, value; };
static struct node nodes[256];
static int16_t matrix_a[12][12], matrix_b[12][12];
static int32_t matrix_c[12][12];

static uint16_t crc16(uint16_t crc, uint16_t data)
{
	for (int i = 0; i < 16; i++) {
		unsigned bit = (crc ^ data) & 1;

		crc >>= 1;
		data >>= 1;
		if (bit)
			crc ^= 0xa001;
	}
	return crc;
}

static struct node *reverse_list(struct node *n)
{
	struct node *out = NULL;

	while (n) {
		struct node *next = n->next;

		n->next = out;
		out = n;
		n = next;
	}
	return out;
}

/* Merge sort by key or value. */
static struct node *sort_list(struct node *list, int by_value)
{
	for (int size = 1;; size *= 2) {
		struct node *p = list, *tail = NULL;
		int merges = 0;

		list = NULL;
		while (p) {
			struct node *q = p, *e;
			int psize = 0, qsize = size;

			merges++;
			for (int i = 0; i < size && q; i++, psize++)
				q = q->next;
			while (psize > 0 || (qsize > 0 && q)) {
				if (psize == 0 || (qsize > 0 && q &&
				    (by_value ? q->value < p->value : q->key < p->key))) {
					e = q; q = q->next; qsize--;
				} else {
					e = p; p = p->next; psize--;
				}
				if (tail)
					tail->next = e;
				else
					list = e;
				tail = e;
			}
			p = q;
		}
		tail->next = NULL;
		if (merges <= 1)
			return list;
	}
}

static uint32_t run_states(const char *text)
{
	enum { START, INTEGER, FRACTION, EXPONENT, INVALID } state = START;
	uint32_t counts[5] = { 0 };

	for (; *text; text++) {
		char c = *text;

		if (c == ',') {
			counts[state]++;
			state = START;
			continue;
		}
		switch (state) {
		case START:    state = (c >= '0' && c <= '9') || c == '+' || c == '-' ? INTEGER : c == '.' ? FRACTION : INVALID; break;
		case INTEGER:  state = c == '.' ? FRACTION : c >= '0' && c <= '9' ? INTEGER : INVALID; break;
		case FRACTION: state = c == 'e' || c == 'E' ? EXPONENT : c >= '0' && c <= '9' ? FRACTION : INVALID; break;
		case EXPONENT: state = (c >= '0' && c <= '9') || c == '-' ? EXPONENT : INVALID; break;
		default: break;
		}
	}
	return counts[0] + counts[1] * 3 + counts[2] * 5 + counts[3] * 7 + counts[4] * 11;
}

static uint64_t coremark(unsigned long rounds)
{
	static const char text[] = "5012,1234,-874,+122,35.54400,.1234500,-110.700,+0.64400,5.500e3,-.123e-2,-87e+832,+0.6e-12,"
	                           "T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^,";
	uint16_t crc = 0;

	for (unsigned i = 0; i < 256; i++)
		nodes[i] = (struct node){ i < 255 ? &nodes[i + 1] : NULL, (int16_t)next_random(), (int16_t)next_random() };
	struct node *list = nodes;

	while (rounds--) {
		list = sort_list(list, rounds & 1);
		list = reverse_list(list);
		for (struct node *n = list; n; n = n->next)
			crc = crc16(crc, (uint16_t)n->value);
		for (int i = 0; i < 12; i++)
			for (int j = 0; j < 12; j++)
				matrix_a[i][j] = (int16_t)(crc + i * j), matrix_b[i][j] = (int16_t)(crc ^ (i + j));
		for (int i = 0; i < 12; i++) {
			for (int j = 0; j < 12; j++) {
				int32_t sum = 0;

				for (int k = 0; k < 12; k++)
					sum += matrix_a[i][k] * matrix_b[k][j];
				matrix_c[i][j] = sum;
			}
		}
		for (int i = 0; i < 12; i++)
			crc = crc16(crc, (uint16_t)matrix_c[i][i]);
		for (int i = 0; i < 8; i++)
			crc = crc16(crc, (uint16_t)run_states(text));
	}
	return crc;
}

/* ---- SHA-256 ------------------------------------------------------------------------------ */

static const uint32_t sha_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
static uint32_t ror32(uint32_t v, int n) { return v >> n | v << (32 - n); }

static void sha_block(uint32_t h[8], const uint32_t in[16])
{
	uint32_t w[64], s[8];

	memcpy(w, in, 64);
	for (int i = 16; i < 64; i++) {
		uint32_t s0 = ror32(w[i - 15], 7) ^ ror32(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 = ror32(w[i - 2], 17) ^ ror32(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
	for (int i = 0; i < 8; i++)
		s[i] = h[i];
	for (int i = 0; i < 64; i++) {
		uint32_t e = s[4], a = s[0];
		uint32_t t1 = s[7] + (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + sha_k[i] + w[i];
		uint32_t t2 = (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

		s[7] = s[6]; s[6] = s[5]; s[5] = s[4]; s[4] = s[3] + t1;
		s[3] = s[2]; s[2] = s[1]; s[1] = s[0]; s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += s[i];
}

static uint64_t sha256(unsigned long rounds)
{
	uint32_t h[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, block[16];

	for (int i = 0; i < 16; i++)
		block[i] = next_random();
	while (rounds--) {
		sha_block(h, block);
		block[rounds & 15] ^= h[0];
	}
	return (uint64_t)h[0] << 32 | h[7];
}

/* ---- quicksort through a comparison function ------------------------------------------------- */

static uint32_t numbers[20000];

static int __attribute__((noinline)) compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void quicksort(uint32_t *v, long n, int (*cmp)(const void *, const void *))
{
	while (n > 8) {
		uint32_t pivot = v[n / 2];
		long i = 0, j = n - 1;

		for (;;) {
			while (cmp(&v[i], &pivot) < 0)
				i++;
			while (cmp(&v[j], &pivot) > 0)
				j--;
			if (i >= j)
				break;
			uint32_t t = v[i];
			v[i++] = v[j];
			v[j--] = t;
		}
		quicksort(v, i, cmp);
		v += i;
		n -= i;
	}
	for (long i = 1; i < n; i++)
		for (long j = i; j > 0 && cmp(&v[j - 1], &v[j]) > 0; j--) {
			uint32_t t = v[j];
			v[j] = v[j - 1];
			v[j - 1] = t;
		}
}

static int (*volatile comparison)(const void *, const void *) = compare;

static uint64_t sorting(unsigned long rounds)
{
	uint64_t sum = 0;

	while (rounds--) {
		for (int i = 0; i < 20000; i++)
			numbers[i] = next_random();
		quicksort(numbers, 20000, comparison);
		sum += numbers[10000] + (numbers[0] <= numbers[1]);
	}
	return sum;
}

/* ---- an indirect jump every few instructions: a byte-code machine ------------------------------- */

static uint64_t indirect(unsigned long rounds)
{
	static const uint8_t program[] = { 0, 1, 4, 2, 0, 3, 5, 1, 6, 4, 2, 7, 0, 5, 3, 1, 6, 2, 4, 8 };
	static const void *const labels[] = { &&inc, &&dbl, &&xor, &&ror, &&dec, &&mul, &&swap, &&add, &&loop };
	uint64_t a = 1, b = 7;
	const uint8_t *pc = program;

#define GO goto *labels[*pc++]
	GO;
inc:  a += 3; GO;
dbl:  b += a; GO;
xor:  a ^= b; GO;
ror:  a = a >> 7 | a << 57; GO;
dec:  b -= 5; GO;
mul:  a *= 33; GO;
swap: { uint64_t t = a; a = b; b = t; } GO;
add:  a += b >> 3; GO;
loop: if (rounds--) { pc = program; GO; }
	return a ^ b;
}

/* ---- calls, and memory ---------------------------------------------------------------------------- */

static unsigned __attribute__((noinline)) fibonacci(unsigned n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
static uint64_t calls(unsigned long rounds)
{
	uint64_t sum = 0;

	while (rounds--)
		sum += fibonacci(20);
	return sum;
}

static uint64_t buffer[1 << 17];                  /* 1 MiB */
static uint64_t stream(unsigned long rounds)
{
	uint64_t sum = 0;

	while (rounds--) {
		for (unsigned i = 0; i < 1 << 17; i++)
			buffer[i] = buffer[i] * 3 + i;
		for (unsigned i = 0; i < 1 << 17; i += 8)
			sum += buffer[i];
	}
	return sum;
}

/* ---- floats -------------------------------------------------------------------------------------------- */

static uint64_t double_bits(double v)
{
	uint64_t b;

	__builtin_memcpy(&b, &v, 8);
	return b;
}

static double body[5][7] = {   /* x y z vx vy vz mass: the sun and four planets */
	{ 0, 0, 0, 0, 0, 0, 39.47841760435743 },
	{ 4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949 },
	{ 8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924, 1.8256623712304119, 0.008415761376584154, 0.011286326131968767 },
	{ 12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354, 0.8687130181696082, -0.010832637401363636, 0.0017237240570597112 },
	{ 15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898, 0.5946989986476762, -0.034755955504078104, 0.0020336868699246304 },
};

static double root(double v)
{
	double r;

	__asm__("fsqrt.d %0, %1" : "=f"(r) : "f"(v));
	return r;
}

static uint64_t nbody(unsigned long rounds)
{
	while (rounds--) {
		for (int i = 0; i < 5; i++) {
			for (int j = i + 1; j < 5; j++) {
				double dx = body[i][0] - body[j][0], dy = body[i][1] - body[j][1], dz = body[i][2] - body[j][2];
				double d2 = dx * dx + dy * dy + dz * dz, mag = 0.01 / (d2 * root(d2));

				body[i][3] -= dx * body[j][6] * mag; body[i][4] -= dy * body[j][6] * mag; body[i][5] -= dz * body[j][6] * mag;
				body[j][3] += dx * body[i][6] * mag; body[j][4] += dy * body[i][6] * mag; body[j][5] += dz * body[i][6] * mag;
			}
		}
		for (int i = 0; i < 5; i++)
			for (int k = 0; k < 3; k++)
				body[i][k] += 0.01 * body[i][k + 3];
	}
	return double_bits(body[0][0]);
}

static uint64_t mandelbrot(unsigned long rounds)
{
	uint64_t sum = 0;

	for (unsigned long y = 0; y < rounds; y++) {
		for (int x = 0; x < 100; x++) {
			double cr = x * 0.03 - 2.0, ci = (double)y * 2.0 / (double)rounds - 1.0, zr = 0, zi = 0;
			int n = 0;

			while (n < 100 && zr * zr + zi * zi < 4.0) {
				double t = zr * zr - zi * zi + cr;

				zi = 2 * zr * zi + ci;
				zr = t;
				n++;
			}
			sum += (uint64_t)n;
		}
	}
	return sum;
}

static double ma[64][64], mb[64][64], mc[64][64];
static uint64_t matmul(unsigned long rounds)
{
	for (int i = 0; i < 64; i++)
		for (int j = 0; j < 64; j++)
			ma[i][j] = i + j * 0.5, mb[i][j] = i - j * 0.25;
	while (rounds--)
		for (int i = 0; i < 64; i++)
			for (int j = 0; j < 64; j++) {
				double s = 0;

				for (int k = 0; k < 64; k++)
					s += ma[i][k] * mb[k][j];
				mc[i][j] += s;
			}
	return double_bits(mc[63][1]);
}

/* ---- choosing ------------------------------------------------------------------------------------------- */

static const struct { const char *name; uint64_t (*run)(unsigned long); unsigned long rounds; } programs[] = {
	{ "coremark", coremark, 2000 }, { "sha256", sha256, 20000 }, { "sorting", sorting, 20 },
	{ "indirect", indirect, 1000000 }, { "calls", calls, 1000 }, { "stream", stream, 60 },
	{ "nbody", nbody, 100000 }, { "mandelbrot", mandelbrot, 1500 }, { "matmul", matmul, 40 },
};

static void print(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	system_call(64, 1, (long)s, end - s);
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

__attribute__((used)) static void start(long *sp)
{
	char **argv = (char **)(sp + 1), digits[18];

	for (unsigned i = 0; sp[0] > 1 && i < sizeof(programs) / sizeof(programs[0]); i++) {
		unsigned long rounds = programs[i].rounds;
		uint64_t v;

		if (!same(argv[1], programs[i].name))
			continue;
		if (sp[0] > 2) {
			rounds = 0;
			for (char *p = argv[2]; *p; p++)
				rounds = rounds * 10 + (unsigned long)(*p - '0');
		}
		v = programs[i].run(rounds);
		for (int k = 0; k < 16; k++)
			digits[k] = "0123456789abcdef"[v >> (60 - 4 * k) & 15];
		digits[16] = '\n';
		digits[17] = 0;
		print(argv[1]);
		print(" ");
		print(digits);
		system_call(93, 0, 0, 0);
	}
	print("usage: bench NAME [ROUNDS]\n");
	system_call(93, 2, 0, 0);
}

__attribute__((naked)) void _start(void) 
{
	__asm__ volatile(".option push\n\t.option norelax\n\tla gp, __global_pointer$\n\t.option pop\n\tmv a0, sp\n\tj start");
}

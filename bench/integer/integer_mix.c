/* Integer code of the kind that embedded benchmarks use, in the proportions of CoreMark's published
 * structure (EEMBC's description of its workload; the code is our own). 2000 bytes of data hold
 *
 *   a list     of 33 items that are looked for by index and by value, the list turned round between two
 *              searches, and sorted twice by merging, through pointers to two comparisons. The
 *              one by value makes a value first, of most items from the item itself, of one in eight by
 *   a matrix   of 9 x 9 numbers of 16 bits: times a number, a vector, a matrix, and a matrix with
 *              fields of bits taken out of the products; or, of one in eight, by
 *   a text     of numbers, some of them wrong, that a state machine sorts into kinds, before and after
 *              some letters were spoilt;
 *
 * and all results go into a CRC of 16 bits, bit by bit. So no part of the work can be left out. Of the native
 * run's time (gcc -O2, perf record) the CRC takes 12 %, the list with its sorts 26 %, the matrix 24 %, the text
 * 38 %. */
#include <string.h>
#include "bench.h"

enum { BYTES = 2000, ITEMS = 33, SEARCHES = 102, ORDER = 9, TEXT = BYTES / 3, ROUNDS = 6000 };

/* As in CoreMark these are not inlined: there each part is a file of its own. */
#define PART __attribute__((noinline, noclone))

/* ---- the CRC -------------------------------------------------------------------------------- */

static PART uint16_t crc8(uint16_t crc, uint8_t byte)
{
	for (int i = 0; i < 8; i++) {
		unsigned bit = (crc ^ byte >> i) & 1;

		crc >>= 1;
		if (bit)
			crc ^= 0xa001;
	}
	return crc;
}

static PART uint16_t crc16(uint16_t crc, uint16_t word)
{
	return crc8(crc8(crc, word & 0xff), word >> 8);
}

static uint16_t crc32(uint16_t crc, uint32_t word)
{
	return crc16(crc16(crc, word & 0xffff), word >> 16);
}

/* ---- the matrix ------------------------------------------------------------------------------- */

struct matrices {
	int16_t a[ORDER][ORDER], b[ORDER][ORDER];
	int32_t c[ORDER][ORDER];
};

static void matrix_fill(struct matrices *m, uint64_t *seed)
{
	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++) {
			m->a[i][j] = (int16_t)(bench_random(seed) & 0xff);
			m->b[i][j] = (int16_t)(bench_random(seed) & 0xff);
		}
}

static PART void matrix_add(struct matrices *m, int16_t n)
{
	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++)
			m->a[i][j] = (int16_t)(m->a[i][j] + n);
}

static PART void matrix_times_number(struct matrices *m, int16_t n)
{
	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++)
			m->c[i][j] = (int32_t)m->a[i][j] * n;
}

static PART void matrix_times_vector(struct matrices *m)
{
	for (int i = 0; i < ORDER; i++) {
		m->c[i][0] = 0;
		for (int j = 0; j < ORDER; j++)
			m->c[i][0] += (int32_t)m->a[i][j] * m->b[0][j];
	}
}

static PART void matrix_times_matrix(struct matrices *m)
{
	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++) {
			m->c[i][j] = 0;
			for (int k = 0; k < ORDER; k++)
				m->c[i][j] += (int32_t)m->a[i][k] * m->b[k][j];
		}
}

static PART void matrix_times_fields(struct matrices *m)
{
	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++) {
			m->c[i][j] = 0;
			for (int k = 0; k < ORDER; k++) {
				uint32_t product = (uint32_t)((int32_t)m->a[i][k] * m->b[k][j]);

				m->c[i][j] += (int32_t)((product >> 2 & 0xf) * (product >> 5 & 0x7f));
			}
		}
}

/* One number for the whole result: how it goes up and down, and where it passes a limit. */
static PART int16_t matrix_sum(const struct matrices *m, int32_t limit)
{
	int32_t sum = 0, last = 0;
	int16_t result = 0;

	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++) {
			int32_t now = m->c[i][j];

			sum += now;
			if (sum > limit) {
				result = (int16_t)(result + 10);
				sum = 0;
			} else {
				result = (int16_t)(result + (now > last));
			}
			last = now;
		}
	return result;
}

static PART uint16_t matrix_work(struct matrices *m, int16_t n, uint16_t crc)
{
	static void (*const products[])(struct matrices *) = { matrix_times_vector, matrix_times_matrix, matrix_times_fields };
	int32_t limit = -(0x10000 - n);

	matrix_add(m, n);
	matrix_times_number(m, n);
	crc = crc16(crc, (uint16_t)matrix_sum(m, limit));
	for (int i = 0; i < 3; i++) {
		products[i](m);
		crc = crc16(crc, (uint16_t)matrix_sum(m, limit));
	}
	matrix_add(m, (int16_t)-n);
	return crc;
}

/* ---- the text ----------------------------------------------------------------------------------- */

enum state { START, SIGN, INTEGER, POINT, DECIMAL, LETTER_E, POWER_SIGN, POWER, WRONG, STATES };

static void text_fill(char text[TEXT], uint64_t *seed)
{
	static const char *const words[] = {
		"5012", "1234", "-874", "+122", "35.54400", ".1234500", "-110.700", "+0.64400",
		"5.500e+3", "-.123e-2", "-87e+832", "+0.6e-12", "T0.3e-1F", "-T.T++Tq", "1T3.4e4z", "34.0e-T^",
	};
	size_t at = 0;

	for (;;) {
		const char *word = words[bench_random(seed) % (sizeof(words) / sizeof(words[0]))];
		size_t n = strlen(word);

		if (at + n + 2 > TEXT)
			break;
		memcpy(text + at, word, n);
		text[at + n] = ',';
		at += n + 1;
	}
	memset(text + at, 0, TEXT - at);
}

static inline int is_digit(char c) { return c >= '0' && c <= '9'; }

/* The state after the next word, which ends at a comma or at the text's end; *at moves behind it. Counts
 * the changes from each state to another. */
static PART enum state text_word(const char **at, uint32_t *changes)
{
	enum state state = START;
	const char *p = *at;

	for (; *p && state != WRONG; p++) {
		enum state next = state;
		char c = *p;

		if (c == ',') {
			p++;
			break;
		}
		switch (state) {
		case START:
			next = is_digit(c) ? INTEGER : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : WRONG;
			break;
		case SIGN:
			next = is_digit(c) ? INTEGER : c == '.' ? POINT : WRONG;
			break;
		case INTEGER:
			next = is_digit(c) ? INTEGER : c == '.' ? DECIMAL : c == 'e' || c == 'E' ? LETTER_E : WRONG;
			break;
		case POINT:
			next = is_digit(c) ? DECIMAL : WRONG;
			break;
		case DECIMAL:
			next = is_digit(c) ? DECIMAL : c == 'e' || c == 'E' ? LETTER_E : WRONG;
			break;
		case LETTER_E:
			next = is_digit(c) ? POWER : c == '+' || c == '-' ? POWER_SIGN : WRONG;
			break;
		case POWER_SIGN:
		case POWER:
			next = is_digit(c) ? POWER : WRONG;
			break;
		default:
			break;
		}
		changes[state] += next != state;
		state = next;
	}
	while (state == WRONG && *p && *p++ != ',')
		;
	*at = p;
	return state;
}

static PART uint16_t text_work(char text[TEXT], int step, uint16_t crc)
{
	uint32_t ends[STATES] = { 0 }, changes[STATES] = { 0 };

	/* Twice: the second time every step-th letter is another; that undoes itself afterwards. */
	for (int turn = 0; turn < 2; turn++) {
		for (const char *p = text; *p; )
			ends[text_word(&p, changes)]++;
		for (int i = 0; i < TEXT; i += step)
			if (text[i] && text[i] != ',' && text[i] != (',' ^ 1))
				text[i] ^= 1;
	}
	for (int i = 0; i < STATES; i++)
		crc = crc32(crc32(crc, ends[i]), changes[i]);
	return crc;
}

/* ---- the list -------------------------------------------------------------------------------------- */

/* value: high byte as it was made; low byte the same, or MADE and the result made of it. */
enum { MADE = 0x80 };
struct info { int16_t value, index; };
struct item { struct item *next; struct info *info; };

struct work {
	struct item items[ITEMS];
	struct info infos[ITEMS];
	struct matrices matrices;
	char text[TEXT];
	uint16_t crc;
};

static PART int16_t make_value(struct info *info, struct work *w)
{
	int16_t value = info->value;
	int argument = value >> 3 & 15;
	uint16_t result;

	if (value & MADE)
		return value & (MADE - 1);
	argument |= argument << 4;
	switch (value & 7) {
	case 0:  result = text_work(w->text, argument < 0x22 ? 0x22 : argument, w->crc); break;
	case 1:  result = matrix_work(&w->matrices, (int16_t)argument, w->crc); break;
	default: result = (uint16_t)value; break;
	}
	w->crc = crc16(w->crc, result);
	result &= MADE - 1;
	info->value = (int16_t)((value & 0xff00) | MADE | result);
	return (int16_t)result;
}

static int by_value(struct info *a, struct info *b, struct work *w)
{
	return make_value(a, w) - make_value(b, w);
}

/* And what was made is forgotten: the next round makes it again. */
static int by_index(struct info *a, struct info *b, struct work *w)
{
	(void)w;
	a->value = (int16_t)((a->value & 0xff00) | (a->value >> 8 & 0xff));
	b->value = (int16_t)((b->value & 0xff00) | (b->value >> 8 & 0xff));
	return a->index - b->index;
}

static PART struct item *list_find(struct item *list, const struct info *wanted)
{
	if (wanted->index >= 0)
		while (list && list->info->index != wanted->index)
			list = list->next;
	else
		while (list && (list->info->value & 0xff) != wanted->value)
			list = list->next;
	return list;
}

static PART struct item *list_reverse(struct item *list)
{
	struct item *reversed = NULL;

	while (list) {
		struct item *next = list->next;

		list->next = reversed;
		reversed = list;
		list = next;
	}
	return reversed;
}

/* Runs of 1, 2, 4... items are merged, from the front to the end, until there is one. */
static PART struct item *list_sort(struct item *list, int (*compare)(struct info *, struct info *, struct work *),
				   struct work *w)
{
	for (int size = 1;; size *= 2) {
		struct item *rest = list, **tail = &list;
		int merges = 0;

		while (rest) {
			struct item *left = rest;
			int nr_left = 0, nr_right = size;

			for (merges++; nr_left < size && rest; nr_left++)
				rest = rest->next;
			while (nr_left || (nr_right && rest)) {
				struct item *least;

				if (nr_left && (!nr_right || !rest || compare(left->info, rest->info, w) <= 0)) {
					least = left;
					left = left->next;
					nr_left--;
				} else {
					least = rest;
					rest = rest->next;
					nr_right--;
				}
				*tail = least;
				tail = &least->next;
			}
		}
		*tail = NULL;
		if (merges <= 1)
			return list;
	}
}

static PART void list_work(struct work *w, int first)
{
	struct item *list = &w->items[0];
	struct info wanted = { 0, (int16_t)first };
	uint16_t found = 0, missed = 0, sum = 0;

	for (int i = 0; i < SEARCHES; i++) {
		struct item *n;

		wanted.value = i & 0xff;
		n = list_find(list, &wanted);
		list = list_reverse(list);
		if (n) {
			found++;
			sum = (uint16_t)(sum + (n->info->value >> 9 & 1));
			/* What was found goes one place on. */
			if (n->next && n->next->next) {
				struct item *moved = n->next;

				n->next = moved->next;
				moved->next = list->next;
				list->next = moved;
			}
		} else {
			missed++;
		}
		if (wanted.index >= 0)
			wanted.index = (int16_t)((wanted.index + 1) % ITEMS);
	}
	w->crc = crc16(w->crc, (uint16_t)(4 * found - missed + sum));
	list = list_sort(list, by_value, w);
	for (struct item *n = list; n; n = n->next)
		w->crc = crc16(w->crc, (uint16_t)n->info->value);
	list = list_sort(list, by_index, w);
	for (struct item *n = list; n; n = n->next)
		w->crc = crc16(w->crc, (uint16_t)n->info->value);
}

int main(void)
{
	static struct work w;
	double began = bench_now();
	uint64_t seed = 88172645463325252u;

	for (int i = 0; i < ITEMS; i++) {
		int value = (i & 7) | (int)(bench_random(&seed) & 15) << 3;

		w.infos[i] = (struct info){ (int16_t)(value << 8 | value), (int16_t)i };
		w.items[i] = (struct item){ i + 1 < ITEMS ? &w.items[i + 1] : NULL, &w.infos[i] };
	}
	matrix_fill(&w.matrices, &seed);
	text_fill(w.text, &seed);
	for (int i = 0; i < ROUNDS; i++) {
		list_work(&w, 1);
		list_work(&w, -1);
	}
	return bench_done(w.crc, began);
}

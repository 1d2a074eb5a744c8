/* What the guest's code is called, for --dump and --perf-map. Who reads symbol tables is a room above
 * (struct jit_symbols): an image asks once what there is of its file. Code in no file, or in pages
 * that were written to, has no names.
 *
 * Lock: the kernel lock. */
#include "cache_private.h"

#include <stdio.h>

static const struct jit_symbols *symbols;
static const char *function;           /* --dump's */
static bool dumping;

void names_start(const struct jit_config *config)
{
	symbols = config->symbols;
	dumping = config->dump != JIT_DUMP_NONE;
	function = dumping ? config->dump_function : NULL;
}

const void *names_table(uint64_t mapping_id)
{
	return symbols ? symbols->table(mapping_id) : NULL;
}

void names_text(const struct image *image, gva_t pc, char *text, size_t cap)
{
	text[0] = '\0';
	if (image->symbols)
		symbols->name(image->symbols, pc - image->start + image->offset, text, cap);
}

static void find_wanted(const struct image *image, struct jit_looks *looks)
{
	struct jit_function f[ARRAY_SIZE(looks->wanted)];
	uint64_t size = image->end - image->start;
	unsigned n = image->symbols ? symbols->find(image->symbols, function, f, ARRAY_SIZE(f)) : 0;

	for (unsigned i = 0; i < n; i++) {
		if (f[i].start < image->offset || f[i].start - image->offset >= size)
			continue;
		looks->wanted[looks->nr].start = image->start + (f[i].start - image->offset);
		looks->wanted[looks->nr++].end = image->start + (f[i].end - image->offset);
	}
}

const struct jit_looks *names_look(const struct image *image, gva_t pc, struct jit_looks *looks)
{
	if (!dumping)
		return NULL;
	names_text(image, pc, looks->name, sizeof(looks->name));
	looks->nr = 0;
	looks->only = function != NULL;
	if (function)
		find_wanted(image, looks);
	return looks;
}

/* Names for the translator's tools (--dump, --perf-map): struct jit_symbols.
 *
 * The translator asks where it must not sleep, in whatever process the code is in. So tables are read before:
 * when executable code of a file is mapped, and kept by the mapping's id, which every process that
 * maps the file shares. */
#include "symbols.h"

#include <stdio.h>
#include <string.h>

#include "abi/mman.h"
#include "base/alloc.h"

/* A file that code was mapped from. */
struct code_file {
	struct list link;
	uint64_t mapping_id;
	const struct symbol_file *symbols;
	char name[64];                   /* without directories */
};
static struct list files = LIST_INIT(files);

static void set_name(struct code_file *c, struct file *f)
{
	struct fs fs = { .refs = 1, .root = vfs_root() };
	const char *slash;
	char path[512];

	if (file_describe(f, &fs, path, sizeof(path)) < 0)
		snprintf(path, sizeof(path), "?");
	path_put(fs.root);
	slash = strrchr(path, '/');
	snprintf(c->name, sizeof(c->name), "%.*s", (int)sizeof(c->name) - 1, slash ? slash + 1 : path);
}

static const void *find_table(uint64_t mapping_id)
{
	const struct code_file *c;

	list_for_each(c, &files, link)
		if (c->mapping_id == mapping_id)
			return c;
	return NULL;
}

static void on_mapped(struct mm *mm, const struct mmap_request *req, gva_t at)
{
	struct code_file *c;

	if (!(req->prot & PROT_EXEC) || !req->file || !req->mapping || find_table(req->mapping->id))
		return;
	c = xnew(struct code_file);
	c->mapping_id = req->mapping->id;
	set_name(c, req->file);
	c->symbols = symbols_of(req->file);
	list_add_tail(&files, &c->link);
}

static void name_code(const void *table, uint64_t offset, char *text, size_t cap)
{
	const struct code_file *c = table;
	uint64_t into = offset;
	const char *name = c->symbols ? symbols_name(c->symbols, offset, &into) : NULL;

	snprintf(text, cap, into ? "%s+0x%llx" : "%s", name ? name : c->name, (unsigned long long)into);
}

/* The file's offset of what is linked at this value; false: nothing that is in the file. */
static bool value_to_offset(const struct symbol_file *s, uint64_t value, uint64_t *offset)
{
	for (unsigned i = 0; i < s->nr_segments; i++) {
		const struct segment *g = &s->segments[i];

		if (!g->executable || value < g->vaddr || value >= g->vaddr + g->size)
			continue;
		*offset = value - g->vaddr + g->offset;
		return true;
	}
	return false;
}

/* "memcpy" also means what it may turn out to be: "__memcpy_generic" and its like. */
static bool is_variant(const char *name, const char *chosen)
{
	size_t n = strlen(chosen);

	return !strncmp(name, "__", 2) && !strncmp(name + 2, chosen, n) && name[2 + n] == '_';
}

static bool is_chosen(const struct symbol_file *s, const char *name)
{
	for (unsigned i = 0; i < s->nr_symbols; i++)
		if (s->symbols[i].chooses && !strcmp(s->names + s->symbols[i].name, name))
			return true;
	return false;
}

static unsigned find_code(const void *table, const char *name, struct jit_function *out, unsigned max)
{
	const struct symbol_file *s = ((const struct code_file *)table)->symbols;
	bool chosen = s && is_chosen(s, name);
	unsigned n = 0;

	for (unsigned i = 0; s && i < s->nr_symbols && n < max; i++) {
		const struct symbol *y = &s->symbols[i];
		uint64_t end = y->value + y->size;

		if (strcmp(s->names + y->name, name) != 0 && !(chosen && is_variant(s->names + y->name, name)))
			continue;
		for (unsigned k = i; !y->size && end == y->value && ++k < s->nr_symbols; )
			end = s->symbols[k].value;
		if (!value_to_offset(s, y->value, &out[n].start))
			continue;
		out[n].end = out[n].start + (end > y->value ? end - y->value : 2);
		n++;
	}
	return n;
}

const struct jit_symbols *trace_symbols_of_code(void)
{
	static const struct jit_symbols symbols = { .table = find_table, .name = name_code, .find = find_code };

	mm_tracepoints.area_mapped = on_mapped;
	return &symbols;
}

bool trace_code_has(const char *function)
{
	struct jit_function f;
	const struct code_file *c;

	list_for_each(c, &files, link)
		if (find_code(c, function, &f, 1))
			return true;
	return false;
}

void symbols_code_free(void)
{
	struct code_file *c, *next;

	list_for_each_safe(c, next, &files, link) {
		list_del(&c->link);
		free(c);
	}
}

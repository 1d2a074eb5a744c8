/* Names for addresses: the symbol tables of the ELF files that a program maps.
 *
 * Files are read through the guest's own open files, so that what is named is
 * what is mapped, inside the root. Nothing in them is trusted: every offset
 * and size is checked against what could be read. A table is read when an
 * address in its file is first asked for, and kept, keyed by device and inode.
 *
 * The full table (.symtab) is taken when the file has one, else the dynamic
 * one (.dynsym): stripped programs still name what they export. */
#include "symbols.h"

#include <stdio.h>
#include <string.h>

#include "abi/elf.h"
#include "abi/fcntl.h"
#include "base/alloc.h"

enum {
	SECTIONS_MAX = 4096,             /* beyond these a file is not worth naming */
	TABLE_BYTES_MAX = 64 << 20,
};

static struct list cache = LIST_INIT(cache);

/* ---- reading ELF of either class ---------------------------------------------------------- */

struct elf {
	struct file *file;
	bool narrow;
	struct elf64_ehdr ehdr;
};

static bool read_at(struct file *f, void *buf, size_t n, uint64_t pos)
{
	return file_read_kernel(f, buf, n, pos) == (ssize_t)n;
}

static bool open_elf(struct file *f, struct elf *e)
{
	struct elf32_ehdr h;

	e->file = f;
	if (!read_at(f, &h, sizeof(h), 0) || memcmp(h.e_ident, ABI_ELF_MAGIC, 4) != 0)
		return false;
	e->narrow = h.e_ident[ABI_EI_CLASS] == ABI_ELFCLASS32;
	if (!e->narrow)
		return read_at(f, &e->ehdr, sizeof(e->ehdr), 0);
	e->ehdr = (struct elf64_ehdr){
		.e_entry = h.e_entry, .e_phoff = h.e_phoff, .e_shoff = h.e_shoff, .e_phentsize = h.e_phentsize,
		.e_phnum = h.e_phnum, .e_shentsize = h.e_shentsize, .e_shnum = h.e_shnum,
	};
	return true;
}

static bool read_section(const struct elf *e, unsigned i, struct elf64_shdr *out)
{
	struct elf32_shdr s;

	if (!e->narrow)
		return read_at(e->file, out, sizeof(*out), e->ehdr.e_shoff + (uint64_t)i * sizeof(*out));
	if (!read_at(e->file, &s, sizeof(s), e->ehdr.e_shoff + (uint64_t)i * sizeof(s)))
		return false;
	*out = (struct elf64_shdr){
		.sh_type = s.sh_type, .sh_offset = s.sh_offset, .sh_size = s.sh_size, .sh_link = s.sh_link,
		.sh_entsize = s.sh_entsize,
	};
	return true;
}

static void read_segments(const struct elf *e, struct symbol_file *out)
{
	for (unsigned i = 0; i < e->ehdr.e_phnum && out->nr_segments < ARRAY_SIZE(out->segments); i++) {
		struct elf64_phdr p;
		struct elf32_phdr n;
		bool ok = e->narrow ? read_at(e->file, &n, sizeof(n), e->ehdr.e_phoff + (uint64_t)i * sizeof(n))
				    : read_at(e->file, &p, sizeof(p), e->ehdr.e_phoff + (uint64_t)i * sizeof(p));

		if (!ok)
			return;
		if (e->narrow)
			p = (struct elf64_phdr){ .p_type = n.p_type, .p_offset = n.p_offset,
						 .p_filesz = n.p_filesz, .p_vaddr = n.p_vaddr, .p_flags = n.p_flags };
		if (p.p_type == PT_LOAD)
			out->segments[out->nr_segments++] = (struct segment){ p.p_offset, p.p_filesz, p.p_vaddr, p.p_flags & PF_X };
	}
}

/* The section that holds the better symbol table. */
static bool find_table(const struct elf *e, struct elf64_shdr *table, struct elf64_shdr *strings)
{
	struct elf64_shdr s;
	bool found = false;

	for (unsigned i = 0; i < e->ehdr.e_shnum && i < SECTIONS_MAX; i++) {
		if (!read_section(e, i, &s))
			break;
		if (s.sh_type != ABI_SHT_SYMTAB && (s.sh_type != ABI_SHT_DYNSYM || found))
			continue;
		*table = s;
		found = true;
		if (s.sh_type == ABI_SHT_SYMTAB)
			break;
	}
	return found && read_section(e, table->sh_link, strings) &&
	       table->sh_size <= TABLE_BYTES_MAX && strings->sh_size <= TABLE_BYTES_MAX;
}

static int by_value(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	/* Of several names for one place, functions with a size go last: they are found. */
	return (x->function && x->size) - (y->function && y->size);
}

static bool in_code(const struct symbol_file *f, uint64_t value)
{
	for (unsigned i = 0; i < f->nr_segments; i++)
		if (f->segments[i].executable && value >= f->segments[i].vaddr &&
		    value < f->segments[i].vaddr + f->segments[i].size)
			return true;
	return false;
}

/* Functions and variables; labels without a type only in code: elsewhere they are the linker's
 * marks (_edata, __global_pointer$), which name nothing. */
static bool keep_symbol(const struct symbol_file *f, const struct elf64_sym *s)
{
	unsigned type = s->st_info & 15;

	if (s->st_shndx == ABI_SHN_UNDEF || !s->st_name || s->st_name >= f->names_size)
		return false;
	return type == ABI_STT_FUNC || type == ABI_STT_GNU_IFUNC || (type == ABI_STT_OBJECT && s->st_size) ||
	       (type == ABI_STT_NOTYPE && in_code(f, s->st_value) && !strstr(f->names + s->st_name, "_FRAME_"));
}

static void add_symbols(struct symbol_file *out, const uint8_t *raw, uint64_t bytes, bool narrow)
{
	size_t each = narrow ? sizeof(struct elf32_sym) : sizeof(struct elf64_sym);
	uint64_t n = bytes / each;

	out->symbols = xalloc(n * sizeof(*out->symbols));
	for (uint64_t i = 0; i < n; i++) {
		struct elf64_sym s;
		struct elf32_sym small;
		const char *name;
		bool chooses;

		memcpy(narrow ? (void *)&small : (void *)&s, raw + i * each, each);
		if (narrow)
			s = (struct elf64_sym){ small.st_name, small.st_info, small.st_other, small.st_shndx,
						small.st_value, small.st_size };
		if (!keep_symbol(out, &s))
			continue;
		/* Mapping symbols ($x, $d) and local labels name no function. */
		name = out->names + s.st_name;
		if (name[0] == '$' || (name[0] == '.' && name[1] == 'L'))
			continue;
		chooses = (s.st_info & 15) == ABI_STT_GNU_IFUNC;
		out->symbols[out->nr_symbols++] = (struct symbol){ s.st_value, s.st_size, s.st_name,
			chooses || (s.st_info & 15) == ABI_STT_FUNC, chooses };
	}
	qsort(out->symbols, out->nr_symbols, sizeof(*out->symbols), by_value);
}

static void read_symbols(const struct elf *e, struct symbol_file *out)
{
	struct elf64_shdr table, strings;
	uint8_t *raw;

	if (!find_table(e, &table, &strings))
		return;
	out->names = try_alloc(strings.sh_size + 1);
	raw = try_alloc(table.sh_size);
	if (out->names && raw && read_at(e->file, out->names, strings.sh_size, strings.sh_offset) &&
	    read_at(e->file, raw, table.sh_size, table.sh_offset)) {
		out->names_size = strings.sh_size;
		add_symbols(out, raw, table.sh_size, e->narrow);
	}
	free(raw);
}

/* ---- the cache -------------------------------------------------------------------------------- */

struct symbol_file *symbols_of(struct file *f)
{
	struct symbol_file *s;
	struct kstat st;
	struct elf e;

	if (file_stat(f, &st) < 0)
		return NULL;
	list_for_each(s, &cache, link)
		if (s->dev == st.dev && s->ino == st.ino)
			return s;
	s = xnew(struct symbol_file);
	s->dev = st.dev;
	s->ino = st.ino;
	list_add_tail(&cache, &s->link);
	if (open_elf(f, &e)) {
		read_segments(&e, s);
		read_symbols(&e, s);
	}
	return s;
}

void trace_symbols_free(void)
{
	struct symbol_file *s, *next;

	symbols_code_free();
	list_for_each_safe(s, next, &cache, link) {
		list_del(&s->link);
		free(s->symbols);
		free(s->names);
		free(s);
	}
}

/* ---- look-ups ------------------------------------------------------------------------------------ */

static bool offset_to_value(const struct symbol_file *s, uint64_t offset, uint64_t *value)
{
	for (unsigned i = 0; i < s->nr_segments; i++) {
		const struct segment *g = &s->segments[i];

		/* What is mapped are whole pages around the segment. */
		if (offset < align_down(g->offset, PAGE_SIZE) || offset >= g->offset + g->size)
			continue;
		*value = offset - g->offset + g->vaddr;
		return true;
	}
	return false;
}

/* The last symbol at or below the value that reaches it (size 0: reaches to the next). */
static const struct symbol *find_symbol(const struct symbol_file *s, uint64_t value)
{
	unsigned low = 0, high = s->nr_symbols;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (s->symbols[mid].value <= value)
			low = mid + 1;
		else
			high = mid;
	}
	for (unsigned i = low; i-- > 0 && low - i < 16; ) {
		const struct symbol *y = &s->symbols[i];

		if (y->size ? value < y->value + y->size : in_code(s, value))
			return y;
	}
	return NULL;
}

const char *symbols_name(const struct symbol_file *s, uint64_t file_offset, uint64_t *into)
{
	const struct symbol *y;
	uint64_t value;

	if (!offset_to_value(s, file_offset, &value))
		return NULL;
	y = find_symbol(s, value);
	if (!y)
		return NULL;
	*into = value - y->value;
	return s->names + y->name;
}

static bool name_offset(struct file *f, uint64_t file_offset, struct trace_symbol *out)
{
	const struct symbol_file *s = symbols_of(f);
	const char *name = s ? symbols_name(s, file_offset, &out->offset) : NULL;

	if (!name)
		return false;
	snprintf(out->name, sizeof(out->name), "%s", name);
	return true;
}

static bool name_vdso(struct task *t, gva_t addr, struct trace_symbol *out)
{
	gva_t sigreturn = mm_layout(t->mm)->sigreturn;

	snprintf(out->file, sizeof(out->file), "[vdso]");
	if (addr >= sigreturn && addr < sigreturn + 8) {
		snprintf(out->name, sizeof(out->name), "__vdso_rt_sigreturn");
		out->offset = addr - sigreturn;
	}
	return true;
}

bool trace_symbol_at(struct task *t, gva_t addr, struct trace_symbol *out)
{
	struct vma_info v;

	*out = (struct trace_symbol){ 0 };
	if (!t->mm || !mm_find_vma(t->mm, addr, false, &v) || addr < v.start)
		return false;
	if (!v.file) {
		if (v.name && strcmp(v.name, "[vdso]") == 0)
			return name_vdso(t, addr, out);
		snprintf(out->file, sizeof(out->file), "%s", v.name ? v.name : "");
		return true;
	}
	out->file_offset = addr - v.start + v.offset;
	if (file_describe(v.file, t->fs, out->file, sizeof(out->file)) < 0)
		snprintf(out->file, sizeof(out->file), "?");
	name_offset(v.file, out->file_offset, out);
	return true;
}

bool trace_symbol_in_file(const char *path, uint64_t file_offset, struct trace_symbol *out)
{
	struct fs fs = { .refs = 1, .root = vfs_root() };
	struct cred cred = { .refs = 1, .cap_effective = UINT64_MAX };
	struct walker w = { .fs = &fs, .cred = &cred };
	struct file *f;
	bool found = false;

	*out = (struct trace_symbol){ .file_offset = file_offset };
	snprintf(out->file, sizeof(out->file), "%s", path);
	fs.cwd = fs.root;
	if (vfs_open(w, path, ABI_O_RDONLY, 0, 0, &f) == 0) {
		found = name_offset(f, file_offset, out);
		file_put(f);
	}
	path_put(fs.root);
	return found;
}

bool trace_symbol_value(struct file *f, const char *name, uint64_t *value)
{
	const struct symbol_file *s = symbols_of(f);

	for (unsigned i = 0; s && i < s->nr_symbols; i++) {
		if (strcmp(s->names + s->symbols[i].name, name) != 0)
			continue;
		*value = s->symbols[i].value;
		return true;
	}
	return false;
}

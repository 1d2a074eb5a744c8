/* The chapters about the ELF file: its header, its segments, and where they went. */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "kernel/binprm_view.h"

struct meaning { uint32_t value; const char *name, *text; };

static const struct meaning *find_meaning(const struct meaning *table, uint32_t value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table;
	return NULL;
}

/* ---- the header ------------------------------------------------------------------------ */

static void say_flags(uint32_t flags)
{
	static const char *const float_abi[] = { "soft-float", "single-float", "double-float", "quad-float" };

	say("   flags     0x%-4x      %s%s calling convention\n", flags, flags & ABI_EF_RISCV_RVC ? "compressed instructions, " : "",
	    float_abi[(flags & ABI_EF_RISCV_FLOAT_ABI_MASK) >> 1]);
}

static void say_header(const struct elf64_ehdr *e)
{
	say("   class     ELF%s       %s words\n", ex.xlen == XLEN_32 ? "32" : "64", ex.xlen == XLEN_32 ? "4-byte" : "8-byte");
	say("   machine   RISC-V\n");
	say("   type      %s\n", e->e_type == ABI_ET_EXEC ? "ET_EXEC     must lie at the addresses it was linked for" :
	    "ET_DYN      position-independent: may lie anywhere");
	say_flags(e->e_flags);
	say("   entry     0x%-9llx where its code begins, %s\n", (unsigned long long)e->e_entry,
	    e->e_type == ABI_ET_EXEC ? "an address" : "counted from its base");
	say("   segments  %u           described at offset %llu of the file\n\n", e->e_phnum, (unsigned long long)e->e_phoff);
}

static const struct meaning segment_types[] = {
	{ PT_LOAD, "LOAD", NULL },
	{ PT_DYNAMIC, "DYNAMIC", "what the dynamic linker reads: needed libraries, symbols" },
	{ PT_INTERP, "INTERP", "the name of its interpreter, the dynamic linker" },
	{ PT_NOTE, "NOTE", "remarks, e.g. the build id; not used to start" },
	{ PT_PHDR, "PHDR", "this table itself" },
	{ PT_TLS, "TLS", "initial values of thread-local variables; libc copies them" },
	{ PT_GNU_EH_FRAME, "EH_FRAME", "for unwinding the stack; not used to start" },
	{ PT_GNU_STACK, "STACK", NULL },
	{ PT_GNU_RELRO, "RELRO", "read-only once the dynamic linker is done with it" },
	{ PT_GNU_PROPERTY, "PROPERTY", "what the code promises to the hardware" },
	{ ABI_PT_RISCV_ATTRIBUTES, "ATTRIBUTES", "the extensions it was compiled for; not used to start" },
	{ 0 },
};

static const char *load_text(const struct elf64_phdr *p)
{
	if (p->p_flags & PF_X)
		return p->p_flags & PF_W ? "code and data in one" : "code";
	if (p->p_memsz > p->p_filesz)
		return p->p_filesz ? "variables; what the file does not have is zero (bss)" : "zeroed variables (bss)";
	return p->p_flags & PF_W ? "variables" : "constants";
}

static void say_segment_row(const struct elf64_phdr *p)
{
	const struct meaning *m = find_meaning(segment_types, p->p_type);
	const char *text = !m ? "ignored" : m->text ? m->text : p->p_type == PT_LOAD ? load_text(p) :
			   p->p_flags & PF_X ? "asks for an executable stack" : "the stack need not be executable";
	char type[16];

	if (m)
		snprintf(type, sizeof(type), "%s", m->name);
	else
		snprintf(type, sizeof(type), "0x%x", p->p_type);
	say("   %s%-10s%s %8llx %8llx %8llx %8llx  %c%c%c  %s\n", ink(INK_NAME), type, ink(INK_PLAIN),
	    (unsigned long long)p->p_offset, (unsigned long long)p->p_vaddr, (unsigned long long)p->p_filesz,
	    (unsigned long long)p->p_memsz, p->p_flags & PF_R ? 'r' : '-', p->p_flags & PF_W ? 'w' : '-',
	    p->p_flags & PF_X ? 'x' : '-', text);
}

static void remember_image(const struct binprm_view *v, const struct elf64_ehdr *e, bool is_interp, const char *name)
{
	ex.xlen = e->e_ident[ABI_EI_CLASS] == ABI_ELFCLASS32 ? XLEN_32 : XLEN_64;
	ex.word = ex.xlen / 8;
	if (is_interp) {
		ex.interp.seen = true;
		ex.interp.entry = e->e_entry;
		snprintf(ex.interp.name, sizeof(ex.interp.name), "%s", name);
		return;
	}
	memset(&ex.program, 0, sizeof(ex.program));
	memset(&ex.interp, 0, sizeof(ex.interp));
	ex.segments_heading[0] = ex.segments_heading[1] = false;
	ex.program.seen = true;
	ex.program.entry = e->e_entry;
	snprintf(ex.program.name, sizeof(ex.program.name), "%s", name);
	ex.main_addr = 0;
	if (trace_symbol_value(v->file, "main", &ex.main_addr))
		ex.main_is_guess = false;
}

void explain_elf_header(const struct binprm *b, const void *ehdr, const void *phdrs, bool is_interp)
{
	const struct elf64_ehdr *e = ehdr;
	const struct elf64_phdr *p = phdrs;
	struct binprm_view v;

	binprm_look(b, &v);
	remember_image(&v, e, is_interp, is_interp ? ex.walked : v.interp);
	if (!is_interp)
		say("     elf      %stakes it%s   it begins with 7f 45 4c 46 and is made for RISC-V\n", ink(INK_GOOD), ink(INK_PLAIN));
	say_chapter(is_interp ? "The interpreter's ELF header" : "The ELF header");
	if (is_interp)
		say_paragraph("The program asks for an interpreter (PT_INTERP): another ELF file, which the kernel maps as "
			      "well and starts first. It will load the libraries and then go on to the program.");
	say("   %s\n", is_interp ? ex.interp.name : ex.program.name);
	say_header(e);
	say("   %stype         offset    vaddr   filesz    memsz  prot%s\n", ink(INK_DIM), ink(INK_PLAIN));
	for (unsigned i = 0; i < e->e_phnum; i++)
		say_segment_row(&p[i]);
	say_flush();
}

/* ---- in memory -------------------------------------------------------------------------------- */

static void say_map_heading(const struct elf64_phdr *p, uint64_t bias, bool is_interp)
{
	const char *name = is_interp ? ex.interp.name : ex.program.name;

	if (ex.segments_heading[is_interp])
		return;
	ex.segments_heading[is_interp] = true;
	say_chapter(is_interp ? "The interpreter in memory" : "The program in memory");
	if (bias)
		say_paragraph("%s lies at 0x%llx: this is added to all its addresses.", name, (unsigned long long)bias);
	else
		say_paragraph("%s lies where it was linked for.", name);
	if (!is_interp)
		say_paragraph("Nothing is read yet, except where the end of a file page has to be zeroed: the areas only "
			      "say what will be found there when it is first touched.");
	say("\n");
}

void explain_segment(const struct binprm *b, const void *phdr, gva_t at, uint64_t bias, bool is_interp)
{
	const struct elf64_phdr *p = phdr;
	gva_t start = p->p_vaddr + bias, file_end = start + p->p_filesz, mem_end = start + p->p_memsz;
	gva_t pages_end = p->p_filesz ? align_up(file_end, PAGE_SIZE) : align_down(start, PAGE_SIZE);
	int w = addr_width();

	say_map_heading(p, bias, is_interp);
	if (is_interp)
		ex.interp.bias = bias;
	else
		ex.program.bias = bias;
	if (!is_interp && (p->p_flags & PF_X)) {
		ex.program.low = ex.program.low ? MIN(ex.program.low, start) : start;
		ex.program.high = MAX(ex.program.high, mem_end);
	}
	if (p->p_filesz)
		say("   %0*llx-%0*llx %c%c%c  file from offset 0x%llx: %s\n", w, (unsigned long long)align_down(start, PAGE_SIZE), w,
		    (unsigned long long)pages_end, p->p_flags & PF_R ? 'r' : '-', p->p_flags & PF_W ? 'w' : '-',
		    p->p_flags & PF_X ? 'x' : '-', (unsigned long long)align_down(p->p_offset, PAGE_SIZE), load_text(p));
	if (mem_end > file_end && p->p_filesz)
		say("   %*s        from 0x%llx on zero: %llu bytes of bss\n", 2 * w + 1, "", (unsigned long long)file_end,
		    (unsigned long long)(mem_end - file_end));
	if (mem_end > pages_end)
		say("   %0*llx-%0*llx rw-  zero pages: the rest of bss\n", w, (unsigned long long)pages_end, w,
		    (unsigned long long)align_up(mem_end, PAGE_SIZE));
	say_flush();
}

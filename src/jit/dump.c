/* --dump: what was translated, and into what. */
#include "internal.h"
#include "x86.h"

#include <stdio.h>
#include "host/host.h"

const char *const ir_names[IR_COUNT] = {
#define IR(name) [IR_##name] = #name,
#include "ir_ops.def"
};

unsigned (*jit_disassemble_host)(const uint8_t *code, size_t size, uint64_t at, char *text, size_t cap);

static enum jit_dump what;
static void (*print_text)(const char *text);
static gva_t only_pc;
static bool shown;                     /* anything; atomically */
static struct host_mutex lock;         /* of the output, and of: */

/* What begins where in the code, in its order: see dump_mark. */
static struct mark { uint32_t offset; unsigned begins; } marks[MAX_IR + MAX_BLOCKS + 1];
static unsigned nr_marks;

void jit_set_dump(enum jit_dump wanted, void (*print)(const char *text))
{
	what = print ? wanted : JIT_DUMP_NONE;
	print_text = print;
}

void jit_set_dump_pc(gva_t pc)
{
	only_pc = pc;
}

bool jit_dump_shown(void)
{
	return __atomic_load_n(&shown, __ATOMIC_RELAXED);
}

/* ---- what is asked for -------------------------------------------------------------------------- */

static bool overlaps_wanted(const struct jit_looks *l, const struct block *b)
{
	for (unsigned i = 0; i < l->nr; i++)
		if (b->pc < l->wanted[i].end && b->end > l->wanted[i].start)
			return true;
	return false;
}

static bool is_wanted(const struct region *r)
{
	const struct jit_looks *l = r->req->looks;
	bool by_name = l && l->only;

	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		if (by_name ? overlaps_wanted(l, b) : only_pc - b->pc < b->end - b->pc)
			return true;
	}
	return !by_name && only_pc == 0;
}

/* ---- the guest's side --------------------------------------------------------------------------- */

static const char *reg_name(unsigned v)
{
	if (v < V_F0)
		return isa_xreg_name[v];
	if (v < V_TMP)
		return isa_freg_name[v - V_F0];
	return v == V_TMP ? "tmp" : v == V_IMM ? "#" : "-";
}

static void dump_ir(const struct ir *i)
{
	char line[160];

	snprintf(line, sizeof(line), "        %s%-6s.%u %s, %s, %s, %s  #%lld sub %u rm %u\n", i->dead ? "(dead) " : "",
	         ir_names[i->op], i->width, reg_name(i->d), reg_name(i->a), reg_name(i->b), reg_name(i->c),
	         (long long)i->imm, i->sub, i->rm);
	print_text(line);
}

/* What is known where the block begins. */
static void dump_state(struct region *r, const struct block *b)
{
	char line[160];

	enter_zone(r, b);
	for (unsigned v = 0; v < 64; v++) {
		bool x = v < V_F0;

		if (!pinned(r, v) && !(x ? b->in.kind[v] || b->in.chk[v] != CHK_NONE : b->in.fkind[v - V_F0]))
			continue;
		snprintf(line, sizeof(line), "        %s: host %d, kind %u, distance %lld%s%s\n", reg_name(v),
		         pinned(r, v) ? r->host[v] : -1, x ? b->in.kind[v] : b->in.fkind[v - V_F0],
		         x ? (long long)b->in.chk[v] : -1ll, b->live >> v & 1 ? " live" : "",
		         b->load >> v & 1 ? " loaded" : "");
		print_text(line);
	}
}

static void dump_block(const struct region *r, unsigned k)
{
	const struct block *b = &r->block[k];
	char line[120];

	snprintf(line, sizeof(line), "block %u%s%s zone %u depth %u -> %d %d\n", k, b->entry ? " entry" : "",
	         b->header ? " header" : "", b->zone, b->depth, b->nr_succs ? b->succ[0] : -1,
	         b->nr_succs > 1 ? b->succ[1] : -1);
	print_text(line);
}

static void dump_insn(const struct region *r, unsigned n)
{
	char text[100], line[140];

	isa_disassemble(text, sizeof(text), r->insn[n].bits, r->insn[n].pc, r->xlen);
	snprintf(line, sizeof(line), "    %8llx  %s\n", (unsigned long long)r->insn[n].pc, text);
	print_text(line);
}

static void dump_blocks(struct region *r)
{
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		dump_block(r, k);
		if (what == JIT_DUMP_IR)
			dump_state(r, b);
		for (unsigned n = b->first_insn; n < b->first_insn + b->nr_insns; n++) {
			dump_insn(r, n);
			for (unsigned m = b->ir; what == JIT_DUMP_IR && m < b->ir + b->nr_ir; m++)
				if (r->ir[m].insn == n)
					dump_ir(&r->ir[m]);
		}
	}
}

static void dump_title(const struct region *r)
{
	const struct jit_looks *l = r->req->looks;
	char line[240];

	snprintf(line, sizeof(line), "%s translation of %llx%s%s: %u instructions in %u blocks\n",
	         r->req->effort == JIT_FULL ? "full" : "quick", (unsigned long long)r->req->pc,
	         l && *l->name ? " " : "", l ? l->name : "", r->nr_insns, r->nr_blocks);
	print_text(line);
}

/* ---- both sides ----------------------------------------------------------------------------- */

/* The bytes, as hexadecimal, sixteen in a line. */
static void dump_bytes(const uint8_t *code, uint32_t from, uint32_t to)
{
	for (uint32_t at = from; at < to; at += 16) {
		char line[100];
		int n = snprintf(line, sizeof(line), "            %6x ", at);

		for (uint32_t k = at; k < MIN(at + 16, to); k++)
			n += snprintf(line + n, sizeof(line) - (size_t)n, " %02x", code[k]);
		snprintf(line + n, sizeof(line) - (size_t)n, "\n");
		print_text(line);
	}
}

/* What is no instruction (the table of flags) is printed as bytes. */
static void dump_host(const uint8_t *code, uint32_t from, uint32_t to)
{
	while (from < to) {
		char text[160], line[200];
		unsigned n = jit_disassemble_host ? jit_disassemble_host(code + from, to - from, from, text, sizeof(text)) : 0;

		if (!n) {
			dump_bytes(code, from, jit_disassemble_host ? MIN(from + 16, to) : to);
			from = jit_disassemble_host ? MIN(from + 16, to) : to;
			continue;
		}
		snprintf(line, sizeof(line), "            %6x  %s\n", from, text);
		print_text(line);
		from += n;
	}
}

/* Entries, the blocks' instructions, each with what became of it, and then what is seldom done. */
static void dump_code(const struct region *r, const struct jit_code *code)
{
	const struct jit_entry *e = JIT_TABLE(code, entries, const struct jit_entry);
	const uint8_t *bytes = JIT_TABLE(code, code, const uint8_t);
	unsigned insn = MAX_INSNS;
	uint32_t at = 0;
	char line[120];

	for (uint32_t i = 0; i < code->nr_entries; i++) {
		snprintf(line, sizeof(line), "entry for %llx at %x\n", (unsigned long long)e[i].pc, e[i].offset);
		print_text(line);
	}
	for (unsigned m = 0; m < nr_marks; m++) {
		unsigned n = marks[m].begins;

		dump_host(bytes, at, marks[m].offset);
		at = marks[m].offset;
		if (n == DUMP_COLD)
			print_text("out of line\n");
		else if (n == DUMP_ENTRY)
			print_text("entry\n");
		else if (n >= DUMP_BLOCK)
			dump_block(r, n - DUMP_BLOCK);
		else if (n != insn)
			dump_insn(r, n);
		insn = n;
	}
	dump_host(bytes, at, code->code_size);
	snprintf(line, sizeof(line), "host code: %u bytes for %u instructions, %u exits, %u places that may fault\n",
	         code->code_size, code->guest_insns, code->nr_exits, code->nr_sites);
	print_text(line);
}

/* ---- one translation --------------------------------------------------------------------- */

void dump_begin(struct region *r)
{
	r->dumping = what != JIT_DUMP_NONE && is_wanted(r);
	if (!r->dumping)
		return;
	host_mutex_lock(&lock);
	nr_marks = 0;
	__atomic_store_n(&shown, true, __ATOMIC_RELAXED);
	dump_title(r);
	if (what != JIT_DUMP_ASM)
		dump_blocks(r);
}

void dump_mark(uint32_t offset, unsigned begins)
{
	if (nr_marks < ARRAY_SIZE(marks))
		marks[nr_marks++] = (struct mark){ offset, begins };
}

void dump_place(const struct asm_buf *a)
{
	for (unsigned k = 0; k < nr_marks; k++)
		marks[k].offset = x86_place(a, marks[k].offset);
}

void dump_end(const struct region *r, const struct jit_code *code)
{
	if (!r->dumping)
		return;
	if (code && what == JIT_DUMP_ASM)
		dump_code(r, code);
	host_mutex_unlock(&lock);
}

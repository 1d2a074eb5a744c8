/* --dump: what was translated, and into what. */
#include "internal.h"

#include <stdio.h>

const char *const ir_names[IR_COUNT] = {
#define IR(name) [IR_##name] = #name,
#include "ir_ops.def"
};

enum jit_dump jit_dump_what;
static void (*print_text)(const char *text);

void jit_set_dump(enum jit_dump what, void (*print)(const char *text))
{
	jit_dump_what = print ? what : JIT_DUMP_NONE;
	print_text = print;
}

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

void dump_region(struct region *r, bool ir)
{
	char line[200];

	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		snprintf(line, sizeof(line), "block %u%s%s zone %u depth %u -> %d %d\n", k, b->entry ? " entry" : "",
		         b->header ? " header" : "", b->zone, b->depth, b->nr_succs ? b->succ[0] : -1,
		         b->nr_succs > 1 ? b->succ[1] : -1);
		print_text(line);
		dump_state(r, b);
		for (unsigned n = b->first_insn; n < b->first_insn + b->nr_insns; n++) {
			char text[100];

			isa_disassemble(text, sizeof(text), r->insn[n].bits, r->insn[n].pc, r->xlen);
			snprintf(line, sizeof(line), "    %8llx  %s\n", (unsigned long long)r->insn[n].pc, text);
			print_text(line);
			for (unsigned m = b->ir; ir && m < b->ir + b->nr_ir; m++)
				if (r->ir[m].insn == n)
					dump_ir(&r->ir[m]);
		}
	}
}

/* The bytes, as hexadecimal, sixteen in a line. */
void dump_code(const struct region *r, const uint8_t *code, size_t size)
{
	if (jit_dump_what != JIT_DUMP_ASM)
		return;
	for (size_t at = 0; at < size; at += 16) {
		char line[80];
		int n = 0;

		for (size_t k = at; k < MIN(at + 16, size); k++)
			n += snprintf(line + n, sizeof(line) - (size_t)n, " %02x", code[k]);
		snprintf(line + n, sizeof(line) - (size_t)n, "\n");
		print_text(line);
	}
}

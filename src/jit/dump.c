/* --dump: what was translated, and into what. */
#include "internal.h"

#include <stdio.h>
#ifdef HAVE_CAPSTONE
#include <capstone/capstone.h>
#endif
#include "host/host.h"

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

static gva_t only_pc;
static struct host_mutex lock;         /* of the output */

void jit_set_dump_pc(gva_t pc)
{
	only_pc = pc;
}

void dump_begin(void)
{
	host_mutex_lock(&lock);
}

void dump_end(void)
{
	host_mutex_unlock(&lock);
}

bool dump_wanted(const struct region *r)
{
	for (unsigned k = 0; k < r->nr_blocks; k++)
		if (only_pc - r->block[k].pc < r->block[k].end - r->block[k].pc)
			return true;
	return only_pc == 0;
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

	snprintf(line, sizeof(line), "%s translation of %llx: %u instructions in %u blocks\n",
	         r->req->effort == JIT_FULL ? "full" : "quick", (unsigned long long)r->req->pc, r->nr_insns, r->nr_blocks);
	print_text(line);
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

/* ---- host code ------------------------------------------------------------------------------ */

/* The bytes, as hexadecimal, sixteen in a line. */
static void dump_bytes(const uint8_t *code, uint32_t from, uint32_t to)
{
	for (uint32_t at = from; at < to; at += 16) {
		char line[80];
		int n = snprintf(line, sizeof(line), "    %5x ", at);

		for (uint32_t k = at; k < MIN(at + 16, to); k++)
			n += snprintf(line + n, sizeof(line) - (size_t)n, " %02x", code[k]);
		snprintf(line + n, sizeof(line) - (size_t)n, "\n");
		print_text(line);
	}
}

#ifdef HAVE_CAPSTONE
/* What is no instruction (the table of flags) is printed as bytes. */
static void dump_instructions(const struct jit_code *c, const uint8_t *code)
{
	const struct jit_site *sites = JIT_TABLE(c, sites, const struct jit_site);
	uint32_t at = 0, site = 0;
	cs_insn *insn;
	csh handle;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
		dump_bytes(code, 0, c->code_size);
		return;
	}
	while (at < c->code_size) {
		char line[300];
		size_t n = cs_disasm(handle, code + at, c->code_size - at, at, 1, &insn);

		if (!n) {
			dump_bytes(code, at, MIN(at + 16, c->code_size));
			at += 16;
			continue;
		}
		while (site < c->nr_sites && sites[site].offset < at)
			site++;
		n = (size_t)snprintf(line, sizeof(line), "    %5x  %s %s", at, insn->mnemonic, insn->op_str);
		if (site < c->nr_sites && sites[site].offset == at)
			snprintf(line + n, sizeof(line) - n, "        # guest %llx\n",
			         (unsigned long long)(c->pc_base + (gva_t)(int64_t)(int32_t)sites[site].pc_delta));
		else
			snprintf(line + n, sizeof(line) - n, "\n");
		print_text(line);
		at += insn->size;
		cs_free(insn, 1);
	}
	cs_close(&handle);
}
#else
static void dump_instructions(const struct jit_code *c, const uint8_t *code)
{
	dump_bytes(code, 0, c->code_size);
}
#endif

void dump_code(const struct jit_code *code)
{
	char line[160];

	if (jit_dump_what != JIT_DUMP_ASM)
		return;
	snprintf(line, sizeof(line), "host code: %u bytes for %u instructions, %u exits, %u places that may fault\n",
	         code->code_size, code->guest_insns, code->nr_exits, code->nr_sites);
	print_text(line);
	for (uint32_t i = 0; i < code->nr_entries; i++) {
		const struct jit_entry *e = &JIT_TABLE(code, entries, const struct jit_entry)[i];

		snprintf(line, sizeof(line), "    entry %llx at %x\n", (unsigned long long)e->pc, e->offset);
		print_text(line);
	}
	dump_instructions(code, JIT_TABLE(code, code, const uint8_t));
}

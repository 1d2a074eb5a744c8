/* What --report says of the translator. */
#include "cache.h"

#include <string.h>

#include "base/strbuf.h"
#include "store.h"

static void line(struct strbuf *out, const char *what, uint64_t n)
{
	if (n)
		strbuf_printf(out, "  %14llu  %s\n", (unsigned long long)n, what);
}

void jit_report(struct strbuf *out)
{
	const struct jit_counts *c = &jit_counts;

	if (!cpu_translator)
		return;
	strbuf_printf(out, "translator:\n");
	line(out, "instructions run in translated code", c->ran);
	line(out, "of these in runs that began in quick code", c->ran_by[JIT_QUICK]);
	line(out, "of these in runs that began in full code", c->ran_by[JIT_FULL]);
	line(out, "instructions compared with the interpreter's", cpu_lockstep_compared);
	line(out, "quick translations", c->translated[JIT_QUICK]);
	line(out, "full translations", c->translated[JIT_FULL]);
	line(out, "full translations made anew, with one more entry", c->widened);
	line(out, "guest instructions translated", c->guest_insns);
	line(out, "bytes of guest code translated", c->guest_bytes);
	line(out, "bytes of code made", c->code_bytes);
	line(out, "bytes of tables made", c->table_bytes);
	line(out, "bytes of guest code covered", c->covered);
	line(out, "bytes of memory for that: code and tables", cache_bytes());
	line(out, "of these in translations that nothing leads to any more", cache_idle_bytes());
	line(out, "bytes of memory for that at most", MAX(c->peak, cache_bytes()));
	line(out, "translations taken from disk", c->loaded);
	line(out, "translations on disk not taken: other code", c->changed);
	line(out, "translations on disk refused", store_counts.refused);
	line(out, "files on disk used", store_counts.files);
	line(out, "files on disk refused", store_counts.refused_files);
	line(out, "us spent translating", c->compile_ns / 1000);
	line(out, "us spent translating aside", c->compile_aside_ns / 1000);
	line(out, "translations made in vain: the code had changed", c->late);
	line(out, "places refused", c->refused);
	line(out, "times entered", c->entered);
	line(out, "times entered in quick code", c->entered_by[JIT_QUICK]);
	line(out, "times entered in full code", c->entered_by[JIT_FULL]);
	line(out, "exits linked", c->linked);
	line(out, "exits unlinked", c->unlinked);
	line(out, "exits to other images", c->foreign_exits);
	line(out, "translations gone stale", c->stale);
	line(out, "translations dropped for better or newer ones", c->dropped);
	line(out, "times the cache was emptied", c->flushes);
	line(out, "views made", mm_view_counts.created);
	line(out, "views refused", mm_view_counts.refused);
	line(out, "view misses", c->view_misses);
	line(out, "view misses left to the interpreter", c->view_refused);
	line(out, "times a view was not worth its misses", c->cooled);
	line(out, "view fills", mm_view_counts.fills);
	line(out, "pages filled in", mm_view_counts.pages);
	line(out, "view ranges forgotten", mm_view_counts.forgets);
	line(out, "views emptied for others", mm_view_counts.evictions);
	if (store_problem())
		strbuf_printf(out, "translations are not kept on disk: %s\n", store_problem());
	strbuf_printf(out, "left translated code:\n");
	for (unsigned i = 0; i < JIT_EXIT_COUNT; i++)
		line(out, jit_exit_names[i], c->exits[i]);
	strbuf_printf(out, "left to the interpreter, times:\n");
	for (unsigned i = 0; i < JIT_REFUSAL_COUNT; i++)
		line(out, jit_refusal_text[i], c->left_to[i]);
	strbuf_printf(out, "left to the interpreter, places in translations:\n");
	for (unsigned i = 0; i < JIT_REFUSAL_COUNT; i++)
		line(out, jit_refusal_text[i], __atomic_load_n(&jit_refusals[i], __ATOMIC_RELAXED));
	strbuf_printf(out, "left as it was by the optimiser:\n");
	for (unsigned i = 0; i < JIT_LIMIT_COUNT; i++)
		line(out, jit_limit_text[i], __atomic_load_n(&jit_limits[i], __ATOMIC_RELAXED));
}

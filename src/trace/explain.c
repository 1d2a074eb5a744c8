/* hearth explain: how a program starts, told from what happens.
 *
 * Every value comes from a tracepoint: the walk from vfs, the formats' verdicts
 * and the images from exec, faults from mm, calls and branches from the trap
 * loop. Nothing is worked out a second time, so what is told is what was done.
 *
 * The first process is watched from its execve until main; an execve before
 * that (a wrapper) is told as well. */
#include "explain.h"

#include <string.h>

struct explain ex;

static void install_probes(void)
{
	kernel_tracepoints.exec_begin = explain_exec_begin;
	kernel_tracepoints.exec_opened = explain_exec_opened;
	kernel_tracepoints.exec_format = explain_exec_format;
	kernel_tracepoints.exec_rewrite = explain_exec_rewrite;
	kernel_tracepoints.exec_elf_header = explain_elf_header;
	kernel_tracepoints.exec_segment = explain_segment;
	kernel_tracepoints.exec_stack = explain_stack;
	kernel_tracepoints.exec_commit = explain_commit;
	kernel_tracepoints.exec_failed = explain_exec_failed;
	vfs_tracepoints.walk_step = explain_walk_step;
}

static void remove_probes(void)
{
	kernel_tracepoints.exec_begin = NULL;
	kernel_tracepoints.exec_opened = NULL;
	kernel_tracepoints.exec_format = NULL;
	kernel_tracepoints.exec_rewrite = NULL;
	kernel_tracepoints.exec_elf_header = NULL;
	kernel_tracepoints.exec_segment = NULL;
	kernel_tracepoints.exec_stack = NULL;
	kernel_tracepoints.exec_commit = NULL;
	kernel_tracepoints.exec_failed = NULL;
	vfs_tracepoints.walk_step = NULL;
}

void trace_explain_start(const struct trace_explain_options *o)
{
	memset(&ex, 0, sizeof(ex));
	ex.opt = *o;
	ex.stage = EXPLAIN_OFF;
	ex.xlen = XLEN_64;
	ex.word = 8;
	install_probes();
}

void trace_explain_finish(int wait_status)
{
	remove_probes();
	if (!ex.failed)
		explain_end_of_run(wait_status);
	strbuf_free(&ex.out);
	strbuf_free(&ex.argv_before);
	trace_symbols_free();
}

/* explain's private header: one story, told in chapters by several files. */
#ifndef TRACE_EXPLAIN_H
#define TRACE_EXPLAIN_H

#include "abi/elf.h"
#include "trace/trace.h"

/* What the chapters tell each other. There is one explanation at a time. */
struct explain {
	struct trace_explain_options opt;
	struct strbuf out;               /* written to the host at the end of each event */
	unsigned chapter;
	enum { EXPLAIN_OFF, EXPLAIN_EXEC, EXPLAIN_RUN, EXPLAIN_MAIN } stage;

	/* the path walk */
	char walked[512];                /* the name whose walk is being told */
	/* the arguments as they were before a format rewrote them */
	struct strbuf argv_before;
	bool failed;

	/* the images */
	struct { bool seen; gva_t bias, entry, low, high; char name[512]; } program, interp;
	bool segments_heading[2];
	uint64_t argc;
	gva_t argv;
	unsigned word;                   /* 4 or 8 bytes */
	enum xlen xlen;

	/* from the entry to main */
	gva_t main_addr;                 /* 0: not known yet */
	bool main_is_guess;              /* from __libc_start_main's argument */
	int tid;
	uint64_t first_instret;
	gva_t last_tp;
	gva_t visited[8192];             /* branch targets seen, by hash */
	bool entered_program, saw_start_main;
	gva_t told[64];                  /* functions already mentioned */
	unsigned nr_told;
	uint64_t branches, syscalls, faults, majors, cows, start_ns;
};
extern struct explain ex;

/* ---- text (explain_text.c) --------------------------------------------------------------- */
enum ink { INK_PLAIN, INK_HEAD, INK_DIM, INK_GOOD, INK_BAD, INK_NAME };
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *ink(enum ink which);         /* an escape sequence, or "" */
void say_flush(void);
/* A numbered heading, and a paragraph below it, wrapped. */
void say_chapter(const char *title);
void say_paragraph(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_quoted(const char *s, size_t len, size_t cut);
void say_hex(const uint8_t *bytes, size_t n);
int  addr_width(void);                   /* hexadecimal digits of an address */

/* ---- chapters ------------------------------------------------------------------------------ */
/* explain_exec.c */
void explain_exec_begin(struct task *t, const char *path);
void explain_walk_step(const char *whole, const char *component, int mode_or_error, const char *link_target);
void explain_exec_opened(const struct binprm *b);
void explain_exec_format(const struct binprm *b, const char *format, int verdict, const char *why);
void explain_exec_rewrite(const struct binprm *b, const char *format);
void explain_exec_failed(struct task *t, const char *path, int error, const char *why);
/* explain_elf.c */
void explain_elf_header(const struct binprm *b, const void *ehdr, const void *phdrs, bool is_interp);
void explain_segment(const struct binprm *b, const void *phdr, gva_t at, uint64_t bias, bool is_interp);
/* explain_stack.c */
void explain_stack(const struct binprm *b, struct mm *mm, gva_t sp);
/* explain_run.c */
void explain_commit(struct task *t, const struct binprm *b);
void explain_end_of_run(int wait_status);

#endif

/* binfmt_misc's entries: what its file system edits and exec searches. */
#ifndef KERNEL_MISC_H
#define KERNEL_MISC_H

#include "base/list.h"
#include "binprm.h"

enum { MISC_REGISTER_MIN = 11, MISC_REGISTER_MAX = 1920 };   /* bytes of a registration */

enum misc_flags {
	MISC_PRESERVE_ARGV0 = 1,        /* P: argv[0] stays behind the file's name */
	MISC_OPEN_BINARY = 2,           /* O: the interpreter gets a descriptor, AT_EXECFD */
	MISC_CREDENTIALS = 4,           /* C: set-id bits of the file count, not the interpreter's; implies O */
	MISC_OPEN_FILE = 8,             /* F: the interpreter is opened now, not at each exec */
};

struct misc_entry {
	struct list link;               /* newest first */
	uint64_t id;                    /* names it in the file system; never used again */
	char *name, *interpreter;
	bool enabled, is_magic;
	unsigned flags;
	unsigned offset, size;          /* of magic and mask */
	uint8_t magic[BINPRM_BUF_SIZE], mask[BINPRM_BUF_SIZE];
	bool has_mask;
	char *extension;                /* without the dot; only if !is_magic */
	struct file *interp_file;       /* F */
};

/* ":name:type:offset:magic:mask:interpreter:flags" into a new entry. 0 or -EINVAL. */
int  misc_parse(const char *text, size_t len, struct misc_entry **out);
void misc_free(struct misc_entry *e);
bool misc_matches(const struct misc_entry *e, const uint8_t buf[BINPRM_BUF_SIZE], const char *name);

/* binfmt_misc_fs.c */
extern struct list misc_entries;
extern bool misc_enabled;

#endif

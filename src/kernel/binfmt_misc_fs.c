/* The file system of binfmt_misc, usually at /proc/sys/fs/binfmt_misc:
 *
 *   register   write an entry's line here
 *   status     "enabled" or "disabled"; write 1, 0, or -1 to remove every entry
 *   NAME       an entry: its text; write 1, 0, or -1 to remove it */
#include "misc.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/strbuf.h"

#define BINFMTFS_MAGIC 0x42494e4d

struct list misc_entries = LIST_INIT(misc_entries);
bool misc_enabled = true;
static uint64_t next_id = 1;

static struct misc_entry *entry_by_id(uint64_t id)
{
	struct misc_entry *e;

	list_for_each(e, &misc_entries, link)
		if (e->id == id)
			return e;
	return NULL;
}

static struct misc_entry *entry_by_name(const char *name)
{
	struct misc_entry *e;

	list_for_each(e, &misc_entries, link)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

static void remove_entry(struct misc_entry *e)
{
	list_del(&e->link);
	misc_free(e);
}

static void remove_all(void)
{
	struct misc_entry *e, *next;

	list_for_each_safe(e, next, &misc_entries, link)
		remove_entry(e);
}

/* ---- commands ------------------------------------------------------------------------ */

enum command { COMMAND_NONE, COMMAND_DISABLE, COMMAND_ENABLE, COMMAND_REMOVE };

static int parse_command(const char *text, size_t len)
{
	if (len == 0)
		return COMMAND_NONE;
	if (len > 3)
		return -EINVAL;
	if (text[len - 1] == '\n')
		len--;
	if (len == 1 && text[0] == '0')
		return COMMAND_DISABLE;
	if (len == 1 && text[0] == '1')
		return COMMAND_ENABLE;
	if (len == 2 && text[0] == '-' && text[1] == '1')
		return COMMAND_REMOVE;
	return -EINVAL;
}

static int store_status(uint64_t arg, const char *text, size_t len)
{
	int command = parse_command(text, len);

	if (command < 0)
		return command;
	if (command == COMMAND_REMOVE)
		remove_all();
	else if (command != COMMAND_NONE)
		misc_enabled = command == COMMAND_ENABLE;
	return (int)len;
}

static int show_status(uint64_t arg, struct strbuf *out)
{
	strbuf_printf(out, misc_enabled ? "enabled\n" : "disabled\n");
	return 0;
}

/* F: the interpreter is found now, in the registrar's name space, and runs
 * later wherever an entry matches, in a chroot too. */
static int open_fixed_interpreter(struct misc_entry *e)
{
	struct binprm b = { .task = task_current() };

	if (!(e->flags & MISC_OPEN_FILE))
		return 0;
	return exec_open(&b, task_walker(NULL), e->interpreter, 0, &e->interp_file);
}

static int store_register(uint64_t arg, const char *text, size_t len)
{
	struct misc_entry *e;
	int err = misc_parse(text, len, &e);

	if (err)
		return err;
	err = open_fixed_interpreter(e);
	if (!err && (entry_by_name(e->name) || !strcmp(e->name, "register") || !strcmp(e->name, "status")))
		err = -EEXIST;
	if (err) {
		misc_free(e);
		return err;
	}
	e->id = next_id++;
	list_add_head(&misc_entries, &e->link);
	return (int)len;
}

/* ---- entries ---------------------------------------------------------------------------- */

static void print_hex(struct strbuf *out, const char *what, const uint8_t *bytes, unsigned n)
{
	strbuf_printf(out, "%s ", what);
	for (unsigned i = 0; i < n; i++)
		strbuf_printf(out, "%02x", bytes[i]);
	strbuf_putc(out, '\n');
}

static int show_entry(uint64_t arg, struct strbuf *out)
{
	const struct misc_entry *e = entry_by_id(arg);

	if (!e)
		return -ENOENT;
	strbuf_printf(out, "%s\ninterpreter %s\nflags: %s%s%s%s\n", e->enabled ? "enabled" : "disabled", e->interpreter,
		      e->flags & MISC_PRESERVE_ARGV0 ? "P" : "", e->flags & MISC_OPEN_BINARY ? "O" : "",
		      e->flags & MISC_CREDENTIALS ? "C" : "", e->flags & MISC_OPEN_FILE ? "F" : "");
	if (!e->is_magic) {
		strbuf_printf(out, "extension .%s\n", e->extension);
		return 0;
	}
	strbuf_printf(out, "offset %u\n", e->offset);
	print_hex(out, "magic", e->magic, e->size);
	if (e->has_mask)
		print_hex(out, "mask", e->mask, e->size);
	return 0;
}

static int store_entry(uint64_t arg, const char *text, size_t len)
{
	struct misc_entry *e = entry_by_id(arg);
	int command = parse_command(text, len);

	if (command < 0)
		return command;
	if (!e)
		return -ENOENT;
	if (command == COMMAND_REMOVE)
		remove_entry(e);
	else if (command != COMMAND_NONE)
		e->enabled = command == COMMAND_ENABLE;
	return (int)len;
}

/* ---- the tree ------------------------------------------------------------------------------ */

static const struct pseudo_node entry_node = {
	.mode = S_IFREG | 0644, .show = show_entry, .store = store_entry,
};

static int lookup_entry(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child_arg)
{
	struct misc_entry *e = entry_by_name(name);

	if (!e)
		return -ENOENT;
	*node = &entry_node;
	*child_arg = e->id;
	return 0;
}

static bool next_entry(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	struct misc_entry *e;
	uint64_t i = 0;

	list_for_each(e, &misc_entries, link) {
		if (i++ < cursor)
			continue;
		snprintf(buf, cap, "%s", e->name);
		*dtype = S_IFREG >> 12;
		*next = cursor + 1;
		return true;
	}
	return false;
}

static const struct pseudo_dir entries_dir = { .lookup = lookup_entry, .entry = next_entry };
static const struct pseudo_node root_children[] = {
	{ .name = "register", .mode = S_IFREG | 0200, .store = store_register },
	{ .name = "status", .mode = S_IFREG | 0644, .show = show_status, .store = store_status },
	{ 0 },
};
static const struct pseudo_node root = {
	.name = "", .mode = S_IFDIR | 0755, .children = root_children, .dir = &entries_dir,
};

int binfmt_misc_create(struct super **out)
{
	remove_all();
	misc_enabled = true;
	return pseudo_create("binfmt_misc", BINFMTFS_MAGIC, &root, out);
}

void binfmt_misc_shutdown(void)
{
	remove_all();
}

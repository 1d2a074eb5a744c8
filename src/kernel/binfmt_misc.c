/* binfmt_misc: formats that the machine's owner registers at run time
 * (Documentation/admin-guide/binfmt-misc.rst).
 *
 *   :name:type:offset:magic:mask:interpreter:flags
 *
 * The first character is the delimiter, whatever it is. Type M compares bytes
 * of the file's first 256, at `offset`, under `mask`; in magic and mask \xHH
 * is a byte. Type E compares the file name's extension. Flags are P O C F, see
 * misc.h. The newest matching entry wins; argv becomes
 * [interpreter, file, rest...] ([interpreter, file, argv[0], rest...] with P). */
#include "misc.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

/* ---- registration ------------------------------------------------------------------ */

/* What is left to read. Past the end stand delimiters, as in Linux, so that
 * missing fields are empty ones. */
struct reader {
	const char *at, *end;
	char delimiter;
};

/* The bytes up to the next delimiter; fails when there is none left. */
static bool read_field(struct reader *r, const char **field, size_t *len)
{
	const char *stop;

	if (r->at >= r->end)
		return false;
	stop = memchr(r->at, r->delimiter, (size_t)(r->end - r->at));
	if (!stop)
		return false;
	*field = r->at;
	*len = (size_t)(stop - r->at);
	r->at = stop + 1;
	return memchr(*field, '\0', *len) == NULL;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* A field of bytes. \x must be followed by two hexadecimal digits, even if one of them is the
 * delimiter; other backslashes are themselves. Number of bytes, -1 if malformed or too many. */
static int read_bytes(struct reader *r, uint8_t out[BINPRM_BUF_SIZE])
{
	int n = 0;

	for (;;) {
		int byte;

		if (r->at >= r->end || n > BINPRM_BUF_SIZE)
			return -1;
		if (*r->at == r->delimiter)
			break;
		byte = (unsigned char)*r->at++;
		if (byte == '\\' && r->at < r->end && *r->at == 'x') {
			int high, low;

			if (r->end - r->at < 3)
				return -1;
			high = hex_digit(r->at[1]);
			low = hex_digit(r->at[2]);
			if (high < 0 || low < 0)
				return -1;
			byte = high << 4 | low;
			r->at += 3;
		}
		if (n < BINPRM_BUF_SIZE)
			out[n] = (uint8_t)byte;
		n++;
	}
	r->at++;
	return n > BINPRM_BUF_SIZE ? -1 : n;
}

static bool read_text(struct reader *r, char **out)
{
	const char *field;
	size_t len;

	if (!read_field(r, &field, &len) || len == 0)
		return false;
	*out = xalloc(len + 1);
	memcpy(*out, field, len);
	return true;
}

static bool parse_offset(const char *field, size_t len, unsigned *out)
{
	uint64_t v = 0;
	size_t i = len && field[0] == '+';

	if (i == len && len)
		return false;
	for (; i < len; i++) {
		if (!isdigit((unsigned char)field[i]) || v > BINPRM_BUF_SIZE)
			return false;
		v = v * 10 + (unsigned)(field[i] - '0');
	}
	*out = (unsigned)v;
	return v <= BINPRM_BUF_SIZE;
}

static bool parse_magic(struct reader *r, struct misc_entry *e)
{
	const char *field;
	size_t len;
	int size, mask_size;

	if (!read_field(r, &field, &len) || !parse_offset(field, len, &e->offset))
		return false;
	size = read_bytes(r, e->magic);
	if (size <= 0)
		return false;
	mask_size = read_bytes(r, e->mask);
	if (mask_size < 0 || (mask_size && mask_size != size))
		return false;
	e->has_mask = mask_size != 0;
	e->size = (unsigned)size;
	return BINPRM_BUF_SIZE - e->size >= e->offset;
}

static bool parse_extension(struct reader *r, struct misc_entry *e)
{
	const char *field;
	size_t len;

	return read_field(r, &field, &len) &&                    /* offset: not looked at */
	       read_text(r, &e->extension) && !strchr(e->extension, '/') &&
	       read_field(r, &field, &len);                      /* mask: not looked at */
}

static void parse_flags(struct reader *r, const char *real_end, struct misc_entry *e)
{
	static const struct { char letter; unsigned flags; } known[] = {
		{ 'P', MISC_PRESERVE_ARGV0 }, { 'O', MISC_OPEN_BINARY },
		{ 'C', MISC_CREDENTIALS | MISC_OPEN_BINARY }, { 'F', MISC_OPEN_FILE },
	};
	bool found = true;

	while (found && r->at < real_end) {
		found = false;
		for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
			if (*r->at != known[i].letter)
				continue;
			e->flags |= known[i].flags;
			found = true;
		}
		r->at += found;
	}
}

static bool parse_entry(struct reader *r, const char *real_end, struct misc_entry *e)
{
	const char *type;
	size_t len;

	if (!read_text(r, &e->name) || strchr(e->name, '/') || !strcmp(e->name, ".") || !strcmp(e->name, ".."))
		return false;
	if (!read_field(r, &type, &len) || len != 1 || (*type != 'M' && *type != 'E'))
		return false;
	e->is_magic = *type == 'M';
	if (e->is_magic ? !parse_magic(r, e) : !parse_extension(r, e))
		return false;
	if (!read_text(r, &e->interpreter))
		return false;
	parse_flags(r, real_end, e);
	if (r->at < real_end && *r->at == '\n')
		r->at++;
	return r->at == real_end;
}

int misc_parse(const char *text, size_t len, struct misc_entry **out)
{
	enum { PAD = 8 };
	struct misc_entry *e;
	struct reader r;
	char *copy;
	bool good;

	if (len < MISC_REGISTER_MIN || len > MISC_REGISTER_MAX)
		return -EINVAL;
	copy = xalloc(len + PAD);
	memcpy(copy, text, len);
	memset(copy + len, text[0], PAD);
	r = (struct reader){ copy + 1, copy + len + PAD, text[0] };
	e = xnew(struct misc_entry);
	list_init(&e->link);
	e->enabled = true;
	good = parse_entry(&r, copy + len, e);
	free(copy);
	if (!good) {
		misc_free(e);
		return -EINVAL;
	}
	*out = e;
	return 0;
}

void misc_free(struct misc_entry *e)
{
	exec_close(e->interp_file);
	free(e->name);
	free(e->interpreter);
	free(e->extension);
	free(e);
}

/* ---- search -------------------------------------------------------------------------- */

bool misc_matches(const struct misc_entry *e, const uint8_t buf[BINPRM_BUF_SIZE], const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!e->enabled)
		return false;
	if (!e->is_magic)
		return dot && strcmp(dot + 1, e->extension) == 0;
	for (unsigned i = 0; i < e->size; i++)
		if ((buf[e->offset + i] ^ e->magic[i]) & (e->has_mask ? e->mask[i] : 0xff))
			return false;
	return true;
}

static struct misc_entry *find_entry(const struct binprm *b)
{
	struct misc_entry *e;

	if (misc_enabled)
		list_for_each(e, &misc_entries, link)
			if (misc_matches(e, b->buf, b->interp))
				return e;
	return NULL;
}

/* F: it was opened at registration. Otherwise exec opens it by its name. */
static int use_fixed_interpreter(struct binprm *b, struct misc_entry *e)
{
	if (!(e->flags & MISC_OPEN_FILE))
		return 0;
	if (inode_deny_write(e->interp_file->inode) < 0)
		return exec_refuse(b, -ETXTBSY, "the interpreter is open for writing");
	b->interpreter = file_get(e->interp_file);
	return 0;
}

static int load_misc(struct binprm *b)
{
	struct misc_entry *e = find_entry(b);
	int err = 0;

	if (!e)
		return exec_refuse(b, -ENOEXEC, list_empty(&misc_entries) ? "nothing is registered" :
				   misc_enabled ? "no registered entry matches" : "binfmt_misc is disabled");
	if (b->path_inaccessible)
		return exec_refuse(b, -ENOENT, "the file's only name is a descriptor that exec closes");
	if (e->flags & MISC_PRESERVE_ARGV0)
		b->preserve_argv0 = true;
	else
		exec_drop_arg(b);
	if (e->flags & MISC_OPEN_BINARY)
		b->have_execfd = true;
	err = exec_push_arg(b, b->interp);
	if (!err)
		err = exec_push_arg(b, e->interpreter);
	if (err)
		return exec_refuse(b, err, "the rewritten arguments do not fit");
	exec_change_interp(b, e->interpreter);
	err = use_fixed_interpreter(b, e);
	if (err)
		return err;
	if (e->flags & MISC_CREDENTIALS)
		b->execfd_creds = true;
	return 1;
}

const struct binfmt binfmt_misc = { "misc", load_misc };

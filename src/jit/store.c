/* Translations on disk: reading. (store_write.c: writing.)
 *
 *     DIR/translations/            ours, mode 0700, as everything in it is 0600
 *         secret                   32 random bytes, made once
 *         0123456789abcdef....code one image's translations
 *
 *     file:  header | record, record, ... | units, by index | entries, by pc
 *
 * Trust. A file is generated code that will be run: it must come from a hearth of this user, and
 * of this build. So all of it is authenticated with a key that only this directory holds (SipHash-2-4):
 * the header's tag covers header, units and entries; each record's tag is in its unit. Both begin
 * with the file's name, which is a hash of what the file is about and of the build, so that no file can
 * stand for another. Who can write with the secret at hand could as well change hearth; who
 * cannot read it cannot make a file that is taken. What is authentic is still not used
 * without looking: all numbers are checked, and the guest's code is compared (cache_disk.c).
 *
 * Records are read when they are asked for, from a window of the file: starting costs two reads. A
 * file is never changed; a new one takes its place, so a reader has the old or the new one.
 *
 * Lock: the kernel lock. */
#include "store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"
#include "jit/jit.h"

struct store store = { .dir = -1 };
struct store_counts store_counts;

/* ---- the directory -------------------------------------------------------------------------- */

void store_note(const char *what, int err)
{
	if (store.problem[0])
		return;
	snprintf(store.problem, sizeof(store.problem), "%s: %s", what,
		 err == -EPERM ? "another's, or open to others (chmod go= closes it)" : strerrordesc_np(-err));
	if (store.chosen)
		log_warn("translations are not kept: %s: %s", store.path, store.problem);
	else
		log_info("translations are not kept: %s: %s", store.path, store.problem);
}

/* Only ours, whatever somebody else has put there. */
static int check_private(int fd, mode_t type, struct stat *st)
{
	int err = host_fstat(fd, st);

	if (err)
		return err;
	return (st->st_mode & S_IFMT) == type && st->st_uid == host_uid() && !(st->st_mode & 077) ? 0 : -EPERM;
}

/* With its parents, as `mkdir -p`: 0 or what stood against the first that cannot be made. */
static int make_directory(char *path)
{
	char *slash = path;
	int err;

	do {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		err = host_mkdirat(AT_FDCWD, path, 0700);
		if (slash)
			*slash = '/';
	} while (slash && (!err || err == -EEXIST));
	return err == -EEXIST ? 0 : err;
}

static int open_directory(void)
{
	char *path = xasprintf("%s/translations", store.path);
	int fd = host_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), err = 0;
	struct stat st;

	if (fd == -ENOENT) {
		fd = make_directory(path);
		if (!fd)
			fd = host_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	}
	free(path);
	if (fd >= 0)
		err = check_private(fd, S_IFDIR, &st);
	if (!err)
		return fd;
	host_close(fd);
	return err;
}

static int read_secret(void)
{
	int fd = host_openat(store.dir, "secret", O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0), err;
	struct stat st;

	if (fd < 0)
		return fd;
	err = check_private(fd, S_IFREG, &st);
	if (!err && host_pread(fd, store.secret, sizeof(store.secret), 0) != sizeof(store.secret))
		err = -EINVAL;
	host_close(fd);
	return err;
}

/* Several hearths may do so at once: whose link comes first wins. */
static int make_secret(void)
{
	uint8_t secret[SECRET_BYTES];
	char name[48];
	int fd, err = 0;

	snprintf(name, sizeof(name), "secret.%d.new", host_pid());
	(void)host_unlinkat(store.dir, name, 0);
	host_random_secret(secret, sizeof(secret));
	fd = host_openat(store.dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fd;
	if (host_write(fd, secret, sizeof(secret)) != sizeof(secret))
		err = -EIO;
	host_close(fd);
	if (!err)
		err = host_linkat(store.dir, name, store.dir, "secret", 0);
	(void)host_unlinkat(store.dir, name, 0);
	return err == -EEXIST ? 0 : err;
}

static int get_secret(void)
{
	int err = read_secret();

	if (err != -ENOENT)
		return err;
	err = make_secret();
	return err ? err : read_secret();
}

bool store_usable(void)
{
	int err;

	if (store.tried || !store.path)
		return store.dir >= 0;
	store.tried = true;
	store.build_size = host_build_id(store.build, sizeof(store.build));
	if (!store.build_size) {
		store_note("this hearth was linked without a build id", -ENOENT);
		return false;
	}
	store.dir = open_directory();
	if (store.dir < 0) {
		store_note("the directory", store.dir);
		return false;
	}
	err = get_secret();
	if (!err)
		return true;
	store_note("its secret", err);
	host_close(store.dir);
	store.dir = -1;
	return false;
}

void store_start(const char *dir, bool chosen, uint64_t settings)
{
	store = (struct store){ .dir = -1, .path = dir ? xstrdup(dir) : NULL, .chosen = chosen, .settings = settings };
	memset(&store_counts, 0, sizeof(store_counts));
}

void store_stop(void)
{
	if (store.dir >= 0)
		host_close(store.dir);
	free(store.path);
	store = (struct store){ .dir = -1 };
}

const char *store_problem(void)
{
	return store.problem[0] ? store.problem : NULL;
}

/* ---- what the secret says ----------------------------------------------------------------------- */

/* The secret's halves: one for tags and hashes, one for names and numbers. */
static const uint8_t *tag_key(void)  { return store.secret; }
static const uint8_t *name_key(void) { return store.secret + SECRET_BYTES / 2; }

bool store_number(unsigned which, uint64_t *out)
{
	char text[32];

	if (!store_usable())
		return false;
	snprintf(text, sizeof(text), "number %u", which);
	*out = siphash(name_key(), text, strlen(text));
	return true;
}

void store_hash_begin(struct siphash *s)
{
	siphash_init(s, tag_key());
}

uint64_t store_hash(const void *data, size_t len)
{
	return siphash(tag_key(), data, len);
}

struct store_name store_name_of(const struct store_id *id)
{
	struct store_name name;

	for (unsigned i = 0; i < ARRAY_SIZE(name.half); i++) {
		uint64_t made_by[] = { i, JIT_VERSION, STORE_FORMAT, store.settings };
		struct siphash s;

		siphash_init(&s, name_key());
		siphash_add(&s, made_by, sizeof(made_by));
		siphash_add(&s, store.build, store.build_size);
		siphash_add(&s, id, sizeof(*id));
		name.half[i] = siphash_end(&s);
	}
	snprintf(name.text, sizeof(name.text), "%016llx%016llx.code", (unsigned long long)name.half[0],
		 (unsigned long long)name.half[1]);
	return name;
}

uint64_t store_record_tag(const struct store_name *name, const void *record, uint32_t size)
{
	struct siphash s;

	siphash_init(&s, tag_key());
	siphash_add(&s, name->half, sizeof(name->half));
	siphash_add(&s, record, size);
	return siphash_end(&s);
}

uint64_t store_header_tag(const struct store_name *name, const struct store_header *h, const void *tables)
{
	struct store_header untagged = *h;
	struct siphash s;

	untagged.tag = 0;
	siphash_init(&s, tag_key());
	siphash_add(&s, name->half, sizeof(name->half));
	siphash_add(&s, &untagged, sizeof(untagged));
	siphash_add(&s, tables, store_tables_size(h));
	return siphash_end(&s);
}

/* ---- a file ------------------------------------------------------------------------------------- */

enum { WINDOW = 64 << 10 };

struct store_file {
	int fd;
	struct store_name name;
	struct store_header header;
	struct store_unit *units;
	const struct store_place *places;
	uint64_t window_at;
	uint32_t window_size, window_cap;
	uint8_t *window;
};

static bool header_holds(const struct store_header *h, uint64_t size)
{
	return h->magic == STORE_MAGIC && h->format == STORE_FORMAT && h->nr_units <= STORE_UNITS_MAX &&
	       h->nr_places <= STORE_UNITS_MAX * 4 && h->tables >= sizeof(*h) && h->tables <= size &&
	       h->tables % 8 == 0 && size - h->tables == store_tables_size(h);
}

static bool tables_hold(const struct store_file *f)
{
	for (uint32_t i = 0; i < f->header.nr_units; i++) {
		const struct store_unit *u = &f->units[i];

		if (u->at < sizeof(f->header) || u->at > f->header.tables || u->size > f->header.tables - u->at ||
		    u->size < sizeof(struct store_record) || u->at % 8)
			return false;
	}
	for (uint32_t i = 0; i < f->header.nr_places; i++)
		if (f->places[i].unit >= f->header.nr_units || (i && f->places[i - 1].pc >= f->places[i].pc))
			return false;
	return true;
}

/* 0, or why it is not taken. */
static int read_tables(struct store_file *f)
{
	struct stat st;
	uint32_t size;
	int err = check_private(f->fd, S_IFREG, &st);

	if (err)
		return err;
	if (st.st_size > STORE_FILE_MAX || host_pread(f->fd, &f->header, sizeof(f->header), 0) != sizeof(f->header) ||
	    !header_holds(&f->header, (uint64_t)st.st_size))
		return -EINVAL;
	size = store_tables_size(&f->header);
	f->units = try_alloc(MAX(1u, size));
	if (!f->units)
		return -ENOMEM;
	f->places = (const struct store_place *)(const void *)&f->units[f->header.nr_units];
	if (host_pread(f->fd, f->units, size, (int64_t)f->header.tables) != (ssize_t)size ||
	    store_header_tag(&f->name, &f->header, f->units) != f->header.tag || !tables_hold(f))
		return -EINVAL;
	return 0;
}

struct store_file *store_open(const struct store_id *id)
{
	struct store_file *f;
	int err, fd;
	struct store_name name;

	if (!store_usable())
		return NULL;
	name = store_name_of(id);
	fd = host_openat(store.dir, name.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return NULL;
	f = xnew(struct store_file);
	f->fd = fd;
	f->name = name;
	err = read_tables(f);
	if (err) {
		store_counts.refused_files++;
		log_info("%s/translations/%s is refused: %s", store.path, name.text, strerrordesc_np(-err));
		store_close(f);
		return NULL;
	}
	/* Used now: the oldest go first. */
	(void)host_utimensat(store.dir, name.text, NULL, AT_SYMLINK_NOFOLLOW);
	store_counts.files++;
	return f;
}

void store_close(struct store_file *f)
{
	if (!f)
		return;
	host_close(f->fd);
	free(f->units);
	free(f->window);
	free(f);
}

uint32_t store_count(const struct store_file *f)
{
	return f->header.nr_units;
}

bool store_entry(const struct store_file *f, unsigned n, gva_t *pc, unsigned *index)
{
	if (n >= f->header.nr_places)
		return false;
	*pc = f->places[n].pc;
	*index = f->places[n].unit;
	return true;
}

int store_find(const struct store_file *f, gva_t pc)
{
	uint32_t lo = 0, hi = f->header.nr_places;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (f->places[mid].pc < pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == f->header.nr_places || f->places[lo].pc != pc || !f->units[f->places[lo].unit].size)
		return -1;
	return (int)f->places[lo].unit;
}

void store_forget(struct store_file *f, unsigned index)
{
	f->units[index].size = 0;
}

/* Have these bytes of the file in the window. */
static const uint8_t *in_window(struct store_file *f, uint64_t at, uint32_t size)
{
	uint32_t want = MAX(size, (uint32_t)WINDOW);
	ssize_t n;

	if (at >= f->window_at && at + size <= f->window_at + f->window_size)
		return f->window + (at - f->window_at);
	if (want > f->window_cap) {
		f->window = xrealloc(f->window, want);
		f->window_cap = want;
	}
	n = host_pread(f->fd, f->window, want, (int64_t)at);
	f->window_at = at;
	f->window_size = n > 0 ? (uint32_t)n : 0;
	return f->window_size >= size ? f->window : NULL;
}

const struct store_record *store_read(struct store_file *f, unsigned index)
{
	const struct store_unit *u = &f->units[index];
	const uint8_t *bytes = u->size ? in_window(f, u->at, u->size) : NULL;
	const struct store_record *r = (const struct store_record *)(const void *)bytes;

	if (bytes && store_record_tag(&f->name, bytes, u->size) == u->tag && r->code_size <= u->size &&
	    r->packed_size <= u->size && sizeof(*r) + (uint64_t)r->packed_size + r->code_size == u->size)
		return r;
	if (u->size)
		store_counts.refused++;
	store_forget(f, index);
	return NULL;
}

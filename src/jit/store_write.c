/* Translations on disk: writing, and keeping the directory small. See store.c.
 *
 * A file is written under a name of its own and then renamed: readers find the old one or the new
 * one, whole. Two hearths that write the same file at once write one after the other; the later one
 * has read what the earlier one left if it was there in time, and nothing breaks if not. Nothing is
 * synced: after a crash of the host a file may be short, and is refused. */
#include "store_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "base/alloc.h"
#include "host/host.h"

enum { BUFFER = 256 << 10, STALE_S = 3600, NAMES_MAX = 1 << 14 };

struct store_writer {
	int fd, err;
	struct store_name name;
	char temporary[80];
	struct store_header header;
	struct store_unit *units;
	struct store_place *places;
	uint32_t cap_units, cap_places;
	uint64_t at;                   /* in the file, of the buffer's end */
	uint32_t used;
	uint8_t buffer[BUFFER];
};

/* ---- bytes ------------------------------------------------------------------------------------ */

static void flush(struct store_writer *w)
{
	uint64_t at = w->at - w->used;

	for (uint32_t done = 0; done < w->used && !w->err;) {
		ssize_t n = host_pwrite(w->fd, w->buffer + done, w->used - done, (int64_t)(at + done));

		if (n <= 0)
			w->err = n < 0 ? (int)n : -ENOSPC;
		else
			done += (uint32_t)n;
	}
	w->used = 0;
}

static void put(struct store_writer *w, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size && !w->err) {
		size_t n = MIN(size, (size_t)(BUFFER - w->used));

		memcpy(w->buffer + w->used, p, n);
		w->used += (uint32_t)n;
		w->at += n;
		p += n;
		size -= n;
		if (w->used == BUFFER)
			flush(w);
	}
}

static void put_aligned(struct store_writer *w)
{
	static const uint8_t zeros[8];

	put(w, zeros, (0 - w->at) % 8);
}

/* ---- a file -------------------------------------------------------------------------------------- */

struct store_writer *store_write(const struct store_id *id)
{
	struct store_writer *w;

	if (!store_usable())
		return NULL;
	w = xnew(struct store_writer);
	w->name = store_name_of(id);
	snprintf(w->temporary, sizeof(w->temporary), "%.40s.%d.new", w->name.text, host_pid());
	(void)host_unlinkat(store.dir, w->temporary, 0);
	w->fd = host_openat(store.dir, w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (w->fd < 0) {
		store_note("cannot be written", w->fd);
		free(w);
		return NULL;
	}
	w->header = (struct store_header){ .magic = STORE_MAGIC, .format = STORE_FORMAT };
	put(w, &w->header, sizeof(w->header));
	return w;
}

/* The record's tag, of its parts. */
static uint64_t tag_of(const struct store_writer *w, const struct store_record *r, const uint8_t *packed, const uint8_t *code)
{
	struct siphash s;

	siphash_init(&s, store.secret);
	siphash_add(&s, w->name.half, sizeof(w->name.half));
	siphash_add(&s, r, sizeof(*r));
	siphash_add(&s, packed, r->packed_size);
	siphash_add(&s, code, r->code_size);
	return siphash_end(&s);
}

static void add_places(struct store_writer *w, const gva_t *entries, unsigned nr)
{
	if (w->header.nr_places + nr > w->cap_places) {
		w->cap_places = 2 * w->cap_places + nr;
		w->places = xrealloc(w->places, w->cap_places * sizeof(w->places[0]));
	}
	for (unsigned i = 0; i < nr; i++)
		w->places[w->header.nr_places++] = (struct store_place){ .pc = entries[i], .unit = w->header.nr_units };
}

bool store_add(struct store_writer *w, const struct store_record *r, const uint8_t *packed, const uint8_t *code,
	       const gva_t *entries, unsigned nr_entries)
{
	uint32_t size = (uint32_t)sizeof(*r) + r->packed_size + r->code_size;

	if (w->err || w->header.nr_units == STORE_UNITS_MAX ||
	    w->header.nr_places + nr_entries > 4 * STORE_UNITS_MAX ||
	    w->at + size + 64 * (uint64_t)(w->header.nr_units + w->header.nr_places + nr_entries) > (uint64_t)STORE_FILE_MAX)
		return false;
	if (w->header.nr_units == w->cap_units) {
		w->cap_units = MAX(64u, 2 * w->cap_units);
		w->units = xrealloc(w->units, w->cap_units * sizeof(w->units[0]));
	}
	add_places(w, entries, nr_entries);
	put_aligned(w);
	w->units[w->header.nr_units++] = (struct store_unit){ .at = w->at, .size = size, .tag = tag_of(w, r, packed, code) };
	put(w, r, sizeof(*r));
	put(w, packed, r->packed_size);
	put(w, code, r->code_size);
	return !w->err;
}

static int by_pc(const void *a, const void *b)
{
	const struct store_place *x = a, *y = b;

	return x->pc < y->pc ? -1 : x->pc > y->pc;
}

/* The tables, in one piece as they are tagged. */
static void put_tables(struct store_writer *w)
{
	uint32_t size = store_tables_size(&w->header), units = w->header.nr_units * (uint32_t)sizeof(w->units[0]);
	uint8_t *all = xalloc(MAX(1u, size));

	if (w->header.nr_places)
		qsort(w->places, w->header.nr_places, sizeof(w->places[0]), by_pc);
	memcpy(all, w->units, units);
	memcpy(all + units, w->places, size - units);
	put_aligned(w);
	w->header.tables = w->at;
	put(w, all, size);
	flush(w);
	w->header.tag = store_header_tag(&w->name, &w->header, all);
	free(all);
}

void store_finish(struct store_writer *w)
{
	int err = w->err;

	if (!err && w->header.nr_units) {
		put_tables(w);
		if (!w->err && host_pwrite(w->fd, &w->header, sizeof(w->header), 0) != sizeof(w->header))
			w->err = -EIO;
		err = w->err;
	}
	host_close(w->fd);
	if (!err && w->header.nr_units)
		err = host_renameat2(store.dir, w->temporary, store.dir, w->name.text, 0);
	if (err || !w->header.nr_units)
		(void)host_unlinkat(store.dir, w->temporary, 0);
	if (err) {
		store_note("cannot be written", err);
	} else if (w->header.nr_units) {
		store_counts.saved_files++;
		store_counts.saved += w->header.nr_units;
	}
	free(w->units);
	free(w->places);
	free(w);
}

/* ---- the directory --------------------------------------------------------------------------------- */

struct kept { char name[64]; int64_t size; struct timespec used; };

struct listing { struct kept *at; unsigned nr, cap; int64_t bytes; };

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n > e && !strcmp(name + n - e, end);
}

/* What writers left that came to their end is removed at once. */
static void look_at(struct listing *l, const char *name)
{
	bool code = ends_in(name, ".code"), stale = ends_in(name, ".new");
	struct stat st;

	if ((!code && !stale) || strlen(name) >= sizeof(l->at->name) || l->nr == NAMES_MAX ||
	    host_fstatat(store.dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return;
	if (stale) {
		if ((int64_t)(host_clock_ns(CLOCK_REALTIME) / 1000000000) - st.st_mtim.tv_sec > STALE_S)
			(void)host_unlinkat(store.dir, name, 0);
		return;
	}
	if (l->nr == l->cap) {
		l->cap = MAX(64u, 2 * l->cap);
		l->at = xrealloc(l->at, l->cap * sizeof(l->at[0]));
	}
	l->at[l->nr] = (struct kept){ .size = st.st_size, .used = st.st_mtim };
	snprintf(l->at[l->nr++].name, sizeof(l->at[0].name), "%s", name);
	l->bytes += st.st_size;
}

static int by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct kept *)a)->used, *y = &((const struct kept *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

void store_trim(void)
{
	struct listing l = { 0 };
	char buffer[4096] __attribute__((aligned(8)));
	ssize_t n;

	(void)host_lseek(store.dir, 0, SEEK_SET);
	while ((n = host_getdents64(store.dir, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *d = (const struct dirent64 *)(const void *)(buffer + at);

			look_at(&l, d->d_name);
			at += d->d_reclen;
		}
	}
	if (l.bytes > STORE_ALL_MAX)
		qsort(l.at, l.nr, sizeof(l.at[0]), by_age);
	for (unsigned i = 0; i < l.nr && l.bytes > STORE_ALL_MAX / 4 * 3 && (i || l.bytes > STORE_ALL_MAX); i++) {
		if (host_unlinkat(store.dir, l.at[i].name, 0) == 0)
			store_counts.removed++;
		l.bytes -= l.at[i].size;
	}
	free(l.at);
}

/* The same operations on names, on three file systems: the host's own (the oracle, through its
 * system calls), hostfs and tmpfs. Results and errnos must be equal, step by step, and
 * so must the trees at the end. Operations are random but repeatable, over few
 * names, so that they meet each other: links to links, directories moved into each other,
 * slashes and dots at the end of names. */
#include "vtest.h"

#include <dirent.h>
#include <errno.h>
#include <sys/syscall.h>

enum { RENAME_NOREPLACE_ = 1, RENAME_EXCHANGE_ = 2 };

static uint64_t state;
static unsigned rnd(unsigned n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(state >> 33) % n;
}

static void random_path(char *buf, size_t cap)
{
	static const char *const parts[] = { "a", "b", "c", "d", "a", "b", "..", ".", "e", "" };
	unsigned n = 1 + rnd(3);

	buf[0] = 0;
	for (unsigned k = 0; k < n; k++)
		snprintf(buf + strlen(buf), cap - strlen(buf), "%s%s", k ? "/" : "", parts[rnd(ARRAY_SIZE(parts))]);
	if (rnd(12) == 0)
		strncat(buf, "/", cap - strlen(buf) - 1);
	/* Stay below the directory of the test, whatever ".." does; never absolute. */
	if (buf[0] == '/')
		buf[0] = 'a';
}

enum op { MKDIR, CREATE, OPEN, SYMLINK, LINK, UNLINK, RMDIR, RENAME, READLINK, STAT, LSTAT, OPENDIR, TRUNC, NR_OPS };
static const char *const op_names[] = {
	"mkdir", "create", "open", "symlink", "link", "unlink", "rmdir", "rename", "readlink", "stat", "lstat", "opendir", "truncate",
};
struct step { enum op op; char a[64], b[64]; unsigned flags; };

static void random_step(struct step *s)
{
	static const unsigned create_flags[] = {
		O_CREAT | O_WRONLY, O_CREAT | O_EXCL | O_RDWR, O_CREAT | O_TRUNC | O_WRONLY, O_CREAT | O_NOFOLLOW | O_WRONLY,
	};
	static const unsigned open_flags[] = {
		O_RDONLY, O_WRONLY, O_RDONLY | O_NOFOLLOW, O_RDONLY | O_DIRECTORY, O_PATH, O_PATH | O_NOFOLLOW,
		O_DIRECTORY | O_NOFOLLOW, O_RDWR, O_CREAT | O_DIRECTORY,
	};

	s->op = rnd(NR_OPS);
	random_path(s->a, sizeof(s->a));
	random_path(s->b, sizeof(s->b));
	s->flags = 0;
	if (s->op == RENAME)
		s->flags = (const unsigned[]){ 0, 0, RENAME_NOREPLACE_, RENAME_EXCHANGE_ }[rnd(4)];
	if (s->op == CREATE)
		s->flags = create_flags[rnd(ARRAY_SIZE(create_flags))];
	if (s->op == OPEN)
		s->flags = open_flags[rnd(ARRAY_SIZE(open_flags))];
}

/* What stat said, folded into one number; directory sizes and link counts differ between
 * file systems by nature. */
static long fold(uint32_t mode, uint64_t nlink, uint64_t size)
{
	return (long)(S_ISDIR(mode) ? 1 : S_ISLNK(mode) ? 2 + size * 16 : 3 + nlink * 16 + size * 1024);
}

/* ---- the host ------------------------------------------------------------------ */

static int host_top;

static long host_step(const struct step *s)
{
	struct stat st;
	char buf[256];
	long r = -1;

	switch (s->op) {
	case MKDIR: r = mkdirat(host_top, s->a, 0755); break;
	case CREATE:
	case OPEN:
		r = openat(host_top, s->a, (int)s->flags, 0644);
		if (r >= 0) {
			close((int)r);
			r = 0;
		}
		break;
	case SYMLINK: r = symlinkat(s->b, host_top, s->a); break;
	case LINK: r = linkat(host_top, s->a, host_top, s->b, 0); break;
	case UNLINK: r = unlinkat(host_top, s->a, 0); break;
	case RMDIR: r = unlinkat(host_top, s->a, AT_REMOVEDIR); break;
	case RENAME: r = syscall(SYS_renameat2, host_top, s->a, host_top, s->b, s->flags); break;
	case READLINK:
		r = readlinkat(host_top, s->a, buf, sizeof(buf));
		break;
	case STAT:
	case LSTAT:
		r = fstatat(host_top, s->a, &st, s->op == LSTAT ? AT_SYMLINK_NOFOLLOW : 0);
		if (r == 0)
			r = fold(st.st_mode, st.st_nlink, (uint64_t)st.st_size);
		break;
	case OPENDIR:
		r = openat(host_top, s->a, O_RDONLY | O_DIRECTORY);
		if (r >= 0) {
			long n = 0;
			DIR *d = fdopendir((int)r);

			while (readdir(d))
				n++;
			closedir(d);
			r = n;
		}
		break;
	case TRUNC: {
		int fd = openat(host_top, s->a, O_WRONLY);

		r = fd < 0 ? -1 : ftruncate(fd, (long)strlen(s->b));
		if (fd >= 0)
			close(fd);
		break;
	}
	default: break;
	}
	return r < 0 ? -errno : r;
}

/* ---- hearth ------------------------------------------------------------------------ */

static bool count_entry(void *arg, const char *name, uint64_t ino, unsigned type, uint64_t next)
{
	(void)name, (void)ino, (void)type, (void)next;
	++*(long *)arg;
	return true;
}

static long count_dir(struct walker w, const char *name)
{
	struct file *f;
	long n = 0, r = vfs_open(w, name, O_RDONLY | O_DIRECTORY, 0, 0, &f);

	if (r)
		return r;
	r = file_readdir(f, count_entry, &n);
	file_put(f);
	return r ? r : n;
}

static long guest_stat(struct walker w, const char *name, unsigned flags)
{
	struct path p;
	struct kstat st;
	long r = vfs_lookup(w, name, flags, &p);

	if (r)
		return r;
	r = vfs_stat(p, &st);
	path_put(p);
	return r ? r : fold(st.mode, st.nlink, st.size);
}

static long guest_open(struct walker w, const struct step *s)
{
	struct file *f;
	long r = vfs_open(w, s->a, s->flags, 0644, 0, &f);

	if (r == 0)
		file_put(f);
	return r;
}

static long guest_step(struct file *top, const struct step *s)
{
	struct walker w = { .fs = vt_fs, .cred = vt_root, .dir = top };
	char buf[256];
	struct file *f;
	long r;

	switch (s->op) {
	case MKDIR: return vfs_mkdir(w, s->a, 0755);
	case CREATE:
	case OPEN: return guest_open(w, s);
	case SYMLINK: return vfs_symlink(w, s->b, s->a);
	case LINK: return vfs_link(w, s->a, w, s->b, 0);
	case UNLINK: return vfs_unlink(w, s->a, false);
	case RMDIR: return vfs_unlink(w, s->a, true);
	case RENAME: return vfs_rename(w, s->a, w, s->b, s->flags);
	case READLINK: return vfs_readlink(w, s->a, buf, sizeof(buf));
	case STAT: return guest_stat(w, s->a, 0);
	case LSTAT: return guest_stat(w, s->a, WALK_NOFOLLOW);
	case OPENDIR: return count_dir(w, s->a);
	case TRUNC:
		r = vfs_open(w, s->a, O_WRONLY, 0, 0, &f);
		if (r == 0) {
			r = file_truncate(f, strlen(s->b));
			file_put(f);
		}
		return r;
	default: return -ENOSYS;
	}
}

/* The operations happen DEPTH directories below the top, so that no chain of links full of ".."
 * leads the oracle out of the test's directory. */
enum { DEPTH = 48, STEPS = 400, SEEDS = 60 };

static void host_dirs(const char *top, int *out)
{
	int at = open(top, O_RDONLY | O_DIRECTORY);

	for (unsigned n = 0; n < DEPTH; n++) {
		int below;

		mkdirat(at, "n", 0755);
		below = openat(at, "n", O_RDONLY | O_DIRECTORY);
		close(at);
		at = below;
	}
	if (out)
		*out = at;
	else
		close(at);
}

static struct file *guest_dirs(const char *top, bool make)
{
	char name[4 + 2 * DEPTH + 16];
	struct file *f = NULL;

	snprintf(name, sizeof(name), "%s", top);
	for (unsigned n = 0; n < DEPTH; n++) {
		strcat(name, "/n");
		if (make)
			CHECK_EQ(vfs_mkdir(vt_walker(vt_root), name, 0755), 0);
	}
	CHECK_EQ(vfs_open(vt_walker(vt_root), name, O_RDONLY | O_DIRECTORY, 0, 0, &f), 0);
	return f;
}

static void one_sequence(unsigned seed)
{
	char oracle[256], mounted[256];
	unsigned long before = unit_failures;
	struct super *s;
	struct file *host, *tmp;

	CHECK(vt_host_dir(oracle, sizeof(oracle)) && vt_host_dir(mounted, sizeof(mounted)));
	CHECK_EQ(tmpfs_create(0755, &s), 0);
	vt_start(s);
	CHECK_EQ(hostfs_create(mounted, false, &s), 0);
	CHECK_EQ(vfs_mount("/host", s, 0, mounted), 0);
	CHECK_EQ(vfs_mkdir(vt_walker(vt_root), "/tmp", 0755), 0);
	host_dirs(oracle, &host_top);
	host_dirs(mounted, NULL);
	host = guest_dirs("/host", false);
	tmp = guest_dirs("/tmp", true);
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (unsigned n = 0; n < STEPS && unit_failures == before; n++) {
		struct step st;
		long want;

		random_step(&st);
		UNIT_CONTEXT("seed %u step %u: %s %s %s %#x", seed, n, op_names[st.op], st.a, st.b, st.flags);
		want = host_step(&st);
		CHECK_EQ(guest_step(tmp, &st), want);
		CHECK_EQ(guest_step(host, &st), want);
	}
	file_put(host);
	file_put(tmp);
	close(host_top);
	vt_stop();
	vt_remove_host_dir(oracle);
	vt_remove_host_dir(mounted);
}

static void sequences(void)
{
	umask(022);
	for (unsigned seed = 1; seed <= SEEDS; seed++)
		one_sequence(seed);
}

static void body(void)
{
	RUN(sequences);
}

int main(void)
{
	return vt_main(body);
}

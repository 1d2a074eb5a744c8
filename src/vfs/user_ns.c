/* User name spaces: whose root somebody is (Linux kernel/user_namespace.c, user_namespaces(7)).
 *
 * Everywhere inside hearth an id is one of the first name space, the machine's. A
 * name space maps ranges of its own ids to those:
 *
 *   inside    0 .. count-1        what getuid() and stat() say in there
 *              |
 *   machine   lower .. +count-1   what credentials and inodes hold
 *
 * so ids are translated where they meet the guest: in calls that take or give them. NULL is the
 * first name space, which maps every id to itself. A capability is worth something in the
 * name space of its holder and in those below it; what asks for one of the machine
 * (cred_capable) is refused to everybody else. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

enum { EXTENTS_MAX = 340, LEVELS_MAX = 32, OVERFLOW_ID = 65534 };

struct extent { uint32_t first, lower, count; };      /* lower: of the machine */

struct user_ns {
	struct ns ns;                         /* its owner is the parent */
	unsigned level;
	uint32_t creator;                     /* who made it rules it from the parent */
	bool deny_setgroups;
	struct { struct extent *extents; unsigned nr; } map[2];   /* by enum id_kind */
};

static void destroy(struct ns *any)
{
	struct user_ns *ns = (struct user_ns *)any;

	free(ns->map[ID_USER].extents);
	free(ns->map[ID_GROUP].extents);
}

const struct ns_kind user_ns_kind = { .name = "user", .flag = CLONE_NEWUSER, .first = 0xeffffffdu, .destroy = destroy };

struct user_ns *user_ns_get(struct user_ns *ns) { return ns_get(ns); }
void user_ns_put(struct user_ns *ns)            { ns_put(ns); }
static struct user_ns *parent_of(const struct user_ns *ns) { return ns->ns.owner; }

int user_ns_create(const struct cred *who, struct user_ns **out)
{
	struct user_ns *ns, *parent = who->user_ns;

	if (parent && parent->level + 1 > LEVELS_MAX)
		return -ENOSPC;
	/* Who makes it must be somebody where it is made. */
	if (user_ns_from_machine(parent, ID_USER, who->euid) == UINT32_MAX ||
	    user_ns_from_machine(parent, ID_GROUP, who->egid) == UINT32_MAX)
		return -EPERM;
	ns = xnew(struct user_ns);
	ns_init(&ns->ns, &user_ns_kind, parent);
	ns->level = parent ? parent->level + 1 : 1;
	ns->creator = who->euid;
	ns->deny_setgroups = parent && parent->deny_setgroups;
	*out = ns;
	return 0;
}

uint32_t user_ns_creator(const struct user_ns *ns) { return ns ? ns->creator : 0; }

bool user_ns_is_within(const struct user_ns *ns, const struct user_ns *around)
{
	while (ns && ns != around)
		ns = parent_of(ns);
	return ns == around;
}

/* ---- ids ------------------------------------------------------------------------------------ */

uint32_t user_ns_to_machine(const struct user_ns *ns, enum id_kind kind, uint32_t id)
{
	if (!ns || id == UINT32_MAX)
		return id;
	for (unsigned n = 0; n < ns->map[kind].nr; n++) {
		const struct extent *e = &ns->map[kind].extents[n];

		if (id >= e->first && id - e->first < e->count)
			return e->lower + (id - e->first);
	}
	return UINT32_MAX;
}

uint32_t user_ns_from_machine(const struct user_ns *ns, enum id_kind kind, uint32_t id)
{
	if (!ns)
		return id;
	for (unsigned n = 0; n < ns->map[kind].nr; n++) {
		const struct extent *e = &ns->map[kind].extents[n];

		if (id >= e->lower && id - e->lower < e->count)
			return e->first + (id - e->lower);
	}
	return UINT32_MAX;
}

uint32_t user_ns_show(const struct user_ns *ns, enum id_kind kind, uint32_t id)
{
	uint32_t shown = user_ns_from_machine(ns, kind, id);

	return ns && shown == UINT32_MAX ? OVERFLOW_ID : shown;
}

/* ---- capabilities ----------------------------------------------------------------------------- */

/* cap_capable(): in one's own name space by the bits, below it as the owner of what lies there. */
bool user_ns_capable(const struct cred *c, const struct user_ns *ns, int cap)
{
	unsigned mine = c->user_ns ? c->user_ns->level : 0;

	for (;; ns = parent_of(ns)) {
		if (ns == c->user_ns)
			return c->cap_effective >> cap & 1;
		if (!ns || ns->level <= mine)
			return false;
		if (parent_of(ns) == c->user_ns && ns->creator == c->euid)
			return true;
	}
}

bool inode_capable(const struct cred *c, const struct inode *i, int cap)
{
	return (c->cap_effective >> cap & 1) &&
	       (!c->user_ns || (user_ns_from_machine(c->user_ns, ID_USER, i->uid) != UINT32_MAX &&
				user_ns_from_machine(c->user_ns, ID_GROUP, i->gid) != UINT32_MAX));
}

/* ---- the maps --------------------------------------------------------------------------------------- */

static bool overlaps(const struct extent *all, unsigned nr, const struct extent *e)
{
	for (unsigned n = 0; n < nr; n++)
		if ((e->first < all[n].first + (uint64_t)all[n].count && all[n].first < e->first + (uint64_t)e->count) ||
		    (e->lower < all[n].lower + (uint64_t)all[n].count && all[n].lower < e->lower + (uint64_t)e->count))
			return true;
	return false;
}

/* One line, "first lower count"; behind it, or -EINVAL. */
static int parse_line(const char **at, struct extent *e)
{
	uint32_t *const fields[] = { &e->first, &e->lower, &e->count };
	const char *p = *at;

	for (int n = 0; n < 3; n++) {
		uint64_t v = 0;

		p += strspn(p, " \t");
		if (*p < '0' || *p > '9')
			return -EINVAL;
		for (; *p >= '0' && *p <= '9'; p++) {
			v = v * 10 + (uint64_t)(*p - '0');
			if (v > UINT32_MAX)
				return -EINVAL;
		}
		*fields[n] = (uint32_t)v;
	}
	p += strspn(p, " \t");
	if (*p && *p != '\n')
		return -EINVAL;
	*at = *p ? p + 1 : p;
	if (e->first == UINT32_MAX || e->lower == UINT32_MAX || !e->count)
		return -EINVAL;
	return (uint64_t)e->first + e->count > UINT32_MAX || (uint64_t)e->lower + e->count > UINT32_MAX ? -EINVAL : 0;
}

/* new_idmap_permitted(): oneself alone, or by who may be anybody in the parent. */
static bool may_map(const struct user_ns *ns, enum id_kind kind, const struct extent *e, unsigned nr, const struct cred *who)
{
	uint32_t id = user_ns_to_machine(parent_of(ns), kind, e->lower);

	if (nr == 1 && e->count == 1 && ns->creator == who->euid) {
		if (kind == ID_USER && id == who->euid)
			return true;
		if (kind == ID_GROUP && ns->deny_setgroups && id == who->egid)
			return true;
	}
	return user_ns_capable(who, parent_of(ns), kind == ID_USER ? VFS_CAP_SETUID : VFS_CAP_SETGID);
}

static int parse_map(const char *text, struct extent *e, unsigned *nr)
{
	while (*text) {
		int err;

		if (*nr == EXTENTS_MAX)
			return -EINVAL;
		err = parse_line(&text, &e[*nr]);
		if (err)
			return err;
		if (overlaps(e, *nr, &e[*nr]))
			return -EINVAL;
		++*nr;
	}
	return *nr ? 0 : -EINVAL;
}

int user_ns_write_map(struct user_ns *ns, enum id_kind kind, const char *text, const struct cred *who)
{
	struct extent *e;
	unsigned nr = 0;
	int err;

	if (!ns)
		return -EPERM;
	if (who->user_ns != ns && who->user_ns != parent_of(ns))
		return -EPERM;
	if (ns->map[kind].nr || !user_ns_capable(who, ns, VFS_CAP_SYS_ADMIN))
		return -EPERM;                /* a map is written once */
	e = xalloc(EXTENTS_MAX * sizeof(*e));
	err = parse_map(text, e, &nr);
	if (!err && !may_map(ns, kind, e, nr, who))
		err = -EPERM;
	for (unsigned n = 0; n < nr && !err; n++) {
		e[n].lower = user_ns_to_machine(parent_of(ns), kind, e[n].lower);
		if (e[n].lower == UINT32_MAX)
			err = -EPERM;
	}
	if (err) {
		free(e);
		return err;
	}
	ns->map[kind].extents = e;
	ns->map[kind].nr = nr;
	return 0;
}

/* The lower ids are those of the reader, or of the parent when he is inside. */
void user_ns_show_map(const struct user_ns *ns, enum id_kind kind, const struct cred *reader, struct strbuf *out)
{
	const struct user_ns *as = reader->user_ns == ns && ns ? parent_of(ns) : reader->user_ns;

	if (!ns)
		strbuf_printf(out, "%10u %10u %10u\n", 0, user_ns_from_machine(as, kind, 0), UINT32_MAX);
	for (unsigned n = 0; ns && n < ns->map[kind].nr; n++) {
		const struct extent *e = &ns->map[kind].extents[n];

		strbuf_printf(out, "%10u %10u %10u\n", e->first, user_ns_from_machine(as, kind, e->lower), e->count);
	}
}

int user_ns_write_setgroups(struct user_ns *ns, const char *text, const struct cred *who)
{
	size_t len = strcspn(text, "\n");
	bool deny = len == 4 && strncmp(text, "deny", 4) == 0;

	if (text[len] && text[len + 1])
		return -EINVAL;
	if (!deny && !(len == 5 && strncmp(text, "allow", 5) == 0))
		return -EINVAL;
	if (!user_ns_capable(who, ns, VFS_CAP_SYS_ADMIN))
		return -EACCES;
	if (deny) {
		if (!ns || ns->map[ID_GROUP].nr)
			return -EPERM;
		ns->deny_setgroups = true;
		return 0;
	}
	return ns && ns->deny_setgroups ? -EPERM : 0;
}

bool user_ns_denies_setgroups(const struct user_ns *ns)
{
	return ns && ns->deny_setgroups;
}

/* setgroups(2): not before there is a map, and not where it was given up. */
bool user_ns_may_setgroups(const struct user_ns *ns)
{
	return !ns || (ns->map[ID_GROUP].nr && !ns->deny_setgroups);
}

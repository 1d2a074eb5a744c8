/* What name spaces of every kind have in common (Linux struct ns_common).
 *
 * The struct of each kind begins with a struct ns, so that whoever holds one can keep and drop it and ask
 * for its number and its owner without knowing the kind. NULL stands for the machine's own, which
 * lives as long as the machine and belongs to nobody. Lock: the kernel lock. */
#include "internal.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"

enum { FIRST_DYNAMIC = 0xf0000010u };        /* below are the machine's (include/linux/proc_ns.h) */

void ns_init(struct ns *ns, const struct ns_kind *kind, struct user_ns *owner)
{
	static uint32_t next = FIRST_DYNAMIC;      /* one row for all kinds: lsns knows them by number alone */

	*ns = (struct ns){ .kind = kind, .refs = 1, .number = next++, .owner = user_ns_get(owner) };
}

void *ns_get(void *any)
{
	struct ns *ns = any;

	if (ns)
		ns->refs++;
	return ns;
}

void ns_put(void *any)
{
	struct ns *ns = any;

	while (ns && --ns->refs == 0) {
		struct ns *owner = (struct ns *)ns->owner;

		if (ns->kind->destroy)
			ns->kind->destroy(ns);
		free(ns);
		ns = owner;
	}
}

struct user_ns *ns_owner(const void *any)
{
	const struct ns *ns = any;

	return ns ? ns->owner : NULL;
}

uint32_t ns_number(const struct ns_kind *kind, const void *any)
{
	const struct ns *ns = any;

	return ns ? ns->number : kind->first;
}

/* UTS name spaces: what the machine is called, as some of its processes see it
 * (Linux kernel/utsname.c). The first one's names are the machine's. */
#include "internal.h"

#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"

struct uts_ns uts_first;
const struct ns_kind uts_ns_kind = { .name = "uts", .flag = CLONE_NEWUTS, .first = 0xeffffffeu };

struct uts_ns *uts_of(const struct task *t)
{
	return t && t->uts ? t->uts : &uts_first;
}

struct uts_ns *uts_create(const struct uts_ns *from, struct user_ns *owner)
{
	struct uts_ns *ns = xnew(struct uts_ns);

	memcpy(ns, from, sizeof(*ns));
	ns_init(&ns->ns, &uts_ns_kind, owner);
	return ns;
}

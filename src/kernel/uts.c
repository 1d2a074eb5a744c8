/* UTS name spaces: what the machine is called, as some of its processes see it
 * (Linux kernel/utsname.c). The first one's names
 * are the machine's. */
#include "internal.h"

#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"

enum { FIRST_INO = 0xf0000010u };        /* numbers of those that come later (proc_ns.h: dynamic) */

struct uts_ns uts_first = { .refs = 1, .ino = 0xeffffffeu };

struct uts_ns *uts_get(struct uts_ns *ns)
{
	if (ns)
		ns->refs++;
	return ns;
}

void uts_put(struct uts_ns *ns)
{
	if (!ns || --ns->refs)
		return;
	user_ns_put(ns->owner);
	free(ns);
}

struct uts_ns *uts_of(const struct task *t)
{
	return t && t->uts ? t->uts : &uts_first;
}

int uts_unshare(struct task *t)
{
	static uint32_t next_ino = FIRST_INO;
	struct uts_ns *ns;

	if (!task_capable_here(t, ABI_CAP_SYS_ADMIN))
		return -EPERM;
	ns = xnew(struct uts_ns);
	memcpy(ns, uts_of(t), sizeof(*ns));
	ns->refs = 1;
	ns->ino = next_ino++;
	ns->owner = user_ns_get(t->cred->user_ns);
	uts_put(t->uts);
	t->uts = ns;
	return 0;
}

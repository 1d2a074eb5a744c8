/* binfmt_misc: formats that the machine's owner registers at run time. */
#include "binprm.h"

static int load_misc(struct binprm *b)
{
	return exec_refuse(b, -ENOEXEC, "no registered entry matches");
}

const struct binfmt binfmt_misc = { "misc", load_misc };

/* hearth has no disassembler of its host's code: capstone's tables, linked statically, make each start a
 * millisecond longer, half as much again as a small program takes. So there is a second program beside hearth, hearth-asm: the same,
 * with capstone. Who wants to see code is handed over to it, before anything has begun. */
#include "cli.h"

#include "host/host.h"

void disassembler_get(char **argv)
{
	host_exec_beside("hearth-asm", argv);
}

/* Between console.c (streams), console_tty.c (the host's terminal) and tty.c (line discipline). */
#ifndef VFS_CONSOLE_H
#define VFS_CONSOLE_H

#include "internal.h"

int console_tty_open(int host_fd, struct file **out);

#endif

/* The terminal: between tty.c (files, ioctls), tty_ldisc.c (line discipline) and the drivers
 * below it (console_tty.c, pty.c). */
#ifndef VFS_TTY_H
#define VFS_TTY_H

#include "abi/tty.h"
#include "internal.h"

enum {
	TTY_RING = 4096,              /* input not yet read (Linux N_TTY_BUF_SIZE) */
	TTY_LINE = 4096,              /* the line being edited; longer input is dropped */
	TTY_EOL = 0x100,              /* ring entry: the last byte of a line */
	TTY_EOF = 0x200,              /* ring entry: no byte, only the end of one */
};

struct tty;
struct tty_driver {
	/* Send processed output: bytes taken, 0 when none can be taken now. Never sleeps. */
	size_t (*write)(struct tty *t, const char *data, size_t len);
	/* Call tty_writable() when output is possible again. */
	void (*want_write)(struct tty *t);
	/* These may be NULL. */
	void (*get_winsize)(struct tty *t, struct abi_winsize *ws);
	bool (*room)(struct tty *t);                  /* would write() take something? NULL: always */
	void (*taken)(struct tty *t);                 /* input has been read or thrown away */
	void (*drop_output)(struct tty *t);           /* TCOFLUSH: what was written and not yet sent */
	void (*open)(struct tty *t);                  /* one more file, one fewer: after close() the */
	void (*close)(struct tty *t);                 /* tty may be gone */
};

struct tty {
	const struct tty_driver *driver;
	uint64_t rdev;
	struct abi_termios termios;
	struct abi_winsize winsize;
	int session, pgrp;            /* 0: none */
	bool hung_up;
	bool stopped;                 /* by VSTOP */
	bool literal;                 /* VLNEXT came: the next byte is data */
	bool pass_through;            /* the host's own line discipline has done it all */
	uint16_t ring[TTY_RING];
	unsigned head, used;
	unsigned lines;               /* boundaries in the ring */
	unsigned char line[TTY_LINE];
	unsigned line_len;
	unsigned column, line_column; /* of the cursor; where the edited line began */
	struct wait_queue readable, writable;
};

extern const struct file_ops tty_fops;
void tty_init(struct tty *t, const struct tty_driver *driver, uint64_t rdev);
/* A device's open: gives the file its tty, which may become the caller's controlling one. */
int  tty_open(struct tty *t, struct file *f);
int64_t tty_ioctl(struct tty *t, unsigned cmd, gva_t arg, struct mm *mm);
void tty_hangup(struct tty *t);
/* The line is gone for good: nobody has it as controlling terminal any more. */
void tty_lose_session(struct tty *t);
void tty_writable(struct tty *t);
void tty_signal(struct tty *t, int sig);       /* to the foreground group */

/* tty_ldisc.c */
void tty_receive(struct tty *t, const char *data, size_t len);
void tty_receive_eof(struct tty *t);           /* pass_through: the host read nothing */
bool tty_input_ready(const struct tty *t);
/* Move input to the reader; the caller made sure that tty_input_ready() or takes 0. */
ssize_t tty_take(struct tty *t, struct uio *u);
void tty_flush_input(struct tty *t);
void tty_canon_changed(struct tty *t);         /* ICANON was switched */
/* Output processing of `len` bytes into out, at most cap: bytes made, *used consumed. */
size_t tty_process_output(struct tty *t, const char *data, size_t len, char *out, size_t cap, size_t *used);

struct tty *console_tty(void);                 /* NULL: hearth's stdio is no terminal */

#endif

/* The terminal: between tty.c (files, ioctls), tty_ldisc.c (line discipline) and the drivers
 * below it (console_tty.c, pty.c). */
#ifndef VFS_TTY_H
#define VFS_TTY_H

#include "abi/tty.h"
#include "internal.h"

enum {
	TTY_RING = 4096,              /* input and echo (Linux N_TTY_BUF_SIZE) */
	TTY_PENDING = 65536,          /* input the ring has no room for (Linux' flip buffers) */
	TTY_CHUNK = 64,               /* a read waits for so much at most (Linux' copy buffer) */
};

/* What a pseudo terminal's packet mode reports (uapi TIOCPKT_*). */
enum tty_event {
	TTY_EVENT_FLUSH_READ = 1, TTY_EVENT_FLUSH_WRITE = 2, TTY_EVENT_STOP = 4, TTY_EVENT_START = 8,
	TTY_EVENT_NOSTOP = 16, TTY_EVENT_DOSTOP = 32, TTY_EVENT_IOCTL = 64,
};

struct tty;
struct tty_driver {
	/* Send processed output: bytes taken, 0 when none can be taken now. Never sleeps. */
	size_t (*write)(struct tty *t, const char *data, size_t len);
	/* Call tty_writable() when output is possible again. */
	void (*want_write)(struct tty *t);
	/* These may be NULL. */
	void (*get_winsize)(struct tty *t, struct abi_winsize *ws);
	size_t (*room)(struct tty *t);                /* how much write() would take; NULL: anything */
	void (*taken)(struct tty *t);                 /* input has been read or thrown away */
	void (*drop_output)(struct tty *t);           /* TCOFLUSH: what was written and not yet sent */
	void (*event)(struct tty *t, enum tty_event event);
	void (*check_termios)(struct abi_termios *n); /* modes the line cannot have are changed */
	void (*open)(struct tty *t);                  /* one more file, one fewer: after close() the */
	void (*close)(struct tty *t);                 /* tty may be gone */
	bool is_pty;
};

struct tty {
	const struct tty_driver *driver;
	uint64_t rdev;
	struct abi_termios termios, locked;   /* locked: bits that only the administrator changes */
	uint32_t ispeed, ospeed;
	struct abi_winsize winsize;
	int session, pgrp;            /* 0: none */
	bool gone;                    /* the line itself */
	unsigned hangups;             /* files opened before the last one are cut off */
	bool exclusive;               /* TIOCEXCL */
	bool stopped;                 /* no output: by VSTOP, or held */
	bool held;                    /* by TCOOFF: only TCOON lets go */
	bool literal;                 /* VLNEXT came: the next byte is data */
	bool erasing;                 /* ECHOPRT has opened its \ */
	bool push;                    /* the ring ends in a line that was made by setting ICANON */
	bool pass_through;            /* the host's own line discipline has done it all */
	bool receiving;               /* in tty_receive: nobody else moves input */
	unsigned column, canon_column;/* of the cursor; where the edited line began */
	unsigned head, tail, canon_head;      /* of input[], counting on */
	unsigned echo_head, echo_mark, echo_commit, echo_tail;
	uint64_t marks[TTY_RING / 64];        /* the last byte of a line */
	uint8_t input[TTY_RING], echo[TTY_RING];
	char *pending;                /* TTY_PENDING bytes, or NULL */
	size_t pending_len;
	struct wait_queue readable, writable;
};

extern const struct file_ops tty_fops;
void tty_init(struct tty *t, const struct tty_driver *driver, uint64_t rdev);
/* A device's open: gives the file its tty, which may become the caller's controlling one. */
int  tty_open(struct tty *t, struct file *f);
void tty_hangup(struct tty *t);
void tty_writable(struct tty *t);
void tty_signal(struct tty *t, int sig);       /* to the foreground group */
int  tty_check_change(struct tty *t, int sig);  /* 0, or what a background process gets */
bool tty_is_mine(const struct tty *t);         /* the caller's controlling terminal */

static inline bool tty_is_stopped(const struct tty *t)
{
	return t->stopped || t->held;
}
void tty_set_stopped(struct tty *t, bool stopped);
void tty_fini(struct tty *t);

/* tty_ldisc.c */
/* Input from the line: how much was taken, the rest finds no room even to wait. */
size_t tty_receive(struct tty *t, const char *data, size_t len);
size_t tty_receive_room(const struct tty *t);
void tty_receive_eof(struct tty *t);           /* pass_through: the host read nothing */
bool tty_is_canonical(const struct tty *t);
bool tty_input_ready(const struct tty *t, bool poll);
unsigned tty_input_count(const struct tty *t);
/* Move input to the reader: a line, or up to max bytes. */
ssize_t tty_take(struct tty *t, struct uio *u, size_t max);
void tty_input_taken(struct tty *t);           /* there is room again */
void tty_flush_input(struct tty *t);
void tty_canon_changed(struct tty *t);         /* ICANON or EXTPROC was switched */
void tty_send_echo(struct tty *t);
size_t tty_output_room(struct tty *t);         /* 0 while stopped */
/* Output processing of `len` bytes into out, at most cap: bytes made, *used consumed. */
size_t tty_process_output(struct tty *t, const char *data, size_t len, char *out, size_t cap, size_t *used);

/* tty_ioctl.c */
int64_t tty_ioctl(struct tty *t, unsigned cmd, gva_t arg, struct mm *mm);
/* As a pseudo terminal's master asks about its slave. */
int64_t tty_ioctl_from_master(struct tty *t, unsigned cmd, gva_t arg, struct mm *mm);

struct tty *console_tty(void);                 /* NULL: hearth's stdio is no terminal */

#endif

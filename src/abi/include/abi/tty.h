/* Terminals: struct termios as the kernel has it and the ioctls of files and terminals,
 * generic values (uapi/asm-generic/termbits.h, ioctls.h, termios.h). */
#ifndef ABI_TTY_H
#define ABI_TTY_H

#include "abi/types.h"

enum { ABI_NCCS = 19 };
struct abi_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[ABI_NCCS];
};                                /* 36 bytes */
struct abi_termios2 {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[ABI_NCCS];
	uint32_t ispeed, ospeed;
};
enum { ABI_TERMIO_SIZE = 18 };
struct abi_termio { uint16_t iflag, oflag, cflag, lflag; uint8_t line; uint8_t cc[8]; uint8_t pad; };
struct abi_winsize { uint16_t row, col, xpixel, ypixel; };

/* cc[] */
enum {
	ABI_VINTR, ABI_VQUIT, ABI_VERASE, ABI_VKILL, ABI_VEOF, ABI_VTIME, ABI_VMIN, ABI_VSWTC,
	ABI_VSTART, ABI_VSTOP, ABI_VSUSP, ABI_VEOL, ABI_VREPRINT, ABI_VDISCARD, ABI_VWERASE,
	ABI_VLNEXT, ABI_VEOL2,
};
/* iflag */
enum {
	ABI_IGNBRK = 01, ABI_BRKINT = 02, ABI_IGNPAR = 04, ABI_PARMRK = 010, ABI_INPCK = 020,
	ABI_ISTRIP = 040, ABI_INLCR = 0100, ABI_IGNCR = 0200, ABI_ICRNL = 0400, ABI_IUCLC = 01000,
	ABI_IXON = 02000, ABI_IXANY = 04000, ABI_IXOFF = 010000, ABI_IMAXBEL = 020000, ABI_IUTF8 = 040000,
};
/* oflag */
enum {
	ABI_OPOST = 01, ABI_OLCUC = 02, ABI_ONLCR = 04, ABI_OCRNL = 010, ABI_ONOCR = 020, ABI_ONLRET = 040,
	ABI_TABDLY = 014000, ABI_XTABS = 014000,
};
/* cflag: B38400 | CS8 | CREAD. Speeds above 38400 have ABI_BOTHER set and count from 1; that bit
 * alone means the number beside it. An input speed of its own stands 16 bits higher. */
enum {
	ABI_B38400 = 017, ABI_CSIZE = 060, ABI_CS8 = 060, ABI_CREAD = 0200, ABI_PARENB = 0400, ABI_HUPCL = 02000,
	ABI_CLOCAL = 04000, ABI_BOTHER = 010000, ABI_CBAUD = 010017, ABI_IBSHIFT = 16,
};
/* lflag */
enum {
	ABI_ISIG = 01, ABI_ICANON = 02, ABI_XCASE = 04, ABI_ECHO = 010, ABI_ECHOE = 020, ABI_ECHOK = 040,
	ABI_ECHONL = 0100, ABI_NOFLSH = 0200, ABI_TOSTOP = 0400, ABI_ECHOCTL = 01000, ABI_ECHOPRT = 02000,
	ABI_ECHOKE = 04000, ABI_FLUSHO = 010000, ABI_PENDIN = 040000, ABI_IEXTEN = 0100000,
	ABI_EXTPROC = 0200000,
};

/* ioctls */
enum {
	ABI_TCGETS = 0x5401, ABI_TCSETS = 0x5402, ABI_TCSETSW = 0x5403, ABI_TCSETSF = 0x5404,
	ABI_TCGETA = 0x5405, ABI_TCSETA = 0x5406, ABI_TCSETAW = 0x5407, ABI_TCSETAF = 0x5408,
	ABI_TCSBRK = 0x5409, ABI_TCXONC = 0x540a, ABI_TCFLSH = 0x540b,
	ABI_TIOCEXCL = 0x540c, ABI_TIOCNXCL = 0x540d, ABI_TIOCSCTTY = 0x540e,
	ABI_TIOCGPGRP = 0x540f, ABI_TIOCSPGRP = 0x5410, ABI_TIOCOUTQ = 0x5411, ABI_TIOCSTI = 0x5412,
	ABI_TIOCGWINSZ = 0x5413, ABI_TIOCSWINSZ = 0x5414, ABI_FIONREAD = 0x541b, ABI_FIONBIO = 0x5421,
	ABI_TIOCNOTTY = 0x5422, ABI_TIOCGETD = 0x5424, ABI_TCSBRKP = 0x5425, ABI_TIOCGSID = 0x5429,
	ABI_TIOCGSOFTCAR = 0x5419, ABI_TIOCSSOFTCAR = 0x541a, ABI_TIOCPKT = 0x5420, ABI_TIOCSETD = 0x5423,
	ABI_TIOCSBRK = 0x5427, ABI_TIOCCBRK = 0x5428, ABI_TIOCVHANGUP = 0x5437,
	ABI_TIOCGLCKTRMIOS = 0x5456, ABI_TIOCSLCKTRMIOS = 0x5457,
	ABI_FIONCLEX = 0x5450, ABI_FIOCLEX = 0x5451, ABI_FIOASYNC = 0x5452, ABI_FIOQSIZE = 0x5460, ABI_FIGETBSZ = 2,
};
#define ABI_TCGETS2   0x802c542au
#define ABI_TCSETS2   0x402c542bu
#define ABI_TCSETSW2  0x402c542cu
#define ABI_TCSETSF2  0x402c542du
#define ABI_TIOCGPTN  0x80045430u
#define ABI_TIOCSPTLCK 0x40045431u
#define ABI_TIOCGPTPEER 0x5441u
#define ABI_TIOCSIG   0x40045436u
#define ABI_TIOCGDEV  0x80045432u
#define ABI_TIOCGPKT  0x80045438u
#define ABI_TIOCGEXCL 0x80045440u
#define ABI_TIOCGPTLCK 0x80045439u

enum { ABI_TCIFLUSH = 0, ABI_TCOFLUSH = 1, ABI_TCIOFLUSH = 2 };

#endif

/* Canonical mode in random combinations of flags: random keys, and what is read and echoed. */
#include "tty.h"

TOPIC(tty_random_canon)
{
	static const tcflag_t input[] = { ISTRIP, INLCR, IGNCR, ICRNL, IUCLC, IXON, IXANY, IMAXBEL, IUTF8, 0 };
	static const tcflag_t output[] = { OPOST, ONLCR, OCRNL, ONOCR, ONLRET, OLCUC, XTABS, 0 };
	static const tcflag_t local[] = { ECHO, ECHO, ECHOE, ECHOE, ECHOK, ECHOKE, ECHONL, ECHOCTL, ECHOPRT, IEXTEN, IEXTEN, ICANON, ICANON, ICANON, 0 };

	tty_random_rounds(1, input, output, local);
}

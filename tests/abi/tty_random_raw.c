/* Without ICANON: every input flag, and PARMRK that doubles a byte. */
#include "tty.h"

TOPIC(tty_random_raw)
{
	static const tcflag_t input[] = { ISTRIP, INLCR, IGNCR, ICRNL, IUCLC, IXON, IXANY, PARMRK, IGNBRK, BRKINT, IGNPAR, INPCK, 0 };
	static const tcflag_t output[] = { OPOST, ONLCR, OCRNL, ONOCR, 0 };
	static const tcflag_t local[] = { ECHO, ECHOE, ECHONL, ECHOCTL, IEXTEN, EXTPROC, 0 };

	tty_random_rounds(33, input, output, local);
}

/* The keys that send signals, with every other flag: what they throw away. */
#include "tty.h"

TOPIC(tty_random_sig)
{
	static const tcflag_t input[] = { ISTRIP, INLCR, IGNCR, ICRNL, IXON, IXANY, IUTF8, PARMRK, 0 };
	static const tcflag_t output[] = { OPOST, OPOST, ONLCR, ONLCR, XTABS, 0 };
	static const tcflag_t local[] = { ECHO, ECHO, ECHOE, ECHOK, ECHOKE, ECHOCTL, IEXTEN, ICANON, ISIG, ISIG, NOFLSH, 0 };

	tty_random_rounds(20, input, output, local);
}

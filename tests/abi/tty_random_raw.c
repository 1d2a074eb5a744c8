/* Without ICANON: every input flag, and PARMRK that doubles a byte. */
#include "tty.h"

TOPIC(tty_random_raw)
{
	static const tcflag_t input[] = { ISTRIP, INLCR, IGNCR, ICRNL, IUCLC, IXON, IXANY, PARMRK, IGNBRK, BRKINT, IGNPAR, INPCK };
	static const tcflag_t output[] = { OPOST, ONLCR, OCRNL, ONOCR };
	static const tcflag_t local[] = { ECHO, ECHOE, ECHONL, ECHOCTL, IEXTEN, EXTPROC };
	unsigned state = 33;

	for (int round = 0; round < 60; round++) {
		tcflag_t i = 0, o = 0, l = 0;
		struct pair p = tty_pair();
		struct termios t;

		for (int k = 0; k < COUNT(input); k++)
			i |= tty_random(&state) & 1 ? input[k] : 0;
		for (int k = 0; k < COUNT(output); k++)
			o |= tty_random(&state) & 1 ? output[k] : 0;
		for (int k = 0; k < COUNT(local); k++)
			l |= tty_random(&state) & 1 ? local[k] : 0;
		printf("round %d: %#o %#o %#o\n", round, i, o, l);
		tty_modes(p, i, o, l);
		tcgetattr(p.slave, &t);
		t.c_cc[VEOL] = ',';
		t.c_cc[VEOL2] = ';';
		tcsetattr(p.slave, TCSANOW, &t);
		for (int n = 0; n < 6; n++) {
			char keys[48];
			size_t len = tty_random_keys(&state, keys, sizeof(keys));

			tty_show("keys ", keys, len);
			tty_type(p, keys, len);
			len = tty_random_keys(&state, keys, sizeof(keys));
			tty_show("text ", keys, len);
			printf("  wrote %zd\n", write(p.slave, keys, len));
			tty_drain(p);
			/* A stopped line keeps its echo: let it go. */
			R(tcflow(p.slave, TCOON));
			tty_type(p, "\x11", 1);
		}
		tty_close(p);
	}
}

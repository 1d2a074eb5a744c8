/* Signals of different kinds nest; each level returns to where it was. needs: 64 bits */
#include "abi.h"

static int level;

static void handler(int signo)
{
	static const int next[] = { SIGUSR2, SIGTERM, SIGHUP, SIGINT };
	int mine = level++;

	printf("%*s%s in\n", mine * 2, "", signal_name(signo));
	if (mine < COUNT(next))
		raise(next[mine]);
	printf("%*s%s out\n", mine * 2, "", signal_name(signo));
}

TOPIC(sig_nested)
{
	static const int all[] = { SIGUSR1, SIGUSR2, SIGTERM, SIGHUP, SIGINT };

	for (int i = 0; i < COUNT(all); i++)
		signal(all[i], handler);
	raise(SIGUSR1);
	V(level);
}

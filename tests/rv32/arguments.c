/* main's arguments, the environment, the auxiliary vector, standard input to output. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int c;

	for (int i = 1; i < argc; i++)
		printf("%d: \"%s\"\n", i, argv[i]);
	printf("%s\n", getenv("ABSENT") ? "set" : "not set");
	printf("page %ld, clock %ld, random %s\n", (long)getauxval(AT_PAGESZ), sysconf(_SC_CLK_TCK), getauxval(AT_RANDOM) ? "yes" : "no");
	while ((c = getchar()) != EOF)
		putchar(toupper(c));
	fflush(stdout);
	fprintf(stderr, "to standard error\n");
	return argc;
}

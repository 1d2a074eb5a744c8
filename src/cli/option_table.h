/* The options' table, for the parser and for help. */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "cli.h"

struct option_row {
	const char *name;
	const char *value;             /* what the value is called; NULL: none */
	/* Takes the value; returns NULL, or what is wrong with it. */
	const char *(*set)(struct options *o, char *value);
	const char *help;
};
extern const struct option_row option_rows[];    /* ends with name NULL */

#endif

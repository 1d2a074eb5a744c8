/* telldir and seekdir come back to the same entries. */
#include "abi.h"

TOPIC(file_seekdir)
{
	char names[10][32], name[32];
	long places[10];
	int wrong = 0;
	DIR *dir;

	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "entry%d", i);
		put_file(name, "");
	}
	dir = opendir(".");
	for (int i = 0; i < 10; i++) {
		struct dirent *entry;

		places[i] = telldir(dir);
		entry = readdir(dir);
		strcpy(names[i], entry ? entry->d_name : "(end)");
	}
	V(readdir(dir) == NULL);
	for (int i = 9; i >= 0; i--) {
		struct dirent *entry;

		seekdir(dir, places[i]);
		entry = readdir(dir);
		if (!entry || strcmp(entry->d_name, names[i]))
			wrong++;
	}
	V(wrong);
	closedir(dir);
}

/* Long names and long paths: NAME_MAX and PATH_MAX. */
#include "abi.h"

TOPIC(file_names)
{
	char name[8300];

	memset(name, 'n', sizeof(name));
	name[255] = 0;
	R(open(name, O_CREAT | O_WRONLY, 0600) >= 0);
	name[255] = 'n';
	name[256] = 0;
	R(open(name, O_CREAT | O_WRONLY, 0600));
	R(mkdir(name, 0700));
	R(symlink("x", name));
	R(access(name, F_OK));
	for (int i = 0; i < 4095; i += 2)
		memcpy(name + i, "./", 2);
	name[4095] = 0;
	V(strlen(name));
	R(open(name, O_RDONLY) >= 0);
	name[4095] = '/';
	name[4096] = 0;
	R(open(name, O_RDONLY));
	R(symlink(name, "toolong"));
	R(chdir(name));
	R(open("a\nb c\t\\\"", O_CREAT | O_WRONLY, 0600) >= 0);
	R(access("a\nb c\t\\\"", R_OK));
}

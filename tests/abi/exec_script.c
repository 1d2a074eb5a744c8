/* Scripts: the interpreter, one argument, argv (C7 to C9). */
#include "abi.h"

static void script(const char *text, char *const argv[])
{
	put_file("script", text);
	chmod("script", 0755);
	show_bytes("script", text, strlen(text) < 70 ? strlen(text) : 70);
	CHILD(execve("./script", argv, (char *[]){ NULL }); puts(error_name(errno)));
}

TOPIC(exec_script)
{
	char *const args[] = { "A", "B", "C", NULL }, *const one[] = { "A", NULL }, *const none[] = { NULL };
	char self[PATH_MAX] = "", text[2000];

	R(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	R(symlink(self, "i"));
	script("#!./i\n", args);
	script("#!./i", args);
	script("#! ./i arg\n", args);
	script("#!\t ./i \t two words \t\n", args);
	script("#!./i -x\r\n", one);
	script("#!./i\n", none);
	script("#!./i arg", one);
	script("#!./i arg\0hidden\n", one);
	script("#!\n", one);
	script("#!   \t \n", one);
	script("#!", one);
	script("#", one);
	script(" #!./i\n", one);
	script("#!i\n", one);
	script("#!./absent\n", one);
	memset(text, 0, sizeof(text));
	strcpy(text, "#!./i ");
	memset(text + 6, 'x', 300);
	script(text, one);
	strcpy(text + 255, "\n");
	script(text, one);
	text[255] = 'y';
	text[256] = '\n';
	script(text, one);
	memset(text, '/', 400);
	memcpy(text, "#!.", 3);
	strcpy(text + 254, "i\n");
	script(text, one);
	strcpy(text + 253, "i\n");
	script(text, one);
	strcpy(text + 254, "i\n");
	text[253] = '/';
	script(text, one);
	memset(text, ' ', 400);
	memcpy(text, "#!", 2);
	strcpy(text + 300, "./i\n");
	script(text, one);
}

/* stdio on top: buffering, seeking, ungetc, large writes, append and read modes. needs: /bin/sh */
#include "abi.h"

TOPIC(file_stdio)
{
	char line[64];
	FILE *f = fopen("f", "w+");

	V(fprintf(f, "%d %s %5.2f %x\n", 42, "text", 3.14159, 255));
	for (int i = 0; i < 5000; i++)
		fprintf(f, "line %d\n", i);
	V(ftell(f));
	rewind(f);
	S(fgets(line, sizeof(line), f));
	V(fseek(f, -10, SEEK_END));
	S(fgets(line, sizeof(line), f));
	S(fgets(line, sizeof(line), f));
	V(feof(f));
	V(fgetc(f));
	V(feof(f) != 0);
	V(fclose(f));
	f = fopen("f", "a");
	V(fputs("tail", f) >= 0);
	V(fclose(f));
	f = fopen("f", "r");
	V(fseek(f, -4, SEEK_END));
	S(fgets(line, sizeof(line), f));
	V(ungetc('z', f));
	V(fgetc(f));
	V(fclose(f));
	V(fopen("absent", "r") == NULL);
	f = tmpfile();
	V(f != NULL);
	f = popen("echo from a shell", "r");
	V(f != NULL);
	if (f && fgets(line, sizeof(line), f))
		S(line);
	if (f)
		V(pclose(f));
}

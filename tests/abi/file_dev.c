/* /dev: types and behaviour of the devices every program expects. */
#include "abi.h"

TOPIC(file_dev)
{
	static const char *const names[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty" };
	struct stat st;

	for (int i = 0; i < COUNT(names); i++) {
		R(stat(names[i], &st));
		printf("%s: %s %#llx\n", names[i], type_name(st.st_mode), (unsigned long long)st.st_rdev);
	}
	R(stat("/dev/fd", &st));
	R(stat("/dev/stdin", &st));
	R(lseek(open("/dev/null", O_RDWR), 100, SEEK_SET));
	R(ftruncate(open("/dev/null", O_RDWR), 10));
	R(open("/dev/null", O_RDWR | O_TRUNC | O_CREAT, 0600) > 0);
	R(isatty(open("/dev/null", O_RDWR)));
	R(ioctl(open("/dev/null", O_RDWR), TIOCGWINSZ, &(struct winsize){ 0 }));
}

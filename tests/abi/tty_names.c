/* Names and locks of pseudo terminals: opening, /dev/pts, TIOCGPTPEER, TIOCEXCL, fstat. */
#include "tty.h"
#include <sys/sysmacros.h>

TOPIC(tty_names)
{
	int m = open("/dev/ptmx", O_RDWR | O_NOCTTY), locked, number = -1, s, peer, one = 1, zero = 0;
	char name[64], wanted[64], path[64];
	struct stat st, mst;

	R(ioctl(m, TIOCGPTN, &number));
	V(number >= 0);
	R(ptsname_r(m, name, sizeof(name)));
	snprintf(wanted, sizeof(wanted), "/dev/pts/%d", number);
	V(strcmp(name, wanted));
	R(ioctl(m, TIOCGPTLCK, &locked));
	V(locked);
	R(open(name, O_RDWR | O_NOCTTY));
	R(ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY));
	R(ioctl(m, TIOCSPTLCK, &zero));
	R(ioctl(m, TIOCGPTLCK, &locked));
	V(locked);
	R(ioctl(m, TIOCSPTLCK, BAD));
	s = open(name, O_RDWR | O_NOCTTY);
	V(s >= 0);
	R(fstat(s, &st));
	V(st.st_mode & S_IFMT);
	V(st.st_rdev == makedev(136, number));
	R(fstat(m, &mst));
	V(mst.st_rdev == makedev(5, 2));
	R(isatty(m));
	R(isatty(s));
	R(ttyname_r(s, path, sizeof(path)));
	V(strcmp(path, name));
	R(ptsname_r(s, path, sizeof(path)));
	R(ioctl(s, TIOCGPTN, &number));
	R(ioctl(s, TIOCSPTLCK, &one));
	R(ioctl(s, TIOCGPTPEER, O_RDWR));
	R(lseek(m, 0, SEEK_CUR));
	R(lseek(s, 0, SEEK_CUR));
	R(pread(s, path, 1, 0));
	R(pwrite(m, path, 1, 0));
	R(ftruncate(s, 0));
	V((peer = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY)) >= 0);
	R(close(peer));
	R(ioctl(s, TIOCEXCL));
	CHILD(setgid(1000), setuid(1000), R(open(name, O_RDWR | O_NOCTTY)));
	R(close(open(name, O_RDWR | O_NOCTTY)));
	R(ioctl(s, TIOCNXCL));
	R(close(s));
	R(read(m, path, 1));
	R(close(open(name, O_RDWR | O_NOCTTY)));
	R(close(m));
	R(open(name, O_RDWR | O_NOCTTY));
	R(open("/dev/pts/9999", O_RDWR));
}

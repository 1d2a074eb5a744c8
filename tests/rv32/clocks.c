/* Time with 64 bits on a 32-bit machine: after 2038, sleeping, going forward. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
	struct timespec a, b, nap = { 0, 30000000 }, times[2] = { { 5000000000, 1 }, { 4200000000, 2 } };
	time_t later = 4102444800, now;
	char text[64];
	struct stat st;
	long long elapsed;

	printf("time_t has %d bits\n", (int)sizeof(time_t) * 8);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime(&later));
	puts(text);
	clock_gettime(CLOCK_MONOTONIC, &a);
	nanosleep(&nap, NULL);
	clock_gettime(CLOCK_MONOTONIC, &b);
	elapsed = (b.tv_sec - a.tv_sec) * 1000LL + (b.tv_nsec - a.tv_nsec) / 1000000;
	printf("slept %s\n", elapsed >= 30 && elapsed < 2000 ? "30 ms" : "wrongly");
	now = time(NULL);
	clock_gettime(CLOCK_REALTIME, &a);
	printf("clocks %s\n", llabs((long long)now - a.tv_sec) <= 1 && now > 1700000000 ? "agree" : "differ");
	close(open("file", O_CREAT | O_WRONLY, 0600));
	utimensat(AT_FDCWD, "file", times, 0);
	stat("file", &st);
	printf("%lld %lld.%09ld\n", (long long)st.st_atime, (long long)st.st_mtime, st.st_mtim.tv_nsec);
	nap.tv_nsec = -1;
	printf("%d ", nanosleep(&nap, NULL));
	printf("errno %d\n", errno);
	return 0;
}

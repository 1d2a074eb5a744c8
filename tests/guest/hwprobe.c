/* riscv_hwprobe, AT_HWCAP and /proc/cpuinfo agree (A5). */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

struct pair { int64_t key; uint64_t value; };

int main(void)
{
	static const struct { int bit; const char *name; } extensions[] = {
		{ 3, "zba" }, { 4, "zbb" }, { 5, "zbs" }, { 35, "zicond" }, { 2, "_v" },
	};
	struct pair pairs[] = { { 3, 0 }, { 4, 0 }, { 5, 0 }, { 1234, 7 } };
	unsigned long hwcap = getauxval(AT_HWCAP);
	char text[8192] = "", *isa;
	FILE *f = fopen("/proc/cpuinfo", "r");

	if (syscall(258, pairs, 4, 0, NULL, 0) != 0)
		return puts("no riscv_hwprobe"), 1;
	fread(text, 1, sizeof(text) - 1, f);
	isa = strstr(text, "isa\t");
	if (!isa)
		return puts("no isa line"), 1;
	*strchr(isa, '\n') = 0;
	printf("%.18s\n", strchr(isa, ':') + 2);
	printf("base behaviour: IMA %d\n", (int)(pairs[0].value & 1));
	printf("FD: %s\n", !!(pairs[1].value & 1) == !!(hwcap >> 3 & 1) ? "agree" : "differ");
	printf("C: %s\n", !!(pairs[1].value & 2) == !!(hwcap >> 2 & 1) ? "agree" : "differ");
	for (unsigned i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		int probed = pairs[1].value >> extensions[i].bit & 1;
		int listed = strstr(isa, extensions[i].name) != NULL;

		printf("%s: %s\n", extensions[i].name, probed == listed ? "agree" : "differ");
	}
	/* Which harts are like that? Those that are, of a set; none if a key is not known. */
	for (int i = 0; i < 3; i++) {
		struct pair ask[2] = { { 3, 1 }, { i < 2 ? 4 : 1234, i == 1 ? 1ull << 60 : 1 } };
		unsigned long set = 1;
		int result = (int)syscall(258, ask, 2, sizeof(set), &set, 1);

		printf("which: %d %lu %lld\n", result, set, (long long)ask[1].key);
	}
	printf("unknown key: %lld %llu\n", (long long)pairs[3].key, (unsigned long long)pairs[3].value);
	return 0;
}

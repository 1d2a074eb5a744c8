/* Loads and unloads libraries whose hot code comes to lie at the same addresses. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 0; i < 120; i++) {
		const char *name = argv[1 + i % (argc - 1)];
		void *lib = dlopen(name, RTLD_NOW);
		int (*plugin)(int) = lib ? (int (*)(int))dlsym(lib, "plugin") : NULL;

		if (!plugin) {
			printf("%s\n", dlerror());
			return 1;
		}
		for (int call = 1; call <= 5; call++)
			bad += plugin(500) != 500 * (3 + i % (argc - 1)) + call * 1000000;
		dlclose(lib);
	}
	printf("%d wrong\n", bad);
	return bad != 0;
}

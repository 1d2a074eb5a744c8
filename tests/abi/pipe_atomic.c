/* Writers of at most PIPE_BUF bytes do not mix their records. */
#include "abi.h"

TOPIC(pipe_atomic)
{
	char record[512];
	int ends[2], count[4] = { 0 }, mixed = 0;

	R(pipe(ends));
	for (int w = 0; w < 4; w++) {
		if (fork() == 0) {
			memset(record, 'a' + w, sizeof(record));
			for (int i = 0; i < 100; i++)
				if (write(ends[1], record, sizeof(record)) != sizeof(record))
					_exit(1);
			_exit(0);
		}
	}
	close(ends[1]);
	for (;;) {
		size_t have = 0;
		ssize_t got = 1;

		while (have < sizeof(record) && (got = read(ends[0], record + have, sizeof(record) - have)) > 0)
			have += got;
		if (have < sizeof(record))
			break;
		for (int i = 1; i < COUNT(record); i++)
			mixed += record[i] != record[0];
		count[record[0] - 'a']++;
	}
	for (int w = 0; w < 4; w++) {
		V(count[w]);
		reap(-1);
	}
	V(mixed);
}

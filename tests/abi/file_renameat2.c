/* renameat2: RENAME_NOREPLACE and RENAME_EXCHANGE. */
#include "abi.h"

TOPIC(file_renameat2)
{
	put_file("a", "A");
	put_file("b", "B");
	R(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE));
	R(renameat2(AT_FDCWD, "a", AT_FDCWD, "c", RENAME_NOREPLACE));
	R(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", RENAME_EXCHANGE));
	show_file("b");
	show_file("c");
	R(renameat2(AT_FDCWD, "b", AT_FDCWD, "absent", RENAME_EXCHANGE));
	R(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", RENAME_EXCHANGE | RENAME_NOREPLACE));
	R(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", 0x100));
	R(renameat2(999, "b", AT_FDCWD, "c", 0));
	R(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", 0));
	show_file("c");
}

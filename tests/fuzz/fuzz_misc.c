/* A binfmt_misc registration, any bytes: refused, or an entry whose magic lies
 * in the 256 bytes, and which can be matched against any file. */
#include <string.h>
#include "base/log.h"
#include "kernel/misc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[BINPRM_BUF_SIZE] = { 0 };
	struct misc_entry *entry = NULL;
	int result = misc_parse((const char *)data, size, &entry);

	if (result < 0) {
		ASSERT(result == -EINVAL || result == -ENOMEM);
		return 0;
	}
	ASSERT(size >= MISC_REGISTER_MIN && size <= MISC_REGISTER_MAX);
	ASSERT(entry->name[0] && !strchr(entry->name, '/'));
	ASSERT(entry->interpreter[0]);
	if (entry->is_magic)
		ASSERT(entry->size > 0 && entry->offset + entry->size <= BINPRM_BUF_SIZE);
	else
		ASSERT(entry->extension && entry->extension[0] && !strchr(entry->extension, '/'));
	memcpy(buf, data, MIN(size, sizeof(buf)));
	misc_matches(entry, buf, "file.jar");
	misc_matches(entry, buf, "");
	misc_matches(entry, buf, ".");
	misc_free(entry);
	return 0;
}

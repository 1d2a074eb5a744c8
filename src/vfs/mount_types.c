/* The file systems of this room that a guest may mount: tmpfs, ramfs, devtmpfs, devpts, mqueue. */
#include "tmpfs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* ---- "key=value,key,..." ------------------------------------------------------------- */

struct option { char key[32], value[ABI_NAME_MAX + 1]; bool has_value; };

/* Cuts the next option off; 1 got one, 0 no more, -EINVAL. */
static int next_option(const char **at, struct option *o)
{
	size_t len, key;

	*at += strspn(*at, ",");
	len = strcspn(*at, ",");
	if (!len)
		return 0;
	key = strcspn(*at, "=");
	key = MIN(key, len);
	if (key >= sizeof(o->key) || len - key >= sizeof(o->value))
		return -EINVAL;
	*o = (struct option){ .has_value = key < len };
	memcpy(o->key, *at, key);
	if (o->has_value)
		memcpy(o->value, *at + key + 1, len - key - 1);
	*at += len;
	return 1;
}

/* "10", "64k", "1g", "50%" (of RAM, for sizes). */
static int parse_size(const char *text, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	*out = strtoull(text, &end, 0);
	switch (*end) {
	case '%': *out = *out * ram_total_pages() * PAGE_SIZE / 100; end++; break;
	case 'g': case 'G': *out <<= 30; end++; break;
	case 'm': case 'M': *out <<= 20; end++; break;
	case 'k': case 'K': *out <<= 10; end++; break;
	}
	return *end ? -EINVAL : 0;
}

static int parse_number(const char *text, int base, uint32_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	*out = (uint32_t)strtoul(text, &end, base);
	return *end ? -EINVAL : 0;
}

/* As the caller's user name space calls it; -EINVAL: nobody there. */
static int parse_id(const char *text, enum id_kind kind, uint32_t *out)
{
	int err = parse_number(text, 10, out);

	if (!err && vfs_caller)
		*out = user_ns_to_machine(vfs_caller().cred->user_ns, kind, *out);
	return !err && *out == UINT32_MAX ? -EINVAL : err;
}

/* ---- tmpfs ------------------------------------------------------------------------------ */

struct tmpfs_options { uint64_t size, inodes; uint32_t mode, uid, gid; bool has_size, has_inodes; };

static int take_tmpfs_option(struct tmpfs_options *t, const struct option *o)
{
	/* Known, and without meaning here: pages are 4 KiB, nothing is swapped by NUMA node. */
	static const char *const ignored[] = { "huge", "mpol", "inode32", "inode64", "noswap" };
	int err;

	if (strcmp(o->key, "size") == 0) {
		t->has_size = true;
		return parse_size(o->value, &t->size);
	}
	if (strcmp(o->key, "nr_blocks") == 0) {
		t->has_size = true;
		err = strchr(o->value, '%') ? -EINVAL : parse_size(o->value, &t->size);
		t->size = MIN(t->size, INT64_MAX / PAGE_SIZE) * PAGE_SIZE;
		return err;
	}
	if (strcmp(o->key, "nr_inodes") == 0) {
		t->has_inodes = true;
		return strchr(o->value, '%') ? -EINVAL : parse_size(o->value, &t->inodes);
	}
	if (strcmp(o->key, "mode") == 0)
		return parse_number(o->value, 8, &t->mode);
	if (strcmp(o->key, "uid") == 0)
		return parse_id(o->value, ID_USER, &t->uid);
	if (strcmp(o->key, "gid") == 0)
		return parse_id(o->value, ID_GROUP, &t->gid);
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		if (strcmp(o->key, ignored[i]) == 0)
			return 0;
	return -EINVAL;
}

static int parse_tmpfs_options(const char *text, struct tmpfs_options *t)
{
	struct option o;
	int more, err = 0;

	while (!err && (more = next_option(&text, &o)) != 0)
		err = more < 0 ? more : take_tmpfs_option(t, &o);
	return err;
}

static int tmpfs_mounted(const char *options, struct super **out)
{
	struct tmpfs_options t = { .mode = 01777 };
	int err;

	if (vfs_caller) {             /* it belongs to who mounts it */
		t.uid = vfs_caller().cred->fsuid;
		t.gid = vfs_caller().cred->fsgid;
	}
	err = parse_tmpfs_options(options, &t);

	if (err)
		return err;
	*out = tmpfs_new_super("tmpfs", t.mode & 07777);
	(*out)->root->uid = t.uid;
	(*out)->root->gid = t.gid;
	if (t.has_size)
		tmpfs_set_limit(*out, t.size);
	err = tmpfs_limit_inodes(*out, t.has_inodes ? t.inodes : TMPFS_INODES);
	if (err)
		super_put(*out);
	return err;
}

static int tmpfs_reconfigure(struct super *s, const char *options)
{
	struct tmpfs_options t = { 0 };
	int err = parse_tmpfs_options(options, &t);

	if (!err && t.has_inodes)
		err = tmpfs_limit_inodes(s, t.inodes);
	if (!err && t.has_size)
		tmpfs_set_limit(s, t.size);
	return err;
}

/* As Linux' ramfs: unknown options are not looked at. */
static int ramfs_mounted(const char *options, struct super **out)
{
	*out = tmpfs_new_super("ramfs", 0755);
	(*out)->magic = 0x858458f6;
	return 0;
}

static int mqueue_mounted(const char *options, struct super **out)
{
	*out = mqueue_super();
	return 0;
}

static int devtmpfs_mounted(const char *options, struct super **out)
{
	return devfs_create(out);
}

static const struct fs_type vfs_types[] = {
	{ .name = "tmpfs", .create = tmpfs_mounted, .reconfigure = tmpfs_reconfigure },
	{ .name = "ramfs", .create = ramfs_mounted },
	{ .name = "devtmpfs", .single = true, .create = devtmpfs_mounted },
	{ .name = "mqueue", .single = true, .chooses = true, .create = mqueue_mounted },
};

void vfs_register_types(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(vfs_types); i++)
		vfs_register_fs(&vfs_types[i]);
	vfs_register_fs(&overlay_type);
}

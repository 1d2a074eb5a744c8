/* What others may ask of a place in the name space without seeing inside it. */
#include "internal.h"

struct inode *path_inode(struct path p)
{
	return p.dentry->inode;
}

unsigned path_mount_flags(struct path p)
{
	return p.mnt->flags;
}

const char *path_name(struct path p)
{
	return p.dentry->name;
}

/* What the vfs tests share: a machine with nothing but RAM, threads and a name space. */
#ifndef TESTS_VFS_VTEST_H
#define TESTS_VFS_VTEST_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "abi/fcntl.h"
#include "abi/poll.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "vfs/vfs.h"

static struct fs *vt_fs;
static struct cred *vt_root;
static uint64_t vt_free_pages;

/* A walker with the machine's root and the given identity. */
static inline struct walker vt_walker(struct cred *who)
{
	return (struct walker){ .fs = vt_fs, .cred = who };
}

static inline void vt_start(struct super *root)
{
	struct path p;

	vfs_init();
	CHECK_EQ(vfs_mount("/", root, 0, "root"), 0);
	p = vfs_root();
	vt_fs = fs_create(p);
	path_put(p);
	vt_root = cred_create(0, 0);
}

/* Unmounts everything; nothing may be left. */
static inline void vt_stop(void)
{
	struct vfs_counts c;

	fs_put(vt_fs);
	cred_put(vt_root);
	vfs_shutdown();
	vfs_live_counts(&c);
	CHECK_EQ(c.inodes, 0);
	CHECK_EQ(c.dentries, 0);
	CHECK_EQ(c.files, 0);
	CHECK_EQ(c.mounts, 0);
	CHECK_EQ(c.tables, 0);
	CHECK_EQ(ram_free_pages(), vt_free_pages);
}

static struct thread vt_thread;
static void vt_gone(void *arg)
{
	(void)arg;
	sched_shutdown();
}
static void vt_entry(void *arg)
{
	((void (*)(void))arg)();
	thread_exit(vt_gone, NULL);
}

/* Run `body` on a kernel thread of a fresh machine; main() of each test. */
static inline int vt_main(void (*body)(void))
{
	if (ram_init(64 << 20))
		return 1;
	sched_init();
	vt_free_pages = ram_free_pages();
	sched_lock();
	if (thread_init(&vt_thread, vt_entry, (void *)body))
		return 1;
	thread_start(&vt_thread);
	sched_run_hart();
	sched_unlock();
	ram_shutdown();
	return unit_done();
}

/* A fresh directory on the host, in the test's working directory or below TMPDIR. */
static inline char *vt_host_dir(char *buf, size_t cap)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(buf, cap, "%s/vfs-test-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(buf);
}

static inline void vt_remove_host_dir(const char *dir)
{
	char cmd[4200];

	snprintf(cmd, sizeof(cmd), "chmod -R u+rwX '%s' 2>/dev/null; rm -rf '%s'", dir, dir);
	if (system(cmd) != 0)
		printf("could not remove %s\n", dir);
}

#endif

/* overlay mounts as root: contents: holes, mappings, locks, set-id bits; without an upper layer. */
#include "overlay.h"

TOPIC(mount_overlay_data)
{
	int fd, ro;
	char *p, *q, buf[32] = "";
	struct stat st;

	if (!make_layers())
		return;
	fd = open("l1/sparse", O_CREAT | O_RDWR, 0644);
	pwrite(fd, "start", 5, 0); pwrite(fd, "middle", 6, 3 << 20); ftruncate(fd, 8 << 20); close(fd);
	put_file("l1/map", "0123456789");
	chmod("l1/map", 04755);
	R(mount("ov", "m", "overlay", MS_NOATIME, "lowerdir=l1,upperdir=u,workdir=w"));
	fd = open("m/sparse", O_RDWR); R(pwrite(fd, "S", 1, 0)); fstat(fd, &st); V(st.st_size); V(st.st_blocks < 200);
	R(pread(fd, buf, 6, 3 << 20)); puts(buf); R(lseek(fd, 0, SEEK_HOLE) > 0); R(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 3 << 20, 4096)); memset(buf, 0, sizeof(buf)); R(pread(fd, buf, 6, 3 << 20)); puts(buf);
	R(ftruncate(fd, 100)); R(lseek(fd, 0, SEEK_END)); close(fd);
	ro = open("m/map", O_RDONLY); p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, ro, 0); printf("%.4s\n", p);
	fd = open("m/map", O_RDWR); q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memcpy(q, "abc", 3); printf("%.5s\n", q); R(pread(ro, buf, 5, 0)); puts(buf); munmap(q, 4096); close(fd); show_file("u/map"); show_file("l1/map");
	R(chown("m/map", 7, 8)); stat("m/map", &st); X(st.st_mode); V(st.st_uid); munmap(p, 4096); close(ro);
	R(flock(open("m/map", O_RDWR), LOCK_EX | LOCK_NB)); R(flock(open("m/map", O_RDWR), LOCK_EX | LOCK_NB));
	R(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL)); R(open("m/map", O_WRONLY)); R(mkdir("m/x", 0700));
	R(umount2("m", MNT_DETACH));
	R(mount("ov", "m", "overlay", 0, "lowerdir=u:l1")); R(open("m/map", O_RDWR)); R(mkdir("m/x", 0700)); R(chmod("m/map", 0)); list("m");
	chdir("/");
}

/* overlay mounts as root: what mount(2) refuses. */
#include "overlay.h"

TOPIC(mount_overlay_errors)
{
	static const char *const options[] = {
		"", "lowerdir=l1", "lowerdir=l1:l2", "lowerdir=l1:absent", "lowerdir=l1,upperdir=u", "lowerdir=l1,upperdir=u,workdir=absent",
		"upperdir=u,workdir=w", "lowerdir=l1,upperdir=u,workdir=u/w", "lowerdir=l1,upperdir=w/u,workdir=w", "lowerdir=l1:,upperdir=u,workdir=w",
		"lowerdir=:l1,upperdir=u,workdir=w", "lowerdir=l1,upperdir=f,workdir=w", "lowerdir=f,upperdir=u,workdir=w", "lowerdir=l1,upperdir=u,workdir=f",
		"lowerdir=l1,upperdir=u,workdir=w,unknown", "lowerdir=l1,upperdir=u,workdir=w,redirect_dir=maybe", "lowerdir=l\\:1,upperdir=u,workdir=w",
		"lowerdir=l1,upperdir=u,workdir=t", "lowerdir=l1,workdir=w", "lowerdir=l1:l2,workdir=w", "lowerdir=,upperdir=u,workdir=w",
		"lowerdir=l1,upperdir=,workdir=w", "lowerdir=l1,upperdir=u,workdir=w,redirect_dir=off,index=off,metacopy=off,xino=off,userxattr",
	};

	if (!make_layers())
		return;
	put_file("f", "f"); mkdir("l:1", 0755); mkdir("u/w", 0755); mkdir("w/u", 0755); mkdir("t", 0755); mount("t", "t", "tmpfs", 0, NULL);
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		int r = mount("ov", "m", "overlay", 0, options[i]);

		printf("%s: %s\n", options[i], r ? error_name(errno) : "mounted");
		if (!r)
			umount2("m", 0);
	}
	R(mount("ov", "f", "overlay", 0, "lowerdir=l1:l2"));
	R(mount("ov", "absent", "overlay", 0, "lowerdir=l1:l2"));
	/* One overlay may lie on another; above that, and to be written to, it may not. */
	mkdir("a", 0755); mkdir("b", 0755); mkdir("c", 0755);
	R(mount("ov", "m", "overlay", 0, "lowerdir=l1,upperdir=u,workdir=w"));
	mkdir("m/up", 0755); mkdir("m/wk", 0755);
	R(mount("ov", "a", "overlay", 0, "lowerdir=l2,upperdir=m/up,workdir=m/wk"));
	R(mount("ov", "a", "overlay", 0, "lowerdir=m:l2")); R(mount("ov", "b", "overlay", 0, "lowerdir=l2:a")); R(mount("ov", "c", "overlay", 0, "lowerdir=m:l1"));
	chdir("/");
}

# native.sh: programs of an amd64 Debian root on the Linux below us, in name spaces of their own:
# what the same release does on the real kernel.
#
#   native_root [NAME PACKAGE...]    fetches it, or ends the script; shared: nothing but DIR is written to
#   native DIR COMMAND               runs COMMAND with the root's /bin/sh, DIR as its /mnt
#                                    as $native_user (UID:GID); as the session of its terminal
#                                    with $native_terminal
#
# An ordinary user becomes root of a user name space, with the rights that gives.
native_packages="bash coreutils dash sed grep gawk diffutils findutils perl-base libc-bin ncurses-base ncurses-bin tzdata locales gzip"

native_root() {
	user=
	[ $# -gt 0 ] || set -- native $native_packages
	native_root=$HEARTH_CACHE/roots/amd64-$1; shift
	[ "$(id -u)" = 0 ] || user=--map-root-user
	native_spaces="unshare $user -m -p -i -n --fork --kill-child"
	$native_spaces true 2> /dev/null || skip_all "no name spaces for the native half"
	"$HEARTH_SOURCE/tools/debian-root" --arch amd64 "$native_root" "$@" >&2 || bail "no amd64 root"
	mkdir -p "$native_root/mnt"
}

# Descriptors that whoever started the test left open would be seen by the programs. (Those of two digits
# are tests/run's to close.)
native() {
	(for fd in $(ls /proc/self/fd); do [ "$fd" -le 2 ] || [ "$fd" -gt 9 ] || eval "exec $fd>&-"; done
	exec $native_spaces sh -c 'cd "$0" && mount --rbind /dev dev && mount -t proc proc proc && mount --bind "$1" mnt || exit
		mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts && mount --bind dev/pts/ptmx dev/ptmx || exit
		mount -t tmpfs shm dev/shm && mount -t tmpfs tmp tmp && chmod 1777 dev/shm tmp || exit
		exec ${4:+setsid -w -c} chroot ${3:+--userspec=$3} . /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 TZ=UTC0 /bin/sh -c "cd /mnt && $2"' \
		"$native_root" "$1" "$2" "${native_user:-}" "${native_terminal:-}")
}

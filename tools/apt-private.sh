# apt-private.sh: a private apt, sourced by debian-root and rv32-musl.
#
# apt is asked to resolve dependencies, to download and to check signatures,
# but for another suite and another architecture than the system's, and as an
# ordinary user. So it gets a configuration of its own in the cache directory:
# its own lists, archives, sources and package status. From the system's
# configuration come only the mirror's address and how to reach it (the whole
# Acquire tree: proxies, certificates, time-outs).
#
#   $hearth_cache/debian/SUITE-ARCH/{apt.conf,sources.list,lists/,archives/}
#
# Uses: apt_setup SUITE ARCH; then `private_apt get|cache ARGS` with
# $apt_status naming the package status file.

hearth_cache=${HEARTH_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/hearth}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
me=${0##*/}

say() { echo "$me: $*" >&2; }
die() { say "$@"; exit 1; }

# The Debian mirror that apt is configured for. apt says it best (Origin comes
# from the Release file); without downloaded lists, what `update` would fetch
# for the system's own suite is it.
debian_mirror() {
	if [ -n "${HEARTH_DEBIAN_MIRROR:-}" ]; then
		echo "${HEARTH_DEBIAN_MIRROR%/}/"
		return
	fi
	mirror=$(apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(RELEASE)|$(REPO_URI)' 2>/dev/null |
		awk -F'|' '$1 == "Packages" && $2 == "Debian" && $3 !~ /-/ { print $4; exit }')
	if [ -z "$mirror" ]; then
		codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-stable}")
		mirror=$(apt-get update --print-uris 2>/dev/null | tr -d "'" |
			sed -n "s|^\([^ ]*/\)dists/\($codename\|stable\|testing\|sid\)/InRelease .*|\1|p" | head -n 1)
	fi
	[ -n "$mirror" ] || die "apt is configured for no Debian mirror (set HEARTH_DEBIAN_MIRROR to one)"
	echo "$mirror"
}

# apt itself verifies InRelease with gpgv against the keyring named in the
# source. Where either is missing, say so once and go on unverified.
source_options() {
	if ! command -v gpgv >/dev/null 2>&1; then
		say "warning: gpgv is not installed: the archive's signature is not checked"
		echo "trusted=yes"
	elif [ ! -e "$keyring" ]; then
		say "warning: no $keyring: the archive's signature is not checked"
		echo "trusted=yes"
	else
		echo "signed-by=$keyring"
	fi
}

apt_setup() {   # SUITE ARCH
	command -v apt-get >/dev/null 2>&1 || die "needs apt-get (a Debian system)"
	apt_dir=$hearth_cache/debian/$1-$2
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial"
	: > "$apt_dir/empty-status"
	apt_status=$apt_dir/empty-status

	# One at a time: lists and archives are shared by everything that uses this cache.
	exec 9> "$apt_dir/lock"
	flock -n 9 2>/dev/null || { say "waiting for another run to finish"; flock 9; }

	mirror=$(debian_mirror)
	options=$(source_options)
	for kind in deb deb-src; do
		echo "$kind [arch=$2 $options] $mirror $1 main"
	done | sed 's/^deb-src \[arch=[^ ]* /deb-src [/' > "$apt_dir/sources.list.new"
	if cmp -s "$apt_dir/sources.list.new" "$apt_dir/sources.list"; then
		rm "$apt_dir/sources.list.new"
	else
		rm -f "$apt_dir/lists"/*_InRelease
		mv "$apt_dir/sources.list.new" "$apt_dir/sources.list"
	fi

	{
		# As dumped, an empty value would make a list entry of each section's name.
		apt-config dump | grep '^Acquire::' | grep -v '^Acquire::\(IndexTargets\|CompressionTypes\|Languages\)' | grep -v ' "";$'
		cat <<-END
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "/dev/null";
		Dir::Etc::sourcelist "$apt_dir/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$apt_dir";
		Dir::State::lists "$apt_dir/lists";
		Dir::State::extended_states "$apt_dir/extended_states";
		Dir::Cache "$apt_dir";
		Dir::Cache::archives "$apt_dir/archives";
		Dir::Log "$apt_dir";
		APT::Architecture "$2";
		APT::Architectures { "$2"; };
		APT::Install-Recommends "false";
		APT::Get::Assume-Yes "true";
		APT::Sandbox::User "$(id -un)";
		APT::Get::AllowUnauthenticated "$(case $options in trusted*) echo true ;; *) echo false ;; esac)";
		Acquire::Languages "none";
		Acquire::GzipIndexes "true";
		Debug::NoLocking "true";
		END
	} > "$apt_dir/apt.conf"
}

private_apt() {   # get|cache ARGS…: apt's chatter goes to stderr, on a terminal only
	tool=$1; shift
	quiet=-qq
	if [ -t 2 ] && [ "$tool" = get ]; then quiet=; fi
	APT_CONFIG=$apt_dir/apt.conf "apt-$tool" $quiet -o Dir::State::status="$apt_status" "$@"
}

# Lists are fetched when there are none and when they are a week old; a
# download that fails asks for them again.
apt_update() {   # [now]
	if [ "${1:-}" != now ] && [ -n "$(find "$apt_dir/lists" -name '*_InRelease' -mtime -7 2>/dev/null)" ]; then
		return
	fi
	say "fetching package lists from $mirror"
	private_apt get update >&2 || die "cannot fetch the package lists of $mirror"
	touch "$apt_dir/lists"/*_InRelease
}

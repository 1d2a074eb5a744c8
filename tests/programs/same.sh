# tests/programs/same.sh: the same command line on the host and in a Debian root
# inside hearth. What it prints, standard error included, and its status must be equal.
#
#   same DESC COMMAND-LINE        run by bash -c in a fresh directory with $test_dir/data in it
#
# A shell's message about a killed job names a pid, which is taken out. Versions differ (this host's Debian, the root's trixie): commands are chosen
# whose output does not depend on that. Locale C.UTF-8, time zone UTC, umask 022.
. "${HEARTH_SOURCE:-.}/tests/lib.sh"

root=$(debian_root) || bail "no Debian root"
shell=${shell:-/bin/bash}
without_pids='s/(line [0-9]+:) +[0-9]+ (Killed|Terminated|Segm|Abort)/\1 PID \2/'

# The host's own programs, wherever the test was started from.
on_host() {
	env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 TZ=UTC0 "$shell" -c "$1"
}

in_hearth() {
	"$HEARTH" run --root "$root" --bind "$PWD:/mnt" --cwd /mnt --user "$(id -u):$(id -g)" \
		--env PATH=/usr/bin:/bin --env HOME=/root --env LANG=C.UTF-8 --env TZ=UTC0 "$shell" -c "$1"
}

# compare DESC RUNNER COMMAND-LINE...: RUNNER is "in_hearth" or what replaces it.
compare() {
	local desc=$1 want got
	shift
	rm -rf "$scratch/host" "$scratch/guest"
	mkdir "$scratch/host" "$scratch/guest"
	cp "$test_dir"/data/* "$scratch/host"
	cp "$test_dir"/data/* "$scratch/guest"
	want=$(cd "$scratch/host" && umask 022 && on_host "$1" < /dev/null 2>&1; echo "status $?")
	want=$(printf '%s' "$want" | sed -E "$without_pids")
	got=$(cd "$scratch/guest" && umask 022 && timeout -k 2 "$(awk "BEGIN { print 30 * ${HEARTH_SLOW:-1} }")" \
		bash -c "$(declare -f in_hearth); $(declare -p HEARTH root shell); in_hearth \"\$1\"" in_hearth "$1" < /dev/null 2>&1
		echo "status $?")
	got=$(printf '%s' "$got" | sed -E "$without_pids")
	if [ "$got" = "$want" ]; then
		pass "$desc"
	else
		fail "$desc" "$(diff <(printf '%s\n' "$want") <(printf '%s\n' "$got") | head -n 20)"
	fi
}

same() { compare "$1" "$2"; }

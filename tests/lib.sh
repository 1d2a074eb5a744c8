# tests/lib.sh: what test scripts share. A test script starts
#
#   #!/bin/sh
#   . "${HEARTH_SOURCE:-.}/tests/lib.sh"
#
#   run hearth run --root "$(debian_root dash)" /bin/sh -c 'echo hi'
#   is "$out" hi "a shell says hi"
#   done_testing
#
# and prints TAP for tests/run. It also runs by itself, from the top of the
# source tree: `tests/guest/exec.test`, with HEARTH=build/hearth by default.
#
# Checks (DESC last; each prints one TAP line and never stops the script):
#   ok DESC COMMAND…        the command succeeds         not_ok DESC COMMAND…   it fails
#   is GOT WANT DESC        equal strings                isnt GOT NOTWANT DESC
#   like GOT ERE DESC       some line matches            unlike GOT ERE DESC
#   pass DESC    fail DESC [DETAILS]    skip DESC WHY
#   skip_all WHY            end the script, nothing to test here
#   bail WHY                end the script, it cannot go on
#   done_testing            last line of every script
#
# Running:
#   run COMMAND…            sets $out, $err (both without the last newlines) and $status
#   hearth ARGS…            the program under test
#   with_timeout SECONDS COMMAND…
#
# Making (all print a path; results are kept by content, so a second run is quick):
#   host_cc [FLAGS] FILE.c…          for this machine
#   rv64cc [FLAGS] FILE.c…           RV64, dynamic, glibc     rv64cc_static: static
#   rv32cc [FLAGS] FILE.c…           RV32, static, musl; -mabi=ilp32 (default) or ilp32d
#   debian_root [PACKAGE…]           a riscv64 Debian root; shared: do not write to it
#   debian_root_copy [PACKAGE…]      a copy in the current directory, to write to
#   same_as_host DESC FILE.c [ARGS…] static RV64 in hearth against the host: output and status

set -u

HEARTH_SOURCE=${HEARTH_SOURCE:-$(pwd)}
HEARTH_BUILD=${HEARTH_BUILD:-$HEARTH_SOURCE/build}
HEARTH=${HEARTH:-$HEARTH_BUILD/hearth}
HEARTH_CACHE=${HEARTH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hearth}
# Where this script's own sources are.
test_dir=$(cd "$(dirname "$0")" && pwd)
# A script run by itself leaves nothing in the source tree.
if [ "$(pwd)" = "$HEARTH_SOURCE" ]; then
	mkdir -p "$HEARTH_BUILD/test-work/alone-$$"
	cd "$HEARTH_BUILD/test-work/alone-$$" || exit 1
fi
export HEARTH_SOURCE HEARTH_BUILD HEARTH HEARTH_CACHE
scratch=$(mktemp -d "${TMPDIR:-/tmp}/hearth-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

test_count=0
test_failures=0
out= err= status=0

# ---- TAP ----------------------------------------------------------------------

pass() {
	test_count=$((test_count + 1))
	echo "ok $test_count - $1"
}

fail() {
	test_count=$((test_count + 1))
	test_failures=$((test_failures + 1))
	echo "not ok $test_count - $1"
	[ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/# /'
}

skip() {
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

skip_all() { echo "1..0 # SKIP $1"; exit 0; }
bail()     { echo "Bail out! $1"; exit 1; }

done_testing() {
	echo "1..$test_count"
	[ $test_failures = 0 ]
	exit
}

ok() {
	desc=$1; shift
	if "$@" > "$scratch/ok.out" 2>&1; then
		pass "$desc"
	else
		fail "$desc" "status $? from: $*
$(cat "$scratch/ok.out")"
	fi
}

not_ok() {
	desc=$1; shift
	if "$@" > "$scratch/ok.out" 2>&1; then
		fail "$desc" "status 0 from: $*"
	else
		pass "$desc"
	fi
}

is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3" "got:
$1
wanted:
$2${err:+
stderr of the last run:
$err}"
	fi
}

isnt() { if [ "$1" != "$2" ]; then pass "$3"; else fail "$3" "got: $1"; fi; }

like() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		pass "$3"
	else
		fail "$3" "no line matches /$2/ in:
$1${err:+
stderr of the last run:
$err}"
	fi
}

unlike() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		fail "$3" "a line matches /$2/ in:
$1"
	else
		pass "$3"
	fi
}

# ---- running --------------------------------------------------------------------

hearth() { "$HEARTH" "$@"; }

run() {
	"$@" > "$scratch/out" 2> "$scratch/err" < "${run_stdin:-/dev/null}"
	status=$?
	out=$(cat "$scratch/out")
	err=$(cat "$scratch/err")
}

with_timeout() {   # a function cannot be given to timeout(1)
	limit=$(awk "BEGIN { print $1 * ${HEARTH_SLOW:-1} }"); shift
	case $1 in
	hearth) shift; timeout -k 2 "$limit" "$HEARTH" "$@" ;;
	*) timeout -k 2 "$limit" "$@" ;;
	esac
}

# ---- making -----------------------------------------------------------------------

# compile KIND COMPILER ARGS…: the name of the result says what it was made
# from: compiler, arguments, the sources and the headers beside them. The name
# of the first source is kept as the program's name (comm, argv[0], messages).
compile() {
	kind=$1 compiler=$2; shift 2
	command -v "$compiler" > /dev/null || { echo "# no $compiler" >&2; return 1; }
	name= headers=
	for arg; do
		case $arg in
		*.c|*.S)
			[ -n "$name" ] || { name=${arg##*/}; name=${name%.*}; }
			headers="$headers $(ls "$(dirname "$arg")"/*.h 2> /dev/null | tr '\n' ' ')" ;;
		esac
	done
	hash=$({
		echo "$kind $*"
		"$compiler" --version | head -n 1
		for arg; do case $arg in *.c|*.S) cat "$arg" ;; esac; done
		[ -z "${headers# }" ] || cat $headers 2> /dev/null
	} | sha256sum | cut -c 1-16)
	bin=$HEARTH_BUILD/test-bin/$kind-$hash/$name
	if [ ! -e "$bin" ]; then
		mkdir -p "${bin%/*}"
		"$compiler" -o "$bin.$$" "$@" >&2 || { rm -f "$bin.$$"; return 1; }
		mv "$bin.$$" "$bin"
	fi
	echo "$bin"
}

host_cc()       { compile host gcc -O1 -D_GNU_SOURCE -w "$@"; }
rv64cc()        { compile rv64 riscv64-linux-gnu-gcc -O1 -D_GNU_SOURCE -w "$@"; }
rv64cc_static() { compile rv64s riscv64-linux-gnu-gcc -O1 -D_GNU_SOURCE -w -static "$@"; }

rv32cc() {
	"$HEARTH_SOURCE/tools/rv32-musl" "$HEARTH_CACHE/rv32-musl" >&2 || return 1
	compile rv32 "$HEARTH_CACHE/rv32-musl/bin/rv32-musl-gcc" -O1 -D_GNU_SOURCE -w "$@"
}

standard_packages="bash dash coreutils grep sed perl python3 sqlite3 lua5.4 findutils tar gzip xz-utils
	mawk gawk diffutils procps libc-bin busybox-static ncurses-base ncurses-bin"

debian_root() {
	[ $# -gt 0 ] || set -- $standard_packages
	sorted=$(printf '%s\n' "$@" | LC_ALL=C sort -u)
	root=$HEARTH_CACHE/roots/$(echo $sorted | sha256sum | cut -c 1-16)
	"$HEARTH_SOURCE/tools/debian-root" "$root" $sorted >&2 || return 1
	echo "$root"
}

debian_root_copy() {
	from=$(debian_root "$@") || return 1
	copy=$(mktemp -d "$PWD/root.XXXXXX")
	cp -a --reflink=auto "$from/." "$copy/" && echo "$copy"
}

same_as_host() {
	desc=$1 file=$2; shift 2
	native=$(host_cc "$file" -lm -lpthread) || { fail "$desc" "$file does not compile for the host"; return; }
	guest=$(rv64cc_static "$file" -lm -lpthread) || { fail "$desc" "$file does not compile for RISC-V"; return; }
	run "$native" "$@"
	want="$out
[status $status]"
	run hearth run "$guest" "$@"
	is "$out
[status $status]" "$want" "$desc"
}

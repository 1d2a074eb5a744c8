#!/bin/sh
# bash_cases.sh WAY SECONDS [CASE...]: bash's own suite, in WAY/tests, with /usr/bin/bash as the shell under
# test. Each run-CASE compares with what CASE.right says and prints what differs. WAY.results/CASE is
# empty for a case that passes; WAY.results/CASE.output is what the shell under test said.
cd "$1/tests" || exit
results=$PWD/../../$1.results limit=$2; shift 2
mkdir /tmp/bash-suite
export HOME=/tmp TMPDIR=/tmp/bash-suite PATH=$PWD:/usr/bin:/bin THIS_SH=/usr/bin/bash BUILD_DIR=${PWD%/tests} LOCPATH=${PWD%/*/tests}/locales
export BASH_TSTOUT=$TMPDIR/output
unset BASH_ENV SHELLOPTS POSIXLY_CORRECT
[ $# -gt 0 ] || set -- $(ls run-* | sed 's/^run-//' | grep -vx -e all -e minimal -e gprof)
for name; do
	rm -f "$BASH_TSTOUT"
	timeout --foreground -k 5 $limit sh "./run-$name" < /dev/null > "$results/$name.all" 2>&1
	case $? in 124|137) echo "over its time" >> "$results/$name.all" ;; esac
	LC_ALL=C grep -a -v '^warning: ' "$results/$name.all" > "$results/$name"
	[ ! -e "$BASH_TSTOUT" ] || cp "$BASH_TSTOUT" "$results/$name.output"
done
rm -rf "$TMPDIR"

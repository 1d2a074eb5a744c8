#!/bin/sh
# The guest's and the native half of sqlite.long.test: each file of SQLite's suite by itself, as the suite's
# own "veryquick" set-up runs it, in a directory that is thrown away.
#
#   sqlite_cases.sh WAY JOBS LIMIT FILE...      below the current directory: src, WAY/testfixture; WAY.results/FILE
#   sqlite_cases.sh list WAY                    what "veryquick" has
#
# A result ends with a line "status N seconds S"; 124 and 137 are the time limit's.
top=$(pwd)
case $1 in
list)
	mkdir -p "$2.list" && cd "$2.list" || exit
	cat > list.tcl <<-'END'
		set argv {}
		set argv0 [file join $env(SUITE) list.test]
		source [file join $env(SUITE) permutations.test]
		array set veryquick $testspec(veryquick)
		foreach file [lsort $veryquick(-files)] { puts "FILE [file tail $file]" }
		exit
	END
	SUITE=$top/src/test "../$2/testfixture" list.tcl | sed -n 's/^FILE //p' | sort -u
	exit ;;
one)
	way=$2 limit=$3 file=$4
	mkdir -p "$way.work/$file" && cd "$way.work/$file" || exit
	before=$(date +%s)
	timeout -k 10 "$limit" "$top/$way/testfixture" "$top/src/test/permutations.test" veryquick "$file" > "$top/$way.results/$file.part" 2>&1 < /dev/null
	echo "status $? seconds $(($(date +%s) - before))" >> "$top/$way.results/$file.part"
	mv "$top/$way.results/$file.part" "$top/$way.results/$file"
	cd "$top" && chmod -R u+rwX "$way.work/$file" && rm -rf "$way.work/$file"
	exit ;;
esac
way=$1 jobs=$2 limit=$3; shift 3
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh "$0" one "$way" "$limit"

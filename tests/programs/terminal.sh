# terminal.sh: a terminal for tests that type as a person would; sourced after tests/lib.sh.
#
#   start_terminal COLUMNS LINES    a host shell in tmux, its prompt "host> "
#   keys KEY...                     tmux' names of keys; text is typed as it is
#   screen                          what is to be seen
#   see ERE                         waits until a line matches
#   shows ERE DESC                  a check that it does
#   do_line LINE ERE DESC           types a line, then shows

command -v tmux > /dev/null || skip_all "no tmux"

# A server of this test's own, so that nobody's tmux is touched.
export TMUX_TMPDIR=$scratch
tm() { tmux -L hearth-test -f /dev/null "$@"; }
trap 'tm kill-server 2> /dev/null; rm -rf "$scratch"' EXIT

keys()   { tm send-keys -t 0 "$@"; }
screen() { tm capture-pane -p -J -t 0; }

# see ERE: waits until a line of the screen matches.
see() {
	local tries
	for ((tries = 0; tries < 100 * ${HEARTH_SLOW:-1}; tries++)); do
		screen | grep -Eq -e "$1" && return 0
		sleep 0.1
	done
	return 1
}

# shows ERE DESC: it appears; a screen without it is the failure's explanation.
shows() {
	if see "$1"; then pass "$2"; else fail "$2" "no line matches /$1/ on:
$(screen | sed '/^ *$/d')"; fi
}

# do_line LINE ERE DESC: types a line; the expectation must not match the typed text.
do_line() { keys "$1" Enter; shows "$2" "$3"; }

start_terminal() {
	tm new-session -d -x "$1" -y "$2" "cd '$PWD'; env -i PATH=/usr/bin:/bin HEARTH_BUILD='$HEARTH_BUILD' TERM=xterm PS1='host> ' bash --norc --noprofile -i" ||
		skip_all "tmux cannot make a terminal here"
	see '^host>' || bail "no shell in tmux"
}

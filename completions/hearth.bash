# bash completion for hearth(1).

_hearth_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }

_hearth_value() {   # OPTION
	case $1 in
	--root|--cwd|--bind) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")) ;;
	--cache) compopt -o filenames; COMPREPLY=($(compgen -d -W none -- "$cur")) ;;
	--env) compopt -o nospace; COMPREPLY=($(compgen -e -S = -- "$cur")) ;;
	--net) _hearth_words "none host" ;;
	--sched) _hearth_words "eevdf latency rr" ;;
	--jit) _hearth_words "off quick full" ;;
	--dump) _hearth_words "blocks ir asm" ;;
	esac
}

_hearth() {
	local cur=${COMP_WORDS[COMP_CWORD]} i=1 word
	local valued=" --root --bind --env --cwd --user --hostname --net --publish --memory --swap --harts --sched --seed --jit --jit-threshold --jit-cache --cache --dump "
	local options="$valued --perf-map --strace --report --help"
	COMPREPLY=()

	if [[ $COMP_CWORD -gt 1 ]]; then
		case ${COMP_WORDS[1]} in
		help) [[ $COMP_CWORD -gt 2 ]] || _hearth_words "run explain environment files"; return ;;
		run|explain) i=2 ;;
		esac
	fi
	# Over the options, to the cursor. The line has been cut at = and :, which are words of their own.
	while ((i < COMP_CWORD)); do
		word=${COMP_WORDS[i++]}
		if [[ $valued == *" $word "* ]]; then
			if [[ ${COMP_WORDS[i]} == = ]]; then
				((i++ < COMP_CWORD)) || cur=
			fi
			if ((i >= COMP_CWORD)); then
				_hearth_value "$word"
				return
			fi
			while [[ ${COMP_WORDS[++i]} == [:=] ]]; do
				((++i < COMP_CWORD)) || return
			done
		elif [[ $word == -- || $word != -* ]]; then
			# The program is there, or nothing else can come; what follows it is its own business.
			compopt -o filenames
			COMPREPLY=($(compgen -f -- "$cur"))
			return
		fi
	done
	if [[ $cur == -* ]]; then
		[[ $COMP_CWORD != 1 ]] || options+=" --version"
		_hearth_words "$options"
	else
		compopt -o filenames
		COMPREPLY=($(compgen -f -- "$cur"))
		[[ $COMP_CWORD != 1 ]] || COMPREPLY+=($(compgen -W "run explain help" -- "$cur"))
	fi
}
complete -F _hearth hearth

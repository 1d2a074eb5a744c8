# bash completion for hearth(1).

_hearth() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i word program=0
	local options="--root --bind --env --cwd --user --hostname --net --publish --memory --harts --sched --swap --seed --jit --jit-threshold --jit-cache --cache --dump --perf-map --strace --report --help"
	COMPREPLY=()

	case $prev in
	--root|--cwd|--bind|--cache) COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames; return ;;
	--sched) COMPREPLY=($(compgen -W "eevdf latency rr" -- "$cur")); return ;;
	--net) COMPREPLY=($(compgen -W "none host" -- "$cur")); return ;;
	--user|--hostname|--publish|--memory|--harts|--sched|--swap|--seed|--jit-threshold|--jit-cache) return ;;
	--dump) COMPREPLY=($(compgen -W "blocks ir asm" -- "$cur")); return ;;
	--jit) COMPREPLY=($(compgen -W "off quick full" -- "$cur")); return ;;
	--env) COMPREPLY=($(compgen -e -S = -- "$cur")); compopt -o nospace; return ;;
	esac

	# Is the program's name already there? Then the rest is the program's own business.
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		run|explain) [[ $i == 1 ]] || program=1 ;;
		--root|--bind|--env|--cwd|--user|--hostname|--net|--publish|--memory|--harts|--sched|--swap|--seed|--jit-threshold|--jit-cache|--cache|--jit|--dump) ((i++)) ;;
		-*) ;;
		*) program=1 ;;
		esac
	done
	if ((program)); then
		COMPREPLY=($(compgen -f -- "$cur"))
	elif [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$options" -- "$cur"))
		return
	else
		COMPREPLY=($(compgen -f -- "$cur"))
		((COMP_CWORD != 1)) || COMPREPLY+=($(compgen -W "run explain" -- "$cur"))
	fi
	compopt -o filenames
}
complete -F _hearth hearth

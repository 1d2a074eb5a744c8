#compdef hearth
# zsh completion for hearth(1).

_hearth_options=(
	'--root[the directory that is the program'\''s /]:directory:_directories'
	'*--bind[show a host directory inside: SRC:DST[:ro]]:source:_directories'
	'*--env[set an environment variable]:NAME=VALUE:_parameters -g "*export*" -qS='
	'--cwd[start in this directory of the root]:directory:_directories'
	'--user[start as this user]:UID[\:GID]:'
	'--hostname[the name of the machine]:name:'
	'--net[a loopback of its own, or the sockets of the host]:network:(none host)'
	'*--publish[a port of the host leads inside]:HOST\:GUEST[/udp]:'
	'--sched[who runs when]:policy:(eevdf latency rr)'
	'--harts[how many processors the machine has]:number:'
	'--memory[how much memory the machine has]:size (K, M, G):'
	'--swap[size of a swap file on the host]:size (K, M, G):'
	'--seed[random numbers and addresses repeat from run to run]:number:'
	'--jit[translate code that runs often]:mode:(off quick full)'
	'--jit-threshold[how often code runs before it is translated]:count:'
	'--jit-cache[memory of the host for translations]:size (K, M, G):'
	'--cache[where translations are kept for the next run, or none]:directory:_directories'
	'--dump[write translations to standard error]:what:(blocks ir asm)'
	'--perf-map[name translated code for perf]'
	'--strace[write every system call to standard error]'
	'--report[count instructions, faults and calls at the end]'
	'--help[show help]'
)

_hearth() {
	local curcontext=$curcontext state line
	if (( CURRENT == 2 )); then
		_alternative \
			'commands:command:((run\:"run a program" explain\:"run a program and tell how it started"))' \
			'files:program:_files'
		return
	fi
	if [[ $words[2] == (run|explain) ]]; then
		words=("${(@)words[1]}" "${(@)words[3,-1]}")
		(( CURRENT-- ))
	fi
	_arguments -S $_hearth_options '1:program:_files' '*::arguments:_normal'
}

_hearth "$@"

#compdef hearth
# zsh completion for hearth(1).

_hearth() {
	local curcontext=$curcontext state line
	local -a options
	# In brackets, a ] would end the text.
	options=(
		'--root=[the directory that the program sees as /]:directory:_directories'
		'*--bind=[show a host directory inside]:SRC\:DST or SRC\:DST\:ro:_directories'
		'*--env=[set an environment variable]:NAME=VALUE:_parameters -g "*export*" -qS='
		'--cwd=[start in this directory of the root]:directory:_directories'
		'--user=[start as this user]:UID or UID\:GID:'
		'--hostname=[the name of the machine]:name:'
		'--net=[a loopback of its own, or the sockets of the host]:network:(none host)'
		'*--publish=[a port of the host leads inside]:HOST\:GUEST or HOST\:GUEST/udp:'
		'--memory=[how much memory the machine has]:size (K, M, G):'
		'--swap=[size of a swap file on the host]:size (K, M, G):'
		'--harts=[how many processors the machine has]:number:'
		'--sched=[who runs when]:policy:(eevdf latency rr)'
		'--seed=[random numbers and addresses repeat from run to run]:number:'
		'--jit=[translate code that runs often]:mode:(off quick full)'
		'--jit-threshold=[how often code runs before it is translated]:count:'
		'--jit-cache=[memory of the host for translations]:size (K, M, G):'
		'--cache=[where translations are kept for the next run, or none]:directory:_hearth_cache'
		'--dump=[write translations to standard error]:what:(blocks ir asm)'
		'--perf-map[name translated code for perf]'
		'--strace[write every system call to standard error]'
		'--report[count instructions, faults and calls at the end]'
		'--help[show help]'
	)
	if [[ $words[2] == help && $CURRENT -gt 2 ]]; then
		(( CURRENT > 3 )) || compadd run explain environment files
		return
	fi
	if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
		_alternative \
			'commands:command:((run\:"run a program" explain\:"run a program and tell how it started" help\:"explain a topic"))' \
			'files:program:_files'
		return
	fi
	(( CURRENT > 2 )) || options+=('--version[show the version]')
	if [[ $words[2] == (run|explain) ]]; then
		words=("${(@)words[1]}" "${(@)words[3,-1]}")
		(( CURRENT-- ))
	fi
	# -A: what follows the program's name is its own business.
	_arguments -S -A '-*' $options '1:program:_files' '*:argument:_files'
}

_hearth_cache() {
	_alternative 'none:no cache:(none)' 'directories:directory:_directories'
}

_hearth "$@"

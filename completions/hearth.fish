# fish completion for hearth(1).

function __hearth_no_command
    test (count (commandline -opc)) -eq 1
end

complete -c hearth -n __hearth_no_command -a run -d 'Run a program'
complete -c hearth -n __hearth_no_command -a explain -d 'Run a program and tell how it started'
complete -c hearth -l root -r -a '(__fish_complete_directories)' -d "The directory that is the program's /"
complete -c hearth -l bind -r -a '(__fish_complete_directories)' -d 'Show a host directory inside: SRC:DST[:ro]'
complete -c hearth -l env -x -d 'Set an environment variable: NAME=VALUE'
complete -c hearth -l cwd -r -a '(__fish_complete_directories)' -d 'Start in this directory of the root'
complete -c hearth -l user -x -d 'Start as this user: UID[:GID]'
complete -c hearth -l hostname -x -d 'The name of the machine'
complete -c hearth -l net -x -a 'none host' -d 'A loopback of its own, or the sockets of the host'
complete -c hearth -l publish -x -d 'A port of the host leads inside: HOST:GUEST[/udp]'
complete -c hearth -l sched -x -a 'eevdf latency rr' -d 'Who runs when'
complete -c hearth -l harts -x -d 'How many processors the machine has'
complete -c hearth -l memory -x -d 'How much memory the machine has (K, M, G)'
complete -c hearth -l swap -x -d 'Size of a swap file on the host (K, M, G)'
complete -c hearth -l seed -x -d 'Random numbers and addresses repeat from run to run'
complete -c hearth -l jit -x -a 'off quick full' -d 'Translate code that runs often'
complete -c hearth -l jit-threshold -x -d 'How often code runs before it is translated'
complete -c hearth -l cache -r -a 'none (__fish_complete_directories)' -d 'Where translations are kept for the next run'
complete -c hearth -l jit-cache -x -d 'Memory of the host for translations (K, M, G)'
complete -c hearth -l dump -x -a 'blocks ir asm' -d 'Write translations to standard error'
complete -c hearth -l perf-map -d 'Name translated code for perf'
complete -c hearth -l strace -d 'Write every system call to standard error'
complete -c hearth -l report -d 'Count instructions, faults and calls at the end'

# fish completion for hearth(1).

set -g __hearth_valued --root --bind --env --cwd --user --hostname --net --publish --memory --swap --harts \
    --sched --seed --jit --jit-threshold --jit-cache --cache --dump

function __hearth_no_command
    test (count (commandline -opc)) -eq 1
end

function __hearth_in_help
    set -l words (commandline -opc)
    test "$words[2]" = help
end

function __hearth_wants_topic
    __hearth_in_help; and test (count (commandline -opc)) -eq 2
end

# The program's name is still to come: what follows it is its own business.
function __hearth_wants_program
    set -l words (commandline -opc)
    set -e words[1]
    contains -- "$words[1]" run explain; and set -e words[1]
    test "$words[1]" = help; and return 1
    set -l value no
    for word in $words
        if test $value = yes
            set value no
        else if contains -- $word $__hearth_valued
            set value yes
        else if test "$word" = --; or not string match -q -- '-*' $word
            return 1
        end
    end
    return 0
end

complete -c hearth -n __hearth_no_command -a run -d 'Run a program'
complete -c hearth -n __hearth_no_command -a explain -d 'Run a program and tell how it started'
complete -c hearth -n __hearth_no_command -a help -d 'Explain a topic'
complete -c hearth -n __hearth_no_command -l version -d 'Show the version'
complete -c hearth -n __hearth_in_help -f
complete -c hearth -n __hearth_wants_topic -a 'run explain environment files'
complete -c hearth -n __hearth_wants_program -l root -r -a '(__fish_complete_directories)' -d "The directory that is the program's /"
complete -c hearth -n __hearth_wants_program -l bind -r -a '(__fish_complete_directories)' -d 'Show a host directory inside: SRC:DST[:ro]'
complete -c hearth -n __hearth_wants_program -l env -x -d 'Set an environment variable: NAME=VALUE'
complete -c hearth -n __hearth_wants_program -l cwd -r -a '(__fish_complete_directories)' -d 'Start in this directory of the root'
complete -c hearth -n __hearth_wants_program -l user -x -d 'Start as this user: UID[:GID]'
complete -c hearth -n __hearth_wants_program -l hostname -x -d 'The name of the machine'
complete -c hearth -n __hearth_wants_program -l net -x -a 'none host' -d 'A loopback of its own, or the sockets of the host'
complete -c hearth -n __hearth_wants_program -l publish -x -d 'A port of the host leads inside: HOST:GUEST[/udp]'
complete -c hearth -n __hearth_wants_program -l memory -x -d 'How much memory the machine has (K, M, G)'
complete -c hearth -n __hearth_wants_program -l swap -x -d 'Size of a swap file on the host (K, M, G)'
complete -c hearth -n __hearth_wants_program -l harts -x -d 'How many processors the machine has'
complete -c hearth -n __hearth_wants_program -l sched -x -a 'eevdf latency rr' -d 'Who runs when'
complete -c hearth -n __hearth_wants_program -l seed -x -d 'Random numbers and addresses repeat from run to run'
complete -c hearth -n __hearth_wants_program -l jit -x -a 'off quick full' -d 'Translate code that runs often'
complete -c hearth -n __hearth_wants_program -l jit-threshold -x -d 'How often code runs before it is translated'
complete -c hearth -n __hearth_wants_program -l jit-cache -x -d 'Memory of the host for translations (K, M, G)'
complete -c hearth -n __hearth_wants_program -l cache -r -a 'none (__fish_complete_directories)' -d 'Where translations are kept for the next run'
complete -c hearth -n __hearth_wants_program -l dump -x -a 'blocks ir asm' -d 'Write translations to standard error'
complete -c hearth -n __hearth_wants_program -l perf-map -d 'Name translated code for perf'
complete -c hearth -n __hearth_wants_program -l strace -d 'Write every system call to standard error'
complete -c hearth -n __hearth_wants_program -l report -d 'Count instructions, faults and calls at the end'
complete -c hearth -n __hearth_wants_program -l help -d 'Show help'

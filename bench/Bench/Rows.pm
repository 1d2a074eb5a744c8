# Bench::Rows: what is measured, and what it must reach. A table, nothing else.
#
# A group has rows and targets: how many times as fast as qemu and as native
# hearth must at least be, geometric mean over its rows (the mean leaves out rows
# that could not be measured, and `own` rows, which have targets of their own).
# `interpreter` are the targets where hearth only interprets. No row may be slower
# than qemu, if hearth translates; if it interprets, no row of a `strict` group.
#
# A row:
#   name
#   c        a C program, bench/FILE, linked statically; `flags` for the compiler,
#            `arguments` for the program. It times its own work and prints
#            "CHECKSUM SECONDS". Or made => 'WORDS': `bench/generate WORDS` makes it
#   link     'dynamic': linked so; it then has to be in the root
#   place    'root': runs inside the Debian root, where it can execute programs
#   script   a shell command for the Debian root. It starts in /work, a new
#            directory with a copy of bench/whole, with what `data` and `tree`
#            name, and with what `setup`, a shell command for the host, makes of it
#   native   the script for native, where a program has another name there
#   data     { NAME => 'WORDS' }: what `bench/generate WORDS` prints, made once;
#            or { NAME => \'COMMAND' }, a shell command that writes to "$OUT"
#   tree     { NAME => PACKAGE }: the source of a Debian package
#   wall     wall time from start to end counts, and all output is the checksum;
#            so for every script that is not `timed`
#   heavy    run once, however often the others are
#   brief    N: it takes milliseconds: the shortest of N runs, as bench/stopwatch measures it
#   cache    hearth's second run with an empty disk cache counts; the first is `first`
#   targets, interpreter    as for a group
#   own      left out of the group's mean
#
# A script that cannot work here says why and ends with status 77: the row then
# has that remark in place of figures.
package Bench::Rows;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(@groups @root_packages @native_packages);

our @root_packages = qw(bash dash coreutils grep sed gawk findutils diffutils perl python3 lua5.4 sqlite3
	xz-utils zstd openssl gcc libc6-dev make redis-server redis-tools nginx wrk);
# For native the cross compiler comes with it: the same compiler making the same code.
our @native_packages = (@root_packages, 'gcc-riscv64-linux-gnu');

my %text = (text => 'text 6000000');

# The same compiler and the same code three times; native is the cross compiler.
my $compile = 'gcc -O2 -S -o out.s source.c && grep -v -e .ident -e .file out.s | sha256sum';
(my $compile_native = $compile) =~ s/^gcc/riscv64-linux-gnu-gcc/;
my %compile = (script => $compile, native => $compile_native, data => { 'source.c' => 'source 10000' });

sub c { my ($group, $name, %more) = @_; return { name => $name, c => "$group/$name.c", %more } }
sub quarter { interpreter => { qemu => 0.25 } }

our @groups = (
{
	name => 'integer', title => 'integer code', targets => { qemu => 3, native => 1 / 1.8 },
	rows => [
		c('integer', 'integer_mix', quarter),
		c('integer', 'dhrystone'),
		c('integer', 'sha256', quarter),
		c('integer', 'aes'),
		c('integer', 'sorting', quarter),
		c('integer', 'qsort'),
		c('integer', 'sieve'),
		c('integer', 'hash'),
		c('integer', 'strings'),
		c('integer', 'copy'),
		c('integer', 'chase'),
		{ name => 'chase-4M', c => 'integer/chase.c', flags => '-DNODES=65536 -DSTEPS=20000000' },
		c('integer', 'dispatch', quarter),
		c('integer', 'fib'),
		{ name => 'big-code', made => 'code' },
	],
},
{
	name => 'float', title => 'floating point', targets => { qemu => 8, native => 1 / 2 },
	rows => [
		map({ c('float', $_, interpreter => { qemu => 1 }) } qw(nbody mandelbrot matmul)),
		c('float', 'spectral'),
	],
},
{
	name => 'system', title => 'system calls, memory, signals', strict => 1, targets => { qemu => 5 },
	rows => [
		map({ c('system', $_) } qw(syscalls mmap faults signals yield pingpong)),
		c('system', 'files', place => 'root'),
	],
},
{
	name => 'threads', title => 'two threads', strict => 1, targets => {},
	rows => [ map { c('threads', $_) } qw(atomics mutex futex create) ],
},
{
	name => 'process', title => 'processes', strict => 1, targets => { qemu => 10 },
	rows => [
		c('process', 'forkwait', targets => { native => 1 }, interpreter => { native => 1 }),
		{ name => 'exec-static', c => 'process/execwait.c', place => 'root', targets => { native => 1 } },
		{ name => 'exec-dynamic', c => 'process/execwait.c', link => 'dynamic', place => 'root', targets => { native => 1 } },
		{ name => 'spawn-static', c => 'process/execwait.c', arguments => 'spawn', place => 'root' },
		{ name => 'spawn-dynamic', c => 'process/execwait.c', link => 'dynamic', arguments => 'spawn', place => 'root' },
		{ name => 'bash-true', script => q(bash -c 'for ((i = 0; i < 150; i++)); do /bin/true; done; echo $i'),
			interpreter => { qemu => 6 } },
		{ name => 'configure', heavy => 1, tree => { zlib => 'zlib' },
			script => 'cd zlib && ./configure && md5sum Makefile zconf.h' },
		{ name => 'make-lua', heavy => 1, tree => { lua => 'lua5.4' },
			script => 'cd lua && make -s linux && echo "print(_VERSION, 6 * 7)" | src/lua -' },
	],
},
{
	name => 'start', title => 'start-up', targets => {},
	rows => [
		{ name => 'hello', c => 'process/hello.c', brief => 20, targets => { qemu => 8 }, interpreter => { qemu => 5 } },
		{ name => 'hello-dynamic', c => 'process/hello.c', wall => 1, link => 'dynamic', place => 'root' },
		{ name => 'python-start', script => q(python3 -c 'print("hello")') },
		# hearth: a run with the disk cache that another run has filled, beside that other run.
		{ name => 'gcc-cached', heavy => 1, %compile, cache => 1, own => 1, targets => { first => 1.5 } },
	],
},
{
	name => 'whole', title => 'whole programs', targets => {},
	rows => [
		{ name => 'python-nbody', script => 'python3 nbody.py' },
		{ name => 'python-json', data => { %text }, script => 'python3 json_re.py' },
		{ name => 'python-strings', script => 'python3 strings.py' },
		{ name => 'perl', data => { %text }, script => 'perl words.pl' },
		{ name => 'lua', script => 'lua5.4 queens.lua' },
		{ name => 'sqlite', script => 'sqlite3 :memory: < tables.sql' },
		{ name => 'xz', data => { %text }, setup => 'head -c 600000 text > part',
			script => 'xz -T1 -6 part && sha256sum part.xz && xz -dc part.xz | sha256sum' },
		{ name => 'zstd', data => { %text }, setup => 'head -c 2000000 text > part',
			script => 'zstd -q -T1 -9 part && sha256sum part.zst && zstd -qdc part.zst | sha256sum' },
		{ name => 'openssl-sha256', data => { bytes => 'bytes 67108864' }, script => 'openssl dgst -sha256 bytes' },
		{ name => 'openssl-rsa', timed => 1,
			data => { 'key.pem' => \'openssl genrsa -out "$OUT" 2048' }, script => 'sh rsa.sh' },
		{ name => 'gcc', heavy => 1, %compile },
		{ name => 'redis', script => 'sh redis.sh' },
		{ name => 'nginx', timed => 1, data => { %text }, script => 'sh nginx.sh' },
	],
},
);

1;

# Bench::Ways: how a row is started natively, under qemu and in hearth.
#
#   set_up(source, build, hearth options)
#   my $ways = ways($row)        { native => WAY, qemu => WAY, hearth => WAY, … };
#                                dies with the reason if the row cannot be measured
#   my $result = run_once($way)
#
# A WAY is a command with what must be done before; or { missing => 'why' }.
# A RESULT is { seconds, cpu, output }, { skipped => 'why' } or { failed => 'why' }.
package Bench::Ways;
use strict;
use warnings;
use Exporter 'import';
use File::Path qw(make_path remove_tree);
use POSIX ();
use Time::HiRes qw(time);
use Bench::Rows qw(@root_packages @native_packages);

our @EXPORT_OK = qw(set_up ways run_once hearth_can);

my ($source, $build, $hearth, $options, $work, $cache, $help);
my %root;       # kind => directory, or undef after a failure
my $scratch;    # where a run's output goes
my $child;      # the process group that runs now

sub set_up {
	($source, $build, $options) = @_;
	$work = "$build/bench";
	$cache = $ENV{HEARTH_CACHE} // ($ENV{XDG_CACHE_HOME} // "$ENV{HOME}/.cache") . '/hearth';
	make_path("$work/bin", "$work/data", $scratch = "$work/run/output.$$");
	# As installed, like qemu: what a linker writes piece by piece is small pages in the host's page cache,
	# and mapping them takes a tenth of a short run.
	$hearth = keep("$work/bin/hearth", ["$build/hearth"], sub { shell("cp '$build/hearth' '$_[0]'") });
	$help = `'$hearth' run --help 2>&1`;
	$SIG{INT} = $SIG{TERM} = sub { kill 'KILL', -$child if $child; exit 130 };
}

# Whether `hearth run` has an option.
sub hearth_can { $help =~ /\Q$_[0]\E\b/ }

END { remove_tree($scratch) if $scratch }

# ---- what rows need --------------------------------------------------------------

# A file made by FILL(temporary name) unless it is newer than all of SOURCES.
sub keep {
	my ($file, $sources, $fill) = @_;
	return $file if -e $file && !grep { -M $file > -M $_ } @$sources;
	$fill->("$file.new") && -s "$file.new" or die +(split m|/|, $file)[-1] . " cannot be made\n";
	rename "$file.new", $file or die "$file: $!\n";
	return $file;
}

sub shell { system('sh', '-c', $_[0]) == 0 }

sub generated {
	my ($words, $name) = @_;
	my $generate = "$source/bench/generate";
	return keep("$work/data/$name", [$generate], sub { shell("'$generate' $words > '$_[0]'") });
}

sub data {
	my ($name, $how) = @_;
	return generated($how, $how =~ tr/ /-/r) unless ref $how;
	return keep("$work/data/$name", [], sub { local $ENV{OUT} = $_[0]; shell("$$how 2>/dev/null") });
}

my %compiler = (native => 'gcc', guest => 'riscv64-linux-gnu-gcc');

sub compile {
	my ($row, $kind) = @_;
	my $input = "$source/bench/" . ($row->{c} // '');
	$input = keep("$work/data/$row->{name}.c", ["$source/bench/generate"],
		sub { shell("'$source/bench/generate' $row->{made} > '$_[0]'") }) if $row->{made};
	my $flags = join ' ', $row->{made} ? '-O1' : '-O2', '-ffp-contract=off -pthread',
		($row->{link} // '') eq 'dynamic' || $kind eq 'native' ? () : '-static', $row->{flags} // ();
	# The flags are in the name: a program made with others is another one.
	my $binary = "$work/bin/$row->{name}.$kind" . ($flags =~ s/[^\w=]+/-/gr);
	return keep($binary, [$input, "$source/bench/bench.h"],
		sub { shell("$compiler{$kind} $flags -I '$source/bench' -o '$_[0]' '$input' -lm") });
}

my %arch = (native => ['amd64', @native_packages], guest => ['riscv64', @root_packages]);

# A Debian root of the benchmarks' own: empty directories are added to it.
sub root {
	my ($kind) = @_;
	return $root{$kind} if exists $root{$kind};
	my ($arch, @packages) = @{ $arch{$kind} };
	my $root = "$cache/roots/bench-$arch";
	print STDERR "bench: a Debian root for $arch\n" unless -d "$root/work";
	my $made = system("$source/tools/debian-root", '--arch', $arch, $root, @packages) == 0;
	make_path(map { "$root/$_" } 'work', $kind eq 'guest' ? qw(lib64 usr/lib/x86_64-linux-gnu) : ()) if $made;
	return $root{$kind} = $made ? $root : undef;
}

sub source_tree {
	my ($package) = @_;
	my $tree = `'$source/tools/debian-source' '$package'`;
	chomp $tree;
	return -d $tree ? $tree : die "needs the source of $package\n";
}

# ---- ways ------------------------------------------------------------------------

# A new directory for one run: work is the guest's /work, tmp its /tmp.
sub fill_directory {
	my ($row, $dir, $program) = @_;
	remove_tree($dir);
	make_path("$dir/work", "$dir/tmp");
	my $to = "$dir/work";
	my @commands;
	push @commands, "cp '$program' '$to/$row->{name}'" if $program;
	push @commands, "cp '$source'/bench/whole/* '$to/'" if $row->{script};
	for my $name (sort keys %{ $row->{data} // {} }) {
		my $from = data($name, $row->{data}{$name});
		push @commands, "ln '$from' '$to/$name'";
	}
	for my $name (sort keys %{ $row->{tree} // {} }) {
		push @commands, "cp -r '" . source_tree($row->{tree}{$name}) . "' '$to/$name'";
	}
	push @commands, "cd '$to' && $row->{setup}" if $row->{setup};
	for (@commands) { shell($_) or die "set-up failed: $_\n" }
}

sub quoted { my ($text) = @_; $text =~ s/'/'\\''/g; return "'$text'" }

# How a shell command is run in the root of one of the ways.
sub in_root {
	my ($who, $row, $command, $program) = @_;
	my $dir = "$work/run/$row->{name}.$who";
	my $root = root($who eq 'native' ? 'native' : 'guest') or return { missing => 'needs a Debian root' };
	my $start = $who =~ /^(native|qemu)$/
		? "'$source/bench/in-root' $who '$root' '$dir' " . quoted($command)
		: "'$hearth' run $options --root '$root' --bind '$dir/work:/work' --bind '$dir/tmp:/tmp' --cwd /work --env LANG=C"
			. ' /bin/sh -c ' . quoted($command);
	return { command => $start, prepare => sub { fill_directory($row, $dir, $program) } };
}

# Measures programs that take milliseconds, see there.
sub stopwatch {
	return "'" . keep("$work/bin/stopwatch", ["$source/bench/stopwatch.c"],
		sub { shell("gcc -O2 -D_GNU_SOURCE -I '$source/bench' -o '$_[0]' '$source/bench/stopwatch.c'") }) . "'";
}

sub direct {
	my ($who, $row, $program) = @_;
	my %before = (native => '', qemu => 'qemu-riscv64 ', hearth => "'$hearth' run $options ");
	my $watch = $row->{brief} ? stopwatch() . " $row->{brief} " : '';
	return { command => "cd '$work' && $watch$before{$who}'$program' " . ($row->{arguments} // '') };
}

sub one_way {
	my ($who, $row) = @_;
	return in_root($who, $row, $who eq 'native' ? $row->{native} // $row->{script} : $row->{script}) if $row->{script};
	my $program = compile($row, $who eq 'native' ? 'native' : 'guest');
	return direct($who, $row, $program) unless ($row->{place} // '') eq 'root';
	return in_root($who, $row, "./$row->{name} " . ($row->{arguments} // ''), $program);
}

sub ways {
	my ($row) = @_;
	my %way = map { $_ => one_way($_, $row) } qw(native qemu hearth);
	die "$way{hearth}{missing}\n" if $way{hearth}{missing};
	if ($row->{cache}) {
		die "needs hearth run --cache\n" unless hearth_can('--cache');
		my $disk = "$work/run/$row->{name}.cache";
		$way{first} = one_way('first', $row);
		$way{$_}{command} =~ s/ run / run --cache '$disk' / for qw(first hearth);
		my $prepare = $way{first}{prepare};
		$way{first}{prepare} = sub { remove_tree($disk); make_path($disk); $prepare->() };
	}
	my $wall = $row->{wall} || $row->{script} && !$row->{timed};
	$_->{wall} = $wall, $_->{limit} = $row->{heavy} ? 1800 : 120 for values %way;
	return \%way;
}

# ---- running -----------------------------------------------------------------------

sub last_line { my ($file) = @_; my $line = `tail -n 1 '$file'`; chomp $line; return substr $line, 0, 100 }

# In a process group of its own, so that all of it can be ended.
sub run_command {
	my ($command, $limit) = @_;
	my ($began, @before) = (time, CORE::times);
	$child = fork // die "fork: $!\n";
	if ($child == 0) {
		setpgrp 0, 0;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$scratch/stdout";
		open STDERR, '>', "$scratch/stderr";
		exec 'sh', '-c', $command or POSIX::_exit(127);
	}
	my $expired = 0;
	local $SIG{ALRM} = sub { $expired = 1; kill 'KILL', -$child };
	alarm $limit;
	waitpid $child, 0;
	my ($status, $wall, @after) = ($?, time - $began, CORE::times);
	alarm 0;
	kill 'KILL', -$child;      # what a script left running
	undef $child;
	return ($expired ? "no end after $limit s" : $status & 127 ? 'signal ' . ($status & 127) : $status >> 8, $wall,
		0 + sprintf '%.2f', $after[2] + $after[3] - $before[2] - $before[3]);
}

sub run_once {
	my ($way) = @_;
	return { skipped => $way->{missing} } if $way->{missing};
	eval { $way->{prepare}->() if $way->{prepare}; 1 } or do { chomp(my $why = $@); return { skipped => $why } };
	my ($status, $wall, $cpu) = run_command($way->{command}, $way->{limit});
	return { skipped => last_line("$scratch/stderr") } if $status eq '77';
	return { failed => "status $status: " . last_line("$scratch/stderr") } if $status ne '0';
	open my $in, '<', "$scratch/stdout" or return { failed => 'no output' };
	my $output = do { local $/; <$in> };
	return { seconds => $wall, cpu => $cpu, output => $output } if $way->{wall};
	return { failed => 'no checksum' } unless $output =~ /^(\w+) ([\d.]+)$/m;
	return { seconds => $2, cpu => $cpu, output => $1 };
}

1;

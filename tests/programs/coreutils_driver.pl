#!/usr/bin/perl
# coreutils_driver.pl: runs the cases of coreutils.cases and writes down what each did. It is run
# by the perl of two Debian roots, natively and inside hearth; coreutils.test compares.
#
#   coreutils_driver.pl CASES WORK RESULT [--root] [COMMAND...]
#
# A case runs in WORK/N/w, by /bin/sh -c, with the files of make_files below, empty standard input
# and no environment but PATH, HOME, LANG, TZ and PTY, the name of a terminal where it asks for one.
# RESULT gets for each case, in the order of the table:
#
#   == COMMAND N LINE
#   what it printed | its standard error | its status | the files afterwards, each line marked with o, e, s, f
#
# A file's line: type, mode, links, owner, group, size, time of change where it is not today's, name, what it holds.
use strict;
use warnings;
use Fcntl ':mode';

my ($cases, $work, $result, @only) = @ARGV;
my $administrator = grep { $_ eq '--root' } @only;
@only = grep { $_ ne '--root' } @only;
my $workers = 2;
my $limit = 60;     # seconds for a case: only one that hangs reaches it
my $long_ago = 1_500_000_000;

# ---- the table ---------------------------------------------------------------------

my @cases;
my $command;
open my $in, '<', $cases or die "$cases: $!\n";
while (<$in>) {
	chomp;
	next if /^$/ || /^#/ && !defined $command;
	if (/^@(.*)/) { $command = $1; next }
	my $line = $_;
	next if $line =~ s/^root: // && !$administrator;
	next if @only && !grep { $_ eq $command } @only;
	push @cases, { command => $command, line => $line, number => scalar @cases };
}

# ---- what every case finds -----------------------------------------------------------

sub put {
	my ($name, $text, $mode) = @_;
	open my $out, '>', $name or die "$name: $!\n";
	print $out $text;
	close $out;
	chmod $mode, $name if defined $mode;
}

sub slurp {
	my ($name) = @_;
	open my $from, '<', $name or return '';
	local $/;
	return <$from> // '';
}

(my $data = $cases) =~ s,[^/]*$,,;
my %given = map { $_ => slurp("$data/$_") } qw(text.txt trees.txt table.csv);
$given{'text.txt'} =~ s/^((?:.*\n){20}).*/$1/s;
# Every case has these, and of the others what its line names.
my %base = map { $_ => 1 } qw(text.txt trees.txt empty lines);
my %plain = (
	%given,
	empty => '',
	lines => "one\tb\n\n\n  two   c\r\nThree\nthree, d\n\tx    \ty\nno newline at the end",
	bytes => join('', map { chr } 0 .. 255) . "\nstrings here\0more text\n",
	sorted => "ash 1\nbirch 2\nelm 3\nelm 4\nfir 5\noak 6\n",
	sorted2 => "Ash one\nbirch two\nelm three\nfir five\nyew nine\n",
	csv1 => "k,name\n1,a\n2,b\n3,c\n", csv2 => "height,k\n10,1\n20,2\n40,4\n",
	dates => "\@0\n1999-12-31 23:59\n2000-01-01 +36 hours\nnonsense\n",
	comment => "# a comment that is somewhat long and may be filled\n# with another line\ncode is left alone as it is\n",
	sections => "\\:\\:\\:\nhead\n\\:\\:\nbody 1\nbody 2\n\\:\nfoot\n\\:\\:\nbody 3\n",
	sections2 => "\\:\\:\na\n\\:\\:\nb\n", words => "oak\nelm\n",
	nuls => "b\0a\0a\0c\n\0", list0 => "sorted\0words\0",
	spaces => "        a       b\n    c       d\n  \t  e\n", repeated => "a 1\na 1\nA 1\nb 1\nb 2\nc 1\nc 1\nc 1\nd 9\n",
	holes => '',
);
my @plain = sort keys %plain;
my $long_text = join '', map { "b$_ " } 1 .. 30;
my $then = 1_000_000_000;

sub make_files {
	my ($line) = @_;
	for my $i (0 .. $#plain) {
		my $name = $plain[$i];
		next unless $base{$name} || $line =~ /\b\Q$name\E\b/ || $line =~ /list0/ && "sorted words" =~ /$name/;
		put($name, $plain{$name});
		truncate $name, 65536 if $name eq 'holes';
		utime $then, $then + 100 + $i, $name;
	}
	mkdir $_, 0755 for qw(d d/e);
	put('d/a', "aaaa\n", 0640);
	put('d/b', $long_text, 0755);
	put('d/e/x', "x\n");
	link 'd/b', 'd/h';
	symlink 'a', 'd/l';
	symlink 'absent', 'dangling';
	if ($line =~ /names/) {
		mkdir 'names', 0755;
		put("names/$_", $_) for 'a b', "tab\there", "new\nline", '*star', "quote'd", '-dash', "\x{c3}\x{a9}", 'v1.10', 'v1.9';
	}
	utime $then, $then + $_->[1], $_->[0] for ['d/a', 1], ['d/b', 2], ['d/e/x', 3], ['d/e', 0], ['d', 0];
}

# ---- what is there afterwards ----------------------------------------------------------

sub shown {
	my ($text) = @_;
	$text =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
	return $text;
}

sub content {
	my ($name, $size) = @_;
	return 'large' if $size > 1 << 22;
	my $text = slurp($name);
	return length $text <= 40 ? '"' . shown($text) . '"' : sprintf '%08x %08x', unpack('%32C*', $text), unpack('%32N*', $text);
}

sub list_files {
	my ($dir, $lines) = @_;
	opendir my $handle, $dir or return;
	for my $entry (sort readdir $handle) {
		next if $entry eq '.' || $entry eq '..';
		my $path = $dir eq '.' ? $entry : "$dir/$entry";
		my @s = lstat $path or next;
		my $mode = $s[2];
		my $type = S_ISLNK($mode) ? 'l' : S_ISDIR($mode) ? 'd' : S_ISFIFO($mode) ? 'p' :
			S_ISREG($mode) ? '-' : S_ISCHR($mode) ? 'c' : 'b';
		my $time = $type ne 'l' && $s[9] < $long_ago ? $s[9] : 'new';
		push @$lines, sprintf "f%s %04o %d %d:%d %s %s %s%s\n", $type, $mode & 07777, $type eq 'd' ? 0 : $s[3], $s[4], $s[5],
			$type eq 'd' ? '-' : $s[7], $time, shown($path),
			$type eq 'l' ? ' -> ' . shown(readlink $path) : $type eq '-' ? ' ' . content($path, $s[7]) : '';
		list_files($path, $lines) if $type eq 'd';
	}
}

# ---- a case ------------------------------------------------------------------------------

# A terminal of the case's own, for who asks for one. The numbers are asm-generic/ioctls.h's,
# the same for both machines.
sub terminal {
	open my $master, '+<', '/dev/ptmx' or die "/dev/ptmx: $!\n";
	my $number = pack 'i', 0;
	ioctl $master, 0x40045431, $number or die "TIOCSPTLCK: $!\n";
	ioctl $master, 0x80045430, $number or die "TIOCGPTN: $!\n";
	my $name = '/dev/pts/' . unpack 'i', $number;
	open my $slave, '+<', $name or die "$name: $!\n";   # settings last while it is open
	return ($name, $master, $slave);
}

sub run_case {
	my ($case) = @_;
	my $dir = "$work/$case->{number}";
	mkdir $dir or die "$dir: $!\n";
	mkdir "$dir/w" or die "$dir/w: $!\n";
	chdir "$dir/w" or die "$dir/w: $!\n";
	make_files($case->{line});
	my ($pty, @held) = $case->{line} =~ /\$PTY/ ? terminal() : ();
	my $pid = fork // die "fork: $!\n";
	if (!$pid) {
		setpgrp;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', "$dir/out";
		open STDERR, '>>', "$dir/err";
		%ENV = (PATH => '/usr/sbin:/usr/bin:/sbin:/bin', HOME => '/root', LANG => 'C.UTF-8', TZ => 'UTC0', PTY => $pty // 'none');
		exec { '/bin/sh' } 'sh', '-c', $case->{line};
		exit 127;
	}
	local $SIG{ALRM} = sub { kill 'KILL', -$pid };
	alarm $limit;
	waitpid $pid, 0;
	my $status = $?;
	alarm 0;
	my @files;
	list_files('.', \@files);
	my @lines = "== $case->{command} $case->{number} $case->{line}\n";
	for (['o', slurp("$dir/out")], ['e', slurp("$dir/err")]) {
		my ($mark, $text) = @$_;
		$text =~ s,/dev/pts/\d+,/dev/pts/N,g;
		push @lines, map { "$mark$_\n" } map { shown($_) } split /\n/, $text, -1 if $text ne '';
	}
	push @lines, "s$status\n", @files;
	return join '', @lines;
}

umask 022;
$| = 1;
my @pids;
for my $worker (0 .. $workers - 1) {
	my $pid = fork // die "fork: $!\n";
	if ($pid) { push @pids, $pid; next }
	open my $out, '>', "$result.$worker" or die "$result.$worker: $!\n";
	for my $case (grep { $_->{number} % $workers == $worker } @cases) {
		print $out run_case($case);
	}
	close $out;
	exit 0;
}
my $failed = 0;
for (@pids) { waitpid $_, 0; $failed ||= $? }
exit($failed ? 1 : 0);

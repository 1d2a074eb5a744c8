#!/usr/bin/perl
# perl_cases.pl WAY WORKERS FILE...: files of perl's own suite, with ./perl of its directory t (a link
# to the perl under test), each from the directory t as perl's own t/TEST does. WAY.results gets a line
# for every case: "FILE NUMBER ok|not ok", "FILE - all" when the file ran to its end as planned, and
# "FILE - not all: WHY".
use strict;
use warnings;

my ($way, $workers, @files) = @ARGV;
my $limit = $ENV{CASES_LIMIT} || 600;
chdir "$way/t" or die "$way/t: $!\n";
%ENV = (PATH => '/usr/bin:/bin', HOME => '/tmp', LANG => 'C.UTF-8', TZ => 'UTC0', PERL_CORE => 1, PERL_TEST_NUMBERS => 1);

sub run_file {
	my ($file, $out) = @_;
	open my $in, '<', $file or return print $out "$file - not all: $!\n";
	my $switches = <$in> =~ /^#!.*\bperl\s+(-\S.*)/ ? $1 : '';
	close $in;
	# Taint checks start late: the switch counts on the command line only.
	my @switches = grep { /^-/ } split ' ', $switches;
	my $pid = open my $from, '-|';
	if (!$pid) {
		setpgrp;
		open STDIN, '<', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec './perl', @switches, $file or exit 127;
	}
	my ($planned, $seen, $why) = (undef, 0, '');
	local $SIG{ALRM} = sub { $why = "over $limit seconds"; kill 'KILL', -$pid };
	alarm $limit;
	while (<$from>) {
		if (/^1\.\.(\d+)/) { $planned = $1 }
		elsif (/^(not )?ok\b\s*(\d*)(.*)/) {
			$seen++;
			my $good = !$1 || $3 =~ /#\s*todo/i;
			print $out "$file ", $2 ne '' ? $2 : $seen, $good ? " ok\n" : " not ok\n" if $3 !~ /#\s*skip/i;
		}
	}
	close $from;
	$why ||= "status $?" if $?;
	alarm 0;
	kill 'KILL', -$pid;
	$why ||= 'no plan' unless defined $planned;
	$why ||= "$seen of $planned" if $seen != $planned;
	print $out "$file - ", $why ? "not all: $why\n" : "all\n";
}

# The files of the next worker are not waited for: each takes what comes next.
pipe my $take, my $give or die "pipe: $!\n";
my @pids;
for my $worker (1 .. $workers) {
	my $pid = fork // die "fork: $!\n";
	if ($pid) { push @pids, $pid; next }
	close $give;
	open my $out, '>', "../../$way.results.$worker" or die "results: $!\n";
	select((select($out), $| = 1)[0]);
	while (sysread $take, my $number, 4) { run_file($files[unpack 'N', $number], $out) }
	exit 0;
}
close $take;
syswrite $give, pack 'N', $_ for 0 .. $#files;
close $give;
waitpid $_, 0 for @pids;

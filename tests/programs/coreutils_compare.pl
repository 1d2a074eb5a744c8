#!/usr/bin/perl
# coreutils_compare.pl NATIVE GUEST: two results of coreutils_driver.pl, each in parts (.0, .1 ...).
# Prints for each command "COMMAND GOOD ALL", and "# ..." lines about every case that differs.
use strict;
use warnings;

sub read_results {
	my ($name) = @_;
	my (%results, $key);
	for my $part (glob "$name.*") {
		open my $in, '<', $part or die "$part: $!\n";
		while (<$in>) {
			if (/^== (\S+) (\d+) (.*)/) { $key = $2; $results{$key} = { command => $1, line => $3, text => [] }; next }
			push @{ $results{$key}{text} }, $_;
		}
	}
	return \%results;
}

my ($native, $guest) = map { read_results($_) } @ARGV;
my (%good, %all, @order, @notes);
for my $number (sort { $a <=> $b } keys %$native) {
	my ($want, $got) = ($native->{$number}, $guest->{$number});
	my $command = $want->{command};
	push @order, $command unless $all{$command}++;
	$good{$command} //= 0;
	my @got = $got ? @{ $got->{text} } : ("did not run\n");
	if (join('', @got) eq join('', @{ $want->{text} })) { $good{$command}++; next }
	my (%in_want, %in_got);
	$in_want{$_}++ for @{ $want->{text} };
	$in_got{$_}++ for @got;
	push @notes, "# $command: $want->{line}\n", map({ "#   native $_" } grep { !$in_got{$_} } @{ $want->{text} }),
		map({ "#   hearth $_" } grep { !$in_want{$_} } @got);
}
die "nothing ran natively\n" unless @order;
print "$_ $good{$_} $all{$_}\n" for @order;
print @notes;

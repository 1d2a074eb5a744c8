#!/usr/bin/perl
# perl_compare.pl NATIVE GUEST KNOWN: results of perl_cases.pl (NAME.1, NAME.2 ...). First line: cases
# that pass natively, those of them that pass in the guest, those KNOWN says do not. Then
# "FILE GOOD ALL" for each file and "NEW FILE NUMBER" for each case that should pass and does not.
# A case "-" is the file as a whole: it ran to its end. KNOWN: "FILE NUMBER|*  why".
use strict;
use warnings;

sub results {
	my ($name) = @_;
	my %results;
	for my $part (glob "$name.*") {
		open my $in, '<', $part or die "$part: $!\n";
		while (<$in>) {
			my ($file, $case, $how) = /^(\S+) (\S+) (.*)/ or next;
			$results{$file}{$case} = $how eq 'ok' || $how eq 'all' ? 1 : 0;
		}
	}
	return \%results;
}

my ($native, $guest) = map { results($_) } @ARGV[0, 1];
my %known;
open my $in, '<', $ARGV[2] or die "$ARGV[2]: $!\n";
while (<$in>) { $known{"$1 $2"} = 1 if /^([^#\s]\S*)\s+(\S+)/ }
my ($all, $good, $excused, @files, @new) = (0, 0, 0);
for my $file (sort keys %$native) {
	my ($in_file, $good_in_file) = (0, 0);
	for my $case (sort { ($a eq '-') <=> ($b eq '-') || $a <=> $b } keys %{ $native->{$file} }) {
		next unless $native->{$file}{$case};
		$in_file++;
		if ($guest->{$file}{$case}) { $good_in_file++ }
		elsif ($known{"$file $case"} || $known{"$file *"}) { $excused++ }
		else { push @new, "NEW $file $case\n" }
	}
	push @files, "$file $good_in_file $in_file\n";
	$all += $in_file;
	$good += $good_in_file;
}
print "$all $good $excused\n", @files, @new;

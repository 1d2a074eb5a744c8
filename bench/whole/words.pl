# Words counted, lines matched and rewritten, a sort by two keys.
use strict;
use warnings;

open my $in, '<', 'text' or die;
my (%count, %after, $numbers, $rewritten, $last);
my $sum = 0;
while (<$in>) {
	for my $word (/[a-z]+/g) {
		$count{$word}++;
		$after{"$last $word"}++ if defined $last;
		$last = $word;
	}
	$numbers += $_ for /\b(\d{2,4})\b/g;
	$rewritten++ if s/(\w+), (\w+)/$2; $1/g;
	$sum = ($sum * 31 + unpack '%32C*', $_) % 1000000007;
	last if $. == 4000;
}
my @best = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
my @pairs = sort { $after{$b} <=> $after{$a} || $a cmp $b } keys %after;
print "$_ $count{$_}\n" for @best[0 .. 9];
print "$_ $after{$_}\n" for @pairs[0 .. 9];
print "$numbers $rewritten $sum ", scalar(@pairs), "\n";

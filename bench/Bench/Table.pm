# Bench::Table: measured rows as lines of a table; ratios, means and verdicts.
#
# A measured row is { row => ROW, best => { native => SECONDS, … }, runs => { native
# => [SECONDS…], … }, remark => 'why not' or undef, wrong => 'what' or undef }.
package Bench::Table;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(heading group_heading row_line group_line judge mean ratio);

sub heading { sprintf '%-16s%9s %9s %9s   %9s %9s', '', 'native', 'qemu', 'hearth', 'of native', 'of qemu' }

# How many times as fast as WHO hearth is.
sub ratio {
	my ($measured, $who) = @_;
	my ($theirs, $ours) = @{ $measured->{best} }{ $who, 'hearth' };
	return $theirs && $ours ? $theirs / $ours : undef;
}

sub mean { my $sum = 0; $sum += log for @_; return @_ ? exp($sum / @_) : undef }

sub as_times { my ($ratio) = @_; defined $ratio ? sprintf('%8.2fx', $ratio) : sprintf '%9s', '-' }

sub target_text {
	my ($targets) = @_;
	return join ', ', map { sprintf '%.3gx %s', $targets->{$_}, $_ eq 'first' ? 'the first run' : $_ } sort keys %$targets;
}

# (what is met, what is missed), in words; RATIO is a function of native, qemu, ….
sub judge {
	my ($targets, $ratio) = @_;
	my (%met, %missed);
	for my $who (keys %$targets) {
		my $got = $ratio->($who) // next;
		($got >= $targets->{$who} ? \%met : \%missed)->{$who} = $targets->{$who};
	}
	return (target_text(\%met), target_text(\%missed));
}

sub verdict {
	my ($targets, $ratio) = @_;
	my ($met, $missed) = judge($targets, $ratio);
	return join '; ', $met ? "$met: met" : (), $missed ? "$missed: MISSED" : ();
}

sub group_heading {
	my ($group, $targets) = @_;
	return $group->{title} . (%$targets ? ': at least ' . target_text($targets) : '');
}

# The line, and the list of what is bad about the row.
sub row_line {
	my ($measured, $targets, $strict) = @_;
	my $name = $measured->{row}{name};
	return (sprintf("  %-14s %s", $name, $measured->{remark}), ()) if $measured->{remark};
	my @cell = map { defined $measured->{best}{$_} ? sprintf('%9.4f', $measured->{best}{$_}) : sprintf '%9s', '-' }
		qw(native qemu hearth);
	my $line = sprintf '  %-14s%s %s %s', $name, @cell;
	return ("$line   $measured->{wrong}", "$name: $measured->{wrong}") if $measured->{wrong};
	my $ratio = sub { ratio($measured, $_[0]) };
	my (undef, $missed) = judge($targets, $ratio);
	my @bad = $missed ? "$name: $missed" : ();
	my $verdict = verdict($targets, $ratio);
	if ($strict && ($ratio->('qemu') // 1) < 1) {
		push @bad, "$name: slower than qemu";
		$verdict .= ($verdict ? '; ' : '') . 'SLOWER than qemu';
	}
	$verdict .= sprintf ' (first run %.4f)', $measured->{best}{first} if $measured->{best}{first};
	return (join(' ', "$line  ", as_times($ratio->('native')), as_times($ratio->('qemu')), " $verdict") =~ s/\s+$//r, @bad);
}

sub group_line {
	my ($group, $rows, $targets) = @_;
	my %mean = map {
		my $who = $_;
		$who => mean(grep { defined } map { $_->{row}{own} || $_->{wrong} ? undef : ratio($_, $who) } @$rows)
	} qw(native qemu);
	return ('', \%mean) unless grep { defined } values %mean;
	my $ratio = sub { $mean{ $_[0] } };
	my (undef, $missed) = judge($targets, $ratio);
	my $line = sprintf '  %-44s   %s %s  %s', 'geometric mean', as_times($mean{native}), as_times($mean{qemu}), verdict($targets, $ratio);
	return ($line =~ s/\s+$//r, \%mean, $missed ? "$group->{title}: $missed" : ());
}

1;

# SPDX-License-Identifier: MIT
# What perl.sh runs.
use strict;
use warnings;

my $state = 42;
sub random { $state = $state * 16807 % 2147483647; return $state % $_[0]; }

my (%index, @lines);
for my $i (1 .. $ARGV[0]) {
    my $line = join ' ', map { chr(97 + random(26)) . 'w' . random(3000) } 1 .. 4 + random(5);
    push @lines, "$i: $line" if $i % 2;
    push @{$index{$1}{$2}}, $i while $line =~ /([a-z])w(\d+)/g;
}
my $text = '';
for my $letter (sort keys %index) {
    my $words = $index{$letter};
    $text .= "$letter: " . join(',', map { "$_=" . scalar @{$words->{$_}} } sort { $a <=> $b } keys %$words) . "\n";
}
my $changed = 0;
for (@lines) {
    $changed += s/([a-f])w(\d)(\d*)/<$1>$3$2/g;
    $_ = uc if /9>/;
}
my %seen = map { substr($_, -12) => length } @lines;
my @sorted = sort { $a cmp $b } @lines;
delete @index{'a' .. 'm'};
my $joined = join "\n", @sorted;
my @parts = split /[ :>]+/, $joined;
print length($text), " $changed ", scalar(keys %seen), ' ', scalar(@parts), ' ', unpack('%32C*', $joined), "\n";

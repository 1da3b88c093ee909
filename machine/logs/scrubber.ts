import type { Fragment } from "../state";
import { rules } from "./scrub";

/** Where the apply program looks for it (`machine/apply/shell.py`). */
const path = "/usr/local/lib/ringo/scrub";

const row = ({ pattern, replacement, exact = false }: (typeof rules)[number]): string => [exact ? "exact" : "any case", pattern, replacement].join("\t");

/** In Perl, which every Debian has and which reads the rules as PCRE does. */
const program = String.raw`#!/usr/bin/perl
# Ringo Infra: removes personal data and credentials from lines, as the shipper does from logs.
use strict;
use utf8;
binmode $_, ":encoding(UTF-8)" for *STDIN, *STDOUT;

my @rules;
while (<DATA>) {
    chomp;
    my ($case, $pattern, $replacement) = split /\t/;
    push @rules, [$case eq "exact" ? qr/$pattern/a : qr/$pattern/ai, $replacement];
}
while (my $line = <STDIN>) {
    chomp $line;
    for (@rules) {
        my ($pattern, $replacement) = @$_;
        $line =~ s{$pattern}{
            my @captured = ($1, $2);
            $replacement =~ s/\$(\d)/$captured[$1 - 1]/gr
        }ge;
    }
    print "$line\n";
}
__DATA__
`;

/** A filter with the rules of the logs, for the output of failed commands, which is shown to the deployer. */
export const scrubber: Fragment = { files: [{ path, content: `${program}${rules.map((rule) => `${row(rule)}\n`).join("")}` }] };

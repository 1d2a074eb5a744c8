# Lines "ours|theirs", each "bits<TAB>text". Prints the differences that docs/disassembler-differences.md
# does not list, and a count of those it does.
$1 == $2 { same++; next }
{
	split($1, ours, "\t"); split($2, theirs, "\t")
	bits = ours[1]; mine = ours[2]; other = theirs[2]
	illegal = mine ~ /^\.[24]byte$/
	unknown = other ~ /^\.[24]byte$/
}
bits != theirs[1]                                           { print "unexpected", $0; next }
illegal && $2 ~ /,unknown$/                                 { kept["reserved rounding mode"]++; next }
illegal && bits == "6101"                                   { kept["c.addi16sp by 0"]++; next }
illegal && xlen == 32 && other ~ /^(c\.slli|sll|srl|sra|ror|bclr|bset|binv|bext)$/ \
                                                            { kept["RV32 shift by 32 or more"]++; next }
unknown && mine ~ /^fence(\.i)?$/                           { kept["fence with reserved fields"]++; next }
unknown && mine ~ /^czero\.(eqz|nez)$/                      { kept["Zicond"]++; next }
unknown && mine ~ /^fcvt\.d\.(s|w|wu)$/                     { kept["exact conversion with a rounding mode"]++; next }
{ print "unexpected", $0 }
END {
	printf "%d the same", same
	for (k in kept)
		printf "; %d %s", kept[k], k
	printf "\n"
}

# The disassembler against objdump. Sourced by the .test files.
#
#   objdump_compare XLEN FORM...     one TAP line; FORM as isa_disasm takes it
#
# objdump reads the words from an object file whose attributes name the
# extensions, without mapping symbols, which would call them data.

objdump_compare() {
	xlen=$1; shift
	case $xlen in 64) abi=lp64d ;; *) abi=ilp32d ;; esac
	"$HEARTH_BUILD/tests/isa/isa_disasm" -w "$scratch/words" "$xlen" "$@" > "$scratch/ours" ||
		bail "isa_disasm failed"
	printf '.incbin "%s"\n' "$scratch/words" > "$scratch/words.s"
	riscv64-linux-gnu-as -march="rv${xlen}gc_zba_zbb_zbs" -mabi="$abi" "$scratch/words.s" -o "$scratch/words.o" &&
	riscv64-linux-gnu-objcopy --strip-all -w -N '$*' "$scratch/words.o" "$scratch/plain.o" &&
	riscv64-linux-gnu-objdump -D -z -j .text "$scratch/plain.o" |
		sed -n 's/^ *[0-9a-f]*:	//p' | sed 's/ *	/	/; s/ # 0x[0-9a-f]*$//' > "$scratch/theirs"
	paste -d '|' "$scratch/ours" "$scratch/theirs" |
		awk -F '|' -v xlen="$xlen" -f "$test_dir/objdump/differences.awk" > "$scratch/verdict"
	tail -n 1 "$scratch/verdict" | sed 's/^/# /'
	unexpected=$(grep '^unexpected' "$scratch/verdict" | head -n 20)
	is "$unexpected" "" "rv$xlen $*: same verdict and text as objdump ($(wc -l < "$scratch/ours") words)"
}

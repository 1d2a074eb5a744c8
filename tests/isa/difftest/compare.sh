# Builds the guest program of difftest.c for one xlen, runs it in hearth and
# under qemu-user, and compares row by row. Sourced by the .test files.
#
#   difftest_compare XLEN COUNT      one TAP line a row of insn.def

difftest_build() {
	case $1 in
	64) set -- -march=rv64gc -mabi=lp64d -Wl,-melf64lriscv ;;
	32) set -- -march=rv32gc -mabi=ilp32d -Wl,-melf32lriscv ;;
	esac
	compile "difftest$xlen" riscv64-linux-gnu-gcc "$@" -O2 -ffreestanding -fno-builtin \
		-nostdlib -static -fno-pic -no-pie -mcmodel=medany -w -Wl,--no-relax \
		-Wl,--no-warn-rwx-segments \
		-I "$test_dir/difftest/shim" -I "$HEARTH_SOURCE/src/isa/include" \
		-I "$HEARTH_SOURCE/src/base/include" -I "$HEARTH_BUILD/src/isa" "$test_dir/difftest/difftest.c" \
		"$test_dir/difftest/enter.S" "$HEARTH_SOURCE/src/isa/decode.c" \
		"-DROWS_HASH=0x$(sha256sum < "$HEARTH_SOURCE/src/isa/include/isa/insn.def" | cut -c 1-8)"
}

# difftest.c names the rows; a row that is known to differ is listed in
# difftest/differences with the reason, and an unexpected agreement is a failure too.
difftest_compare() {
	xlen=$1 count=$2
	guest=$(difftest_build "$xlen") || bail "difftest does not build for rv$xlen"
	command -v "qemu-riscv$xlen" > /dev/null || skip_all "no qemu-riscv$xlen to compare with"
	"qemu-riscv$xlen" "$guest" "$count" > "$scratch/qemu$xlen" || bail "qemu-riscv$xlen failed"
	"$HEARTH" run "$guest" "$count" > "$scratch/hearth$xlen" 2> "$scratch/err$xlen"
	is "$?" 0 "rv$xlen: the program ends well in hearth"
	while read -r row executed digest; do
		got=$(grep "^$row " "$scratch/hearth$xlen")
		if grep -q "^rv$xlen $row " "$test_dir/difftest/differences"; then
			isnt "$got" "$row $executed $digest" "rv$xlen $row still differs, as listed"
		elif [ "$got" = "$row $executed $digest" ]; then
			pass "rv$xlen $row, $executed executed"
		else
			fail "rv$xlen $row" "hearth: ${got:-nothing}
qemu:   $row $executed $digest
to find the instruction: run both with \"$count $row v\", then with the first block that differs"
		fi
	done < "$scratch/qemu$xlen"
}

#!/bin/sh
# build.sh CC SRCDIR WORKDIR OUT.c: the vDSO for both widths, as C arrays.
set -eu
cc=$1 src=$2 work=$3 out=$4
mkdir -p "$work"

link() {   # NAME ARCH ABI
	"$cc" -march="$2" -mabi="$3" -mcmodel=medany -O2 -fPIC -shared -nostdlib -nostartfiles \
		-ffreestanding -fno-stack-protector -fno-builtin -fasynchronous-unwind-tables -g0 \
		-Wall -Wextra -Werror -fvisibility=default \
		-Wl,-soname=linux-vdso.so.1 -Wl,--hash-style=both -Wl,--build-id=sha1 \
		-Wl,-Bsymbolic -Wl,--eh-frame-hdr -Wl,-s -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -Wl,--no-undefined \
		-Wl,-T,"$src/vdso.lds" -o "$work/$1.so" "$src/vdso.c" "$src/sigreturn.S"
}

array() {   # NAME
	printf '_Alignas(4096) const unsigned char %s_image[] = {\n' "$1"
	od -An -v -tx1 "$work/$1.so" | sed 's/ \(..\)/0x\1,/g'
	printf '};\nconst size_t %s_size = sizeof(%s_image);\n' "$1" "$1"
}

link vdso64 rv64imac_zicsr_zifencei lp64
link vdso32 rv32imac_zicsr_zifencei ilp32
{
	printf '/* Made by src/kernel/vdso/build.sh. */\n#include <stddef.h>\nextern const unsigned char vdso64_image[], vdso32_image[];\nextern const size_t vdso64_size, vdso32_size;\n'
	array vdso64
	array vdso32
} > "$out.tmp"
mv "$out.tmp" "$out"

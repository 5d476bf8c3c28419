#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles layout.c as C and as C++, for 64 and for 32 bits: layouts.sh CC CXX UAPI_DIR
set -eu
cc=$1 cxx=$2 uapi=$3
here=$(dirname "$0")
# -m32 alone does not look where Debian keeps <asm/>, which both word sizes share.
arch=/usr/include/$("$cc" -print-multiarch)
for bits in 64 32; do
	echo "C, $bits bits"
	"$cc" -m$bits -std=c11 -ffreestanding -fsyntax-only -Wall -Wextra \
		-isystem "$uapi" -idirafter "$arch" "$here/layout.c"
	echo "C++, $bits bits"
	"$cxx" -m$bits -x c++ -std=c++20 -ffreestanding -fsyntax-only -Wall -Wextra \
		-isystem "$uapi" -idirafter "$arch" "$here/layout.c"
done

#!/usr/bin/env bash
# Builds the golden plug-ins of ABI 1.0 into a folder: build.sh FOLDER. Run once, when that version
# was released; the tests never run it. On Debian 12 with gcc-12, g++-12, clang-14 and rustc the
# same sources give the same bytes, wherever they lie.
set -euo pipefail
export LC_ALL=C SOURCE_DATE_EPOCH=0

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$(mkdir -p "${1:?"usage: build.sh FOLDER"}" && cd "$1" && pwd)
cd "$here/source"

link=(-shared -Wl,--version-script="$root/sdk/plugin.map" -Wl,-Bsymbolic -Wl,--exclude-libs,ALL
  -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,nodelete -Wl,--build-id=sha1 -s)
compile=(-O2 -fPIC -fvisibility=hidden -Wall -Wextra -Wpedantic -Werror
  -ffile-prefix-map="$root"=. -I"$root/sdk/include" -DOA_ABI_MINOR=0)

build_c() { # NAME COMPILER
  "$2" -std=c99 "${compile[@]}" -DGOLDEN_BUILD="\"$1\"" golden.c -o "$out/$1.so" "${link[@]}"
}

build_cpp() { # NAME COMPILER OPTION...
  "$2" -std=c++20 "${compile[@]}" -fvisibility-inlines-hidden "${@:3}" \
    -DGOLDEN_BUILD="\"$1\"" golden.cpp -o "$out/$1.so" "${link[@]}"
}

build_rust() { # NAME COMPILER
  GOLDEN_BUILD=$1 "$2" --edition 2021 --crate-type cdylib --crate-name golden \
    -C opt-level=z -C lto=fat -C panic=abort -C codegen-units=1 -C strip=symbols \
    -C link-arg=-lc -C link-arg=-Wl,-z,defs,-z,now,-z,nodelete,--build-id=sha1 \
    --remap-path-prefix "$root"=. -D warnings golden.rs -o "$out/$1.so"
}

build_c c-gcc12 gcc-12
build_cpp cpp-gcc12 g++-12 -fno-gnu-unique
build_cpp cpp-clang14 clang++-14
build_rust rust-1.63 /usr/bin/rustc

cd "$out"
sha256sum -- *.so > SHA256SUMS

#!/bin/sh
# Builds build/@name@.so, with its manifest in it. OA_MANIFEST names the program of the SDK that
# writes it, where it is in no usual place.
set -eu
cd "$(dirname "$0")"

cargo build --release --offline
mkdir -p build
# A new file, not a changed one: a running host may have the old one open.
cp target/release/libplugin.so build/@name@.so.new

manifest=${OA_MANIFEST:-}
if [ -z "$manifest" ]; then
    program=$(command -v oa || true)
    for folder in ${program:+"$(dirname "$program")/../libexec/oa"} /usr/local/libexec/oa /usr/libexec/oa; do
        if [ -x "$folder/oa-manifest" ]; then
            manifest=$folder/oa-manifest
            break
        fi
    done
fi
if [ -z "$manifest" ]; then
    echo "build.sh: oa-manifest of the SDK was not found; set OA_MANIFEST to its path" >&2
    exit 1
fi
"$manifest" build/@name@.so.new
mv build/@name@.so.new build/@name@.so

#!/bin/bash
# Makes aac.wasm of FAAD2's sources: the AAC low-complexity decoder alone, without imports, in at most 8 MiB of memory.
# Debian 12: apt-get install clang lld wasi-libc libclang-rt-14-dev-wasm32. The sources are those of Debian 13's faad2 2.11.2
# (apt-get source faad2): ./build.sh path/to/faad2-2.11.2
set -euo pipefail
faad=$(realpath "$1")
cd "$(dirname "$0")"
clang --target=wasm32-wasi -O2 -flto -DNDEBUG -DHAVE_LRINTF -DHAVE_STDINT_H -DHAVE_STRING_H -DHAVE_MEMCPY -DSTDC_HEADERS \
  -DPACKAGE_VERSION='"2.11.2"' -DLC_ONLY_DECODER -DDISABLE_SBR -I"$faad/include" -I"$faad/libfaad" \
  -nostartfiles -Wl,--no-entry -Wl,-z,stack-size=524288 -Wl,--stack-first -Wl,--max-memory=8388608 -Wl,--strip-all -w decoder.c "$faad"/libfaad/*.c -o aac.wasm
cp "$faad/COPYING" COPYING

#!/usr/bin/env bash
# Builds the fuzz targets of tests/fuzz with clang's libFuzzer and runs each for FUZZ_SECONDS (60), starting from
# tests/fuzz/seeds/<name> if that folder exists.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
mkdir -p build
cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 -DCMAKE_CXX_COMPILER=clang++-14 \
  -DCMAKE_C_COMPILER=clang-14 -DNARTHEX_FUZZ=ON -DNARTHEX_SANITIZE=address,undefined >build/configure-fuzz.log 2>&1 ||
  { cat build/configure-fuzz.log >&2; echo "fuzz: cmake could not configure; the log is above" >&2; exit 1; }
cmake --build build/fuzz --target fuzzers
for fuzzer in build/fuzz/tests/fuzz/*_fuzz; do
  name=$(basename "$fuzzer")
  echo "== $name for ${seconds}s"
  folders=("build/fuzz/corpus-$name")
  mkdir -p "${folders[0]}"
  [ ! -d "tests/fuzz/seeds/$name" ] || folders+=("tests/fuzz/seeds/$name")
  "$fuzzer" -max_total_time="$seconds" -artifact_prefix=build/fuzz/ -verbosity=0 -print_funcs=0 "${folders[@]}"
done

#!/usr/bin/env bash
# build.sh PRESET TARGET...: configures if needed, builds, prints errors only.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
echo "build: $preset ($*)"
mkdir -p build
log=build/configure-$preset.log
cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; echo "build: cmake could not configure; the log is above" >&2; exit 1; }
cmake --build --preset "$preset" -j"${JOBS:-$(nproc)}" --target "$@"

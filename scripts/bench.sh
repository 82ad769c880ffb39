#!/usr/bin/env bash
# bench.sh BUILD_DIR: runs every benchmark program once, and the whole-server load beside Debian's prometheus.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
for bench in "$build"/tests/bench/*_bench; do
  [ -x "$bench" ] || continue
  echo "== $(basename "$bench")"
  "$bench"
done
if [ -x "$build/tests/bench/scrape_load" ]; then
  echo "== scrape_load"
  "$build/tests/bench/scrape_load" --narthex "$build/narthex" --prometheus build/peers/prometheus
fi
echo "== api_targets"
NARTHEX="$build/narthex" python3 tests/bench/api_targets.py

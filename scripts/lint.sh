#!/usr/bin/env bash
# Formatting and clang-tidy over the code that git tracks.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror || { echo "lint: run 'make format'" >&2; exit 1; }
scripts/build.sh dev narthex
mapfile -t sources < <(git ls-files '*.cc' | grep -v '^tests/')
printf '%s\n' "${sources[@]}" | xargs -P"$(nproc)" -n4 clang-tidy -p build/dev --quiet
echo "lint: clean"

#!/usr/bin/env bash
# Installs the Debian 12 packages for the groups named on the command line: build, test, bench, lint.
# Silent when all is there. Uses sudo when not root.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A packages=(
  [build]="g++ cmake ninja-build ccache mold pkg-config libboost1.81-dev libboost-url1.81-dev libboost-json1.81-dev
           libssl-dev libyaml-cpp-dev libc-ares-dev libre2-dev librocksdb-dev libroaring-dev libzstd-dev libsnappy-dev
           libdeflate-dev liblz4-dev libbz2-dev zlib1g-dev libxxhash-dev libfast-float-dev prometheus-cpp-dev
           libcpp-httplib-dev libspdlog-dev libfmt-dev libcli11-dev libjemalloc-dev
           libprotobuf-dev protobuf-compiler"
  [test]="libgtest-dev libgmock-dev libbenchmark-dev python3 python3-flask python3-prometheus-client openssl curl"
  [bench]="python3 curl"
  [lint]="clang-14 libclang-rt-14-dev clang-format clang-tidy python3"
)
# Programs that tests and benchmarks run beside ours. They are only unpacked, so that no service starts on this machine.
declare -A peers=([test]="prometheus-node-exporter prometheus prometheus-pushgateway"
                  [bench]="prometheus victoria-metrics")

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "setup: '$*' needs root, and there is no sudo: run this once as root: scripts/setup.sh ${groups[*]}" >&2
    exit 1
  fi
}

installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

refreshed=no
refresh() {
  [ "$refreshed" = yes ] && return
  as_root apt-get update -qq || { echo "setup: 'apt-get update' failed: is there a network?" >&2; exit 1; }
  refreshed=yes
}

groups=("${@:-build}")
wanted=()
for group in "${groups[@]}"; do
  [ -n "${packages[$group]+x}" ] || { echo "setup: no group '$group'; there are: ${!packages[*]}" >&2; exit 2; }
  read -r -d '' -a names <<<"${packages[$group]}" || true
  wanted+=("${names[@]}")
done

missing=()
if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not a Debian system; install what corresponds to: ${wanted[*]}" >&2
  exit 1
fi
for name in "${wanted[@]}"; do installed "$name" || missing+=("$name"); done
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  refresh
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    { echo "setup: apt-get could not install: ${missing[*]} (Debian 12 has them all)" >&2; exit 1; }
fi

unpack_peer() {
  local name=$1 work
  [ -x "build/peers/$name" ] && return
  echo "setup: unpacking $name into build/peers"
  refresh
  work=$(mktemp -d)
  if (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$name" >/dev/null 2>&1 && dpkg-deb -x ./*.deb .); then
    mkdir -p build/peers
    cp "$work"/usr/bin/* build/peers/
  else
    echo "setup: $name could not be fetched; what needs it is skipped" >&2
  fi
  rm -rf "$work"
}
for group in "${groups[@]}"; do
  for peer in ${peers[$group]-}; do unpack_peer "$peer"; done
done

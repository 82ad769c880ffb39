#!/usr/bin/env bash
# demo.sh BUILD_DIR: runs two sample applications, a little load on them, node_exporter if there is one, and Narthex on
# http://127.0.0.1:9090. Ctrl-C ends all of it. Data and logs go to build/demo-data.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
data=build/demo-data
server=http://127.0.0.1:9090
shop=8081
dice=8082

fail() {
  echo "demo: $*" >&2
  exit 1
}

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

pids=()
cleanup() {
  trap '' INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
}

# start NAME COMMAND...: in the background, its output to a log.
start() {
  local name=$1
  shift
  "$@" >"$data/$name.log" 2>&1 &
  pids+=($!)
}

for program in narthex demo_shop; do
  [ -x "$build/$program" ] || fail "$build/$program is missing: run 'make build'"
done
for port in 9090 $shop $dice; do
  in_use $port && fail "port $port is in use: end what listens there first (ss -ltnp | grep :$port)"
done

mkdir -p "$data"
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start shop "$build/demo_shop" $shop
start dice /usr/bin/python3 instrumentation/examples/flask_app.py $dice
start load /usr/bin/python3 instrumentation/examples/load.py "http://127.0.0.1:$shop" "http://127.0.0.1:$dice"

node="http://127.0.0.1:9100"
exporter=$([ -x build/peers/prometheus-node-exporter ] && echo build/peers/prometheus-node-exporter ||
  command -v prometheus-node-exporter || true)
if in_use 9100; then
  node+=" (was running already)"
elif [ -n "$exporter" ]; then
  start node "$exporter" --web.listen-address=127.0.0.1:9100
else
  node="none found: its target will be down"
fi

start narthex "$build/narthex" --config.file=config/examples/demo.yml --storage.tsdb.path="$data/db" \
  --web.listen-address=127.0.0.1:9090 --web.enable-lifecycle
narthex=${pids[-1]}

for _ in $(seq 100); do
  kill -0 "$narthex" 2>/dev/null || { cat "$data/narthex.log" >&2; fail "the server ended; its log is above"; }
  curl -fs -o /dev/null "$server/-/ready" && break
  sleep 0.1
done

cat <<END
Narthex        $server
shop (C++)     http://127.0.0.1:$shop
dice (Flask)   http://127.0.0.1:$dice
node_exporter  $node
logs, data     $data

Try, after a few seconds:
  curl -s '$server/api/v1/query?query=up'
  curl -s $server/api/v1/query --data-urlencode 'query=sum by (path) (rate(shop_http_requests_total[1m]))'
  curl -s '$server/api/v1/targets?state=dropped'

Ctrl-C ends all of it.
END
wait "$narthex" || { tail -n 5 "$data/narthex.log" >&2; fail "the server ended; the end of its log is above"; }

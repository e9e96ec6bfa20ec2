"""`sereno journal`: look into the journal as it lies on disk, whether or not anything runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from sereno import conventions
from sereno.calls import Exchange, Position, id_text
from sereno.cli.options import settings
from sereno.cli.progress import progress
from sereno.cli.tables import clean, print_table
from sereno.config import Loaded
from sereno.errors import ConfigError, JournalError
from sereno.journal.reader import JournalReader
from sereno.journal.tail import Frame
from sereno.journal.verify import WorkerReport, verify_worker

app = typer.Typer(help="Verify and show journal files.", no_args_is_help=True, add_completion=False)

Folder = Annotated[Path | None, typer.Argument(metavar="[DATA]", help="Data folder, if not the configured one.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("verify")
@settings("data")
def verify(loaded: Loaded, folder: Folder = None, *, as_json: Json = False) -> int:
    """Read every frame and check it. Exit code 5 when something is damaged; a torn tail is no damage."""
    reader = _reader(folder or loaded.settings.data)
    workers = reader.workers()
    reports: list[WorkerReport] = []
    with progress("reading", reader.total_bytes()) as bar:
        for worker in workers:
            before = sum(report.bytes for report in reports)
            reports.append(verify_worker(reader, worker, lambda done, before=before: bar.reach(before + done)))  # type: ignore[misc]
    if as_json:
        print(json.dumps({"instance": reader.instance, "workers": [_report(report) for report in reports]}, indent=2))
    else:
        _print_reports(reports)
    return JournalError.exit_code if any(report.damaged for report in reports) else 0


def _print_reports(reports: list[WorkerReport]) -> None:
    columns = ("worker", "segments", "bytes", "frames", "poisoned", "torn tails", "from", "to", "position")
    rows = [
        (
            f"{report.worker}{' (running)' if report.alive else ''}",
            str(report.segments),
            str(report.bytes),
            str(report.frames),
            str(report.poisoned + report.header + report.undecodable),
            str(report.torn),
            _time(report.first_ns),
            _time(report.last_ns),
            f"{report.end.segment}:{report.end.offset}" if report.end else "",
        )
        for report in reports
    ]
    print_table(columns, rows, right=("segments", "bytes", "frames", "poisoned", "torn tails"))
    for report in reports:
        for problem in report.problems:
            where = f"worker {report.worker}, segment {problem.segment}, offset {problem.offset}"
            print(clean(f"{problem.kind}: {where}, {problem.size} bytes: {problem.detail}"))
        if report.undecodable:
            print(f"undecodable: worker {report.worker}: {report.undecodable} whole frames hold no exchange")
        if report.error:
            print(clean(f"stopped: worker {report.worker}: {report.error}"))


def _report(report: WorkerReport) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(report)
    first_ns, last_ns = document.pop("first_ns"), document.pop("last_ns")
    return {**document, "from": _time(first_ns) or None, "to": _time(last_ns) or None, "damaged": report.damaged}


@app.command("show")
@settings("data")
def show(
    loaded: Loaded,
    folder: Folder = None,
    *,
    worker: Annotated[int | None, typer.Option(metavar="N", min=0, help="Only this worker.")] = None,
    segment: Annotated[int | None, typer.Option(metavar="S", min=0, help="Only this segment.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many frames.")] = 50,
    as_json: Json = False,
) -> None:
    """Show the frames of the journal, oldest first within a worker; header fields and bodies are not shown."""
    reader = _reader(folder or loaded.settings.data)
    workers = reader.workers()
    if worker is not None and worker not in workers:
        known = ", ".join(map(str, workers)) or "none"
        raise ConfigError(f"there is no journal of a worker {worker}; there is: {known}")
    rows: list[dict[str, Any]] = []
    for number in workers if worker is None else [worker]:
        for frame in _frames(reader, number, segment):
            if len(rows) >= limit:
                break
            rows.append(_row(frame, reader))
    if as_json:
        for row in rows:
            print(json.dumps(row))
        return
    columns = ("time", "worker", "position", "method", "target", "status", "request", "response", "seconds", "outcome")
    print_table(
        columns,
        [tuple("" if row.get(name) is None else str(row[name]) for name in columns) for row in rows],
        right=("status", "request", "response", "seconds"),
        flexible="target",
    )


def _frames(reader: JournalReader, worker: int, segment: int | None) -> Iterator[Frame]:
    start = reader.start(worker)
    position = start if segment is None else Position(start.instance, worker, segment, 0)
    while True:
        batch = reader.read(position, 100)
        for frame in batch.frames:
            if segment is not None and frame.position_after.segment != segment:
                return
            yield frame
        position = batch.position
        if batch.at_end:
            return


def _row(frame: Frame, reader: JournalReader) -> dict[str, Any]:
    after = frame.position_after
    row: dict[str, Any] = {"worker": after.worker, "position": f"{after.segment}:{after.offset}"}
    try:
        exchange = reader.decode(frame.payload)
    except msgspec.DecodeError as error:
        return {**row, "outcome": f"no exchange: {error}"}
    return {
        **row,
        "time": _time(exchange.started_ns),
        "id": id_text(exchange.id) if len(exchange.id) == 16 else exchange.id.hex(),
        "method": exchange.method,
        "target": _target(exchange),
        "upstream": exchange.upstream,
        "status": exchange.status or None,
        "request": exchange.request_size,
        "response": exchange.response_size,
        "chunks": exchange.chunks,
        "seconds": round(exchange.ended_at, 3),
        "outcome": exchange.outcome,
    }


def _target(exchange: Exchange) -> str:
    """The target without its query's values: some clients put keys there."""
    path, mark, query = exchange.target.partition("?")
    names = [part.partition("=")[0] for part in query.split("&") if part]
    return path + mark + "&".join(f"{name}=…" for name in names)


def _time(ns: int | None) -> str:
    if ns is None:
        return ""
    try:
        return datetime.fromtimestamp(ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return f"{ns} ns"  # a damaged clock is shown as it is


def _reader(data: Path) -> JournalReader:
    folder = data / conventions.JOURNAL_DIR
    if not folder.is_dir():
        raise JournalError(f"there is no journal in {data}: give the data folder of a gateway with --data DIR")
    return JournalReader(folder)

"""Reads a worker's whole journal and says what is in it and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sereno.calls import Position
from sereno.errors import JournalError
from sereno.journal import folder as names
from sereno.journal.reader import JournalReader
from sereno.journal.tail import Problem

_FRAMES = 500
_MAX_PROBLEMS = 1000


class WorkerReport(msgspec.Struct, kw_only=True):
    """What was found in one worker's folder.

    Attributes:
        worker: its number.
        alive: whether a gateway writes it now.
        segments: segment files.
        bytes: bytes of the whole folder.
        frames: whole frames. frame_bytes: of their payloads.
        undecodable: whole frames that hold no exchange.
        poisoned, torn, missing, foreign, header: problems by kind.
        first_ns, last_ns: earliest start and latest end of an exchange, None without one.
        start, end: positions of the first frame and behind the last.
        problems: the first thousand of them.
        error: why reading had to stop, None if it did not.
    """

    worker: int
    alive: bool = False
    segments: int = 0
    bytes: int = 0
    frames: int = 0
    frame_bytes: int = 0
    undecodable: int = 0
    poisoned: int = 0
    torn: int = 0
    missing: int = 0
    foreign: int = 0
    header: int = 0
    first_ns: int | None = None
    last_ns: int | None = None
    start: Position | None = None
    end: Position | None = None
    problems: list[Problem] = msgspec.field(default_factory=list)
    error: str | None = None

    @property
    def damaged(self) -> bool:
        """Whether something is lost or in the way. A torn tail is not: it is how a killed gateway's journal ends."""
        return bool(
            self.undecodable or self.poisoned or self.missing or self.foreign or self.header or self.error is not None
        )


def verify_worker(reader: JournalReader, worker: int, progress: Callable[[int], None] | None = None) -> WorkerReport:
    """Read everything of one worker, in constant memory; changes nothing.

    Args:
        reader: the journal.
        worker: the worker's number.
        progress: told after each batch how many bytes of payload were read in all.
    """
    folder = names.worker_folder(reader.folder, worker)
    segments = names.list_segments(folder)
    report = WorkerReport(worker=worker, alive=names.is_locked(folder / names.LOCK_NAME))
    report.segments, report.bytes = len(segments), names.folder_bytes(folder)
    position = report.start = report.end = reader.start(worker)
    if segments:
        report.start = Position(reader.instance, worker, segments[0].sequence, 0)
    while True:
        try:
            batch = reader.read(position, _FRAMES)
        except (JournalError, OSError) as error:
            report.error = str(error)
            return report
        for frame in batch.frames:
            _count_frame(report, reader, frame.payload)
        for problem in batch.problems:
            setattr(report, problem.kind, getattr(report, problem.kind) + 1)
        report.problems += batch.problems[: _MAX_PROBLEMS - len(report.problems)]
        position = report.end = batch.position
        if progress is not None:
            progress(report.frame_bytes)
        if batch.at_end:
            return report


def _count_frame(report: WorkerReport, reader: JournalReader, payload: bytes) -> None:
    report.frames += 1
    report.frame_bytes += len(payload)
    try:
        exchange = reader.decode(payload)
    except msgspec.DecodeError:
        report.undecodable += 1
        return
    ended_ns = exchange.started_ns + int(exchange.ended_at * 1e9)
    if report.first_ns is None or exchange.started_ns < report.first_ns:
        report.first_ns = exchange.started_ns
    if report.last_ns is None or ended_ns > report.last_ns:
        report.last_ns = ended_ns

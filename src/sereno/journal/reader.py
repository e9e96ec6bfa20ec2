"""The reader: tails the segments of living writers, cuts off what dead ones left torn, skips what is damaged.

It keeps nothing between two calls and never changes what it reads, so any number of readers may look at once; only
`delete_before`, which the keeper calls with positions that its store has committed, removes segments.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from sereno.calls import Exchange, Position
from sereno.journal import folder as names
from sereno.journal.folder import SegmentFile
from sereno.journal.instance import instance_id
from sereno.journal.segment import HEADER_BYTES, SegmentHeader, decode_header
from sereno.journal.tail import Frame, Problem, SegmentTail

_decoder = msgspec.msgpack.Decoder(Exchange)
QUARANTINE_SUFFIX = ".quarantine"


class ReadBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Frames of one worker, in the order they were written.

    Attributes:
        frames: at most as many as were asked for.
        position: where to go on; everything before it was returned, or is counted in `problems`.
        poisoned: damaged stretches that were skipped; each cost at least one record.
        at_end: whether there is nothing more to read now.
        problems: what was skipped and why, torn tails included.
    """

    frames: list[Frame]
    position: Position
    poisoned: int
    at_end: bool
    problems: tuple[Problem, ...] = ()


class JournalReader:
    """All workers' journals in DATA/journal.

    Args:
        folder: DATA/journal; it need not exist yet.

    Attributes:
        instance: UUID text of the DATA folder, made now if there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.instance = instance_id(folder.parent)

    def workers(self) -> list[int]:
        """Numbers of the workers that ever wrote here, ascending."""
        return names.list_workers(self.folder)

    def start(self, worker: int) -> Position:
        """Where to begin with a worker of which nothing is stored."""
        return Position(self.instance, worker, 0, 0)

    def decode(self, payload: bytes) -> Exchange:
        """The exchange in a frame's payload; `msgspec.DecodeError` if it is none, so that one cannot stop a batch."""
        return _decoder.decode(payload)

    def read(self, position: Position, max_frames: int = 500, max_bytes: int = 16 * 1024 * 1024) -> ReadBatch:
        """Frames from a position on, up to `max_frames` or until they exceed `max_bytes`.

        Raises:
            JournalError: a segment was written by a newer Sereno.
            OSError: a segment cannot be read.
        """
        worker_folder = names.worker_folder(self.folder, position.worker)
        # First the list, then whether its writer lives: a segment of the list whose writer is dead is sealed for good.
        segments = [found for found in names.list_segments(worker_folder) if found.sequence >= position.segment]
        sealed_below = names.sealed_below(worker_folder) if segments else None
        frames: list[Frame] = []
        problems: list[Problem] = []
        room = max_bytes
        for found in segments:
            last = found is segments[-1]
            sealed = not last or sealed_below is None or found.sequence < sealed_below
            try:
                fd = os.open(found.path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue  # deleted since it was listed: it is stored
            try:
                header = decode_header(os.pread(fd, HEADER_BYTES, 0))
                problem = _unfit(header, found, position, sealed=sealed)
                if problem is not None or header is None:
                    if problem is not None:
                        problems.append(problem)
                        if sealed or header is not None:
                            position = Position(position.instance, position.worker, found.sequence, found.size)
                    at_end = True
                else:
                    if found.sequence > position.segment:
                        if position.segment and header.previous > position.segment:
                            problems.append(_missing(position, header, found))
                        position = Position(position.instance, position.worker, found.sequence, HEADER_BYTES)
                    tail = SegmentTail(fd, position, header.salt, sealed=sealed)
                    at_end = tail.read(max_frames - len(frames), room)
                    frames += tail.frames
                    problems += tail.problems
                    room -= tail.bytes
                    position = Position(position.instance, position.worker, found.sequence, tail.offset)
            finally:
                os.close(fd)
            if not at_end or len(frames) >= max_frames or room <= 0:
                return _batch(frames, position, problems, at_end=at_end and last)
        return _batch(frames, position, problems, at_end=True)

    def unread_bytes(self, positions: Iterable[Position]) -> int:
        """Bytes of frames on disk behind these positions, over all workers; a worker without one counts whole."""
        total = 0
        for position in self._of_all_workers(positions):
            for found in names.list_segments(names.worker_folder(self.folder, position.worker)):
                if found.sequence > position.segment:
                    total += max(0, found.size - HEADER_BYTES)
                elif found.sequence == position.segment:
                    total += max(0, found.size - max(position.offset, HEADER_BYTES))
        return total

    def oldest_unread_ns(self, positions: Iterable[Position]) -> int | None:
        """Wall time at which the oldest unread exchange ended, in nanoseconds; None when all is read.

        Raises:
            JournalError: a segment was written by a newer Sereno.
        """
        oldest: int | None = None
        for position in self._of_all_workers(positions):
            ended = self._first_end(position)
            if ended is not None and (oldest is None or ended < oldest):
                oldest = ended
        return oldest

    def _first_end(self, position: Position) -> int | None:
        while True:
            batch = self.read(position, max_frames=1, max_bytes=1)
            for frame in batch.frames:
                try:
                    exchange = self.decode(frame.payload)
                except msgspec.DecodeError:
                    continue
                return exchange.started_ns + int(exchange.ended_at * 1e9)
            if batch.at_end or batch.position == position:
                return None
            position = batch.position

    def total_bytes(self) -> int:
        """Bytes that the journal takes on disk."""
        return sum(names.folder_bytes(names.worker_folder(self.folder, worker)) for worker in self.workers())

    def delete_before(self, position: Position) -> int:
        """Remove a worker's segments that are stored whole; returns how many.

        Call it with a position that the store has committed. A segment that is not ours, or cannot be told to be, is
        renamed to `….quarantine` instead.
        """
        folder = names.worker_folder(self.folder, position.worker)
        segments = [found for found in names.list_segments(folder) if found.sequence <= position.segment]
        sealed_below = names.sealed_below(folder) if segments else None
        removed = 0
        for found in segments:
            if found.sequence == position.segment:
                sealed = sealed_below is None or found.sequence < sealed_below
                try:
                    whole = sealed and position.offset >= found.path.stat().st_size
                except FileNotFoundError:
                    continue
                if not whole:
                    continue
            try:
                if _is_ours(found.path, position.instance):
                    found.path.unlink()
                else:
                    found.path.rename(found.path.with_suffix(QUARANTINE_SUFFIX))
            except FileNotFoundError:
                continue
            removed += 1
        return removed

    def _of_all_workers(self, positions: Iterable[Position]) -> list[Position]:
        known = {position.worker: position for position in positions if position.instance == self.instance}
        return [known.get(worker) or self.start(worker) for worker in self.workers()]


def _batch(frames: list[Frame], position: Position, problems: Sequence[Problem], *, at_end: bool) -> ReadBatch:
    poisoned = sum(problem.kind in {"poisoned", "header"} for problem in problems)
    return ReadBatch(frames=frames, position=position, poisoned=poisoned, at_end=at_end, problems=tuple(problems))


def _unfit(header: SegmentHeader | None, found: SegmentFile, position: Position, *, sealed: bool) -> Problem | None:
    """Why a segment is passed over; None if it is to be read, or cannot be judged before it is sealed."""
    if position.segment == found.sequence and position.offset >= found.size and sealed:
        return None  # it was passed over, and reported, before
    if header is None or found.size < HEADER_BYTES:
        if not sealed:
            return None
        if found.size < HEADER_BYTES:
            detail = f"{found.path.name} ends inside its header: a power cut took it before it held a record"
            return Problem("torn", position.worker, found.sequence, 0, found.size, detail)
        detail = f"{found.path.name} has no readable header: it is no segment, or both copies are damaged"
        return Problem("header", position.worker, found.sequence, 0, found.size, detail)
    if header.instance != position.instance:
        detail = f"{found.path.name} belongs to the data folder {header.instance}, not to {position.instance}"
        return Problem("foreign", position.worker, found.sequence, 0, found.size, detail)
    return None


def _missing(position: Position, header: SegmentHeader, found: SegmentFile) -> Problem:
    detail = (
        f"the segments after {position.segment} up to {header.previous} are gone; reading goes on at {found.sequence}"
    )
    return Problem("missing", position.worker, header.previous, 0, 0, detail)


def _is_ours(path: Path, instance: str) -> bool:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        head = os.pread(fd, HEADER_BYTES, 0)
    finally:
        os.close(fd)
    header = decode_header(head)
    return len(head) < HEADER_BYTES if header is None else header.instance == instance

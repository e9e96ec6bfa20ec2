"""Reads frames out of one segment, also while it is written, and finds the way on behind damage."""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

import msgspec

from sereno.calls import Position
from sereno.journal.segment import (
    DAMAGED,
    HEAD_BYTES,
    HEADER_BYTES,
    PAYLOAD_START,
    PAYLOAD_START_BYTES,
    SHORT,
    candidates,
    claimed_length,
    frame_length,
)

WINDOW = 1024 * 1024
"""Bytes read at once; a longer frame is read whole."""
_SEARCH_LIMIT = 256 * 1024 * 1024
"""Bytes of candidates checked in one search: a body full of what looks like frames must not hold the reader up."""

ProblemKind = Literal["poisoned", "torn", "missing", "foreign", "header"]


class Problem(msgspec.Struct, frozen=True):
    """Something in a journal that is not as it was written.

    Attributes:
        kind: `poisoned`: a frame whose bytes changed; `torn`: the end of a killed writer's last frame; `missing`: a
            segment that is gone; `foreign`: a segment of another DATA folder; `header`: a file without a header.
        worker: the worker's number.
        segment: the segment's number.
        offset: where it begins in the segment.
        size: bytes that were skipped.
        detail: one sentence.
    """

    kind: ProblemKind
    worker: int
    segment: int
    offset: int
    size: int
    detail: str


class Frame(NamedTuple):
    """One frame.

    Attributes:
        position_after: where the journal goes on behind it.
        payload: what was written, msgpack of an `Exchange`.
    """

    position_after: Position
    payload: bytes


class SegmentTail:
    """A walk over the frames of one open segment file.

    Args:
        fd: the file.
        start: where to begin; its offset is raised to the first frame's.
        salt: of the segment's header.
        sealed: whether the file never changes again (asked **before** this is made, as its size is taken now).
    """

    def __init__(self, fd: int, start: Position, salt: int, *, sealed: bool) -> None:
        self._fd, self._salt, self._sealed = fd, salt, sealed
        self._start = start
        self._size = os.fstat(fd).st_size
        self.offset = max(start.offset, HEADER_BYTES)
        self.frames: list[Frame] = []
        self.problems: list[Problem] = []
        self.bytes = 0
        self._next_good = 0

    def read(self, max_frames: int, max_bytes: int) -> bool:
        """Gather frames up to the limits (at least one, if there is one); whether the end was reached."""
        window = min(WINDOW, max(max_bytes, 65536))
        start = self._start
        buffer, base = b"", self.offset
        while len(self.frames) < max_frames and (self.bytes < max_bytes or not self.frames):
            if self.offset >= self._size:
                return True
            at = self.offset - base
            size = frame_length(buffer, at, self._salt)
            if size > 0:
                self.offset += size
                self.bytes += size
                after = Position(start.instance, start.worker, start.segment, self.offset)
                self.frames.append(Frame(after, buffer[at + HEAD_BYTES : at + size]))
                continue
            if size == SHORT:
                wanted = max(window, claimed_length(buffer, at) if len(buffer) - at >= 4 else 0)
                end = min(self._size, self.offset + wanted)
                if base + len(buffer) < end:
                    buffer, base = os.pread(self._fd, end - self.offset, self.offset), self.offset
                    if len(buffer) < end - base:
                        return True  # the writer cut a torn frame off meanwhile
                    continue
            if not self._skip(claimed_length(buffer, at), torn=size != DAMAGED):
                return True
        return False

    def _skip(self, claimed: int, *, torn: bool) -> bool:
        """Step over what is no frame at the current offset; False if more may still be written here."""
        offset, size = self.offset, self._size
        if self._next_good <= offset:
            found = self._search(offset + 1)
            if found is None and not self._sealed:
                return False
            self._next_good = size if found is None else found
        end = self._next_good
        if claimed and offset + claimed < end and self._looks_like_frame(offset + claimed):
            end = offset + claimed  # several damaged frames in a row count each
        torn = end == size and (torn or (not claimed and not any(self._bytes_at(offset, min(end - offset, WINDOW)))))
        if torn:
            self._report("torn", offset, end, "the writer was killed inside its last frame")
        else:
            self._report("poisoned", offset, end, "the frame's checksum does not fit its bytes")
        self.offset = end
        return True

    def _report(self, kind: ProblemKind, offset: int, end: int, detail: str) -> None:
        start = self._start
        self.problems.append(Problem(kind, start.worker, start.segment, offset, end - offset, detail))

    def _bytes_at(self, offset: int, size: int) -> bytes:
        return os.pread(self._fd, size, offset)

    def _looks_like_frame(self, offset: int) -> bool:
        head = self._bytes_at(offset, HEAD_BYTES + PAYLOAD_START_BYTES)
        claimed = claimed_length(head, 0)
        return bool(claimed) and offset + claimed <= self._size and PAYLOAD_START.match(head, HEAD_BYTES) is not None

    def _search(self, start: int) -> int | None:
        """Offset of the first whole frame at or after `start`, None if there is none."""
        checked = 0
        at = start
        while at < self._size:
            buffer = self._bytes_at(at, min(WINDOW, self._size - at))
            if len(buffer) < HEAD_BYTES + PAYLOAD_START_BYTES:
                return None
            for found in candidates(buffer, at):
                if found < start:
                    continue
                length = claimed_length(self._bytes_at(found, HEAD_BYTES), 0)
                if not length or found + length > self._size:
                    continue
                checked += length
                if checked > _SEARCH_LIMIT:
                    return None
                if frame_length(self._bytes_at(found, length), 0, self._salt) > 0:
                    return found
            if at + len(buffer) >= self._size:
                return None
            # A payload's first bytes may lie across two windows; its head may lie before it.
            at += len(buffer) - (PAYLOAD_START_BYTES - 1)
        return None

"""Streams of events in a body: lines of JSON (NDJSON) and server-sent events (WHATWG HTML §9.2.6).

Both parsers are incremental: an event may be split at any byte. Each event comes with the offset in the body
at which its last byte stood, from which the time of its arrival follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Line = tuple[bytes, int]
"""A line of NDJSON and the offset of its end."""
Event = tuple[str, bytes, int]
"""Type of an event ("" where none was given), its data, and the offset of the end of its last data line."""

_SLICE = 1 << 16
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class NdjsonParser:
    """Lines of JSON; blank lines are skipped."""

    __slots__ = ("_offset", "_parts")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._offset = 0

    def feed(self, data: bytes) -> list[Line]:
        """The lines that these bytes complete."""
        lines = data.split(b"\n")
        tail = lines.pop()
        found: list[Line] = []
        if lines:
            if self._parts:
                lines[0] = b"".join((*self._parts, lines[0]))
                self._parts = []
            at = self._offset
            for line in lines:
                at += len(line)
                if line and not line.isspace():
                    found.append((line, at))
                at += 1
            self._offset = at
        if tail:
            self._parts.append(tail)
        return found

    def finish(self) -> list[Line]:
        """The last line, when the body ended without a line end; it may be cut."""
        line = b"".join(self._parts)
        self._parts = []
        return [(line, self._offset + len(line))] if line and not line.isspace() else []


class SseParser:
    """Server-sent events. `id` and `retry` mean nothing here and are passed over, as are comments."""

    __slots__ = ("_cr", "_data", "_end", "_offset", "_parts", "_start", "_type")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._offset = 0
        self._start = True
        self._cr = False
        self._type = ""
        self._data: list[bytes] = []
        self._end = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        found: list[Event] = []
        if b"\r" not in data and not self._cr:
            lines = data.split(b"\n")
            tail = lines.pop()
            self._lines(lines, None, found)
        else:
            if self._cr and data.startswith(b"\n"):
                self._offset += 1
                data = data[1:]
            if data:
                self._cr = data.endswith(b"\r")
            pieces = _LINE_END.split(data)
            widths = [len(match) for match in _LINE_END.findall(data)]
            tail = pieces.pop()
            self._lines(pieces, widths, found)
        if tail:
            self._parts.append(tail)
        return found

    def skip(self, size: int) -> None:
        """Pass over bytes that are whole events; only between events."""
        self._offset += size
        self._start = False

    def finish(self) -> list[Event]:
        """What a stream that ended without its last blank line still held; the last line may be cut.

        The standard discards it. A record keeps it: servers exist that end on `data: [DONE]` alone.
        """
        found: list[Event] = []
        line = b"".join(self._parts)
        self._parts = []
        if line:
            self._lines([line], None, found)
        self._dispatch(found)
        return found

    def _lines(self, lines: list[bytes], widths: list[int] | None, found: list[Event]) -> None:
        if not lines:
            return
        if self._parts:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._parts = []
        at = self._offset
        data = self._data
        for number, line in enumerate(lines):
            at += len(line)
            if self._start:
                self._start = False
                line = line.removeprefix(_BOM)  # noqa: PLW2901 - the byte order mark is no part of the first line
            if not line:
                if data:
                    found.append((self._type, data[0] if len(data) == 1 else b"\n".join(data), self._end))
                    data.clear()
                self._type = ""
            elif line.startswith(b"data:"):
                data.append(line[6:] if line[5:6] == b" " else line[5:])
                self._end = at
            else:
                self._field(line, at)
            at += 1 if widths is None else widths[number]
        self._offset = at

    def _field(self, line: bytes, at: int) -> None:
        name, _, value = line.partition(b":")
        if name == b"event":
            self._type = value.removeprefix(b" ").decode("utf-8", "replace")
        elif name == b"data":
            self._data.append(b"")
            self._end = at

    def _dispatch(self, found: list[Event]) -> None:
        if self._data:
            found.append((self._type, b"\n".join(self._data), self._end))
            self._data.clear()
        self._type = ""


def ndjson_lines(body: bytes) -> Iterator[Line]:
    """The lines of a whole body, in memory bounded whatever it holds."""
    parser = NdjsonParser()
    for at in range(0, len(body), _SLICE):
        yield from parser.feed(body[at : at + _SLICE])
    yield from parser.finish()


def sse_events(body: bytes) -> Iterator[Event]:
    """The events of a whole body, in memory bounded whatever it holds."""
    parser = SseParser()
    for at in range(0, len(body), _SLICE):
        yield from parser.feed(body[at : at + _SLICE])
    yield from parser.finish()

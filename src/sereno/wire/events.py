"""The events of a streamed answer, decoded: lines of JSON, or server-sent events whose data is JSON.

A body is read in slices of whole events. A slice whose events all look alike (each one line, or one `data:` line and
an empty one, perhaps with an `event:` line before) is decoded in one go, which costs a third of reading event by
event. Every other slice, and one that does not decode, is read event by event: comments, folded data, carriage
returns, invalid UTF-8 and broken events are met there, and only the broken ones are lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from sereno.wire import jsontext
from sereno.wire.answer import Answer
from sereno.wire.framing import NdjsonParser, SseParser

T = TypeVar("T")
H = TypeVar("H")
_SLICE = 1 << 18
"""Bytes decoded together: bounds the memory that a body of the smallest events can take."""
_MAX_UNREADABLE = 1000
_LEADING = 8
"""Events looked at for what every event repeats."""
_DONE = b"[DONE]"
_LAST = b"data: [DONE]\n\n"
_NOTHING = b"null"
"""llama.cpp begins a stream of several prompts with it."""
_DATA = b"data: "
_NAMED = re.compile(rb"event: [^\r\n]*\ndata: ")
_BORDER = re.compile(rb"\n\n" + _NAMED.pattern)


class Batch(NamedTuple, Generic[T]):
    """Some events in a row.

    Attributes:
        events: the events.
        text: the slice they came from, where all of them have the same number of lines.
        base: offset of the slice in the body.
        lines: lines of an event.
        last: number of its last line with data, from 0.
        singles: data and offset of the end of each event, where they differ in shape.
    """

    events: list[T]
    text: bytes
    base: int
    lines: int = 1
    last: int = 0
    singles: tuple[tuple[bytes, int], ...] | None = None

    def end(self, number: int) -> int:
        """Offset in the body at which the last byte of an event's data stood, by the event's number from 0."""
        if self.singles is not None:
            return self.singles[number][1]
        return self.base + self._line(number)[1]

    def data(self, number: int) -> bytes:
        """The JSON text of an event, by the event's number from 0."""
        if self.singles is not None:
            return self.singles[number][0]
        start, stop = self._line(number)
        return self.text[start:stop].removeprefix(_DATA)

    def _line(self, number: int) -> tuple[int, int]:
        """Start and end of an event's last line with data, found from the nearer end of the slice."""
        wanted = number * self.lines + self.last
        behind = len(self.events) * self.lines - wanted
        start, stop = 0, -1
        if wanted <= behind or not self.text.endswith(b"\n"):
            for _ in range(wanted + 1):
                start = stop + 1
                stop = self.text.find(b"\n", start)
            return start, stop if stop >= 0 else len(self.text)
        start = len(self.text)
        for _ in range(behind + 1):
            stop = start
            start = self.text.rfind(b"\n", 0, stop)
        return start + 1, stop

    def first(self, decoder: msgspec.json.Decoder[H], wanted: Callable[[H], bool]) -> H | None:
        """The first of the leading events that, read by another decoder, is what is wanted."""
        for number in range(min(len(self.events), _LEADING)):
            try:
                found = jsontext.read(self.data(number), decoder)
            except ValueError:
                continue
            if wanted(found):
                return found
        return None


class _OneByOne(Generic[T]):
    """Reads events singly. Unreadable ones are passed over and noted; after too many the rest is left.

    A last event that the end of the body cut is no trouble of its own: the missing terminator tells it.
    """

    def __init__(self, decoder: msgspec.json.Decoder[T], size: int, answer: Answer) -> None:
        self._decoder = decoder
        self._size = size
        self._answer = answer
        self._unreadable = 0
        self.marked = False

    def read(self, items: Iterator[tuple[bytes, int]]) -> Batch[T]:
        events: list[T] = []
        singles: list[tuple[bytes, int]] = []
        for data, end in items:
            if data == _DONE or data.strip() == _DONE:
                self.marked = True
            elif data == _NOTHING:
                continue
            elif self._unreadable <= _MAX_UNREADABLE:
                try:
                    events.append(jsontext.read(data, self._decoder))
                    singles.append((data, end))
                except ValueError as error:
                    self._unreadable += 1
                    if end < self._size:
                        self._answer.trouble(error)
        return Batch(events, b"", 0, singles=tuple(singles))


def json_lines(body: bytes, decoder: msgspec.json.Decoder[T], answer: Answer) -> Iterator[Batch[T]]:
    """The events of a body of JSON lines; what could not be read is noted in the answer."""
    single = _OneByOne(decoder, len(body), answer)
    for at, stop in _slices(body, b"\n"):
        text = body if stop - at == len(body) else body[at:stop]
        lines = text.removesuffix(b"\n")
        events = _together(b"[%b]" % lines.replace(b"\n", b","), decoder)
        if events is not None and len(events) == lines.count(b"\n") + 1:
            yield Batch(events, text, at)
        else:
            parser = NdjsonParser()
            yield single.read((line, at + end) for line, end in (*parser.feed(text), *parser.finish()))


def server_sent(
    body: bytes, decoder: msgspec.json.Decoder[T], answer: Answer, *, closes: bool = False
) -> Iterator[Batch[T]]:
    """The events of a body of server-sent events; what could not be read is noted in the answer.

    Args:
        body: the whole body.
        decoder: of an event's data.
        answer: where trouble is noted.
        closes: whether `[DONE]` ends the stream well (`Answer.done`); it is passed over in any case.
    """
    single = _OneByOne(decoder, len(body), answer)
    parser = SseParser()
    for at, stop in _slices(body, b"\n\n"):
        text = body[at:stop]
        marked = text.endswith(_LAST)
        batch = _alike(text[: -len(_LAST)] if marked else text, at, decoder)
        if batch is not None:
            parser.skip(stop - at)
        else:
            found = parser.feed(text)
            if stop == len(body):
                found += parser.finish()
            batch = single.read((data, end) for _, data, end in found)
            marked = single.marked
        if closes and marked:
            answer.done = True
        yield batch


def _slices(body: bytes, border: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of parts of a body of about `_SLICE` bytes, each but the last ended by a border."""
    at, size = 0, len(body)
    while size - at > _SLICE:
        stop = body.rfind(border, at, at + _SLICE)
        if stop < 0:
            stop = body.find(border, at + _SLICE - len(border))
            if stop < 0:
                break
        yield at, stop + len(border)
        at = stop + len(border)
    if at < size:
        yield at, size


def _alike(text: bytes, base: int, decoder: msgspec.json.Decoder[T]) -> Batch[T] | None:
    """The events of a slice that all have the same lines, None if they do not, or do not decode."""
    if not text.endswith(b"\n\n"):
        return None
    if text.startswith(_DATA):
        lines, last = 2, 0
        found = text[len(_DATA) : -2].split(b"\n\n" + _DATA)
    else:
        first = _NAMED.match(text)
        if first is None:
            return None
        lines, last = 3, 1
        found = _BORDER.split(text[first.end() : -2])
    size = len(found)
    found[0] = b"[" + found[0]
    found[-1] += b"]"
    joined = b",".join(found)
    if b"\n" in joined:  # a line that is none of the expected, and may be no part of the data
        return None
    events = _together(joined, decoder)
    return Batch(events, text, base, lines, last) if events is not None and len(events) == size else None


def _together(text: bytes, decoder: msgspec.json.Decoder[T]) -> list[T] | None:
    """A list of events in JSON; None if it cannot be decoded."""
    item: Any = decoder.type
    try:
        found: list[T] = _list_decoder(item).decode(text)
    except (ValueError, RecursionError):
        return None
    return found


@cache
def _list_decoder(item: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[item])

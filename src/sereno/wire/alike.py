"""A fast way through streams whose events differ in nothing but one text, which most events of a model's answer do.

An event that says nothing but a text becomes a pattern: its own bytes, with a hole for the text, and holes for the
values that vary within a stream and mean nothing here (time stamps). That the hole is where the text is, is tried
out: with another text in it the event must read as that text and nothing else. The events alike that follow are then
one run, whose texts are read together as one JSON list. Whatever does not match, or whose texts are not valid JSON,
takes the long way, event by event; so the result is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from sereno.wire.framing import SseParser

Plain = tuple[Any, str]
"""Where a text belongs (in the words of the protocol's reader), and the text."""
ReadPlain = Callable[[bytes], Plain | None]
"""What an event's data says if that is one text and nothing else, None otherwise; `ValueError` if it is no JSON."""


Single = tuple[bytes, int]
"""An event that must be read by itself: its data, and the offset of its end."""


class Run(NamedTuple):
    """The text of several events alike. The event before them carried text, too."""

    key: Any
    text: str


_SLICE = 1 << 16
_END = b"\n\n"
_MAX_EVENT = 4096
_MIN_EVENTS = 4  # shorter runs do not repay the search
_LAST_EVENTS = 3  # events at the end of a stream that begin like the others
_MAX_RUN = 1 << 18  # bytes looked at together
_PATIENCE = 16  # fruitless looks, after which the rest is read in slices: bounds the work on any body
_PROBE = "\u2042"
_FRAME = re.compile(rb"(?:event: ?[\w.]*\n)?data: ?|")
_STRING = re.compile(rb'"([^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*)"')
_VARYING = re.compile(rb'"(?:created_at|obfuscation)":"([^"\\]*)"|"sequence_number":([0-9]+)')
_PADDED = re.compile(_VARYING.pattern.replace(b"sequence_number", b"created"))  # OpenAI's own: a run outlasts a second


class Shape(NamedTuple):
    """An event as its bytes around the holes.

    Attributes:
        key: where its text belongs.
        parts: the bytes before, between and after the holes.
        commas: what stands for the inner parts, and last for the border of two events, in the JSON list of a run.
        text: number of the hole that holds the text.
        decoder: of such a list.
    """

    key: Any
    parts: tuple[bytes, ...]
    commas: tuple[bytes, ...]
    text: int
    decoder: msgspec.json.Decoder[list[tuple[Any, ...]]]


def sse_runs(body: bytes, fields: tuple[bytes, ...], plain: ReadPlain) -> Iterator[Single | Run]:
    """Server-sent events, those alike as runs.

    Args:
        body: the whole body.
        fields: how the fields begin that may hold the text: name in quotes, and colon.
        plain: reads an event that is one text and nothing else.
    """
    parser = SseParser()
    at, size, patience = 0, len(body), _PATIENCE
    while at < size and patience > 0:
        stop = body.find(_END, at, at + _MAX_EVENT) + len(_END)
        if stop < at + len(_END):
            patience -= 1
            stop = min(size, at + _MAX_EVENT)
            yield from _feed(parser, body[at:stop])
            at = stop
            continue
        event = body[at:stop]
        found = list(_feed(parser, event))
        yield from found
        at = stop
        if len(found) != 1 or size - at < _MIN_EVENTS * len(event):
            continue
        shape = _shape(event, found[0][0], fields, plain)
        if shape is None:
            patience -= 1
            continue
        begun, limit = at, min(size, at + _MAX_RUN)
        while patience > 0 and (stop := _extent(body, at, limit, shape)):
            text = _text(body[at:stop], shape)
            if text is None:
                patience -= 1
                limit = (at + stop) // 2
                continue
            parser.skip(stop - at)
            yield Run(shape.key, text)
            # Twice as far next: a run that was cut short then costs no more than a few times its length.
            limit = min(size, stop + min(_MAX_RUN, 2 * (stop - at)))
            at, patience = stop, min(_PATIENCE, patience + 2)
        patience -= at == begun
    for start in range(at, size, _SLICE):
        yield from _feed(parser, body[start : start + _SLICE])
    yield from ((data, end) for _, data, end in parser.finish())


def _feed(parser: SseParser, data: bytes) -> Iterator[Single]:
    return ((text, end) for _, text, end in parser.feed(data))


def _shape(event: bytes, data: bytes, fields: tuple[bytes, ...], plain: ReadPlain) -> Shape | None:
    """An event's shape, None if it says more than a text."""
    start = event.find(data)
    if _FRAME.fullmatch(event, 0, start) is None or event[start + len(data) :].strip(b"\n"):
        return None
    for field in fields:
        at = data.find(field)
        string = _STRING.match(data, at + len(field)) if at >= 0 else None
        if string is None or not string[1]:
            continue
        try:
            said = plain(data[: string.start(1)] + _PROBE.encode() + data[string.end(1) :])
        except (ValueError, RecursionError):
            return None
        if said is None or said[1] != _PROBE:
            return None
        first, last = start + string.start(1), start + string.end(1)
        varying = _PADDED if b'"obfuscation"' in event else _VARYING
        holes = [(*hole.span(hole.lastindex or 0), hole.lastindex == 1) for hole in varying.finditer(event)]
        holes = sorted([(first, last, True), *(hole for hole in holes if hole[1] <= first or hole[0] >= last)])
        edges = (0, *(edge for hole in holes for edge in hole[:2]), len(event))
        parts = tuple(event[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2))
        commas, decoder = _list_of(tuple(quoted for _, _, quoted in holes))
        return Shape(said[0], parts, commas, holes.index((first, last, True)), decoder)
    return None


@lru_cache(maxsize=64)
def _list_of(quoted: tuple[bool, ...]) -> tuple[tuple[bytes, ...], msgspec.json.Decoder[list[tuple[Any, ...]]]]:
    """Commas and decoder for events whose holes are texts in quotes or numbers."""
    marks = [b'"' if quote else b"" for quote in quoted]
    commas = [left + b"," + right for left, right in pairwise(marks)]
    kinds = tuple(str if quote else int for quote in quoted)
    decoder = msgspec.json.Decoder(list[tuple[kinds]])  # type: ignore[valid-type] # made at run time
    return (*commas, marks[-1] + b"],[" + marks[0]), decoder


def _extent(body: bytes, at: int, limit: int, shape: Shape) -> int:
    """Where the last event of this shape before a limit ends, 0 if there are too few for a run."""
    head, last = shape.parts[0], shape.parts[-1]
    if not body.startswith(head, at):
        return 0
    border = max(last + head, shape.parts[shape.text] if shape.text else b"", key=len)  # what tells these events apart
    for _ in range(_LAST_EVENTS):
        near = body.rfind(border, at, limit)
        stop = body.find(last, near + len(border), near + _MAX_EVENT) if near >= 0 else -1
        if stop >= 0:
            stop += len(last)
            return stop if stop - at >= _MIN_EVENTS * sum(map(len, shape.parts)) else 0
        limit = max(at, near)
    return 0


def _text(run: bytes, shape: Shape) -> str | None:
    """The text of a run, None unless it holds nothing but events of the shape.

    The bytes between two holes become commas. That no other comma parted the list is seen by counting, and quotes
    that end a hole must not be escaped.
    """
    parts, commas = shape.parts, shape.commas
    head, last = parts[0], parts[-1]
    inside = run[len(head) : len(run) - len(last)]
    events = 0
    for border, comma in zip(reversed((*parts[1:-1], last + head)), reversed(commas), strict=True):
        pieces = inside.split(border)
        events = events or len(pieces)
        if len(pieces) != events + (comma is not commas[-1]):
            return None
        if border.startswith(b'"') and b"\\\n" in b"\n".join(pieces):
            return None
        inside = comma.join(pieces)
    opening, closing = commas[-1].split(b"],[")
    try:
        found = shape.decoder.decode(b"[[" + closing + inside + opening + b"]]")
    except (ValueError, RecursionError):
        return None
    hole = shape.text
    return "".join([event[hole] for event in found]) if len(found) == events else None

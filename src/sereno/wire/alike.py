"""A fast way through streams whose events differ in nothing but the text of their delta.

Most events of a chat stream repeat some 200 bytes around a few letters. Split at those repeated bytes, the body
falls into its texts without being read as JSON; whatever is not such a text takes the long way, so the result is
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sereno.wire.framing import SseParser

_FIELD = b'"content":"'
_MIN_REPEATS = 8
_RUN = 32  # texts that are looked at together
_MAX_BODY = 1 << 20


def sse_texts(body: bytes, is_plain: Callable[[bytes, bytes], bool]) -> Iterator[tuple[bytes, int, bool]]:
    """Server-sent events of a body as (bytes, offset of their end, whether the bytes are bare text).

    Bare text may stand for several events; the first of them comes alone.

    Args:
        body: the whole body.
        is_plain: whether an event's data (first argument) holds this text (second) as the content of its only
            delta and says nothing else.
    """
    pattern = _pattern(body, is_plain)
    if pattern is None:
        parser = SseParser()
        for at in range(0, len(body), 1 << 16):
            yield from ((data, end, False) for _, data, end in parser.feed(body[at : at + (1 << 16)]))
        yield from ((data, end, False) for _, data, end in parser.finish())
        return
    head, tail = pattern
    parts = body.split(tail + head)
    last = len(parts) - 1
    between = len(head) + len(tail)
    at = number = 0
    while number <= last:
        run = parts[number : min(number + _RUN, last)] if number > 1 else parts[1:2] if number == 1 < last else []
        text = b"".join(run)
        if run and b'"' not in text and b"\\" not in text and b"\n" not in text:
            number += len(run)
            at += len(text) + len(run) * between
            yield text, at - len(head) - 2, True
            continue
        for part in run or parts[number : number + 1]:
            start = len(head) if number else 0
            event = (head if number else b"") + part + (tail if number < last else b"")
            parser = SseParser()
            for _, data, end in (*parser.feed(event), *parser.finish()):
                yield data, at + end - start, False
            at += len(part) + between
            number += 1


def _pattern(body: bytes, is_plain: Callable[[bytes, bytes], bool]) -> tuple[bytes, bytes] | None:
    """The bytes before and after the text of the stream's second delta, None where they do not repeat."""
    if len(body) > _MAX_BODY or b"\r" in body:
        return None
    at = body.find(_FIELD, body.find(_FIELD) + 1)
    start, end = body.rfind(b"\n", 0, max(at, 0)) + 1, body.find(b"\n\n", at)
    if at < 0 or end < 0 or not body.startswith(b"data: ", start) or body[start - 2 : start] != b"\n\n":
        return None
    head = body[start : at + len(_FIELD)]
    text, _, tail = body[at + len(_FIELD) : end].partition(b'"')
    tail = b'"' + tail + b"\n\n"
    if body.count(tail + head) < _MIN_REPEATS or b"\\" in text or not is_plain(body[start + 6 : end], text):
        return None
    return head, tail

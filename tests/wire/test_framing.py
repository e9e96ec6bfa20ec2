"""NDJSON, and server-sent events by the rules of the WHATWG HTML standard, §9.2.6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.wire.framing import Event, NdjsonParser, SseParser, ndjson_lines, sse_events

# The examples of WHATWG HTML §9.2.6, with the events it says they give.
STANDARD = {
    b"data: YHOO\ndata: +2\ndata: 10\n\n": [b"YHOO\n+2\n10"],
    b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n": [
        b"first event", b"second event", b" third event",
    ],
    b"data\n\ndata\ndata\n\n": [b"", b"\n"],
    b"data:test\n\ndata: test\n\n": [b"test", b"test"],
    b"\xef\xbb\xbfdata: a\r\n\r\ndata: b\r\rdata: c\n\r\n": [b"a", b"b", b"c"],
    b"retry: 5\nunknown: 1\n:comment\ndata: x\n\n": [b"x"],
}  # fmt: skip


@pytest.mark.parametrize("stream", STANDARD)
def test_examples_of_the_standard(stream: bytes) -> None:
    assert [data for _, data, _ in sse_events(stream)] == STANDARD[stream]


def test_types_and_offsets() -> None:
    assert list(sse_events(b"event: add\ndata: 1\n\ndata: 2\n\n")) == [("add", b"1", 18), ("", b"2", 27)]
    assert list(ndjson_lines(b'{"a":1}\r\n\n{}')) == [(b'{"a":1}\r', 8), (b"{}", 12)]


def test_an_event_without_its_blank_line_is_kept() -> None:
    assert [data for _, data, _ in sse_events(b"data: 1\n\ndata: [DONE]")] == [b"1", b"[DONE]"]


PIECES = st.lists(
    st.sampled_from([b"data: x", b"data:", b"event: e", b":c", b"\n", b"\r\n", b"\r", b"\n\n", b"y", b"\xef\xbb\xbf"])
)


@given(PIECES, st.lists(st.integers(0, 60), max_size=6))
def test_any_split_gives_the_same_events(pieces: list[bytes], cuts: list[int]) -> None:
    body = b"".join(pieces)
    events: list[Event] = []
    parser, lines = SseParser(), NdjsonParser()
    found = []
    at = 0
    for cut in (*sorted(cuts), len(body)):
        events += parser.feed(body[at:cut])
        found += lines.feed(body[at:cut])
        at = max(at, cut)
    events += parser.finish()
    found += lines.finish()
    assert events == list(sse_events(body))
    assert found == list(ndjson_lines(body))
    assert all(body[:end].endswith(line) for line, end in found)

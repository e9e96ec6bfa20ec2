"""The reader of chunked bodies: any split is the same body, and what is accepted h11 reads alike."""

from __future__ import annotations

from itertools import pairwise

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.gateway.chunked import ChunkedReader

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
GOOD = b'5;a=b;c="d\\"e;\r"\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Sum: 7\r\n\r\n'.replace(b'\r"', b'"')

BYTES = st.sampled_from(b'\r\n0123aAfF;="\\ \tx:-+\0').map(lambda byte: bytes([byte]))


def ours(data: bytes, cuts: list[int]) -> tuple[bytes, bool] | None:
    """The body and whether it ended; None if it was refused."""
    reader = ChunkedReader()
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    try:
        for start, end in pairwise(places):
            if reader.feed(data[start:end]) < end - start or reader.done:
                break
    except ValueError:
        return None
    return b"".join(reader.pieces), reader.done


def theirs(data: bytes) -> tuple[bytes, bool] | None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(HEAD + data)
    body = b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return body, True
            elif not isinstance(event, h11.Request):
                return body, False
    except h11.RemoteProtocolError:
        return None


def test_good_body_at_every_split() -> None:
    assert theirs(GOOD) == (b"hello0123456789", True)
    for cut in range(len(GOOD)):
        assert ours(GOOD, [cut]) == (b"hello0123456789", True)
        part = ours(GOOD[:cut], [])
        assert part is not None
        assert not part[1]
        assert b"hello0123456789".startswith(part[0])


@settings(max_examples=3000)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2), BYTES), max_size=4),
    st.lists(st.integers(0, 60), max_size=4),
)  # fmt: skip
def test_what_is_accepted_whole_h11_reads_the_same(changes: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    data = GOOD
    for at, dropped, byte in changes:
        data = data[:at] + byte + data[at + dropped :]
    read = ours(data, cuts)
    assert read == ours(data, []) or read is None or ours(data, []) is None
    if read is not None and read[1]:
        assert theirs(data) == read


@pytest.mark.parametrize("size", [b"0" * 16, b"F" * 16, b"-1", b"+1", b"0x1", b"1_0", b"", b" 1", b"1 "])
def test_size_that_is_no_plain_hexadecimal(size: bytes) -> None:
    assert ours(size + b"\r\na\r\n0\r\n\r\n", []) is None

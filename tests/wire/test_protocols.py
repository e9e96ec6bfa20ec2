"""One suite over all wire protocols: the same story told in each must decode to the same call.

A protocol passes every scenario or declares in `speeches.py` why it has not that scenario.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import brotli
import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sereno.calls import Call, Exchange, Outcome, Timing, Usage
from sereno.wire.conversation import messages
from sereno.wire.decode import decode
from sereno.wire.forms import READERS
from sereno.wire.routes import classify
from wire.speeches import SPEECH, Event, Speech

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
COUNTS = Usage(input_tokens=7, cached_input_tokens=2, output_tokens=3)


def exchange(
    speech: Speech,
    pieces: list[bytes],
    *,
    ask: dict[str, Any] | None = None,
    stream: bool = True,
    status: int = 200,
    outcome: Outcome = "complete",
    coding: str = "",
) -> Exchange:
    """What the gateway records of an answer that came in these pieces, one every half second."""
    body = b"".join(pieces)
    request = msgspec.json.encode({**(ask or speech.ask), "stream": stream})
    streamed = b"text/event-stream" if speech.sse else b"application/x-ndjson"
    kind = streamed if stream and status < 400 else b"application/json"
    headers = ((b"Content-Type", kind), *([(b"Content-Encoding", coding.encode())] if coding else ()))
    ends: list[int] = []
    for piece in pieces:
        ends.append(len(piece) + (ends[-1] if ends else 0))
    return Exchange(
        id=bytes(16), started_ns=10**18, upstream="u", peer="127.0.0.1", key="", user=None, session=None, method="POST",
        target=speech.path, request_headers=(), request_body=request, request_size=len(request), request_at=0.0,
        status=status, response_headers=headers, response_body=body, response_size=len(body), head_at=0.1,
        chunk_times=tuple(0.5 * (number + 1) for number in range(len(pieces))), chunk_ends=tuple(ends),
        chunks=len(pieces), ended_at=0.5 * len(pieces), outcome=outcome,
    )  # fmt: skip


def streamed(speech: Speech, events: list[Event], **more: Any) -> Call:
    return decode(exchange(speech, speech.framed(events), **more))


def untimed(call: Call) -> Call:
    """The call without what may depend on how the answer was cut into pieces."""
    return msgspec.structs.replace(call, timing=Timing(0.0), chunks=0, response_bytes=0)


@pytest.fixture(params=SPEECH)
def speech(request: pytest.FixtureRequest) -> Speech:
    found: Speech = SPEECH[request.param]
    return found


def need(speech: Speech, scenario: str) -> None:
    if scenario in speech.gaps:
        pytest.skip(speech.gaps[scenario])


def test_every_form_that_streams_answers_is_in_the_suite() -> None:
    forms = {classify("POST", speech.path).form for speech in SPEECH.values()}
    assert forms == {form for form, readers in READERS.items() if readers.stream and readers.messages}


def test_streamed(speech: Speech) -> None:
    call = decode(exchange(speech, speech.whole()))
    assert (call.status, call.error_type, call.decode_error) == ("success", None, None)
    assert (call.stream, call.response, call.prompt) == (True, "Hello you", "Hi")
    assert call.operation == ("chat" if "messages" in speech.ask or "input" in speech.ask else "text_completion")
    assert call.model == "m:1"
    assert call.finish_reason


def test_usage_at_the_end(speech: Speech) -> None:
    assert decode(exchange(speech, speech.whole())).usage == COUNTS
    assert streamed(speech, speech.start + speech.said).usage == Usage(), "unknown is not 0"


def test_times(speech: Speech) -> None:
    timing = decode(exchange(speech, speech.whole())).timing
    before, total = 0.5 * len(speech.start), 0.5 * len(speech.whole())
    assert timing.time_to_first_chunk == before + 0.5
    assert timing.time_per_output_token == pytest.approx((total - before - 0.5) / 2)
    assert (timing.longest_gap, timing.total) == (0.5, total)


def test_plain_says_the_same(speech: Speech) -> None:
    plain = decode(exchange(speech, [msgspec.json.encode(speech.plain)], stream=False))
    stream = decode(exchange(speech, speech.whole()))
    assert (plain.status, plain.stream, plain.timing.time_to_first_chunk) == ("success", False, None)
    assert plain.usage == COUNTS
    for field in ("response", "model", "conversation", "parent_conversation", "prompt", "operation", "decode_error"):
        assert getattr(plain, field) == getattr(stream, field), field


def test_tools(speech: Speech) -> None:
    need(speech, "tools")
    end = [event for event in speech.end if not (isinstance(event, dict) and "response" in event)]  # which repeats all
    found = exchange(speech, speech.framed(speech.start + speech.tool + end))
    call = decode(found)
    assert call.tool_calls == 1
    assert call.timing.time_to_first_chunk is not None
    (said,) = messages(found).answers
    assert [(tool.name, msgspec.json.decode(tool.arguments)) for tool in said.tool_calls] == [("get", {"a": 1})]


def test_thinking(speech: Speech) -> None:
    need(speech, "thinking")
    found = exchange(speech, speech.framed(speech.start + speech.thought + speech.said))
    assert decode(found).response == "Hello you"
    assert decode(found).timing.time_to_first_chunk == 0.5 * (1 + len(speech.start) + ("index" in speech.thought[0]))
    (said,) = messages(found).answers
    assert (said.thinking, said.content) == ("Hm", "Hello you")


def test_images(speech: Speech) -> None:
    need(speech, "images")
    found = exchange(speech, speech.whole(), ask=speech.image)
    call = decode(found)
    assert (call.images, call.prompt, call.status) == (1, "Hi", "success")
    (image,) = messages(found).messages[-1].images
    assert (image.size, len(image.sha256)) == (70, 64)


def test_error_before_the_stream(speech: Speech) -> None:
    call = decode(exchange(speech, [msgspec.json.encode(speech.refusal)], status=503))
    assert (call.status, call.error_type, call.error_message, call.stream) == ("error", "http_5xx", "no", False)


def test_error_inside_the_stream(speech: Speech) -> None:
    call = streamed(speech, [*speech.start, *speech.said, speech.inside])
    assert (call.status, call.error_type, call.error_message) == ("error", "mid_stream_error", "no")
    assert (call.response, call.usage.output_tokens) == ("Hello you", None)


@pytest.mark.parametrize(
    ("outcome", "status", "error_type"),
    [
        ("complete", "error", "truncated_stream"),
        ("upstream_closed", "error", "truncated_stream"),
        ("client_closed", "aborted", "client_closed"),
        ("upstream_timeout", "error", "upstream_timeout"),
    ],
)
def test_terminator_missing(speech: Speech, outcome: Outcome, status: str, error_type: str) -> None:
    call = streamed(speech, speech.start + speech.said, outcome=outcome)
    assert (call.status, call.error_type, call.response) == (status, error_type, "Hello you")


def test_a_stream_cut_at_any_byte_is_no_success(speech: Speech) -> None:
    whole = b"".join(speech.whole())
    last = len(whole) - len(speech.framed(speech.end)[-1])
    for at in range(last):
        call = decode(exchange(speech, [whole[:at]], outcome="upstream_closed"))
        assert (call.status, call.error_type) == ("error", "truncated_stream"), at
        assert "Hello you".startswith(call.response), at
        assert call.decode_error is None, at


def test_a_client_that_leaves_behind_the_terminator_had_it_all(speech: Speech) -> None:
    assert decode(exchange(speech, speech.whole(), outcome="client_closed")).status == "success"


@pytest.mark.parametrize("coding", CODINGS)
def test_compressed(speech: Speech, coding: str) -> None:
    whole = b"".join(speech.whole())
    coded = exchange(speech, [CODINGS[coding](whole)], coding=coding)
    assert untimed(decode(coded)) == untimed(decode(exchange(speech, speech.whole())))


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_times_of_a_compressed_stream(speech: Speech, coding: str) -> None:
    coder = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
    pieces = [coder.compress(piece) + coder.flush(zlib.Z_SYNC_FLUSH) for piece in speech.whole()]
    pieces[-1] += coder.flush()
    coded, plain = decode(exchange(speech, pieces, coding=coding)), decode(exchange(speech, speech.whole()))
    assert coded.timing == plain.timing
    assert coded.usage == COUNTS


def test_split_at_any_byte(speech: Speech) -> None:
    whole = b"".join(speech.whole())
    expected = untimed(decode(exchange(speech, [whole])))
    for at in range(len(whole)):
        found = decode(exchange(speech, [whole[:at], whole[at:]]))
        assert untimed(found) == msgspec.structs.replace(expected, response_bytes=0), at
        assert found.timing.time_to_first_chunk in (0.5, 1.0)


@given(st.sampled_from(sorted(SPEECH)), st.lists(st.integers(0, 5000), max_size=20))
def test_any_splits_change_nothing_but_times(name: str, cuts: list[int]) -> None:
    speech = SPEECH[name]
    whole = b"".join(speech.whole())
    places = [0, *sorted(cut % len(whole) for cut in cuts), len(whole)]
    pieces = [whole[start:stop] for start, stop in pairwise(places)]
    assert untimed(decode(exchange(speech, pieces))) == untimed(decode(exchange(speech, [whole])))


def test_unknown_extra_fields(speech: Speech) -> None:
    extra = {"x_new": {"deep": [1, {"content": "no"}]}, "zz": None}
    ask = {**extra, **speech.ask, "x_after": [extra]}

    def more(event: Event) -> Event:
        return event if isinstance(event, bytes) else {**extra, **event, "y_new": extra}

    events = [more(event) for event in speech.start + speech.said + speech.end]
    found = untimed(streamed(speech, events, ask=ask))
    plain = untimed(decode(exchange(speech, speech.whole())))
    assert found == msgspec.structs.replace(plain, request_bytes=found.request_bytes)


def test_carriage_returns_and_comments(speech: Speech) -> None:
    plain = untimed(decode(exchange(speech, speech.whole())))
    pieces = [piece.replace(b"\n", b"\r\n") for piece in speech.whole()]
    if speech.sse:
        pieces = [
            piece for pair in zip(pieces, [b": still there\r\n\r\n"] * len(pieces), strict=True) for piece in pair
        ]
    assert untimed(decode(exchange(speech, pieces))) == plain


def test_broken_json(speech: Speech) -> None:
    broken = b"{oops\n" if not speech.sse else b"data: {oops\n\n"
    pieces = [*speech.framed(speech.start + speech.said[:1]), broken, *speech.framed(speech.said[1:] + speech.end)]
    call = decode(exchange(speech, pieces))
    assert (call.status, call.response, call.usage) == ("success", "Hello you", COUNTS), "the rest is read"
    assert (call.decode_error or "").startswith("response: ")
    document = decode(exchange(speech, [b'{"oops"}'], stream=False))
    assert (document.decode_error or "").startswith("response: ")
    found = msgspec.structs.replace(exchange(speech, speech.whole()), request_body=b'{"model":', request_size=9)
    asked = decode(found)
    assert (asked.decode_error or "").startswith("request: ")
    assert (asked.status, asked.response, asked.prompt) == ("success", "Hello you", "")


def test_a_lone_surrogate_and_bad_utf8_are_mended(speech: Speech) -> None:
    pieces = [piece.replace(b"Hello", b"H\\ud83d\xff") for piece in speech.whole()]
    call = decode(exchange(speech, pieces))
    assert (call.status, call.decode_error, call.response) == ("success", None, "H\ufffd\ufffd you")


@given(
    st.sampled_from(sorted(SPEECH)),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=5), st.integers(0, 9)), min_size=1, max_size=5),
    st.booleans(),
)
def test_any_bytes_give_a_call(name: str, patches: list[tuple[int, bytes, int]], document: bool) -> None:
    speech = SPEECH[name]
    body = msgspec.json.encode(speech.plain) if document else b"".join(speech.whole())
    for at, patch, gone in patches:
        place = at % (len(body) + 1)
        body = body[:place] + patch + body[place + gone :]
    call = decode(exchange(speech, [body], stream=not document))
    assert not (call.decode_error or "").startswith("decoder failed")
    msgspec.msgpack.encode(call)

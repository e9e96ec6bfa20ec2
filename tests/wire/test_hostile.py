"""Large hostile bodies: the work grows with the size, not faster, and what comes out is small."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import msgspec
import pytest

from captures.loader import exchange
from sereno.calls import Call
from sereno.wire.decode import decode

BODIES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "deep": ("chat_stream", lambda n: b"[" * n),
    "deep objects": ("chat_nostream", lambda n: b'{"message":' * (n // 10)),
    "tiny lines": ("chat_stream", lambda n: b"{}\n" * (n // 3)),
    "nothing but ends": ("chat_stream", lambda n: b'{"done":true}\n' * (n // 14)),
    "ends of many choices": ("llama-cpp/completion_native_stream", lambda n: b"".join(
        b'data: {"stop":true,"index":%d}\n\n' % (number % 300) for number in range(n // 33)
    )),
    "errors in every line": ("chat_stream", lambda n: b'{"error":"no"}\n' * (n // 15)),
    "timings of many choices": ("v1_chat_stream", lambda n: b"".join(
        b'data: {"choices":[{"index":%d}],"timings":{}}\n\n' % number for number in range(n // 52)
    )),
    "tiny events": ("v1_chat_stream", lambda n: b"data:1\n\n" * (n // 8)),
    "broken events": (
        "v1_chat_stream", lambda n: b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n' * (n // 50)
    ),
    "runs that break": ("v1_chat_stream", lambda n: (
        b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n' * 9 + b'data: {"choices":[{"delta":{"content":1}}]}\n\n'
    ) * (n // 440)),
    "one line": ("v1_chat_stream", lambda n: b"data: " + b"x" * n),
    "no event ends": ("v1_messages_stream", lambda n: b"data: x\n" * (n // 8)),
    "huge number": ("chat_nostream", lambda n: b'{"eval_count":' + b"9" * n + b"}"),
    "lone surrogates": ("v1_responses_stream", lambda n: b'data: {"delta":"' + b"\\ud83d" * (n // 6) + b'"}\n\n'),
    "returns": ("v1_chat_stream", lambda n: b"\r" * n),
}  # fmt: skip


def timed(name: str, body: bytes) -> tuple[float, Call]:
    source = msgspec.structs.replace(exchange(name), response_body=body, response_size=len(body))
    found = []
    for _ in range(3):
        began = process_time()
        call = decode(source)
        found.append(process_time() - began)
    return min(found), call


@pytest.mark.parametrize("kind", BODIES)
def test_twice_the_size_is_not_four_times_the_work(kind: str) -> None:
    name, make = BODIES[kind]
    small, _ = timed(name, make(300_000))
    large, call = timed(name, make(1_200_000))
    assert large < 8 * small + 0.02, "four times the bytes: 4 is linear, 16 quadratic"
    assert not (call.decode_error or "").startswith("decoder failed")
    msgspec.json.encode(call)

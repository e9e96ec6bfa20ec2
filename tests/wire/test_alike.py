"""The fast way through a stream gives what the long way gives."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import exchange
from sereno.wire import openai
from sereno.wire.answer import Answer
from sereno.wire.framing import sse_events

STREAMS = [
    "v1_chat_stream",
    "v1_chat_stream_usage",
    "v1_chat_runner_killed",
    "v1_chat_logprobs",
    "v1_completions_stream",
]


def long_way(body: bytes, monkeypatch: pytest.MonkeyPatch) -> Answer:
    with monkeypatch.context() as patch:
        patch.setattr(openai, "sse_texts", lambda text, _: ((data, end, False) for _, data, end in sse_events(text)))
        return openai.read_stream(body)


@given(
    st.sampled_from(STREAMS),
    st.integers(0, 10**6),
    st.sampled_from([b"", b'"', b"\\", b"\n", b"\xff", b"{}", b"data: "]),
)
def test_same_answer(name: str, at: int, patch: bytes) -> None:
    body = exchange(name).response_body
    at %= len(body)
    body = body[:at] + patch + body[at + len(patch) :]
    with pytest.MonkeyPatch.context() as monkeypatch:
        expected = long_way(body, monkeypatch)
    found = openai.read_stream(body)
    assert msgspec.structs.replace(found, problem=None) == msgspec.structs.replace(expected, problem=None)


def test_tokens_with_quotes_and_escapes_keep_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["a", "b", *"cdefghijk", 'q"', "\\n", "\n", "é", "", "z", "z", "z", "z"]
    lines = [msgspec.json.encode({"choices": [{"index": 0, "delta": {"content": text}}]}) for text in texts]
    body = b"".join(b"data: " + line + b"\n\n" for line in lines) + b"data: [DONE]\n\n"
    found = openai.read_stream(body)
    assert found.text == "".join(texts)
    assert found == long_way(body, monkeypatch)
    assert found.done

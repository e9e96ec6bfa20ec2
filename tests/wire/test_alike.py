"""The fast way through a stream gives what the long way gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import NAMES, exchange
from sereno.wire import alike, anthropic, openai, responses
from sereno.wire.alike import Run, Single
from sereno.wire.answer import Answer
from sereno.wire.framing import sse_events

READ: dict[str, Callable[[bytes], Answer]] = {
    "openai": openai.read_stream,
    "anthropic": anthropic.read_stream,
    "responses": responses.read_stream,
}


def long_way(reader: str, body: bytes) -> Answer:
    """The answer, every event read by itself."""

    def events(text: bytes, *_: object) -> Iterator[Single]:
        return ((data, end) for _, data, end in sse_events(text))

    with pytest.MonkeyPatch.context() as patch:
        for module in (openai, anthropic, responses):
            patch.setattr(module, "sse_runs", events)
        return READ[reader](body)


def story(reader: str, texts: list[str], chance: random.Random, padding: int = 9) -> list[bytes]:
    """A stream of text, thinking, tools and text again; stamps and numbers vary as on the wire."""
    pieces = []
    for number, text in enumerate(texts):
        field = "thinking" if number < len(texts) // 3 else "content"
        if reader == "openai":
            delta = {"role": "assistant", "content": "", field.replace("thinking", "reasoning"): text}
            event: object = {
                "id": "c",
                "obfuscation": "x" * chance.randrange(padding),
                "created": 1795228165 + number // 60,
                "choices": [{"index": 0, "delta": delta}],
            }
        elif reader == "anthropic":
            kind = field.replace("content", "text")
            event = {
                "type": "content_block_delta",
                "index": int(kind == "text"),
                "delta": {"type": f"{kind}_delta", kind: text},
            }
        else:
            kind = "output_text" if field == "content" else "reasoning_text"
            event = {"type": f"response.{kind}.delta", "sequence_number": number, "delta": text}
        encoded = msgspec.json.encode(event)
        pieces.append(b"data: " + encoded + b"\n\n")
    return pieces


@pytest.mark.parametrize("name", NAMES)
def test_every_recording(name: str) -> None:
    body = exchange(name).response_body
    for reader, read in READ.items():
        assert read(body) == long_way(reader, body)


TEXTS = st.lists(st.text(max_size=6) | st.sampled_from(['"', "\\", '",', '"],["', "\n", "é", "🙂", '"}']), max_size=60)


@given(st.sampled_from(sorted(READ)), TEXTS, st.randoms(use_true_random=False))
def test_any_texts(reader: str, texts: list[str], chance: random.Random) -> None:
    body = b"".join(story(reader, texts, chance))
    assert READ[reader](body) == long_way(reader, body)


PATCHES = [
    b"",
    b'"',
    b"\\",
    b"\n",
    b"\xff",
    b"{}",
    b"data: ",
    b'","',
    b'"],["',
    b"\\ud83d",
    b"\0",
    b"\r",
    b"01",
    b'\\"',
]


@given(
    st.sampled_from(sorted(READ)),
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(PATCHES), st.integers(0, 9)), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_any_damage(reader: str, patches: list[tuple[int, bytes, int]], chance: random.Random) -> None:
    body = b"".join(story(reader, ["a", 'q"', " word", "\n", "é", "\\"] * 8, chance))
    for at, patch, gone in patches:
        place = at % len(body)
        body = body[:place] + patch + body[place + gone :]
    found, expected = READ[reader](body), long_way(reader, body)
    assert msgspec.structs.replace(found, problem=None) == msgspec.structs.replace(expected, problem=None)
    assert (found.problem is None) == (expected.problem is None)


@pytest.mark.parametrize("reader", READ)
def test_a_common_stream_takes_the_fast_way(reader: str) -> None:
    counted: list[Single | Run] = []

    def counting(*args: object) -> Iterator[Single | Run]:
        for item in original(*args):  # type: ignore[arg-type]
            counted.append(item)
            yield item

    module = {"openai": openai, "anthropic": anthropic, "responses": responses}[reader]
    original = alike.sse_runs
    texts = ["a", 'say "hi"', "\n", "é", "tab\t"] * 60
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "sse_runs", counting)
        answer = READ[reader](b"".join(story(reader, texts, random.Random(1), padding=1)))
    assert answer.text == "".join(texts[100:])
    assert answer.thinking == "".join(texts[:100])
    assert len(counted) < len(texts) / 4, "`created` changes every 60 events, which parts a run"


def test_what_says_more_than_a_text_is_never_in_a_run() -> None:
    events = [b'data: {"choices":[{"delta":{"content":"a%d"}}]}\n\n' % number for number in range(20)]
    events[10] = b'data: {"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]}\n\n'
    found = list(alike.sse_runs(b"".join(events), (b'"content":',), openai._plain))
    assert any(not isinstance(item, Run) and b"stop" in item[0] for item in found)
    assert any(isinstance(item, Run) for item in found)

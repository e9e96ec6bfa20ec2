"""Events decoded in one go are the events read one by one, with the same ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import NAMES, exchange
from sereno.wire import anthropic, events, ollama, openai, responses
from sereno.wire.answer import Answer
from sereno.wire.framing import ndjson_lines, sse_events

READ: dict[str, Callable[[bytes], Answer]] = {
    "ollama": ollama.read_stream,
    "openai": openai.read_stream,
    "anthropic": anthropic.read_stream,
    "responses": responses.read_stream,
}


def one_by_one(reader: str, body: bytes) -> Answer:
    """The answer, no slice decoded in one go."""

    def never(*_: object) -> None:
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_together", never)
        return READ[reader](body)


def story(reader: str, texts: list[str], *, named: bool = False) -> bytes:
    """A stream of thinking and text in one protocol's words, with its terminator."""
    pieces: list[tuple[str, Any]] = []
    for number, text in enumerate(texts):
        field = "thinking" if number < len(texts) // 3 else "content"
        if reader == "ollama":
            pieces.append(("", {"model": "m", "message": {"role": "assistant", field: text}, "done": False}))
        elif reader == "openai":
            delta = {"role": "assistant", field.replace("thinking", "reasoning"): text}
            pieces.append(("chunk", {"model": "m", "created": number // 9, "choices": [{"index": 0, "delta": delta}]}))
        elif reader == "anthropic":
            kind = field.replace("content", "text")
            delta = {"type": f"{kind}_delta", kind: text}
            event = {"type": "content_block_delta", "index": int(kind == "text"), "delta": delta}
            pieces.append(("content_block_delta", event))
        else:
            kind = f"response.{'output' if field == 'content' else 'reasoning'}_text.delta"
            pieces.append((kind, {"type": kind, "sequence_number": number, "delta": text}))
    if reader == "ollama":
        return b"".join(msgspec.json.encode(event) + b"\n" for _, event in [*pieces, ("", {"done": True})])
    body = b"".join(
        (f"event: {kind}\n".encode() if named else b"") + b"data: " + msgspec.json.encode(event) + b"\n\n"
        for kind, event in pieces
    )
    return body + (b"data: [DONE]\n\n" if reader == "openai" else b"")


@pytest.mark.parametrize("name", NAMES)
def test_every_recording(name: str) -> None:
    body = exchange(name).response_body
    for reader, read in READ.items():
        assert read(body) == one_by_one(reader, body)


TEXTS = st.lists(
    st.text(max_size=6) | st.sampled_from(['"', "\\", "\n\ndata: ", "[DONE]", "é", "🙂", "}"]), max_size=40
)


@given(st.sampled_from(sorted(READ)), TEXTS, st.booleans(), st.sampled_from([64, 300, 1 << 18]))
def test_any_texts_in_slices_of_any_size(reader: str, texts: list[str], named: bool, size: int) -> None:
    body = story(reader, texts, named=named)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_SLICE", size)
        found = READ[reader](body)
    assert found == one_by_one(reader, body)
    third = len(texts) // 3
    if reader != "anthropic":  # whose blocks are told apart by their index
        assert (found.text, found.thinking or "") == ("".join(texts[third:]), "".join(texts[:third]))


PATCHES = [
    b"", b'"', b"\\", b"\n", b"\xff", b"{}", b"data: ", b"\n\n", b"\r\n", b"\\ud83d", b"\0", b": ping\n\n", b"id: 7\n",
    b"data: [DONE]\n\n", b"event: x\n", b"\n{}\n", b"\xef\xbb\xbf",
]  # fmt: skip


@given(
    st.sampled_from(sorted(READ)),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(PATCHES), st.integers(0, 9)), min_size=1, max_size=4),
    st.sampled_from([200, 1 << 18]),
)
def test_any_damage(reader: str, named: bool, patches: list[tuple[int, bytes, int]], size: int) -> None:
    body = story(reader, ["a", 'q"', " word", "\n", "é", "\\"] * 4, named=named)
    for at, patch, gone in patches:
        place = at % len(body)
        body = body[:place] + patch + body[place + gone :]
    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(events, "_SLICE", size)
        found = READ[reader](body)
    expected = one_by_one(reader, body)
    assert msgspec.structs.replace(found, problem=None) == msgspec.structs.replace(expected, problem=None)
    assert (found.problem is None) == (expected.problem is None)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("reader", READ)
def test_a_common_stream_is_decoded_in_one_go(reader: str, named: bool) -> None:
    taken: list[int] = []
    original = events._OneByOne.read

    def counting(self: events._OneByOne[Any], items: Iterator[tuple[bytes, int]]) -> events.Batch[Any]:
        batch = original(self, items)
        taken.append(len(batch.events))
        return batch

    texts = ["a", 'say "hi"', "\n", "é", "tab\t"] * 60
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events._OneByOne, "read", counting)
        READ[reader](story(reader, texts, named=named))
    assert sum(taken) == 0


@given(st.integers(0, 59), st.booleans())
def test_the_ends_of_events(number: int, named: bool) -> None:
    for reader in READ:
        body = story(reader, [f"t{n}" for n in range(60)], named=named)
        found = ndjson_lines(body) if reader == "ollama" else ((data, end) for _, data, end in sse_events(body))
        expected = [end for data, end in found if data != b"[DONE]"]
        decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])
        read = events.json_lines if reader == "ollama" else events.server_sent
        (batch,) = read(body, decoder, Answer())
        assert batch.end(number) == expected[number]
        assert msgspec.json.decode(batch.data(number)) == batch.events[number]


def test_memory_is_bounded_by_slices() -> None:
    body = b"{}\n" * 400_000
    sizes = [len(batch.events) for batch in events.json_lines(body, msgspec.json.Decoder(dict[str, Any]), Answer())]
    assert sum(sizes) == 400_000
    assert max(sizes) <= (1 << 18) // 3 + 1


def test_a_long_event_between_short_ones() -> None:
    texts = ["a", "b" * 300_000, "c"]
    answer = openai.read_stream(story("openai", ["think", *texts]))
    assert (answer.text, answer.done, answer.problem) == ("".join(texts), True, None)

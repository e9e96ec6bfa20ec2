"""Probabilities of tokens as servers tell them, as they do not, and what a judge's grade becomes of them.

The OpenAI body is the example of its API reference, cut; Ollama's has the form that its own Python client reads.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.test_chat import PROMPT, Server, with_client
from sereno.errors import ModelError
from sereno.models.chat import ChatClient
from sereno.models.dialects import Api
from sereno.models.logprobs import Answer, Token, read_answer, whole_request
from sereno.quality.errors import QualityError
from sereno.quality.judging import mean_grade

HELLO = {"token": "Hello", "logprob": -0.31725305, "bytes": [72, 101, 108, 108, 111], "top_logprobs": [
    {"token": "Hello", "logprob": -0.31725305, "bytes": [72]}, {"token": "Hi", "logprob": -1.3190403, "bytes": None},
]}  # fmt: skip
TOLD = Answer("Hello", (Token("Hello", {"Hello": -0.31725305, "Hi": -1.3190403}),))


def body(api: Api, text: str, tokens: object) -> bytes:
    message = {"role": "assistant", "content": text}
    said: dict[Api, dict[str, Any]] = {
        "openai": {"choices": [{"index": 0, "message": message, "logprobs": {"content": tokens}}]},
        "ollama": {"model": "m", "message": message, "done": True, "logprobs": tokens},
        "anthropic": {"content": [{"type": "text", "text": text}]},
    }
    return json.dumps(said[api]).encode()


@pytest.mark.parametrize("api", ["openai", "ollama"])
def test_probabilities_are_read(api: Api) -> None:
    assert read_answer(api, body(api, "Hello", [HELLO])) == TOLD


@pytest.mark.parametrize("tokens", [None, [], "x", [{"token": 1}], [{"token": "a", "logprob": None}], {"a": 1}])
@pytest.mark.parametrize("api", ["openai", "ollama"])
def test_a_server_that_tells_none_still_answers(api: Api, tokens: object) -> None:
    assert read_answer(api, body(api, "4", tokens)) == Answer("4")


def test_an_anthropic_answer_has_words_alone() -> None:
    assert read_answer("anthropic", body("anthropic", "4", None)) == Answer("4")
    assert "logprobs" not in whole_request("anthropic", PROMPT, "m", 9, 0.0, logprobs=True)


@given(st.sampled_from(["openai", "ollama", "anthropic"]), st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["choices", "message", "content", "logprobs", "token", "logprob", "type", "text"]), inner),
    max_leaves=12,
))  # fmt: skip
def test_whatever_a_server_says_is_an_answer_or_a_sentence(api: Api, said: object) -> None:
    with suppress(ModelError):
        assert isinstance(read_answer(api, json.dumps(said).encode()).text, str)


@pytest.mark.parametrize(
    ("said", "tokens", "grade"),
    [
        ("4", [("4", {"4": -0.5108256, "5": -0.9162907})], 4.4),  # 0.6 and 0.4
        ("Score: 4", [("Score", {"Score": 0.0}), (": ", {": ": 0.0}), ("4", {"4": -0.6931472, "3": -0.6931472})], 3.5),
        (" 4", [(" 4", {" 4": -0.6931472, "4": -0.6931472})], 4.0),
        ("4", [("4", {"4": -0.6931472, "I": -0.6931472})], 4.0),  # what is no grade does not count
        ("4", [], 4.0),
        ("4", [("Four", {"Four": 0.0})], 4.0),
    ],
)
def test_a_grade_is_the_mean_by_probability(
    said: str, tokens: list[tuple[str, Mapping[str, float]]], grade: float
) -> None:
    assert mean_grade(said, tokens) == pytest.approx(grade)


def test_probabilities_do_not_make_a_grade_where_none_was_given() -> None:
    with pytest.raises(QualityError, match="gave no grade"):
        mean_grade("I refuse", [("4", {"4": 0.0})])


def asked(server: Server, api: Api) -> Any:
    async def use(client: ChatClient) -> list[Answer]:
        return [await client.answer(PROMPT, "tiny", 8) for _ in range(2)]

    return asyncio.run(with_client(server, use, api))


def test_probabilities_are_asked_for() -> None:
    server = Server(body("openai", "Hello", [HELLO]), "application/json")
    assert asked(server, "openai") == [TOLD, TOLD]
    assert all((one["logprobs"], one["top_logprobs"], one["stream"]) == (True, 20, False) for one in server.asked)


def test_a_server_that_minds_the_words_is_asked_without_them() -> None:
    class Minding(Server):
        """Answers what does not ask for probabilities."""

        async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            first = not self.asked
            self.status, self.body = (400, b'{"error":"no"}') if first else (200, body("openai", "4", None))
            await super()._answer(reader, writer)

    server = Minding(b"", "application/json")
    assert asked(server, "openai") == [Answer("4"), Answer("4")]
    assert ["logprobs" in one for one in server.asked] == [True, False, False], "asked once, and then no more"


def test_who_refuses_either_way_is_told() -> None:
    refusing = Server(b'{"error":{"message":"logprobs are not supported"}}', "application/json", 400)
    with pytest.raises(ModelError, match="not supported"):
        asked(refusing, "openai")
    assert ["logprobs" in one for one in refusing.asked] == [True, False]


def test_a_web_page_is_no_answer() -> None:
    with pytest.raises(ModelError, match="no answer of its API"):
        asked(Server(b"<html>", "text/html"), "openai")

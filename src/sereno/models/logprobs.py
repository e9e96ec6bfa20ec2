"""Answers with the probabilities of their tokens, as llama.cpp, vLLM, OpenAI and Ollama from 0.12.11 on tell them.

OpenAI, llama.cpp and vLLM: `logprobs` and `top_logprobs` of Chat Completions, told in `choices[0].logprobs.content`.
Ollama: the same two words beside `messages`, told in `logprobs` (docs/api.md of its repository). Others ignore the
words or refuse them; Anthropic has none. No I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from sereno.errors import ModelError
from sereno.explain.narrate.prompt import Prompt
from sereno.models.dialects import Api, request

TOP = 20
"""Tokens told at each place; the most that vLLM and OpenAI take."""
_MOST_TOKENS = 4096


class Token(NamedTuple):
    """One token of an answer, and the likeliest at its place with the natural logarithms of their probabilities."""

    text: str
    likeliest: Mapping[str, float]


class Answer(NamedTuple):
    """A whole answer; `tokens` is empty where the server told none."""

    text: str
    tokens: tuple[Token, ...] = ()


def whole_request(
    api: Api, prompt: Prompt, model: str, max_tokens: int, temperature: float, *, logprobs: bool
) -> dict[str, Any]:
    """The body that asks for an answer as a whole, with the probabilities of its tokens if wanted."""
    body = request(api, prompt, model, max_tokens, temperature) | {"stream": False}
    body.pop("stream_options", None)
    if logprobs and api != "anthropic":
        body |= {"logprobs": True, "top_logprobs": TOP}
    return body


def read_answer(api: Api, body: bytes) -> Answer:
    """What a server answered as a whole.

    Raises:
        ModelError: it is no answer of this API.
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = None
    match api, said:
        case "ollama", {"message": {"content": str(text)}}:
            return Answer(text, _tokens(said.get("logprobs")))
        case "openai", {"choices": [{"message": {"content": str(text)}, **choice}, *_]}:
            told = choice.get("logprobs")
            return Answer(text, _tokens(told.get("content") if isinstance(told, dict) else None))
        case "openai", {"choices": [{"message": {"content": None}}, *_]}:
            return Answer("")
        case "anthropic", {"content": list(parts)}:
            return Answer("".join(_text(part) for part in parts))
        case _:
            raise ModelError("invalid", "the model server answered what is no answer of its API")


def _text(part: object) -> str:
    match part:
        case {"type": "text", "text": str(text)}:
            return text
        case _:
            return ""


def _tokens(told: object) -> tuple[Token, ...]:
    if not isinstance(told, list):
        return ()
    found: list[Token] = []
    for one in told[:_MOST_TOKENS]:
        match one:
            case {"token": str(text), "logprob": float() | int() as logprob, **rest}:
                found.append(Token(text, _likeliest(rest.get("top_logprobs")) | {text: float(logprob)}))
            case _:
                return ()
    return tuple(found)


def _likeliest(told: object) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in told[:TOP] if isinstance(told, list) else ():
        match one:
            case {"token": str(text), "logprob": float() | int() as logprob}:
                found.setdefault(text, float(logprob))
            case _:
                pass
    return found

"""One request for text, from prompt to counts, whatever API asked for it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from sereno.demo.answers import ApiError
from sereno.demo.catalogue import Model
from sereno.demo.engine import Engine, Finish, Piece
from sereno.demo.options import context, for_engine
from sereno.demo.prompts import Turn, chatml
from sereno.demo.residence import Residence

TOO_LONG = "the input length exceeds the context length"


class Wish(NamedTuple):
    """What was asked, checked.

    Attributes:
        model: who answers.
        turns: the conversation; empty when `text` is asked.
        tools: offered tools as sent.
        text: a prompt that is used as it is, None for a conversation.
        before: tokens of an earlier answer (`context`) that come first.
        options: from `options.checked`.
        schema: JSON schema the answer must follow.
        keep: seconds the model stays loaded.
        truncate: whether a prompt that is too long is cut instead of refused.
    """

    model: Model
    turns: tuple[Turn, ...] = ()
    tools: tuple[Any, ...] = ()
    text: str | None = None
    before: tuple[int, ...] = ()
    options: Mapping[str, Any] = {}
    schema: Any = None
    keep: float = 300.0
    truncate: bool = True


class Ready(NamedTuple):
    """The model is loaded and the prompt is made: nanoseconds until then, the prompt's tokens."""

    load_ns: int
    prompt: tuple[int, ...]


async def answer(residence: Residence, wish: Wish, started_ns: int) -> AsyncGenerator[Ready | Piece | Finish, None]:
    """Answer a wish: `Ready`, then the pieces, then `Finish`.

    Args:
        residence: the loaded models.
        wish: what was asked.
        started_ns: `time.monotonic_ns` when the request came.

    Raises:
        ApiError: The prompt does not fit and may not be cut.
        UpstreamError: The engine failed.
    """
    async with residence.use(wish.model, wish.keep) as engine:
        load_ns = time.monotonic_ns() - started_ns
        room = context(wish.options)
        prompt = await _prompt(engine, wish, room)
        yield Ready(load_ns, tuple(prompt))
        body = for_engine(wish.model.options, wish.options, wish.schema)
        limit = room - len(prompt)
        body["n_predict"] = limit if body["n_predict"] < 0 else min(body["n_predict"], limit)
        async with aclosing(engine.generate(prompt, body)) as parts:
            async for part in parts:
                yield part


async def _prompt(engine: Engine, wish: Wish, room: int) -> list[int]:
    if wish.text is not None:
        tokens = [*wish.before, *await engine.tokens(wish.text)]
        return _fit(tokens, wish, room)
    turns = list(wish.turns)
    tokens = [*wish.before, *await _turns(engine, turns, wish)]
    # As Ollama: the oldest messages go first, the system text and the last message stay.
    while len(tokens) >= room and wish.truncate and (oldest := _oldest(turns)) is not None:
        del turns[oldest]
        tokens = await _turns(engine, turns, wish)
    return _fit(tokens, wish, room)


async def _turns(engine: Engine, turns: Sequence[Turn], wish: Wish) -> list[int]:
    return await engine.tokens(chatml(turns, "" if wish.before else wish.model.system, wish.tools))


def _oldest(turns: Sequence[Turn]) -> int | None:
    return next((index for index, turn in enumerate(turns[:-1]) if turn.role != "system"), None)


def _fit(tokens: list[int], wish: Wish, room: int) -> list[int]:
    if len(tokens) < room:
        return tokens
    if not wish.truncate:
        raise ApiError(400, TOO_LONG)
    # The beginning (num_keep, 4 tokens by default) and the end stay; a quarter is left for the answer.
    kept = min(wish.options.get("num_keep", 4), room // 4)
    return tokens[:kept] + tokens[len(tokens) - (room - room // 4 - kept) :]

"""Token counts as OpenAI's `usage` and llama.cpp's `timings` report them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sereno.calls import Usage
from sereno.wire.timing import count, millis


def usage_of(usage: object) -> Usage:
    """Token counts of a `usage` object of chat completions, completions or embeddings."""
    if not isinstance(usage, dict):
        return Usage()
    prompt, completion = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    return Usage(
        input_tokens=count(usage.get("prompt_tokens")),
        cached_input_tokens=count(prompt.get("cached_tokens")) if isinstance(prompt, dict) else None,
        output_tokens=count(usage.get("completion_tokens")),
        reasoning_tokens=count(completion.get("reasoning_tokens")) if isinstance(completion, dict) else None,
    )


def all_zero(usage: object) -> bool:
    """Whether a `usage` object says nothing: Ollama sends zeros before the last event of /v1/completions."""
    return isinstance(usage, dict) and not usage.get("prompt_tokens") and not usage.get("completion_tokens")


class Figures(NamedTuple):
    """What llama.cpp reports of one choice: tokens, and seconds for reading the prompt and for writing."""

    usage: Usage
    prompt_eval: float | None
    eval: float | None


def figures_of(timings: object, usage: object = None) -> Figures | None:
    """The figures of llama.cpp's `timings`, None without.

    `prompt_n` leaves out the `cache_n` tokens that were in the cache; here the input includes them. Where that is not
    told (before 2025-09) the input is unknown. A `usage` beside the timings is believed first.
    """
    if not isinstance(timings, dict):
        return None
    cached, read = count(timings.get("cache_n")), count(timings.get("prompt_n"))
    own = Usage(
        input_tokens=None if cached is None or read is None else cached + read,
        cached_input_tokens=cached,
        output_tokens=count(timings.get("predicted_n")),
    )
    given = usage_of(usage)
    return Figures(
        own if given == Usage() else given, millis(timings.get("prompt_ms")), millis(timings.get("predicted_ms"))
    )


def together(choices: Collection[Figures], *, prompts: bool) -> Figures:
    """The figures of all choices of an answer.

    Args:
        choices: one or more.
        prompts: whether each choice answers a prompt of its own; otherwise they share one.
    """

    def total(name: str) -> int | None:
        found = [getattr(choice.usage, name) for choice in choices]
        return None if None in found else sum(found)

    first = next(iter(choices)).usage
    inputs = (
        (total("input_tokens"), total("cached_input_tokens"))
        if prompts
        else (first.input_tokens, first.cached_input_tokens)
    )
    return Figures(
        Usage(*inputs, total("output_tokens"), total("reasoning_tokens")),
        max((choice.prompt_eval for choice in choices if choice.prompt_eval is not None), default=None),
        max((choice.eval for choice in choices if choice.eval is not None), default=None),
    )

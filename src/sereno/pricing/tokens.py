"""The tokens of a call that a price applies to."""

from __future__ import annotations

from typing import NamedTuple

from sereno.calls import Call

MOST = 1 << 40
"""More tokens than this are no honest figure (stores cut there as well)."""


class Tokens(NamedTuple):
    """Counts that agree with each other.

    Attributes:
        input: all of the prompt. cached: of it, read from a cache.
        output: all of the answer. reasoning: of it, thinking.
    """

    input: int
    cached: int
    output: int
    reasoning: int


def tokens_of(call: Call) -> Tokens | None:
    """The tokens, None where they are not known or contradict each other. Embeddings have no output."""
    usage = call.usage
    sent, got = usage.input_tokens, usage.output_tokens
    if got is None and call.operation == "embeddings":
        got = 0
    if sent is None or got is None:
        return None
    cached, reasoning = usage.cached_input_tokens or 0, usage.reasoning_tokens or 0
    if not (0 <= cached <= sent < MOST and 0 <= reasoning <= got < MOST):
        return None
    return Tokens(sent, cached, got, reasoning)

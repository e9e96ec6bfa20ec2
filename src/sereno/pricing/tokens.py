"""The tokens of a call that a price applies to."""

from __future__ import annotations

from typing import NamedTuple

from sereno.calls import Call

MOST = 1 << 40
"""More tokens than this are no honest figure (stores cut there as well)."""


class Tokens(NamedTuple):
    """Counts that agree with each other.

    Attributes:
        input: all of the prompt. cached: of it, read from a cache. written: of it, written to one.
        written_hour: of what was written, kept for an hour.
        output: all of the answer. reasoning: of it, thinking.
    """

    input: int
    cached: int
    output: int
    reasoning: int
    written: int = 0
    written_hour: int = 0


def tokens_of(call: Call) -> Tokens | None:
    """The tokens, None where they are not known or contradict each other. Embeddings have no output."""
    usage = call.usage
    sent, got = usage.input_tokens, usage.output_tokens
    if got is None and call.operation == "embeddings":
        got = 0
    if sent is None or got is None:
        return None
    cached, reasoning = usage.cached_input_tokens or 0, usage.reasoning_tokens or 0
    written, written_hour = usage.cache_write_tokens or 0, usage.cache_write_hour_tokens or 0
    if not (0 <= cached <= sent - written and 0 <= written_hour <= written and sent < MOST):
        return None
    if not 0 <= reasoning <= got < MOST:
        return None
    return Tokens(sent, cached, got, reasoning, written, written_hour)

"""Prices by token: what a million of each kind costs, in steps where the provider has them."""

from __future__ import annotations

import msgspec

from sereno.pricing.tokens import Tokens

MILLION = 1e6
DIGITS = 12
"""Decimal places of a cost: a millionth of a millionth of a dollar is below every price list."""

Steps = tuple[tuple[int, float], ...]
"""(prompt longer than so many tokens, USD per million), ascending; the first begins at −1.

The step that the whole prompt reaches applies to all tokens, as all providers bill.
"""


def flat(usd: float) -> Steps:
    """One price for every length."""
    return ((-1, usd),)


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """USD per million tokens.

    Attributes:
        input: of the prompt.
        cached: of what was read from a cache; None: as the rest of the prompt.
        write: of what was written to a cache; None: likewise.
        write_hour: of what was written to be kept for an hour; None: as `write`.
        output: of the answer; None where there is none to pay (embeddings).
        reasoning: of thinking; None: as the rest of the answer.
        request: USD of each call, beside its tokens.
    """

    input: Steps
    cached: Steps | None = None
    write: Steps | None = None
    write_hour: Steps | None = None
    output: Steps | None = None
    reasoning: Steps | None = None
    request: float = 0.0

    def cost(self, tokens: Tokens) -> float | None:
        """USD, None where tokens were used that have no price."""
        sent, cached, got, reasoning, written, hour = tokens
        if got and self.output is None:
            return None
        usd = (sent - cached - written) * _at(self.input, sent) + cached * _at(self.cached or self.input, sent)
        if written:
            write = self.write or self.input
            usd += (written - hour) * _at(write, sent) + hour * _at(self.write_hour or write, sent)
        if self.output is not None:
            usd += (got - reasoning) * _at(self.output, sent) + reasoning * _at(self.reasoning or self.output, sent)
        return round(usd / MILLION + self.request, DIGITS)

    def __str__(self) -> str:
        """Like `0.15 in, 0.075 cached, 0.6 out per M tokens`."""
        named = (
            ("in", self.input), ("cached", self.cached), ("cache write", self.write), ("for 1 h", self.write_hour),
            ("out", self.output), ("reasoning", self.reasoning),
        )  # fmt: skip
        parts = [f"{_shown(steps)} {name}" for name, steps in named if steps is not None]
        text = f"{', '.join(parts)} per M tokens"
        return f"{text}, {self.request:g} a call" if self.request else text


def _at(steps: Steps, sent: int) -> float:
    price = steps[0][1]
    for above, usd in steps:
        if sent > above:
            price = usd
    return price


def _shown(steps: Steps) -> str:
    first, *more = steps
    return f"{first[1]:g}" + "".join(f" ({usd:g} above {above:,})" for above, usd in more)

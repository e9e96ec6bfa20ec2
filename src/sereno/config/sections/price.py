"""`[prices.NAME]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting

MOST_USD = 1e6
"""The highest price that can be set."""


# fmt: off
class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What models cost, in US dollars.

    By token (`input`, `output`, `cached_input`) or by time (`per_hour`, `watts`, `per_kwh`); 0 is free. The first table
    that fits a call is its price. Without one, clouds have the prices of the genai-prices package, and everything else
    has none: [prices](prices.md).
    """

    name: str
    models: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Models that it is for; `*` stands for any text.")] = ()
    upstreams: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Model servers that it is for; empty for all.")] = ()
    input: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A million tokens of prompts.")] = None
    output: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A million tokens of answers.")] = None
    cached_input: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A million tokens of prompts that came from a cache; `off`: as the rest of the prompt.")] = None
    per_hour: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "An hour of the machine, for the time that calls keep it busy.")] = None
    watts: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "What the machine draws meanwhile, where energy is not measured.")] = None
    per_kwh: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A kilowatt-hour of electricity.")] = None
# fmt: on

"""`[evaluations.NAME]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that are put to a model again and again: [quality](quality.md#planned).

    Either `every` or `cron` says how often. Models are asked where `explain.url` says, by default through the gateway.
    """

    name: str
    set: Annotated[str, Setting(kinds.named(),
        "The questions: `basics-en`, `basics-es`, or a file.")] = ""
    model: Annotated[str, Setting(kinds.text(),
        "Who is asked.")] = ""
    judge: Annotated[str, Setting(kinds.text(),
        "Model that grades what no rule can.")] = ""
    every: Annotated[float | None, Setting(kinds.optional(kinds.duration(60.0)),
        "How often.")] = None
    cron: Annotated[str, Setting(kinds.text(),
        "Instead: minute, hour, day of the month, month and weekday, as in crontab, for instance `0 3 * * *`.")] = ""
    timezone: Annotated[str, Setting(kinds.text(),
        "Time zone of `cron`, for instance `Europe/Madrid`.")] = "UTC"
    max_tokens: Annotated[int, Setting(kinds.integer(1, 100_000),
        "Longest answer.")] = 512
    at_once: Annotated[int, Setting(kinds.integer(1, 64),
        "Questions in flight.")] = 1
# fmt: on

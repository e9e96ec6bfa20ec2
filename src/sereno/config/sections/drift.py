"""`[drift]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """The drift monitor: [drift](drift.md)."""

    interval: Annotated[float | None, Setting(kinds.optional(kinds.duration(10.0)),
        "How often live traffic is compared with the reference in use; `off`: only when asked.")] = 3600.0
    window: Annotated[float, Setting(kinds.duration(60.0),
        "How much of the latest traffic is compared.")] = 86400.0
    severity: Annotated[str, Setting(kinds.choice("notice", "moderate", "significant", "critical"),
        "Verdict from which on drift is an event.")] = "moderate"
    embeddings: Annotated[str, Setting(kinds.choice("auto", "off"),
        "`auto` compares prompts as vectors where the extra `drift` is installed.")] = "auto"
    keep_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days that figures by feature are kept; checks and events stay.")] = 400
    trigger_on: Annotated[str, Setting(kinds.choice("auto", "drift", "accuracy", "off"),
        "What is a reason to train: low `accuracy`, `drift` too, or `auto`: drift, unless accuracy is measured and has "
        "not fallen.")] = "auto"
    trigger_severity: Annotated[str, Setting(kinds.choice("notice", "moderate", "significant", "critical"),
        "The least verdict that is a reason to train.")] = "significant"
    trigger_windows: Annotated[int, Setting(kinds.integer(1, 1000),
        "Windows, without overlap, through which it must last.")] = 3
    trigger_cooldown: Annotated[float, Setting(kinds.duration(),
        "How long after a trigger there is no other.")] = 7 * 86400.0
    trigger_approval: Annotated[str, Setting(kinds.choice("required", "automatic"),
        "Whether a person must approve a trigger before anything is called.")] = "required"
    trigger_url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Address that an approved trigger is posted to, as JSON.")] = None
    trigger_token_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds a bearer token for it.")] = None
    trigger_command: Annotated[tuple[str, ...], Setting(kinds.texts(commas=True),
        "Program and arguments that an approved trigger starts, without a shell; the JSON is its standard input.",
        )] = ()
    trigger_timeout: Annotated[float, Setting(kinds.duration(1.0),
        "How long the program may run; the address has at most a minute.")] = 3600.0
# fmt: on

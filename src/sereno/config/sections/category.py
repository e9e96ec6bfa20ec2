"""`[categories.NAME]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Category(msgspec.Struct, frozen=True, kw_only=True):
    """What prompts are about: [categories](categories.md).

    A name of the built-in list changes what it says there, field by field; a new one comes before that list.
    """

    name: str
    words: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Words and phrases that speak for it, in any case, with or without accents; `@tools`, `@images` and "
        "`@embeddings` are calls that hold them.")] = ()
    patterns: Annotated[tuple[str, ...], Setting(kinds.texts(commas=True),
        "Regular expressions that speak for it, of a kind that cannot run away.")] = ()
    title_en: Annotated[str, Setting(kinds.text(),
        "What people read in English; empty: its name.")] = ""
    title_es: Annotated[str, Setting(kinds.text(),
        "What people read in Spanish.")] = ""
    general: Annotated[bool, Setting(kinds.boolean(),
        "Whether it is so wide that a narrower one should win: what speaks for it counts a third.")] = False
# fmt: on

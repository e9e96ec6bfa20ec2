"""One category: its name, its titles, and what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

OTHER = "other"
"""The category of a prompt for which nothing speaks."""
MOST_CATEGORIES = 24
"""Categories there may be, `other` among them: a label of roll-ups and a colour of charts must stay few."""
MOST_RULES = 500
"""Words and patterns that one category may have."""


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """One category.

    Attributes:
        name: what is stored, `[a-z0-9][a-z0-9_-]{0,31}`.
        title_en, title_es: what people read.
        words: words and phrases, in any case and with or without accents; one that begins with @ is a hint (`hints`).
        patterns: regular expressions (`pattern`).
        general: whether it is so wide that evidence for any narrower one should win: its own counts a third.
    """

    name: str
    title_en: str = ""
    title_es: str = ""
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    general: bool = False

    def title(self, language: str) -> str:
        """Its title in `en` or `es`; the other one, or the name, where there is none."""
        first, second = (self.title_es, self.title_en) if language == "es" else (self.title_en, self.title_es)
        return first or second or self.name.replace("_", " ").capitalize()


def combined(builtin: Sequence[Category], own: Sequence[Category]) -> tuple[Category, ...]:
    """The categories in force: what is named again replaces what it says, what is new comes first.

    Args:
        builtin: the list to begin with.
        own: categories of the settings; an empty field of one that has a name of `builtin` leaves what that says.
    """
    known = {category.name for category in builtin}
    again = {category.name: category for category in own if category.name in known}
    new = [category for category in own if category.name not in known]
    return (*new, *(_replaced(category, again.get(category.name)) for category in builtin))


def _replaced(category: Category, by: Category | None) -> Category:
    if by is None:
        return category
    told = {field: value for field in Category.__struct_fields__ if (value := getattr(by, field))}
    return msgspec.structs.replace(category, **told)

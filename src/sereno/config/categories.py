"""Settings to the categories in force."""

from __future__ import annotations

import msgspec

from sereno.categories.builtin import BUILTIN
from sereno.categories.categorise import Categoriser
from sereno.categories.category import OTHER, Category, combined
from sereno.config.table import Settings


def categories_of(settings: Settings) -> tuple[Category, ...]:
    """The categories in force, in the order in which equals are decided; none when switched off."""
    if settings.keeper.categories == "off":
        return ()
    own = [Category(**msgspec.structs.asdict(category)) for category in settings.categories]
    builtin = BUILTIN if settings.keeper.categories == "builtin" else [c for c in BUILTIN if c.name == OTHER]
    return combined(builtin, own)


def categoriser_of(settings: Settings) -> Categoriser | None:
    """What decides among them; None when switched off.

    Raises:
        ValueError: names the category and the rule that is wrong; `load` has told that already.
    """
    categories = categories_of(settings)
    return Categoriser(categories) if categories else None

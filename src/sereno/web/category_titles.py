"""Categories by the titles that readers know."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sereno.categories.category import OTHER
from sereno.query.view import KeeperView
from sereno.web.shown import Language


def category_titles(view: KeeperView, language: Language, t: Mapping[str, str]) -> Callable[[str], str]:
    """What gives the title of a category in a language, its name where it has none."""
    titles = {category.name: category.title(language) for category in view.categories()}
    titles.setdefault(OTHER, t["category_other"])
    return lambda name: titles.get(name, name)

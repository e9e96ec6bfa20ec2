"""Lists of categories: what of settings is taken, what is refused, and how they join the built-in list."""

from __future__ import annotations

import pytest

from sereno.categories.builtin import BUILTIN
from sereno.categories.category import MOST_CATEGORIES, MOST_RULES, OTHER, Category, combined
from sereno.categories.rules import MOST_PATTERNS, compile_rules


def many(count: int) -> list[Category]:
    return [Category(name=f"c{number}") for number in range(count)]


def test_other_is_last_and_counts() -> None:
    assert compile_rules([Category(name=OTHER), Category(name="a")]).names == ("a", OTHER)
    assert len(compile_rules(many(MOST_CATEGORIES - 1)).names) == MOST_CATEGORIES


@pytest.mark.parametrize(
    ("categories", "told"),
    [
        (many(MOST_CATEGORIES), "expected at most 24"),
        ([Category(name="a"), Category(name="a")], "one name"),
        ([Category(name=OTHER, words=("x",))], "no words or patterns"),
        ([Category(name="a", words=("@x",))], "'a' has the hint '@x'; expected one of @embeddings"),
        ([Category(name="a", words=("…",))], "words in the Latin alphabet"),
        ([Category(name="a", words=("夜",))], "words in the Latin alphabet"),
        ([Category(name="a", patterns=("(",))], r"'a' has the pattern '\('"),
        ([Category(name="a", words=tuple(f"w{n}" for n in range(MOST_RULES + 1)))], "at most 500 words"),
        ([Category(name="a", patterns=tuple(f"p{n}" for n in range(MOST_PATTERNS + 1)))], "16 patterns"),
    ],
)
def test_what_is_wrong_is_told(categories: list[Category], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        compile_rules(categories)


def test_own_categories_come_first_and_change_built_in_ones_field_by_field() -> None:
    builtin = (Category(name="a", title_en="A", words=("x",)), Category(name="b", words=("y",), general=True))
    own = (Category(name="b", words=("z",)), Category(name="new", words=("n",)))
    assert combined(builtin, own) == (
        Category(name="new", words=("n",)),
        Category(name="a", title_en="A", words=("x",)),
        Category(name="b", words=("z",), general=True),
    )


@pytest.mark.parametrize(
    ("category", "english", "spanish"),
    [
        (Category(name="a_b", title_en="Rain", title_es="Lluvia"), "Rain", "Lluvia"),
        (Category(name="a_b", title_es="Lluvia"), "Lluvia", "Lluvia"),
        (Category(name="data_sets"), "Data sets", "Data sets"),
    ],
)
def test_titles(category: Category, english: str, spanish: str) -> None:
    assert (category.title("en"), category.title("es")) == (english, spanish)


def test_the_built_in_list_is_bounded_and_titled_in_both_languages() -> None:
    rules = compile_rules(BUILTIN)
    assert len(rules.names) <= 14
    assert all(category.title_en and category.title_es for category in BUILTIN)

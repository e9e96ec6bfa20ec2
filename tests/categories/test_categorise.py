"""Which category a prompt is, and why: what was decided by people, the rules of weighing, hostile texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from categories.labelled import labelled, right, table
from sereno.categories.builtin import BUILTIN
from sereno.categories.categorise import SHOWN_CHARACTERS, SHOWN_EVIDENCE, Categoriser, Evidence
from sereno.categories.category import Category

EVERYTHING = Categoriser(BUILTIN)
COOK = Category(name="cooking", words=("recipe", "olive oil", "@images"), patterns=(r"\d ?g\b",))
TRIP = Category(name="travel", words=("recipe", "hotel"))


def test_most_prompts_get_the_category_that_a_person_gave_them() -> None:
    held_out = [one for one in labelled() if one.held_out]
    assert len(held_out) >= 85
    # Below the figure of docs/categories.md, so that a rule may trade one prompt for another.
    assert right(EVERYTHING, held_out) >= 0.9 * len(held_out)


def test_the_page_tells_the_figures_of_today() -> None:
    page = (Path(__file__).parents[2] / "docs/categories.md").read_text("utf-8")
    assert table() in page, "write them anew: python tests/categories/labelled.py"


@pytest.mark.parametrize(
    ("text", "hints", "category", "evidence"),
    [
        ("Any RECIPE?", (), "cooking", [("recipe", "RECIPE", 6)]),
        ("hotel recipe", (), "travel", [("hotel", "hotel", 6), ("recipe", "recipe", 6)]),
        ("fry it in Olive,  oil", (), "cooking", [("olive oil", "Olive,  oil", 9)]),
        ("oil from olive trees", (), "other", []),
        ("add 200 g", (), "cooking", [(r"\d ?g\b", "0 g", 2)]),
        ("add 200 grams", (), "other", []),
        ("", ("@images",), "cooking", [("@images", "", 6)]),
        ("", (), "other", []),
        ("夜警", (), "other", []),
    ],
)
def test_what_speaks_for_a_category_is_told_as_it_was_written(
    text: str, hints: tuple[str, ...], category: str, evidence: list[tuple[str, str, int]]
) -> None:
    verdict = Categoriser((COOK, TRIP)).verdict(text, hints)
    assert (verdict.category, list(verdict.evidence)) == (category, [Evidence(*one) for one in evidence])


def test_where_a_word_stands_decides_how_much_it_counts() -> None:
    one = Categoriser((Category(name="x", words=("recipe",)),))
    filler = ["word"] * 60

    def score(at: int) -> int:
        text = [*filler]
        text[at] = "recipe"
        return dict(one.verdict(" ".join(text)).scores)["x"]

    assert [score(at) for at in (0, 4, 5, 15, 16, 47, 48, 59)] == [6, 6, 4, 4, 2, 2, 4, 4]


def test_material_cannot_shout_a_task_down() -> None:
    task = Category(name="task", words=("summarise",))
    words = tuple(f"w{n}" for n in range(50))
    material = Category(name="material", words=words)
    text = "summarise this " + "and " * 20 + " ".join(words) + " then" * 20
    verdict = Categoriser((material, task)).verdict(text)
    assert dict(verdict.scores) == {"material": 6, "task": 6}
    assert verdict.category == "material"  # equals: the order decides
    assert Categoriser((task, material)).name(text) == "task"


def test_a_general_category_gives_way_and_still_beats_nothing() -> None:
    wide, narrow = Category(name="wide", words=("what", "why"), general=True), Category(name="narrow", words=("hotel",))
    both = Categoriser((wide, narrow))
    assert both.verdict("why, what hotel").scores == (("narrow", 6), ("wide", 4))
    assert both.name("why") == "wide"


def test_equals_are_decided_by_order() -> None:
    assert Categoriser((COOK, TRIP)).name("recipe") == "cooking"
    assert Categoriser((TRIP, COOK)).name("recipe") == "travel"


@pytest.mark.parametrize("text", ["Traduce al inglés", "TRADUCE AL INGLES", "traduce al ingle\u0301s", "¿traduce?"])
def test_case_and_accents_make_no_difference(text: str) -> None:
    assert EVERYTHING.name(text) == "translation"


def test_an_embedding_is_an_embedding_whatever_it_says() -> None:
    assert EVERYTHING.name("translate this SQL query and summarise the code", ("@embeddings",)) == "embeddings"


def test_of_a_long_text_both_ends_are_read() -> None:
    middle = "lorem ipsum " * 100_000
    assert EVERYTHING.name(f"Translate this: {middle}") == "translation"
    assert EVERYTHING.name(f"{middle}\n\nTranslate the text above into French.") == "translation"
    assert EVERYTHING.name(f"{middle} Translate the text above into French. {middle}") == "other"


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=3000), hints=st.lists(st.sampled_from(["@tools", "@images", "@embeddings"]), unique=True))
def test_any_text_gets_one_category_and_evidence_that_is_in_it(text: str, hints: list[str]) -> None:
    verdict = EVERYTHING.verdict(text, hints)
    assert verdict.category == EVERYTHING.name(text, hints)
    assert verdict.category in EVERYTHING.names
    assert len(verdict.evidence) <= SHOWN_EVIDENCE
    assert all(len(one.text) <= SHOWN_CHARACTERS for one in verdict.evidence)
    assert bool(verdict.evidence) == (verdict.category != "other")
    if verdict.scores:
        assert verdict.scores[0][1] == dict(verdict.scores)[verdict.category]


@settings(deadline=None)
@given(words=st.lists(st.sampled_from(["recipe", "olive", "oil", "hotel", "and", "200 g", "¡ya!", "夜"]), max_size=80))
def test_what_is_shown_as_evidence_stands_in_the_prompt(words: list[str]) -> None:
    text = " ".join(words)
    for one in Categoriser((COOK, TRIP)).verdict(text).evidence:
        assert one.text
        assert one.text in text

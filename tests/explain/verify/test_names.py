"""Names that are words too, names with numbers in them, and whose a share is."""

from __future__ import annotations

import pytest

from sereno.explain.fact import Fact, FactSheet, Number
from sereno.explain.verify import verify


def part(name: str, value: float, share: float, rank: int) -> Fact:
    return Fact(
        id=f"composition-{rank + 1}",
        kind="composition",
        series=(name, "ttft"),
        note="part",
        numbers=(Number("value", value, "s"), Number("share", share, "percent"), Number("rank", rank)),
    )


SHEET = FactSheet(
    series=("ttft",),
    units={"ttft": "s"},
    facts=(
        Fact(
            id="composition-1",
            kind="composition",
            series=("ttft", "Now", "de"),
            note="total",
            numbers=(Number("total", 0.4, "s"), Number("count", 4)),
        ),
        part("Now", 0.2336, 58.4, 1),
        part("en", 0.0964, 24.1, 2),
        part("Before", 0.04, 10.0, 3),
        part("de", 0.03, 7.5, 4),
    ),
)


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("es", "Before representa el 10 % de ttft.", [True]),
        ("es", "Now representa el 10 % de ttft.", [False]),
        ("es", "0,2336 s representa el 10 % de ttft: Now.", [False, False]),
        ("es", "El 10 % del total de ttft es de Before.", [True]),
        ("es", "El 10 % del total de ttft es de Now.", [False]),
        ("es", "Before es el 10 % de Now.", [False]),
        ("es", "El 10 % de ttft.", [False]),  # whose, nobody says
        ("en", "Before makes up 10% of the total of ttft, with 0.04 s.", [True, True]),
        ("en", "Before makes up 58.4% of the total of ttft, with 0.04 s.", [False, True]),
        ("en", "Before makes up 10% of the total of ttft, with 0.2336 s.", [True, False]),
        ("en", "Now makes up 10% of the total of ttft.", [False]),
    ],
)
def test_a_share_is_of_the_part_that_is_named(language: str, text: str, true: list[bool]) -> None:
    assert [one.supported for one in verify(text, SHEET, language).counted] == true


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Before supone el 10 % del total de ttft.", True),  # "de" is no category here
        ("de supone el 7,5 % del total.", True),
        ("de supone el 24,1 % del total.", False),
        ("El 7,5 % del total es de de.", True),
        ("en tiene una cuota del 24,1 %.", True),
        ("Una cuota del 24,1 %, la de «en», es la segunda.", True),
        ("Una cuota del 24,1 %, la de «de», es la segunda.", False),
    ],
)
def test_small_words_are_names_where_names_stand(text: str, true: bool) -> None:
    assert [one.supported for one in verify(text, SHEET, "es").counted if "%" in one.text] == [true]


PRICES = FactSheet(
    series=("close", "high"),
    facts=(
        Fact(id="range-1", kind="range", series=("close",), numbers=(Number("min", 90.0), Number("max", 120.0))),
        Fact(id="range-2", kind="range", series=("high",), numbers=(Number("min", 91.0), Number("max", 125.0))),
        Fact(id="event-1", kind="event", series=("close",), label="release seven", note="deploy"),
    ),
)


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("close reached a high of 120.", [True]),
        ("close reached a high of 125.", [False]),  # the maximum of the series high
        ("The maximum of high is 125.", [True]),
        ("close moved after release seven.", []),
    ],
)
def test_a_word_for_a_figure_is_no_name_and_a_label_no_number(text: str, true: list[bool]) -> None:
    assert [one.supported for one in verify(text, PRICES).counted] == true

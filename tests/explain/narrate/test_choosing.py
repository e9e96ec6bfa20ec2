"""Which facts a text tells: those of the analysis, those that a question's words are about, each line once."""

from __future__ import annotations

import pytest

from explain.narrate.sheets import FAULT, fact, sheet
from sereno.explain.narrate.choosing import ANALYSES, MOST, asks_why, chosen, outermost

TREND = fact("trend-1", "api", numbers={"change": 1.0}, direction="up", weight=0.4)
DISK = fact("trend-2", "disk", numbers={"change": 2.0}, direction="down", weight=0.6)
DAY = fact("comparison-1", "api", numbers={"current": 3.0, "previous": 2.0}, note="previous_day", weight=0.5)
MEAN = fact("level-1", "api", numbers={"mean": 2.0}, weight=0.3)
CYCLE = fact("seasonality-1", "api", numbers={"period": 86400.0}, weight=0.35)
GIVEN = sheet(FAULT, TREND, DISK, DAY, MEAN, CYCLE)


@pytest.mark.parametrize(
    ("analysis", "first"),
    [("trends", "trend-2"), ("anomalies", "anomaly-1"), ("comparison", "comparison-1"), ("diagnosis", "anomaly-1")],
)
def test_an_analysis_begins_with_what_it_is_about(analysis: str, first: str) -> None:
    assert chosen(GIVEN, analysis)[0].id == first  # type: ignore[arg-type]


def test_a_reader_without_technical_knowledge_gets_one_of_each_kind_and_series() -> None:
    twice = fact("level-2", "api", numbers={"median": 2.0}, weight=0.2)
    found = chosen(sheet(MEAN, twice, DISK), "plain")
    assert [one.id for one in found] == ["trend-2", "level-1"]


@pytest.mark.parametrize(
    ("question", "language", "first"),
    [
        ("Is there an anomaly?", "en", "anomaly-1"), ("¿Hay alguna anomalía?", "es", "anomaly-1"),
        ("What is the trend of disk?", "en", "trend-2"), ("¿Qué tendencia tiene api?", "es", "trend-1"),
        ("What is the mean?", "en", "level-1"), ("Does it have a daily cycle?", "en", "seasonality-1"),
    ],
)  # fmt: skip
def test_a_question_is_answered_by_the_facts_that_its_words_are_about(question: str, language: str, first: str) -> None:
    assert chosen(GIVEN, "question", question, language)[0].id == first


def test_a_question_about_nothing_known_gets_what_matters_most() -> None:
    assert [one.id for one in chosen(GIVEN, "question", "Hm?")][:2] == ["anomaly-1", "trend-2"]


@pytest.mark.parametrize(
    ("question", "why"),
    [("Why?", True), ("¿Por qué subió?", True), ("what caused it", False), ("the cause", True), ("How much?", False)],
)
def test_who_asks_why(question: str, why: bool) -> None:
    assert asks_why(question) is why


def test_a_text_is_short() -> None:
    many = [fact(f"trend-{n}", f"s{n}", numbers={"change": 1.0}, direction="up", weight=n / 100) for n in range(60)]
    for analysis in ANALYSES:
        assert len(chosen(sheet(*many), analysis, "trend")) <= MOST


def test_what_went_beyond_the_farthest_line_went_beyond_the_others() -> None:
    def line(number: int, value: float, direction: str | None, note: str = "beyond", series: str = "api") -> object:
        return fact(f"threshold-{number}", series, numbers={"threshold": value}, direction=direction, note=note)

    given = [
        line(1, 0.1, "up"), line(2, 0.3, "up"), line(3, 0.2, "up"), line(4, 0.5, "up", "returned"),
        line(5, 90, "down"), line(6, 80, "down"), line(7, 0.1, "up", series="disk"), line(8, 9, None, "never"), TREND,
    ]  # fmt: skip
    assert [one.id for one in outermost(given)] == [  # type: ignore[arg-type]
        "threshold-2", "threshold-4", "threshold-6", "threshold-7", "threshold-8", "trend-1",
    ]  # fmt: skip

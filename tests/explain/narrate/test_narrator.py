"""Texts without a model: what they tell, what they advise, and what they do not claim."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest

from explain.narrate.sheets import FAULT, START, deploy, fact, sheet
from sereno.explain.facts import facts
from sereno.explain.frame import Categories, Chart, Series
from sereno.explain.narrate.choosing import ANALYSES, Analysis
from sereno.explain.narrate.narrator import narrate
from sereno.explain.narrate.telling import tell
from sereno.explain.read import chart_of_json
from sereno.explain.verify import verify


def told(given: object, analysis: Analysis, language: str = "en", question: str = "") -> str:
    return "".join(narrate(given, analysis, language=language, question=question))  # type: ignore[arg-type]


def test_a_diagnosis_names_the_fault_its_suspects_in_order_and_advice_tied_to_the_first() -> None:
    disk = fact("change_point-1", "disk", when=11, numbers={"before": 1.0, "after": 5.0}, weight=0.8, direction="up")
    text = told(sheet(FAULT, disk, deploy(11.5)), "diagnosis")
    assert text == (
        "What may be behind it.\n\n"
        "api had an anomaly on 20 November at 12:00: it was 9 s, where 2 s was expected.\n\n"
        "1. release 7 on 20 November at 11:30, just before, is the first suspect.\n"
        "2. disk moved before it, on 20 November at 11:00, so look there first.\n\n"
        "Advice: check what release 7 changed."
    )


@pytest.mark.parametrize(
    ("language", "suspect", "advice"),
    [
        ("en", "Nothing else in the chart moved before it.",
         "Advice: look at the calls of api on 20 November at 12:00."),
        ("es", "Nada más en la gráfica se movió antes.",
         "Consejo: mira las llamadas de api el 20 de noviembre a las 12:00."),
    ],
)  # fmt: skip
def test_without_suspects_the_advice_is_tied_to_the_fault(language: str, suspect: str, advice: str) -> None:
    lines = told(sheet(FAULT), "diagnosis", language).splitlines()
    assert (lines[-3], lines[-1]) == (suspect, advice)


def test_a_question_why_is_a_diagnosis() -> None:
    for question, language in (("Why did api rise?", "en"), ("¿Por qué subió api?", "es")):
        given = sheet(FAULT, deploy(11))
        assert told(given, "question", language, question) == told(given, "diagnosis", language)


def test_a_chart_without_faults_is_not_blamed() -> None:
    level = fact("level-1", "api", numbers={"mean": 2.0, "median": 2.0, "last": 2.0}, weight=0.5)
    assert told(sheet(level), "diagnosis").startswith(
        "Nothing in this chart looks like a fault.\n\napi had a mean of 2 s"
    )


NAMES = ("english", "spanish", "french", "german", "italian", "danish", "other")


def shares(before: list[float], now: list[float], unit: str) -> Chart:
    columns = {"Reference": before, "Now": now}
    return Chart(
        title="language",
        categories=tuple(
            Categories(name=name, unit=unit, names=NAMES, values=np.array(values)) for name, values in columns.items()
        ),
    )


@pytest.mark.parametrize(("unit", "whole"), [("percent", 100.0), ("percentunit", 1.0)])
@pytest.mark.parametrize("language", ["en", "es"])
def test_two_columns_of_shares_are_told_beside_each_other(unit: str, whole: float, language: str) -> None:
    before = [0.7, 0.02, 0.06, 0.06, 0.06, 0.06, 0.04]  # spanish is the least of all, and not among the five largest
    now = [0.22, 0.5, 0.06, 0.06, 0.06, 0.06, 0.04]
    given = facts(shares([whole * one for one in before], [whole * one for one in now], unit))
    for analysis in ("trends", "comparison", "plain", "question"):
        text = told(given, analysis, language, "What changed?")
        expected = (
            ("english makes up 22% of the total of Now, and 70% of the total of Reference.",
             "spanish makes up 50% of the total of Now, and 2% of the total of Reference.")
            if language == "en"
            else ("english representa el 22 % del total de Now, y el 70 % del total de Reference.",
                  "spanish representa el 50 % del total de Now, y el 2 % del total de Reference.")
        )  # fmt: skip
        assert all(sentence in text for sentence in expected), text
        assert text.index(expected[0]) < 0.9 * len(text)
        assert "100" not in text  # that shares add up to 100 % goes without saying
        assert not re.search("no series|no earlier|ninguna serie|periodo anterior", text)
        assert "french" not in text  # what is equal in both is no difference
        verdict = verify(text, given, language)
        assert verdict.score == 1.0, verdict


def test_a_share_that_is_its_own_value_is_said_once() -> None:
    given = facts(shares([70, 2, 6, 6, 6, 6, 4], [22, 50, 6, 6, 6, 6, 4], "percent"))
    said = [tell(fact, given, "en") for fact in given.facts if fact.series == ("spanish", "Now")]
    assert said == ["spanish makes up 50% of the total of Now."]
    cost = facts(shares([70, 2, 6, 6, 6, 6, 4], [22, 50, 6, 6, 6, 6, 4], "currencyUSD"))
    assert "spanish makes up 50% of the total of Now, with $50." in [tell(fact, cost, "en") for fact in cost.facts]


def test_columns_that_are_no_shares_are_not_contrasted() -> None:
    given = facts(shares([70, 2, 6, 6, 6, 6, 4], [22, 50, 6, 6, 6, 6, 4], "short"))
    text = told(given, "plain")
    assert "and 70" not in text
    assert "Reference adds up to a total of 100" in text


def series(values: list[float]) -> Chart:
    times = np.array([START + 60.0 * n for n in range(len(values))])
    return Chart(title="", series=(Series(name="api", unit="s", times=times, values=np.array(values)),))


@pytest.mark.parametrize(
    ("chart", "analysis", "said", "not_said"),
    [
        (shares([100, 0, 0, 0, 0, 0, 0], [100, 0, 0, 0, 0, 0, 0], "percent"), "trends", "no series here", "No trend"),
        (series([1.0, 2.0]), "trends", "no series here", "No trend"),
        (series([1.0, 2.0]), "anomalies", "no series here in which anomalies", "No anomaly was found"),
        (series([2.0 + (n * 7919 % 13) / 100 for n in range(200)]), "anomalies", "No anomaly was found", "no series"),
        (series([2.0 + (n * 7919 % 13) / 100 for n in range(200)]), "trends", "api shows no clear trend", "no series"),
        (series([5.0] * 50), "anomalies", "No anomaly was found", "no series"),
    ],
)
def test_only_what_was_looked_for_is_said_to_be_absent(
    chart: Chart, analysis: Analysis, said: str, not_said: str
) -> None:
    text = told(facts(chart), analysis)
    assert said in text
    assert not_said not in text


def test_every_analysis_speaks_both_languages_and_another_gets_english() -> None:
    given = facts(series([2.0 + (n * 7919 % 13) / 100 + (n > 120) for n in range(200)]))
    for analysis in ANALYSES:
        english, spanish, french = (told(given, analysis, one, "api?") for one in ("en-GB", "es-AR", "fr"))
        assert english == french != spanish
        assert all(text.strip() for text in (english, spanish))


def test_a_chart_of_nothing() -> None:
    assert told(sheet(), "trends") == "There is nothing in this chart that could be told."


TIMES = [1_793_000_000_000 + 60_000 * n for n in range(50)]
NOISE = [2.0 + (n * 7919 % 13) / 100 for n in range(50)]


def sent(times: list[int], *columns: tuple[str, Sequence[object], str]) -> dict[str, object]:
    """What a panel would send."""
    fields: list[dict[str, object]] = [{"name": "time", "type": "time", "values": times}]
    for name, values, unit in columns:
        kind = "string" if unit == "words" else "number"
        fields.append({"name": name, "type": kind, "unit": unit, "values": list(values)})
    return {"frames": [{"name": "f", "fields": fields}]}


@pytest.mark.parametrize(
    ("document", "english", "spanish"),
    [
        ({"frames": []}, "The chart has no data.", "La gráfica no tiene datos."),
        ({"frames": [], "title": "Load"}, "Load has no data.", "Load no tiene datos."),
        (sent([], ("v", [], "s")), "v has no data.", "v no tiene datos."),
        (sent(TIMES[:1], ("v", [3.0], "s")), "v has a single point; nothing can be computed", "v tiene un único punto"),
        (sent(TIMES, ("v", [None] * 50, "s")), "v has only empty values.", "v solo tiene valores vacíos."),
        (sent(TIMES[:3], ("v", ["NaN", "Infinity", None], "s")), "v has only empty values.", "valores vacíos."),
        (sent(TIMES, ("v", [3.0] * 50, "s")), "v is constant.", "v es constante."),
        (sent(TIMES[:4], ("v", [1.0, 2.0, 3.0, 1.0], "s")), "v has too few points", "v tiene pocos puntos"),
        (sent(TIMES[::-1], ("v", NOISE, "s")), "v came unsorted; it was put in order.", "v llegó sin ordenar"),
        (
            sent([TIMES[0], *TIMES[:49]], ("v", NOISE, "s")),
            "v has points at the same time.",
            "v tiene puntos a la misma",
        ),
        (sent(TIMES, ("v", NOISE, "s"), ("note", ["a"] * 50, "words")), "a column of text", "una columna de texto"),
        (
            sent(TIMES, ("v", NOISE, "s"), ("w", NOISE, "bytes")),
            "The chart mixes units.",
            "La gráfica mezcla unidades.",
        ),
    ],
)
def test_what_is_wrong_with_the_data_is_a_sentence(document: object, english: str, spanish: str) -> None:
    given = facts(chart_of_json(document))
    for language, sentence in (("en", english), ("es", spanish)):
        said = [told(given, analysis, language, "?") for analysis in ANALYSES]
        assert all(text.strip() for text in said)
        assert any(sentence in text for text in said), said
        assert all(verify(text, given, language).score == 1.0 for text in said), said

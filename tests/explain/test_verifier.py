"""The verifier on texts whose truth is known by the sheet they are about."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sereno.explain.fact import Fact, FactSheet, Number, Time
from sereno.explain.facts import facts
from sereno.explain.frame import Chart, Event, Series
from sereno.explain.narrate import ANALYSES, narrate
from sereno.explain.verify import Verifier, verify


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


SHEET = FactSheet(
    title="Latency",
    start=at("2026-11-20T00:00"),
    end=at("2026-11-21T00:00"),
    series=("api", "db"),
    units={"api": "s", "db": "percentunit"},
    facts=(
        Fact(
            id="anomaly-1",
            kind="anomaly",
            series=("api",),
            direction="up",
            numbers=(Number("value", 9.04, "s"), Number("expected", 3.02, "s"), Number("anomalies", 2)),
            times=(Time("at", at("2026-11-20T14:05")),),
        ),
        Fact(
            id="anomaly-2",
            kind="anomaly",
            series=("api",),
            direction="up",
            numbers=(Number("value", 12.0, "s"), Number("expected", 3.1, "s"), Number("anomalies", 2)),
            times=(Time("at", at("2026-11-20T16:10")),),
        ),
        Fact(
            id="trend-1",
            kind="trend",
            series=("api",),
            direction="up",
            numbers=(
                Number("slope_per_hour", 0.51, "s"),
                Number("change_percent", 12.4, "percent"),
                Number("start_value", 2.9, "s"),
                Number("end_value", 3.26, "s"),
            ),
        ),
        Fact(
            id="trend-2",
            kind="trend",
            series=("db",),
            direction="down",
            numbers=(Number("change_percent", -31.2, "percent"),),
        ),
        Fact(
            id="level-1",
            kind="level",
            series=("api",),
            numbers=(Number("mean", 3.24, "s"), Number("median", 3.0, "s"), Number("count", 1440)),
        ),
        Fact(id="level-2", kind="level", series=("db",), numbers=(Number("mean", 0.423, "percentunit"),)),
        Fact(
            id="change-1",
            kind="change_point",
            series=("db",),
            direction="up",
            numbers=(Number("before", 0.2, "percentunit"), Number("after", 0.41, "percentunit")),
            times=(Time("at", at("2026-11-20T10:00")),),
        ),
    ),
)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "api rose by 12 %."),
        ("en", "api increased by about 12.4 percent, from 2.9 s to 3.26 s."),
        ("en", "api averaged 3240 ms."),
        ("en", "On average, api stood at 3.2 s."),
        ("en", "api had two anomalies: 9.04 s at 14:05 (expected 3.02 s) and 12 s at 16:10."),
        ("en", "The mean of db was 42.3 %."),
        ("en", "db doubled on 20 November at 10 am."),
        ("en", "The anomaly of 12 s in api came 8 hours ago."),
        ("en", "api rises 0.51 s per hour, about 12 s a day."),
        ("en", "There were no gaps."),
        ("es", "api subió un 12,4 %."),
        ("es", "La media de api fue de unos 3,2 s y la de db de un 42,3 %."),
        ("es", "Hubo dos anomalías en api: 9,04 s a las 14:05 y 12 s a las 16:10."),
        ("es", "db se duplicó el 20 de noviembre a las 10:00, de 20 % a 41 %."),
        ("es", "Hace 8 horas, api llegó a 12 s."),
        ("es", "No hubo huecos."),
    ],
)
def test_true_claims_are_supported(language: str, text: str) -> None:
    verdict = verify(text, SHEET, language)
    assert verdict.counted
    assert [one.text for one in verdict.counted if not one.supported] == []


@pytest.mark.parametrize(
    ("language", "text", "lie"),
    [
        ("en", "api fell by 12 %.", "fell"),
        ("en", "api rose by 13 %.", "13 %"),
        ("en", "db rose by 31.2 %.", "rose"),
        ("en", "db averaged 3.24 s.", "3.24 s"),
        ("en", "api averaged 3.24 ms.", "3.24 ms"),
        ("en", "api averaged 3.0 s.", "3.0 s"),
        ("en", "In api, the anomaly of 9.04 s came at 16:10.", "16:10"),
        ("en", "In api, the anomaly of 9.04 s came at 16:10.", "9.04 s"),
        ("en", "api had three anomalies.", "three"),
        ("en", "api rose from 3.26 s to 2.9 s.", "rose"),
        ("en", "db tripled at 10:00.", "tripled"),
        ("en", "api is stable.", "stable"),
        ("en", "The anomaly of 12 s in api came 2 hours ago.", "2 hours ago"),
        ("en", "api had no anomalies.", "no"),
        ("es", "api bajó un 12,4 %.", "bajó"),
        ("es", "La media de api fue de 3,9 s.", "3,9 s"),
        ("es", "Hubo tres anomalías en api.", "tres"),
        ("es", "Hace 3 horas, api llegó a 12 s.", "Hace 3 horas"),
    ],
)
def test_lies_are_not_supported(language: str, text: str, lie: str) -> None:
    spans = verify(text, SHEET, language).counted
    assert [one.supported for one in spans if one.text == lie] == [False]


@pytest.mark.parametrize("text", ["1. First,\n2. the p95 [trend-1] of v1.2.3 at https://x.example/404", "", "\n\n"])
def test_what_claims_nothing_is_not_counted(text: str) -> None:
    verdict = verify(text, SHEET)
    assert (verdict.counted, verdict.score) == ((), 1.0)


def sheet_of(value: float, unit: str) -> FactSheet:
    fact = Fact(id="level-1", kind="level", series=("api",), numbers=(Number("mean", value, unit),))
    return FactSheet(facts=(fact,), series=("api",))


values = st.floats(0.01, 99_999).filter(lambda value: value >= 0.01)


@settings(deadline=None)
@given(values, st.integers(0, 4), st.sampled_from(["en", "es"]), st.booleans())
def test_any_rounding_of_any_value_is_supported(value: float, places: int, language: str, grouped: bool) -> None:
    text = f"{value:,.{places}f}" if grouped else f"{value:.{places}f}"
    assume(float(text.replace(",", "")) != 0)
    if language == "es":
        text = text.translate(str.maketrans(",.", ".,"))
    sentence = f"The mean of api was {text} s." if language == "en" else f"La media de api fue de {text} s."
    assert [one.supported for one in verify(sentence, sheet_of(value, "s"), language).counted] == [True]


@settings(deadline=None)
@given(values, st.integers(0, 3), st.data())
def test_any_changed_digit_is_unsupported(value: float, places: int, data: st.DataObject) -> None:
    text = f"{value:.{places}f}"
    position = data.draw(st.sampled_from([i for i, char in enumerate(text) if char.isdigit()]))
    digit = data.draw(st.sampled_from([char for char in "0123456789" if char != text[position]]))
    changed = text[:position] + digit + text[position + 1 :]
    # A value halfway between two renderings may be written either way.
    assume(abs(float(changed) - value) > 0.5001 * 10**-places)
    spans = verify(f"The mean of api was {changed} s.", sheet_of(value, "s")).counted
    assert [one.supported for one in spans] == [False]


TEXT = "api rose by 12 %. db averaged 42.3 %, e.g. at night. The anomaly in api, 9.04 s, came at 14:05.\nEnd of 3 s"


@settings(deadline=None)
@given(st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_pieces_give_what_the_whole_gives(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    verifier = Verifier(SHEET)
    sentences = [one for a, b in itertools.pairwise(edges) for one in verifier.feed(TEXT[a:b])]
    sentences += verifier.end()
    assert "".join(one.text for one in sentences) == TEXT
    assert verifier.verdict == verify(TEXT, SHEET)
    assert all(TEXT[one.start : one.end] == one.text for one in verifier.verdict.spans)


def narrated(language: str) -> tuple[str, FactSheet]:
    """What templates tell of a chart with a step, anomalies, a gap and a deploy."""
    random = np.random.default_rng(7)
    values = 3.0 + 0.1 * random.standard_normal(600) + 2.0 * (np.arange(600) > 350)
    values[120], values[480] = 9.04, 12.5
    values[200:230] = np.nan
    times = 1.79e9 + 60.0 * np.arange(600, dtype=np.float64)
    chart = Chart(
        series=(Series(name="api", times=times, values=values, unit="s"),),
        events=(Event(float(times[350]), "deploy", "deploy v1.4.2"),),
    )
    sheet = facts(chart)
    told = [text for one in ANALYSES for text in narrate(sheet, one, language=language, question="What is the mean?")]
    return "".join(told), sheet


NARRATED = {language: narrated(language) for language in ("en", "es")}


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(["en", "es"]), st.data())
def test_what_narrators_say_is_checked_alike_in_pieces(language: str, data: st.DataObject) -> None:
    text, sheet = NARRATED[language]
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=40))
    verifier = Verifier(sheet, language)
    for start, end in itertools.pairwise([0, *sorted(cuts), len(text)]):
        verifier.feed(text[start:end])
    verifier.end()
    assert verifier.verdict == verify(text, sheet, language)
    assert len(verifier.verdict.counted) > 20


@settings(deadline=None)  # a busy machine is no fault of the text
@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(text: str) -> None:
    verdict = verify(text, SHEET, "xx")
    assert 0.0 <= verdict.score <= 1.0
    assert all(text[one.start : one.end] == one.text for one in verdict.spans)


@pytest.mark.parametrize("at", [1e18, -1e18, 2.5e11, float("nan"), float("inf")])
def test_times_of_no_calendar_support_nothing(at: float) -> None:
    """Facts may come from a file that anybody wrote."""
    fact = Fact(id="level-1", kind="level", series=("api",), times=(Time("last", at),), start=at, end=at)
    verdict = verify("api was last at 14:05 on 3 May 2026, yesterday.", FactSheet(facts=(fact,), start=at, end=at))
    assert [one.supported for one in verdict.counted] == [False] * len(verdict.counted)
    assert verdict.counted


def test_a_change_by_and_to_is_of_one_fact() -> None:
    """A change that is not this series' own takes what it led to with it."""
    assert [one.supported for one in verify("api rose by 31 % to 3.26 s.", SHEET).counted] == [False, False, False]


def test_after_warming_no_words_are_read_from_disk_or_compiled() -> None:
    """In a process of its own, whose first texts these are."""
    code = (
        "from sereno.explain.fact import FactSheet; from sereno.explain.verify import lexicon, verify, warm; warm();"
        "made = lexicon._lexicon.cache_info().misses;"
        "[verify('api: 3 s', FactSheet(facts=()), language) for language in ('en', 'es')];"
        "print(made, lexicon._lexicon.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert before == after >= 2

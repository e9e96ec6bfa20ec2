"""Whatever a chart holds, each sentence that templates say of its facts is supported by them, in both languages."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sereno.explain.fact import FactSheet
from sereno.explain.facts import facts
from sereno.explain.frame import Categories, Chart, Event, Series, Threshold
from sereno.explain.narrate.telling import tell
from sereno.explain.verify import verify

UNITS = ("", "short", "s", "ms", "percent", "percentunit", "bytes", "currencyUSD", "reqps", "celsius", "watt")
STEPS = (1.0, 15.0, 60.0, 300.0, 3600.0, 86_400.0)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A chart in which there is something to tell: levels, lines, cycles, spikes, gaps, pairs, thresholds, events."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, step = draw(st.integers(30, 300)), draw(st.sampled_from(STEPS))
    size = 10.0 ** draw(st.integers(-4, 6))
    times = np.array([1.76e9 + step * one for one in range(n)])
    shape = rng.normal(size=n) + draw(st.sampled_from((0.0, 5.0, 50.0)))
    extra = draw(st.sampled_from(("none", "step", "line", "cycle", "spike", "stretch", "flat")))
    if extra == "step":
        shape[n // 2 :] += 8.0
    elif extra == "line":
        shape += np.linspace(0.0, 12.0, n)
    elif extra == "cycle":
        shape += 6.0 * np.sin(2 * np.pi * np.arange(n) / 12)
    elif extra == "spike":
        shape[n // 3] += 40.0
    elif extra == "stretch":
        shape[n // 3 : n // 3 + 6] += 20.0
    elif extra == "flat":
        shape[n // 3 : n // 3 + 20] = shape[n // 3]
    keep = np.ones(n, dtype=bool)
    if draw(st.booleans()):
        keep[n // 2 : n // 2 + 8] = False
    unit = draw(st.sampled_from(UNITS))
    series = [Series(name="api", unit=unit, times=times[keep], values=size * shape[keep])]
    if draw(st.booleans()):
        other = np.roll(shape, draw(st.integers(0, 4))) + rng.normal(size=n) / 5
        series.append(Series(name="queue length", unit=draw(st.sampled_from(UNITS)), times=times, values=other))
    return Chart(
        title="Load", series=tuple(series), tz=draw(st.sampled_from(("UTC", "Europe/Madrid", "America/Bogota"))),
        thresholds=(Threshold(float(size * (shape.mean() + 3)), "limit"),) if draw(st.booleans()) else (),
        events=(Event(float(times[n // 2 - 1]), "deploy", "release 7"),) if draw(st.booleans()) else (),
    )  # fmt: skip


def unsupported(sheet: FactSheet, language: str) -> list[tuple[str, str, str]]:
    """What the verifier does not believe of the sentences of each fact: the fact, the claim, the sentence."""
    found = []
    for fact in sheet.facts:
        for sentence in {tell(fact, sheet, language), tell(fact, sheet, language, plain=True)}:
            found += [(fact.id, one.text, sentence) for one in verify(sentence, sheet, language).counted
                      if not one.supported]  # fmt: skip
    return found


@settings(max_examples=30, derandomize=True)  # `benchmarks explain_verify` looks at thousands anew
@given(charts(), st.sampled_from(["en", "es"]))
def test_every_sentence_is_supported(chart: Chart, language: str) -> None:
    assert unsupported(facts(chart), language) == []


@settings(max_examples=25, derandomize=True)
@given(charts(), st.sampled_from(["en", "es"]), st.randoms(use_true_random=False))
def test_a_figure_with_another_digit_is_not(chart: Chart, language: str, chance: Random) -> None:
    sheet = facts(chart)
    for fact in sheet.facts:
        alone = replace(sheet, facts=(fact,))  # what another fact says may make it true
        sentence = tell(fact, alone, language)
        claims = verify(sentence, alone, language).counted
        # Of a forecast, an end of its interval may be changed to its middle, which it holds too.
        figures = [one for one in claims if one.kind == "quantity" and fact.kind != "forecast"]
        if not figures:
            continue
        span = chance.choice(figures)
        at = chance.choice([place for place, char in enumerate(span.text) if char.isdigit()])
        other = chance.choice([digit for digit in "123456789" if digit != span.text[at]])
        changed = span.text[:at] + other + span.text[at + 1 :]
        lie = sentence[: span.start] + changed + sentence[span.end :]
        believed = [one.text for one in verify(lie, alone, language).counted if one.supported]
        assert changed not in believed or changed in {one.text for one in claims}, lie


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("unit", ["currencyUSD", "percentunit", "short"])
def test_every_sentence_of_a_table_is_supported(unit: str, language: str) -> None:
    names = tuple(f"team {word}" for word in ("red", "green", "blue", "grey", "gold", "pink"))
    values = np.random.default_rng(3).gamma(1.5, 100.0, len(names))
    cost = Categories(name="cost", unit=unit, names=names, values=values)
    assert unsupported(facts(Chart(title="Costs", categories=(cost,))), language) == []


def test_a_name_that_is_a_pattern_or_a_page_stays_text() -> None:
    times = np.array([1.76e9 + 60.0 * one for one in range(40)])
    evil = "{mean}\n<img src=x> %s {0.__class__}"
    sheet = facts(Chart(series=(Series(name=evil, times=times, values=np.arange(40.0)),)))
    said = [tell(fact, sheet, language) for fact in sheet.facts for language in ("en", "es")]
    assert any("{mean} <img src=x> %s {0.__class__}" in one for one in said)
    assert all("\n" not in one for one in said)

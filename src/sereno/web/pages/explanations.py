"""Charts explained: what was told, by whom, how many of its numbers were right, what people thought of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from sereno.explain.fact import FactSheet
from sereno.explain.verify import Span, verify
from sereno.query.explaining.drawn import Line
from sereno.query.problems import not_found
from sereno.store.ledger import explained_charts
from sereno.store.ledger.explanations import Explanation, explanation, newest
from sereno.web.chart_frames import UNITS
from sereno.web.charts import Chart, Series, Tone, Unit
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.told import FactRow, fact_rows, pieces

NEWEST = 200
LARGE = 6
"""The newest are shown whole, with their charts."""
_UNITS: dict[str, Unit] = {name: unit for unit, name in UNITS.items() if unit != "tokens"}
_TONES: tuple[Tone, ...] = ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8")


class Narrator(msgspec.Struct, frozen=True, kw_only=True):
    """How well one narrator tells: `model` is None for templates; claims are counted by the verifier."""

    model: str | None
    explanations: int
    supported: int
    numbers: int
    up: int
    down: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One explanation, checked once more by the verifier of today, and its chart where it is kept."""

    told: Explanation
    sheet: FactSheet
    claims: tuple[Span, ...]
    lines: list[Line]


class ExplanationsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest explanations, whole and in a list, and how well each narrator tells.

    Attributes:
        kept: whether this keeper remembers any.
    """

    kept: bool
    narrators: list[Narrator]
    newest: list[Told]
    explanations: list[Explanation]


def gather(ask: Ask) -> ExplanationsPage:
    """Read the ledger."""
    ledger = ask.view.ledger
    if ledger is None:
        return ExplanationsPage(kept=False, narrators=[], newest=[], explanations=[])
    with ledger.read() as connection:
        found = list(newest(connection, NEWEST))
        large = [_told(one, explained_charts.chart_of(connection, one.id)) for one in found[:LARGE]]
    return ExplanationsPage(kept=True, narrators=narrators(found), newest=large, explanations=found)


def gather_one(ask: Ask) -> Told:
    """Read one explanation.

    Raises:
        Problem: there is none of that id.
    """
    identity, ledger = ask.path["id"], ask.view.ledger
    if ledger is not None:
        with ledger.read() as connection:
            found = explanation(connection, identity[:36])
            if found is not None:
                return _told(found, explained_charts.chart_of(connection, found.id))
    raise not_found(f"There is no explanation {identity[:40]!r}; /sereno/explanations lists them.")


def narrators(found: Sequence[Explanation]) -> list[Narrator]:
    """Each narrator's record, templates first."""
    ordered = sorted(found, key=lambda one: one.model or "")
    return [
        Narrator(
            model=name or None,
            explanations=len(told),
            supported=sum(one.supported for one in told),
            numbers=sum(one.numbers for one in told),
            up=sum(one.feedback == 1 for one in told),
            down=sum(one.feedback == -1 for one in told),
        )
        for name, told in ((name, list(group)) for name, group in groupby(ordered, lambda one: one.model or ""))
    ]


def _told(one: Explanation, chart: Any) -> Told:
    sheet = msgspec.convert(one.facts, FactSheet)
    claims = verify(one.text, sheet, one.language).spans
    return Told(told=one, sheet=sheet, claims=claims, lines=msgspec.convert(chart or [], list[Line]))


class Card(msgspec.Struct, frozen=True):
    """What a page draws of one explanation."""

    told: Explanation
    pieces: list[Any]
    facts: list[FactRow]
    charts: list[Chart]


def card(one: Told, look: Look, number: int = 0) -> Card:
    """The text in pieces, facts in words, series as figures: those of one unit and the same moments in one."""
    claims = one.claims
    figures: dict[tuple[str, tuple[float, ...]], list[Line]] = {}
    for line in one.lines:
        figures.setdefault((line.unit, tuple(line.times)), []).append(line)
    charts = [
        Chart(
            kind="lines", id=f"told-{number}-{place}", title=_named(lines) or look.t["explain_chart"],
            unit=_UNITS.get(unit, "count"), x=times, tz=one.sheet.tz, instants=True,
            series=tuple(
                Series(name=line.name, values=tuple(line.values), tone=_TONES[index % len(_TONES)])
                for index, line in enumerate(lines)
            ),
        )
        for place, ((unit, times), lines) in enumerate(figures.items())
    ]  # fmt: skip
    return Card(one.told, pieces(one.told.text, claims), fact_rows(one.sheet, claims, look.shown.language), charts)


def _named(lines: Sequence[Line]) -> str:
    return ", ".join(line.name for line in lines)[:120]


def shape(content: ExplanationsPage, look: Look) -> Mapping[str, Any]:
    """The newest as cards."""
    return {"cards": [card(one, look, number) for number, one in enumerate(content.newest)], "here": look.link()}


def shape_one(content: Told, look: Look) -> Mapping[str, Any]:
    """The explanation as a card."""
    return {"card": card(content, look), "here": look.link()}


_COLUMNS = ("id", "created_at", "title", "analysis", "question", "language", "model", "strict", "text", "score",
            "supported", "numbers", "seconds", "tokens", "feedback", "feedback_note")  # fmt: skip


def table(content: ExplanationsPage) -> Table:
    """One row an explanation."""
    return _rows(content.explanations)


def _rows(told: Sequence[Explanation]) -> Table:
    return Table(_COLUMNS, [[getattr(one, name) for name in _COLUMNS] for one in told])


PAGES = (
    Page(
        name="explanations", path="/explanations", template="explanations.html", section="explanations", fields=(),
        gather=gather, shape=shape, table=table, explainable=False,
    ),
    Page(
        name="explanation", path="/explanations/{id}", template="explanation.html", section="explanations", fields=(),
        gather=gather_one, shape=shape_one, table=lambda one: _rows([one.told]), explainable=False,
    ),
)  # fmt: skip

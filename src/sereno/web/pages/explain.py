"""Figures of a page explained: their facts, told by templates at once; with script, by a model too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from sereno.explain.fact import FactSheet
from sereno.explain.facts import facts
from sereno.explain.narrate import ANALYSES, narrate
from sereno.explain.read import chart_of_json
from sereno.explain.verify import Span, verify
from sereno.query.fields import Field
from sereno.web.chart_frames import document
from sereno.web.chart_sources import PREFIX, Source, source
from sereno.web.charts import Chart, script_json
from sereno.web.happenings import happenings
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.told import fact_rows, pieces

PAGE = Field(name="page", kind="text", help="Address of the page whose figures are explained.", maximum=2000,
             example="/sereno/cost")  # fmt: skip
CHART = Field(name="chart", kind="text", help="Id of one figure; without it, all over time.", maximum=64,
              example="latency")  # fmt: skip
ANALYSIS = Field(name="analysis", kind="choice", help="What is told.", choices=ANALYSES, default="trends",
                 example="anomalies")  # fmt: skip
QUESTION = Field(name="question", kind="text", help="What to know, of the analysis `question`.", maximum=2000,
                 example="Why did latency rise?")  # fmt: skip
FIELDS = (PAGE, CHART, ANALYSIS, QUESTION)
MOST_POINTS = 2_000
"""Points of a figure that goes with the page for a model to be asked; figures of pages have some hundreds."""


class ExplainPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows.

    Attributes:
        page, chart: as asked. section: entry of the navigation that the page belongs to.
        title: of what is explained.
        charts: the figures. frames: the same as the body of `POST /sereno/api/explain`.
        analysis, question, language: how it is told.
        facts: the sheet. text: told by templates. claims: what was checked in it.
        score, supported, numbers: how much of it facts support.
    """

    page: str
    chart: str
    section: str
    title: str
    charts: tuple[Chart, ...]
    frames: dict[str, Any]
    analysis: str
    question: str
    language: str
    facts: FactSheet
    text: str
    claims: tuple[Span, ...]
    score: float
    supported: int
    numbers: int


def over(pages: Sequence[Page]) -> Page:
    """The page that explains the figures of these pages."""

    def gather(ask: Ask) -> ExplainPage:
        """Ask the page again, compute the facts, tell and check them."""
        given = ask.values
        found = source(pages, ask, given.get(PAGE) or PREFIX, given.get(CHART) or "")
        return explained(found, ask, given.get(CHART) or "", given.get(ANALYSIS), given.get(QUESTION) or "")

    return Page(
        name="explain", path="/explain", template="explain.html", section="explanations", fields=FIELDS, gather=gather,
        shape=shape, table=table, explainable=False,
    )  # fmt: skip


def explained(found: Source, ask: Ask, chart: str, analysis: str, question: str) -> ExplainPage:
    """Figures with their facts and what templates say of them.

    Args:
        found: the figures.
        ask: who asks, and when.
        chart: id of the figure asked for.
        analysis: how they are told.
        question: of the analysis `question`; without words it is trends.
    """
    title = found.charts[0].title if len(found.charts) == 1 else " · ".join(one.title for one in found.charts)
    events = happenings(ask, found.charts, found.page.section)
    frames = document(found.charts, title=title, now=ask.now, events=events)
    sheet = facts(chart_of_json(frames), now=ask.now)
    asked = "question" if question and analysis == "trends" else analysis
    asked = asked if asked != "question" or question else "trends"
    text = "".join(narrate(sheet, asked, language=ask.language, question=question))  # type: ignore[arg-type]  # a choice
    verdict = verify(text, sheet, ask.language)
    return ExplainPage(
        page=found.address, chart=chart, section=found.page.section, title=title, charts=found.charts, frames=frames,
        analysis=asked, question=question, language=ask.language, facts=sheet, text=text, claims=verdict.spans,
        score=verdict.score, supported=verdict.supported, numbers=len(verdict.counted),
    )  # fmt: skip


def shape(content: ExplainPage, look: Look) -> Mapping[str, Any]:
    """The text in pieces, the facts in rows, the request that a browser sends for a model's words."""
    given = content.frames
    shown = given.get("range", {})
    request = {name: value for name, value in given.items() if name != "range"} | {
        "start": shown.get("from"),
        "end": shown.get("to"),
        "language": content.language,
    }
    small = all(len(chart.x) <= MOST_POINTS for chart in content.charts)
    return {
        "pieces": pieces(content.text, content.claims),
        "facts": fact_rows(content.facts, content.claims, look.shown.language),
        "analyses": ANALYSES,
        "request": script_json(request) if small else Markup(""),
    }


def table(content: ExplainPage) -> Table:
    """One row a figure of a fact."""
    rows = [
        [fact.id, fact.kind, " · ".join(fact.series), fact.direction, fact.note, n.name, n.value, n.unit, n.low, n.high,
         fact.p_value]
        for fact in content.facts.facts
        for n in fact.numbers
    ]  # fmt: skip
    return Table(
        ("fact", "kind", "series", "direction", "note", "number", "value", "unit", "low", "high", "p_value"), rows
    )

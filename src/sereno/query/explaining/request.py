"""A question about a chart, as clients send it, checked field by field."""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.errors import QueryError
from sereno.explain.frame import Chart
from sereno.explain.narrate import ANALYSES, Analysis
from sereno.explain.narrate.prompt import Image
from sereno.explain.read import chart_of_json
from sereno.query.explaining.given_picture import given_picture

TEMPLATE = "template"
"""The model name that stands for templates."""
_LONGEST = {"question": 2_000, "context": 8_000, "title": 1_000, "language": 35, "model": 200}


class ExplainRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks.

    Attributes:
        frames: as in `sereno.explain.frame`. title, tz, thresholds, events: of the chart.
        start, end: the range shown, milliseconds since the epoch.
        analysis: one of `ANALYSES`. question: for `question`. language: BCP 47.
        model: name, "template", or None for the server's own choice.
        strict: withhold sentences with unsupported claims; None for the server's own choice.
        context: what the caller knows of the chart. image: a picture of it, PNG or JPEG as a data URL; without one a
            model that sees gets a picture drawn of the frames.
    """

    frames: list[dict[str, Any]] = []
    title: str = ""
    start: float | None = None
    end: float | None = None
    tz: str = "UTC"
    thresholds: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    analysis: str = "trends"
    question: str = ""
    language: str = "en"
    model: str | None = None
    strict: bool | None = None
    context: str = ""
    image: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A checked request."""

    chart: Chart
    analysis: Analysis
    question: str
    language: str
    model: str | None
    strict: bool | None
    context: str
    image: Image | None


def checked(request: ExplainRequest) -> Asked:
    """The request with its chart read.

    Raises:
        QueryError: a field is wrong; the error names it.
    """
    for name, most in _LONGEST.items():
        given = getattr(request, name) or ""
        if len(given) > most:
            raise QueryError(name, f"{name} has {len(given)} characters; expected at most {most}", f"at most {most}")
    if request.analysis not in ANALYSES:
        expected = ", ".join(ANALYSES)
        raise QueryError("analysis", f"analysis is {request.analysis[:40]!r}; expected one of {expected}", expected)
    if request.analysis == "question" and not request.question.strip():
        raise QueryError("question", "question is empty; expected what you want to know", "text")
    if request.language and not request.language.replace("-", "").replace("_", "").isalnum():
        raise QueryError("language", f"language is {request.language!r}; expected a tag such as en or es", "en, es …")
    return Asked(
        chart=chart_of_json(_document(request)),
        analysis=request.analysis,
        question=request.question.strip(),
        language=request.language or "en",
        model=request.model or None,
        strict=request.strict,
        context=request.context,
        image=None if request.image is None else given_picture(request.image),
    )


def _document(request: ExplainRequest) -> dict[str, Any]:
    document: dict[str, Any] = {
        "frames": request.frames,
        "title": request.title,
        "tz": request.tz,
        "thresholds": request.thresholds,
        "events": request.events,
    }
    shown = {name: value for name, value in (("from", request.start), ("to", request.end)) if value is not None}
    return document | ({"range": shown} if shown else {})

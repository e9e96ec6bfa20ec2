"""OpenSLO v1 (github.com/OpenSLO/OpenSLO): kinds SLO and SLI over Prometheus; the other kinds are passed over.

Read are ratio indicators with the budgeting method Occurrences over a rolling window. What cannot be kept without
guessing (time slices, calendar windows, thresholds over raw samples, composites) is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sereno.slo.alerting import read_alerting
from sereno.slo.expressions import has_window
from sereno.slo.fields import Fields
from sereno.slo.service import PERCENT, PERIOD, named, read_objective
from sereno.slo.spec import WINDOW, Events, Indicator, Place, Ratio, Slo, SpecError
from sereno.slo.windows import DAY, pairs

VERSION: Final = "openslo/v1"
Asks = tuple[tuple[Place, str], ...]
KINDS = ("SLO", "SLI", "Service", "DataSource", "AlertPolicy", "AlertCondition", "AlertNotificationTarget")
_DURATION = re.compile(r"(\d{1,6})([mhdw])", re.ASCII)
_DAYS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}
_COUNTER = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?", re.ASCII)
_SUM = re.compile(rf"sum\s*\(\s*({_COUNTER.pattern})\s*\)", re.ASCII)


def read_openslo(documents: Sequence[Fields]) -> Iterator[Slo | SpecError]:
    """Every objective of some documents, or what is wrong with it; indicators may stand in any of them."""
    indicators: dict[str, Fields] = {}
    slos: list[Fields] = []
    for document in documents:
        kind = document.choice("kind", KINDS)
        if kind == "SLI":
            indicators[_name(document)] = document
        elif kind == "SLO":
            slos.append(document)
    for document in slos:
        try:
            yield from _slos(document, indicators)
        except SpecError as error:
            yield error


def _slos(document: Fields, indicators: Mapping[str, Fields]) -> Iterator[Slo]:
    document.ignore("apiVersion")
    name = _name(document)
    metadata = document.fields("metadata")
    labels = {key: value for key, value in _labels(metadata).items() if re.fullmatch(r"[a-zA-Z_]\w*", key, re.ASCII)}
    spec = document.fields("spec")
    service = named(spec, "service")
    method = spec.choice("budgetingMethod", ("Occurrences", "Timeslices", "RatioTimeslices"), "Occurrences")
    if method != "Occurrences":
        raise spec.error("budgetingMethod", f"{method} counts time slices, which Sereno does not; expected Occurrences")
    period = _period(spec)
    indicator, asks = _indicator(spec, indicators)
    spec.ignore("alertPolicies")  # their place is taken by the page and the ticket
    objectives = list(spec.items("objectives"))
    if not objectives:
        raise spec.error("objectives", "is empty; expected at least one objective")
    for index, fields in enumerate(objectives):
        own = name if len(objectives) == 1 else f"{name}-{index}"
        fields.ignore("displayName")
        for refused in (
            "timeSliceTarget",
            "timeSliceWindow",
            "op",
            "value",
            "indicator",
            "indicatorRef",
            "compositeWeight",
        ):
            if fields.has(refused):
                raise fields.error(refused, "is not read; expected target or targetPercent of a ratio of occurrences")
        percent = fields.has("targetPercent")
        if percent == fields.has("target"):
            raise fields.error("target", "expected exactly one of target and targetPercent")
        field = "targetPercent" if percent else "target"
        value = fields.decimal(field, PERCENT if percent else "a ratio above 0 and below 1, for instance 0.995")
        objective = read_objective(fields, field, value if percent else value * 100)
        fields.done()
        yield Slo(
            service=service,
            name=own,
            description=spec.text("description", ""),
            objective=objective,
            period=period,
            indicator=indicator,
            alerting=read_alerting(None, own, service, VERSION),
            labels=labels,
            asks=asks,
            format=VERSION,
            place=fields.place(),
        )
    spec.done()
    document.done()


def _name(document: Fields) -> str:
    return named(document.fields("metadata"), "name")


def _labels(metadata: Fields) -> dict[str, str]:
    """Labels with one value each; OpenSLO allows lists, of which Prometheus knows nothing."""
    part = metadata.optional("labels")
    out: dict[str, str] = {}
    for key in part.names() if part is not None else ():
        assert part is not None
        if part.length(key) == 0:
            out[key] = part.text(key)
    return out


def _period(spec: Fields) -> int:
    windows = list(spec.items("timeWindow")) if spec.has("timeWindow") else []
    if not windows:
        return PERIOD
    if len(windows) > 1:
        raise spec.error("timeWindow", f"has {len(windows)} windows; expected exactly one")
    window = windows[0]
    if window.has("calendar") or not window.flag("isRolling", default=not window.has("calendar")):
        raise window.error("isRolling", "a calendar window is not read; expected isRolling: true")
    text = window.text("duration", expected="a duration such as 30d or 4w")
    match = _DURATION.fullmatch(text)
    if match is None:
        raise window.error("duration", f"{text[:80]!r}; expected a number and m, h, d or w, for instance 30d")
    window.done()
    period = int(match[1]) * _DAYS[match[2]]
    try:
        pairs(period)
    except ValueError as error:
        raise window.error("duration", str(error)) from None
    return period


def _indicator(spec: Fields, indicators: Mapping[str, Fields]) -> tuple[Indicator, Asks]:
    inline, reference = spec.optional("indicator"), spec.text("indicatorRef", "")
    if (inline is None) == (not reference):
        raise spec.error("indicator", "expected exactly one of indicator and indicatorRef")
    if inline is None:
        if reference not in indicators:
            raise spec.error(
                "indicatorRef", f"there is no SLI {reference[:80]!r}; expected the name of one in these files"
            )
        inline = indicators[reference]
    part = inline.fields("spec")
    if part.has("thresholdMetric"):
        raise part.error("thresholdMetric", "compares samples, not events; expected ratioMetric")
    ratio = part.fields("ratioMetric")
    counter = ratio.flag("counter", default=True)
    if ratio.has("raw"):
        success = ratio.choice("rawType", ("success", "failure")) == "success"
        ask = _query(ratio, "raw", counter=False)
        ratio.done()
        return Ratio(query=ask[1], success=success), (ask,)
    if ratio.has("good") == ratio.has("bad"):
        raise ratio.error("good", "expected exactly one of good and bad")
    total = _query(ratio, "total", counter=counter)
    side = "bad" if ratio.has("bad") else "good"
    counted = _query(ratio, side, counter=counter)
    ratio.done()
    bad, good = (counted[1], None) if side == "bad" else (None, counted[1])
    return Events(bad=bad, good=good, total=total[1]), (counted, total)


def _query(ratio: Fields, name: str, *, counter: bool) -> tuple[Place, str]:
    """A query with a place for its range: one that has it, or a counter that gets a rate around it."""
    source = ratio.fields(name).fields("metricSource")
    kind = source.text("type", "Prometheus")
    if kind.lower() != "prometheus":
        raise source.error("type", f"{kind[:80]!r} is not read; expected Prometheus")
    source.ignore("metricSourceRef")
    spec = source.fields("spec")
    text = spec.text("query", expected=f"a PromQL query with [{WINDOW}], or a counter")
    source.done()
    stripped = text.strip()
    summed = _SUM.fullmatch(stripped)
    plain = summed[1] if summed else stripped if _COUNTER.fullmatch(stripped) else None
    if has_window(text):
        return spec.place("query"), text
    if counter and plain is not None:
        return spec.place("query"), f"sum(rate({plain}[{WINDOW}]))"
    raise spec.error("query", f"has no {WINDOW} and is no plain counter; expected {WINDOW} where the range goes")

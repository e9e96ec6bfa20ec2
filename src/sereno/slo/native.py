"""Our own format, `version: sereno/v1`: objectives told by metric names, conditions and limits instead of queries."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sereno.conventions import METRIC
from sereno.promql.durations import milliseconds
from sereno.promql.edges import seconds_edge
from sereno.promql.query import Matcher, matchers
from sereno.slo.alerting import read_alerting
from sereno.slo.expressions import selector
from sereno.slo.fields import Fields
from sereno.slo.service import PERCENT, PERIOD, Service, checked, named, read_objective, read_period, read_service
from sereno.slo.spec import Availability, Latency, Mean, Slo, SpecError, decimal_text

VERSION: Final = "sereno/v1"
KINDS = ("availability", "latency", "mean")


def read_native(document: Fields) -> Iterator[Slo | SpecError]:
    """Every objective of a document, or what is wrong with it.

    Raises:
        SpecError: the document itself is wrong.
    """
    return read_service(document, read_period(document, "period", PERIOD), _slo)


def _slo(fields: Fields, service: Service) -> Slo:
    name = named(fields, "name")
    kinds = [kind for kind in KINDS if fields.has(kind)]
    if len(kinds) != 1:
        got = " and ".join(kinds) or "none"
        raise fields.error("", f"has {got} of availability, latency and mean; expected exactly one")
    period = read_period(fields, "period", service.period)
    part = fields.fields(kinds[0])
    indicator: Availability | Latency | Mean
    if kinds[0] == "mean":
        if fields.has("objective"):
            raise fields.error("objective", "a mean has none; expected mean.variance, the overshoot that is allowed")
        indicator, variance = _mean(part)
        objective = 100 - variance
    else:
        objective = read_objective(fields, "objective", fields.percent("objective", PERCENT))
        indicator = _availability(part) if kinds[0] == "availability" else _latency(part)
    part.done()
    asks = tuple((part.place(name), query) for name, query in _asks(indicator))
    slo = Slo(
        service=service.name,
        name=name,
        description=fields.text("description", ""),
        objective=objective,
        period=period,
        indicator=indicator,
        alerting=read_alerting(fields.optional("alerting"), name, service.name, VERSION),
        labels={**service.labels, **checked(fields, fields.labels("labels"), "labels")},
        asks=asks,
        format=VERSION,
        place=fields.place(),
    )
    fields.done()
    return slo


def _asks(indicator: Availability | Latency | Mean) -> tuple[tuple[str, str], ...]:
    """The series that a field asks for, by field."""
    where = indicator.where
    match indicator:
        case Availability(metric=metric):
            return ("metric", selector(metric, where, indicator.total)), ("bad", selector(metric, where, indicator.bad))
        case Latency(histogram=name):
            return ("histogram", selector(f"{name}_count", where)), ("histogram", selector(f"{name}_bucket", where))
        case Mean():
            return ("sum", selector(indicator.sum, where)), ("count", selector(indicator.count, where))


def _availability(part: Fields) -> Availability:
    bad = _conditions(part, "bad")
    if not bad:
        raise part.error(
            "bad", 'is missing; expected conditions that select the bad events, for instance status="error"'
        )
    return Availability(
        metric=part.text("metric", expected="the name of a counter"),
        where=_conditions(part, "where"),
        bad=bad,
        total=_conditions(part, "total"),
    )


def _latency(part: Fields) -> Latency:
    histogram = part.text("histogram", expected="the name of a histogram, without _bucket").removesuffix("_bucket")
    threshold = Decimal(_milliseconds(part, "threshold")) / 1000
    metric = METRIC.get(histogram)
    if metric is not None and metric.edges:
        below, above = seconds_edge(threshold, metric.edges)
        if below != threshold:
            near = " and ".join(f"{decimal_text(edge)}s" for edge in (below, above) if edge is not None)
            raise part.error(
                "threshold",
                f"no bucket of {histogram} ends at {decimal_text(threshold)}s, so nobody knows how many"
                f" calls were slower; expected a bucket edge, the nearest are {near}",
            )
    return Latency(
        histogram=histogram, where=_conditions(part, "where"), threshold=threshold, ours=metric is not None
    )  # fmt: skip


def _mean(part: Fields) -> tuple[Mean, Decimal]:
    limit = part.decimal("at_most", "the limit of the mean, for instance 0.02")
    if limit <= 0:
        raise part.error("at_most", f"{decimal_text(limit)}; expected a limit above 0")
    expected = "how far the mean may exceed the limit, above 0% and below 100%, for instance 10%"
    variance = part.percent("variance", expected)
    if not 0 < variance < 100:
        raise part.error("variance", f"{decimal_text(variance)}%; expected {expected}")
    mean = Mean(
        sum=part.text("sum", expected="the name of a counter"),
        count=part.text("count", expected="the name of a counter"),
        where=_conditions(part, "where"),
        at_most=limit,
    )
    return mean, variance


def _conditions(part: Fields, name: str) -> tuple[Matcher, ...]:
    text = part.text(name, "")
    try:
        return matchers(text)
    except ValueError as error:
        raise part.error(
            name, f'{text[:120]!r}: {error}; expected conditions such as job="sereno",status="error"'
        ) from None


def _milliseconds(part: Fields, name: str) -> int:
    text = part.text(name, expected="a duration such as 3s or 500ms")
    try:
        return milliseconds(text)
    except ValueError as error:
        raise part.error(name, str(error)) from None

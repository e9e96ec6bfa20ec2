"""Sloth's format, `version: prometheus/v1` (github.com/slok/sloth, pkg/prometheus/api/v1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sereno.slo.alerting import read_alerting
from sereno.slo.expressions import has_window
from sereno.slo.fields import Fields
from sereno.slo.service import PERCENT, PERIOD, Service, checked, named, read_objective, read_service
from sereno.slo.spec import WINDOW, Events, Indicator, Place, Ratio, Slo, SpecError

VERSION: Final = "prometheus/v1"
ALERT_FOR = "sloth.dev/contrib/alert_for/v1"


def read_sloth(document: Fields) -> Iterator[Slo | SpecError]:
    """Every objective of a document, or what is wrong with it. Sloth's period, an option of its own, is 30 days.

    Raises:
        SpecError: the document itself is wrong.
    """
    _known_plugins(document)
    return read_service(document, PERIOD, _slo)


def _slo(fields: Fields, service: Service) -> Slo:
    name = named(fields, "name")
    _no_plugins(fields, "plugins")
    part = fields.fields("sli")
    _no_plugins(part, "plugin")
    indicator, asks = _indicator(part)
    slo = Slo(
        service=service.name,
        name=name,
        description=fields.text("description", ""),
        objective=read_objective(fields, "objective", fields.decimal("objective", PERCENT)),
        period=service.period,
        indicator=indicator,
        alerting=read_alerting(fields.optional("alerting"), name, service.name, VERSION),
        labels={**service.labels, **checked(fields, fields.labels("labels"), "labels")},
        asks=asks,
        format=VERSION,
        place=fields.place(),
    )
    part.done()
    fields.done()
    return slo


def _indicator(part: Fields) -> tuple[Indicator, tuple[tuple[Place, str], ...]]:
    events, raw = part.optional("events"), part.optional("raw")
    if (events is None) == (raw is None):
        raise part.error("", "expected exactly one of events and raw")
    if events is not None:
        bad, total = query(events, "error_query"), query(events, "total_query")
        events.done()
        return Events(bad=bad, total=total), ((events.place("error_query"), bad), (events.place("total_query"), total))
    assert raw is not None
    ratio = query(raw, "error_ratio_query")
    raw.done()
    return Ratio(query=ratio), ((raw.place("error_ratio_query"), ratio),)


def query(fields: Fields, name: str) -> str:
    """A query that says where its range goes."""
    text = fields.text(name, expected=f"a PromQL query with [{WINDOW}]")
    if not has_window(text):
        raise fields.error(
            name, f"has no {WINDOW}; expected it where the range goes, as in rate(requests_total[{WINDOW}])"
        )
    return text


def _known_plugins(document: Fields) -> None:
    """The chain of plugins: `for` of an alert is read here without one, others would be lost."""
    chain = document.optional("slo_plugins")
    if chain is None:
        return
    for plugin in chain.items("chain"):
        name = plugin.text("id")
        if name != ALERT_FOR:
            raise plugin.error("id", f"{name[:80]!r} is code of Sloth's that Sereno does not run; expected {ALERT_FOR}")
        plugin.done()
    chain.done()


def _no_plugins(fields: Fields, name: str) -> None:
    if fields.has(name):
        raise fields.error(name, "is code of Sloth's that Sereno does not run; expected sli.events or sli.raw")

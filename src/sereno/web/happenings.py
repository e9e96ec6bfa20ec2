"""What happened beside a page's figures, as `sereno.explain` takes it: alerts, drift, adapters that came into use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sereno.store.ledger import alerts, drift_events, lora_registry
from sereno.web.charts import Chart
from sereno.web.page import Ask
from sereno.web.texts import texts

MOST = 100
"""Of each kind: beside more than that none is a cause."""
_LEAST = 2
_DRIFTED = ("drift", "accuracy")
_CHANGED = ("promote", "rollback")


def happenings(ask: Ask, charts: Sequence[Chart], section: str) -> list[Mapping[str, Any]]:
    """Events within the figures' time, the newest first.

    Args:
        ask: who asks; without a ledger nothing is known.
        charts: the figures.
        section: of their page: alerts explain no figure of alerts, nor drift one of drift.
    """
    times = sorted({at for chart in charts for at in chart.times})
    if len(times) < _LEAST or ask.view.ledger is None:
        return []
    first, last = times[0], times[-1] + (times[-1] - times[-2])
    with ask.view.ledger.read() as connection:
        found = [*_alerts(connection, first, last)] if section != "alerts" else []
        found += [*_drift(connection, first, last, texts(ask.language))] if section != "drift" else []
        found += _models(connection, first, last)
    return sorted(found, key=lambda event: -event["at"])


def _alerts(connection: Any, first: float, last: float) -> Iterator[Mapping[str, Any]]:
    for one in alerts.episodes(connection, alerts.Filter(start=first, end=last), limit=MOST):
        title = one.annotations.get("summary", "") or one.name
        yield {"at": 1000 * one.starts_at, "kind": "alert", "title": title[:200]}


def _drift(connection: Any, first: float, last: float, t: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for one in drift_events.events(connection, since=first, limit=MOST):
        if one.kind in _DRIFTED and one.timestamp <= last:
            what = ", ".join(part for part in (one.feature or "", one.model) if part)
            title = f"{t[f'drift_kind_{one.kind}']}: {what}" if what else t[f"drift_kind_{one.kind}"]
            yield {"at": 1000 * one.timestamp, "kind": "drift", "title": title}


def _models(connection: Any, first: float, last: float) -> Iterator[Mapping[str, Any]]:
    for one in lora_registry.log(connection, limit=MOST):
        if one.action in _CHANGED and first <= one.at <= last:
            yield {"at": 1000 * one.at, "kind": "model", "title": f"{one.base_model}: {one.version}"}

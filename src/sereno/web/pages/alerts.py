"""Alerts: what fires and who took it up, what fired before, and what that says of rules and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sereno.alerts.catalogue import holds
from sereno.alerts.episode import Episode
from sereno.alerts.history import Day, History, days, history
from sereno.conventions import DEFAULT_KEEPER
from sereno.query.alerts import FIELDS, AlertMessage, alert_message, filter_of
from sereno.store.ledger import alert_explanations
from sereno.store.ledger.alerts import Filter, episodes, last_told, names
from sereno.web.charts import Chart, Series, Tone
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.span import span_of

MONTH = 30 * 86400.0
LATE = 900.0
"""Seconds without any report, when the Watchdog alone should report every five minutes."""
MOST_DAYS = 400
TOP = 10
_TONES: Mapping[str, Tone] = {"critical": "bad", "warning": "s2", "info": "s1"}
Told = Mapping[tuple[str, float], str]
_COLUMNS = ("id", "name", "severity", "state", "starts_at", "ends_at", "seconds", "received_at", "acknowledged_at",
            "acknowledged_by", "note", "summary", "fingerprint")  # fmt: skip


class AlertRow(AlertMessage, frozen=True, kw_only=True):
    """An alert on the page.

    Attributes:
        began, first_told, taken_at: as `starts_at`, `received_at`, `acknowledged_at`, in epoch seconds.
        explanation: id of what was told of its series, "" where nothing was.
    """

    began: float
    first_told: float
    taken_at: float | None
    explanation: str = ""


class AlertsContent(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts, now and in the range.

    Attributes:
        start, end: the range, epoch seconds.
        kept: whether this keeper keeps alerts at all.
        reported_at: when anything was last reported, the Watchdog included; None if never.
        open: those that have not ended, of any time: the gravest, then the oldest first.
        alerts: those of the range that the filters let through, the last begun first.
        offset: how many come before these. more: whether there are more.
        history: what those of the range say, filters aside. days: how many began on each of them.
        rules: what the filter can choose from.
        grafana_url: where dashboards are, "" if unknown. keeper_url: where Alertmanager reaches this keeper.
    """

    now: float
    start: float
    end: float
    kept: bool
    reported_at: float | None
    open: Sequence[AlertRow]
    alerts: Sequence[AlertRow]
    offset: int
    more: bool
    history: History
    days: Sequence[Day]
    rules: Sequence[str]
    grafana_url: str
    keeper_url: str


def gather(ask: Ask) -> AlertsContent:
    """Ask the ledger."""
    span, query = span_of(ask, MONTH)
    wanted, ledger = filter_of(ask.values, span.start, span.end), ask.view.ledger
    if ledger is None:
        reported, begun, running, page, rules = None, [], [], [], []
        told: Told = {}
    else:
        with ledger.read() as connection:
            reported, rules = last_told(connection), names(connection)
            begun = episodes(connection, Filter(start=span.start, end=span.end))
            running = episodes(connection, Filter(open=True))
            page = episodes(connection, wanted, limit=query.limit + 1, offset=query.offset)
            told = alert_explanations.told(connection, min((one.starts_at for one in (*running, *page)), default=0.0))
    first = max(span.start, span.end - MOST_DAYS * 86400.0)
    grave = {"critical": 0, "warning": 1, "info": 2}
    running.sort(key=lambda one: (grave.get(one.severity, 3), one.starts_at))
    return AlertsContent(
        now=ask.now,
        start=span.start,
        end=span.end,
        kept=ledger is not None,
        reported_at=reported,
        open=[_row(one, ask.now, told) for one in running],
        alerts=[_row(one, ask.now, told) for one in page[: query.limit]],
        offset=query.offset,
        more=len(page) > query.limit,
        history=history(begun, ask.now, holds()),
        days=days(begun, first, span.end, ask.tz),
        rules=rules,
        grafana_url=_setting(ask, "alerting.grafana_url", ""),
        keeper_url=_setting(ask, "alerting.keeper_url", f"http://{DEFAULT_KEEPER}"),
    )


def _row(one: Episode, now: float, told: Told) -> AlertRow:
    base = alert_message(one, now)
    return AlertRow(
        **{name: getattr(base, name) for name in AlertMessage.__struct_fields__},
        began=one.starts_at,
        first_told=one.received_at,
        taken_at=one.acknowledged_at,
        explanation=told.get((one.fingerprint, round(one.starts_at, 3)), ""),
    )


def _setting(ask: Ask, name: str, otherwise: str) -> str:
    """An address among the settings, without the slash at its end."""
    found = next((one.value for one in ask.view.settings() if one.name == name), "")
    return found.rstrip("/") if found.startswith("http") else otherwise


def shape(content: AlertsContent, look: Look) -> Mapping[str, Any]:
    """The chart, links, and what stands for a keeper to report to."""
    waiting = sum(
        one.severity == "critical" and one.state == "active" and one.acknowledged_at is None for one in content.open
    )
    late = None if content.reported_at is None else content.now - content.reported_at
    return {
        "chart": _chart(content, look),
        "waiting": waiting,
        "firing": sum(one.state == "active" for one in content.open),
        "late": late if late is not None and late > LATE else None,
        "noisy": content.history.rules[:TOP],
        "severities": tuple(_TONES),
        "first": look.link(offset=None) if content.offset else None,
        "next": look.link(offset=str(content.offset + len(content.alerts))) if content.more else None,
        "here": look.link(),
    }


def _chart(content: AlertsContent, look: Look) -> Chart:
    others = {name for day in content.days for name in day.severities} - _TONES.keys()
    series: list[tuple[str, Tone, tuple[str, ...]]] = [
        (look.t[f"severity_{name}"], tone, (name,)) for name, tone in _TONES.items()
    ]
    if others:
        series.append((look.t["severity_other"], "s5", tuple(others)))
    known = any(day.severities for day in content.days)
    return Chart(
        kind="bars", id="days", title=look.t["alerts_by_day"], description=look.t["alerts_by_day_text"], unit="count",
        x=tuple(day.at for day in content.days), tz=look.shown.tz, empty=look.t["alerts_none"],
        series=tuple(
            Series(
                name=title,
                values=tuple(sum(day.severities.get(n, 0) for n in of) if known else None for day in content.days),
                tone=tone,
            )
            for title, tone, of in series
        ),
    )  # fmt: skip


def table(content: AlertsContent) -> Table:
    """The history, one row an alert."""
    return Table(_COLUMNS, [[getattr(one, name) for name in _COLUMNS] for one in content.alerts])


PAGES = (
    Page(
        name="alerts", path="/alerts", template="alerts.html", section="alerts", fields=FIELDS, usual_start="30d",
        gather=gather, shape=shape, table=table,
    ),
)  # fmt: skip

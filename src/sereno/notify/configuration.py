"""Alertmanager's configuration: who is told, when, how often.

Two receivers: `critical`, with every way, and `others`, with those that want warnings; beside them `record`, the
keeper's history. Critical alerts wait 10 s for their like and a group that has one more is sent again within 15 s, so
that a second outage of the same kind is told as fast as the first. Nothing newer than Alertmanager 0.28 is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.alerts.document import document
from sereno.alerts.monitoring import WATCHDOG
from sereno.notify.channels import Channel, Webhook
from sereno.notify.inhibition import inhibit_rules
from sereno.notify.maintenance import Window, time_interval
from sereno.promql.durations import written

HEADER = "# Written by `sereno alertmanager config`; do not edit.\n"
TEMPLATES = "sereno.tmpl"
"""The texts; the file lies beside the configuration."""
GROUP_BY = ["alertname", "job"]
CRITICAL_WAIT, CRITICAL_INTERVAL = 10, 15
"""Seconds a first alert waits for others, and a further one of its group for the next notification."""
HEARTBEAT = 300
MOST_SCOPED = 5
"""Windows for some alerts only: each doubles the routes, so that any of them may be open together."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted.

    Attributes:
        channels: ways to tell people; without any, alerts stay visible in Alertmanager.
        windows: times in which nothing is sent.
        heartbeat_file: holds the address that the Watchdog calls; "" calls nobody.
        repeat: seconds after which an alert that goes on is sent again.
        record: tells the keeper's history of every alert, muted or not; None: nothing is kept.
        explain: tells the keeper what people are told, when they are, so that it explains it; None: it does not.
    """

    channels: tuple[Channel, ...] = ()
    windows: tuple[Window, ...] = ()
    heartbeat_file: str = ""
    repeat: int = 4 * 3600
    record: Webhook | None = None
    explain: Webhook | None = None

    def told(self) -> tuple[tuple[Channel, ...], tuple[Channel, ...]]:
        """Who hears critical alerts, and who others; the explainer hears what anybody hears."""
        some = tuple(channel for channel in self.channels if not channel.only_critical)
        return self._and_explained(self.channels), self._and_explained(some)

    def _and_explained(self, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        return (*channels, self.explain) if channels and self.explain is not None else channels


def configuration(plan: Plan) -> str:
    """The file as text.

    Raises:
        ValueError: a window is wrong, or there are too many for some alerts only.
    """
    intervals = []
    for window in plan.windows:
        try:
            intervals.append(time_interval(window))
        except ValueError as error:
            raise ValueError(f"maintenance.{window.name}: {error}") from None
    scoped = [window for window in plan.windows if window.alerts]
    if len(scoped) > MOST_SCOPED:
        raise ValueError(
            f"{len(scoped)} maintenance windows are for some alerts only; expected at most {MOST_SCOPED}: "
            'join those of the same time into one, with a pattern such as job=~"qdrant|redis"'
        )
    always = [window.name for window in plan.windows if not window.alerts]
    content: dict[str, Any] = {
        "templates": [TEMPLATES],
        "route": {
            "receiver": "others",
            "group_by": GROUP_BY,
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": written(max(plan.repeat, 1)),
            "routes": [*_record(plan), _watchdog(plan), *_routes(scoped, always)],
        },
        "inhibit_rules": inhibit_rules(),
        "receivers": _receivers(plan),
    }
    if intervals:
        content["time_intervals"] = intervals
    return HEADER + document(content)


def _record(plan: Plan) -> list[dict[str, Any]]:
    """Beside all others, so that history holds what maintenance windows mute, and the Watchdog's sign of life."""
    if plan.record is None:
        return []
    route = {
        "receiver": "record",
        "continue": True,
        "group_wait": "0s",
        "group_interval": written(CRITICAL_INTERVAL),
        "repeat_interval": written(HEARTBEAT),
    }
    return [route]


def _watchdog(plan: Plan) -> dict[str, Any]:
    """It is sent all the time, and to nobody who reads."""
    return {
        "matchers": [f'alertname="{WATCHDOG}"'],
        "receiver": "heartbeat" if plan.heartbeat_file else "nobody",
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": written(HEARTBEAT - 60),
    }


def _routes(scoped: Sequence[Window], muted: Sequence[str]) -> list[dict[str, Any]]:
    """Routes for whatever windows an alert falls into."""
    if scoped:
        window, *rest = scoped
        matchers = [str(matcher) for matcher in window.alerts]
        return [{"matchers": matchers, "routes": _routes(rest, [*muted, window.name])}, *_routes(rest, muted)]
    mute = {"mute_time_intervals": list(muted)} if muted else {}
    critical = {
        "matchers": ['severity="critical"'],
        "receiver": "critical",
        "group_wait": written(CRITICAL_WAIT),
        "group_interval": written(CRITICAL_INTERVAL),
        **mute,
    }
    return [critical, {"receiver": "others", **mute}]


def _receivers(plan: Plan) -> list[dict[str, Any]]:
    every, some = plan.told()
    receivers = [_receiver("critical", every), _receiver("others", some), {"name": "nobody"}]
    if plan.heartbeat_file:
        call = {"url_file": plan.heartbeat_file, "send_resolved": False, "max_alerts": 1}
        receivers.append({"name": "heartbeat", "webhook_configs": [call]})
    if plan.record is not None:
        receivers.append({"name": "record", **plan.record.receiver()})
    return receivers


def _receiver(name: str, channels: Sequence[Channel]) -> dict[str, Any]:
    parts: dict[str, Any] = {"name": name}
    for channel in channels:
        for kind, configs in channel.receiver().items():
            parts.setdefault(kind, []).extend(configs)
    return parts

"""The same ways, groups and windows for Grafana's own alerting: contact points, policies and mute timings.

One file for `provisioning/alerting`, for who lets Grafana notify. Secrets are read by Grafana itself from the files
that the settings name (`$__file{…}`); it does not start without them. How it reaches a mail server stands in its own
configuration (`[smtp]`).
Source: Grafana, "Use configuration files to provision alerting resources".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sereno.alerts.document import document
from sereno.alerts.monitoring import WATCHDOG
from sereno.notify.channels import Channel, Discord, Email, Slack, Webhook
from sereno.notify.configuration import CRITICAL_INTERVAL, CRITICAL_WAIT, GROUP_BY, HEARTBEAT, MOST_SCOPED, Plan
from sereno.notify.maintenance import Window, time_interval
from sereno.promql.durations import written

HEADER = "# Written by `sereno alerts contacts`; do not edit.\n"
ALWAYS = "always"
"""A mute timing for what nobody is told: Grafana has no receiver without a way."""
_ORG = 1


def contacts(plan: Plan) -> str:
    """The file as text.

    Raises:
        ValueError: a window is wrong, there are too many for some alerts only, or there is no way at all.
    """
    points = _points(plan)
    if not points:
        raise ValueError("nobody is told: set email.to, slack.url_file, discord.url_file, webhook.url or keeper_url")
    scoped = [window for window in plan.windows if window.alerts]
    if len(scoped) > MOST_SCOPED:
        raise ValueError(f"{len(scoped)} maintenance windows are for some alerts only; expected at most {MOST_SCOPED}")
    timings = [*_timings(plan.windows), {"orgId": _ORG, "name": ALWAYS, "time_intervals": [{"times": _DAY}]}]
    names = [point["name"] for point in points]
    policy = {
        "orgId": _ORG,
        **_receiver("others", names),
        "group_by": ["grafana_folder", *GROUP_BY],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": written(max(plan.repeat, 1)),
        "routes": [
            *_record(names),
            _watchdog(names),
            *_routes(scoped, [window.name for window in plan.windows if not window.alerts], names),
        ],
    }
    return HEADER + document({"apiVersion": 1, "contactPoints": points, "policies": [policy], "muteTimes": timings})


_DAY = [{"start_time": "00:00", "end_time": "24:00"}]


def _points(plan: Plan) -> list[dict[str, Any]]:
    """Contact points that have a way; their uids are fixed, so that a later file replaces an earlier one."""
    every, some = plan.told()
    ways: dict[str, Sequence[Channel]] = {"critical": every, "others": some}
    found = [_point(name, channels) for name, channels in ways.items() if channels]
    if plan.heartbeat_file:
        found.append(_point("heartbeat", [Webhook(url_file=plan.heartbeat_file)], resolve=False))
    if plan.record is not None:
        found.append(_point("record", [plan.record]))
    return found


def _point(name: str, channels: Sequence[Channel], *, resolve: bool = True) -> dict[str, Any]:
    receivers: list[dict[str, Any]] = []
    for channel in channels:
        kind, settings = _way(channel)
        resolved = resolve and getattr(channel, "resolved", True)
        uid = f"sereno-{name}-{kind}"
        if any(receiver["uid"] == uid for receiver in receivers):
            uid += "-2"  # the keeper's, beside a webhook of the user's own
        receivers.append({"uid": uid, "type": kind, "disableResolveMessage": not resolved, "settings": settings})
    return {"orgId": _ORG, "name": name, "receivers": receivers}


def _way(channel: Channel) -> tuple[str, dict[str, Any]]:
    match channel:
        case Email():
            return "email", {"addresses": ";".join(channel.to), "singleEmail": True}
        case Slack():
            return "slack", {
                "url": _file(channel.url_file),
                **({"recipient": channel.channel} if channel.channel else {}),
            }
        case Discord():
            return "discord", {"url": _file(channel.url_file)}
        case Webhook():
            settings: dict[str, Any] = {
                "url": channel.url.replace("$", "$$") or _file(channel.url_file),
                "httpMethod": "POST",
            }
            if channel.token_file:
                token = {"authorization_scheme": "Bearer", "authorization_credentials": _file(channel.token_file)}
                settings |= token
            return "webhook", settings


def _file(path: str) -> str:
    return f"$__file{{{path}}}"


def _receiver(wanted: str, names: Sequence[str]) -> dict[str, Any]:
    """The contact point, or, where it has no way, another one that is muted."""
    if wanted in names:
        return {"receiver": wanted}
    return {"receiver": "record" if "record" in names else names[0]}


def _muted(wanted: str, names: Sequence[str], windows: Sequence[str]) -> dict[str, Any]:
    mute = list(windows) if wanted in names else [ALWAYS]
    return {**_receiver(wanted, names), **({"mute_time_intervals": mute} if mute else {})}


def _record(names: Sequence[str]) -> list[dict[str, Any]]:
    if "record" not in names:
        return []
    waits = {"group_wait": "0s", "group_interval": written(CRITICAL_INTERVAL), "repeat_interval": written(HEARTBEAT)}
    return [{"receiver": "record", "object_matchers": [["alertname", "=~", ".+"]], "continue": True, **waits}]


def _watchdog(names: Sequence[str]) -> dict[str, Any]:
    return {
        **_muted("heartbeat", names, ()),
        "object_matchers": [["alertname", "=", WATCHDOG]],
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": written(HEARTBEAT - 60),
    }


def _routes(scoped: Sequence[Window], muted: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    """Routes for whatever windows an alert falls into, as `configuration` makes them."""
    if scoped:
        window, *rest = scoped
        matchers = [
            [m.name, ("=~" if m.equal else "!~") if m.regex else ("=" if m.equal else "!="), m.value]
            for m in window.alerts
        ]
        inside = _routes(rest, [*muted, window.name], names)
        return [
            {**_receiver("others", names), "object_matchers": matchers, "routes": inside},
            *_routes(rest, muted, names),
        ]
    critical = {
        **_muted("critical", names, muted),
        "object_matchers": [["severity", "=", "critical"]],
        "group_wait": written(CRITICAL_WAIT),
        "group_interval": written(CRITICAL_INTERVAL),
    }
    rest_of_all = {**_muted("others", names, muted), "object_matchers": [["alertname", "=~", ".+"]]}
    return [critical, rest_of_all]


def _timings(windows: Sequence[Window]) -> list[dict[str, Any]]:
    found = []
    for window in windows:
        try:
            found.append({"orgId": _ORG, **time_interval(window)})
        except ValueError as error:
            raise ValueError(f"maintenance.{window.name}: {error}") from None
    return found

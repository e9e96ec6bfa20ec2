"""What a stack shall be."""

from __future__ import annotations

import msgspec

from sereno.stack.target import Target


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for.

    Attributes:
        version: of Sereno, the tag of its image.
        extras: parts asked for by name, of `target.EXTRAS`.
        targets: services of one's own that Prometheus scrapes too.
        retention: how long Prometheus keeps its samples.
        interval: how often it scrapes and evaluates.
        bind: address of this machine on which ports are opened.
        grafana_notifies: whether Grafana's rules notify in place of Prometheus's.
    """

    version: str
    extras: frozenset[str] = frozenset()
    targets: tuple[Target, ...] = ()
    retention: str = "90d"
    interval: str = "15s"
    bind: str = "127.0.0.1"
    grafana_notifies: bool = False

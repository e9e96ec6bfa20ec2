"""What a keeper is told at its start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from sereno import conventions
from sereno.categories.categorise import Categoriser
from sereno.keeper.enrich import Enricher, Meter
from sereno.models.poll import Target
from sereno.query.view import ShownSetting
from sereno.slo.spec import Slo
from sereno.tracing.options import SpanOptions
from sereno.trust.policy import RequireKey

Mask = Callable[[str], str]
"""Replaces what must not be stored in a text."""


class KeeperOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a keeper needs to know.

    Attributes:
        data: the DATA folder.
        host: address to serve on. port: 0 takes a free one.
        upstreams: model servers to poll; those not to be polled are left out.
        poll_seconds: time between two polls.
        content: `full` keeps prompts and answers, `none` only figures.
        masks: applied in order to every stored text; with masks, raw bodies are not stored.
        meter: gives calls their energy, None where nothing measures it. It comes before the enrichers.
        enrichers: by name, in order: what a call gains before it is counted and masked.
        categoriser: explains to readers what `enrichers` decided, None where prompts get no category.
        calls_days: days a call is kept, None for ever. bodies_days: days bodies are kept, likewise.
        metrics_public: whether `/metrics` needs no key; then a foreign address may be served without keys.
        require_key, allowed_hosts: go into the gateways' policy.
        parent_fd: read end of a pipe; when it reaches its end the keeper ends.
        journal_budget_bytes: the journal's room, to say when it is nearly full.
        batch_calls, batch_bytes: the most that is committed at once.
        idle_seconds: time between two looks at an idle journal.
        settings: what pages show as settings.
        objectives: service level objectives that pages and API show.
        spans: where calls are sent as spans, None for nowhere.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = int(conventions.DEFAULT_KEEPER.rpartition(":")[2])
    upstreams: tuple[Target, ...] = ()
    poll_seconds: float = 15.0
    content: Literal["full", "none"] = "full"
    masks: tuple[Mask, ...] = ()
    meter: Meter | None = None
    enrichers: Mapping[str, Enricher] = msgspec.field(default_factory=dict)
    categoriser: Categoriser | None = None
    calls_days: int | None = None
    bodies_days: int | None = 90
    metrics_public: bool = False
    require_key: RequireKey = "auto"
    allowed_hosts: tuple[str, ...] = ()
    parent_fd: int | None = None
    journal_budget_bytes: int | None = None
    batch_calls: int = 2000
    batch_bytes: int = 16 * 1024 * 1024
    idle_seconds: float = 0.05
    settings: tuple[ShownSetting, ...] = ()
    objectives: tuple[Slo, ...] = ()
    spans: SpanOptions | None = None

"""Settings to a running keeper: a concrete store, the API and the pages around it."""

from __future__ import annotations

from collections.abc import Iterator
from time import time
from typing import Literal, cast

from sereno.alerts.catalogue import holds
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.assembly.drift_monitor import monitor_of
from sereno.assembly.energy import energy_of
from sereno.assembly.evaluations import evaluations_of
from sereno.assembly.explained_alerts import explained_alerts_of
from sereno.assembly.explainer import explainer_of
from sereno.assembly.ledger import open_ledger
from sereno.assembly.lora import gate_of
from sereno.assembly.prices import prices_of
from sereno.assembly.slo import load as load_objectives
from sereno.assembly.store import open_store
from sereno.assembly.tracing import span_options
from sereno.categories.calls import categorised
from sereno.config.categories import categoriser_of
from sereno.config.load import Loaded
from sereno.config.public import public_url
from sereno.config.report import shown
from sereno.config.table import Settings
from sereno.journal.instance import prepare_data
from sereno.keeper.adapters import AdapterWatch
from sereno.keeper.alerts import AlertHistory
from sereno.keeper.attachment import Attachment
from sereno.keeper.enrich import Enricher, Meter
from sereno.keeper.options import KeeperOptions
from sereno.keeper.peer import ASGIApp
from sereno.keeper.quality import QualityWatch
from sereno.keeper.serve import run as serve
from sereno.models.poll import Target
from sereno.pricing.prices import priced
from sereno.query.access import AccessRules
from sereno.query.view import KeeperView, ShownSetting
from sereno.store.base import Store
from sereno.store.ledger import Ledger
from sereno.trust.policy import RequireKey
from sereno.web.app import mount


def keeper_options(loaded: Loaded, *, parent_fd: int | None = None, meter: Meter | None = None) -> KeeperOptions:
    """What the keeper is told.

    Args:
        loaded: the settings and where each came from.
        parent_fd: read end of a pipe that closes when the supervisor is gone.
        meter: gives calls their energy.

    Raises:
        ConfigError: a model server's provider is unknown, a file of `tracing` or an objective is wrong.
    """
    settings = loaded.settings
    return KeeperOptions(
        data=settings.data,
        host=settings.keeper.listen.host,
        port=settings.keeper.listen.port,
        upstreams=tuple(
            Target(name=upstream.name, url=upstream.url, ca_file=upstream.ca_file, verify=upstream.verify)
            for upstream in settings.upstreams
            if upstream.poll
        ),
        poll_seconds=settings.keeper.poll_interval,
        content=cast("Literal['full', 'none']", settings.keeper.content),
        meter=meter,
        enrichers=enrichers_of(settings),
        categoriser=categoriser_of(settings),
        calls_days=settings.retention.calls_days,
        bodies_days=settings.retention.bodies_days,
        metrics_public=settings.api.metrics_public,
        require_key=cast("RequireKey", settings.gateway.require_key),
        allowed_hosts=tuple(host.lower() for host in settings.gateway.allowed_hosts),
        parent_fd=parent_fd,
        journal_budget_bytes=settings.journal.max_bytes,
        settings=tuple(_shown(loaded)),
        objectives=tuple(load_objectives(settings.slo.specs)),
        spans=span_options(settings),
    )


def _shown(loaded: Loaded) -> Iterator[ShownSetting]:
    """What pages show as settings; the gateway's address is the one in force, set or not."""
    for item in shown(loaded):
        value = public_url(loaded.settings) if item.name == "gateway.public_url" else item.value
        yield ShownSetting(item.name, value, item.origin)


def enrichers_of(settings: Settings) -> dict[str, Enricher]:
    """What a call gains before it is stored, in order.

    Raises:
        ConfigError: a model server's provider is unknown.
    """
    categoriser = categoriser_of(settings)
    enrichers: dict[str, Enricher] = {} if categoriser is None else {"category": categorised(categoriser)}
    return enrichers | {"price": priced(prices_of(settings))}


def api_options(settings: Settings) -> ApiOptions:
    """What the API and the pages are told."""
    return ApiOptions(
        access=AccessRules(
            allowed_hosts=tuple(host.lower() for host in settings.gateway.allowed_hosts),
            metrics_public=settings.api.metrics_public,
            loopback_reads=settings.api.loopback_reads,
        ),
        cors_origins=settings.api.cors_origins,
        requests_per_minute=float(settings.api.rate_limit or 0),
        query_seconds=settings.api.query_timeout,
        gate=gate_of(settings),
    )


def run(loaded: Loaded, *, parent_fd: int | None = None) -> int:
    """Run the keeper until SIGTERM, SIGINT or the parent's end; returns the exit code.

    Raises:
        ConfigError: another keeper runs on this folder, the address cannot be used, or a setting is wrong.
        StoreError: the store cannot be opened, or a newer Sereno wrote it.
    """
    energy = energy_of(loaded.settings)
    options = keeper_options(loaded, parent_fd=parent_fd, meter=None if energy is None else energy.settle)
    api = api_options(loaded.settings)

    prepare_data(options.data)
    store = open_store(loaded.settings)
    try:
        ledger = open_ledger(loaded.settings)
        try:
            explainer = explainer_of(loaded.settings, time, ledger)
            explained = explained_alerts_of(loaded.settings, explainer, ledger)

            def app(view: KeeperView) -> ASGIApp:
                made = create_app(view, api, explainer, None if explained is None else explained.follow, monitor)
                mount(made, view)
                return cast("ASGIApp", made)

            monitor = monitor_of(loaded.settings, store, ledger)
            attachments = [*attachments_of(loaded, store, ledger), monitor]
            if explained is not None:
                attachments.append(explained)
            if energy is not None:
                attachments.append(energy)
            return serve(options, store, app, ledger=ledger, attachments=attachments)
        finally:
            ledger.close()
    finally:
        store.close()


def attachments_of(loaded: Loaded, store: Store, ledger: Ledger) -> list[Attachment]:
    """The subjects that live in the keeper beside ingest, one line each."""
    settings = loaded.settings
    return [
        AlertHistory(ledger, days=settings.retention.alerts_days, holds=holds(settings.thresholds)),
        AdapterWatch(ledger, store, window=settings.lora.window),
        QualityWatch(ledger, store),
        evaluations_of(settings, ledger),
    ]

"""Adapters as API, pages and commands tell them; moments are RFC 3339, durations seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from sereno.lora.adapter import Adapter, File
from sereno.lora.changes import Change, changes
from sereno.lora.training import Training
from sereno.query.differences import FigureDifference, differences, figure_difference
from sereno.query.figures import Figures, figures, merged
from sereno.query.models import resolve_model
from sereno.query.problems import Problem, not_found
from sereno.query.times import rfc3339
from sereno.query.view import KeeperView
from sereno.store.base import CallQuery, Store, Totals
from sereno.store.ledger import Ledger, lora_figures, lora_registry
from sereno.store.ledger.lora_figures import Figure, Serving
from sereno.store.ledger.lora_registry import Event

QUALITY = ("accuracy", "score")
"""Figures that come from evaluations; the others come from traffic."""


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """Quality of a version by its latest evaluation: `accuracy` or `score` from 0 to 1, with its 95 % interval."""

    metric: str
    value: float
    samples: int
    low: float | None
    high: float | None
    eval_set: str
    at: str


class AdapterMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One version in a list.

    Attributes:
        aliases: `champion`, `candidate`, `previous`. is_active: whether it is champion.
        models: names of models that serve it now.
        training_time_seconds: run time of the training.
        location: where its files lie. digest: SHA-256 of their list.
    """

    version: str
    base_model: str
    aliases: Sequence[str]
    is_active: bool
    rank: int
    alpha: float
    dropout: float | None
    num_epochs: float | None
    learning_rate: float | None
    batch_size: int | None
    training_loss: float | None
    validation_loss: float | None
    training_time_seconds: float | None
    parameters: int
    size_bytes: int
    format: str
    location: str
    digest: str
    base_digest: str | None
    training_job_id: str | None
    created_at: str
    deployed_at: str | None
    models: Sequence[str]
    quality: Quality | None


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """A model name that served a version; `until` null while it does."""

    model: str
    since: str
    until: str | None


class LogMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log of promotions."""

    at: str
    action: str
    base_model: str
    version: str
    previous_version: str | None
    forced: bool
    actor: str
    reason: str
    evidence: Mapping[str, Any]


class AdapterDetail(AdapterMessage, frozen=True, kw_only=True):
    """A version, whole.

    Attributes:
        settings: of the adapter. files: and their hashes. training: with its loss curves.
        served: by which model names. live: what calls to them add up to, null where it never served.
        log: what was done with it, newest first.
    """

    settings: Mapping[str, Any]
    files: Sequence[File]
    training: Training
    served: Sequence[Served]
    live: Figures | None
    log: Sequence[LogMessage]


class AdapterComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions, the settings in which they differ, and how far their quality and traffic are apart."""

    a: AdapterDetail
    b: AdapterDetail
    changes: Sequence[Change]
    differences: Sequence[FigureDifference]


def adapter_ledger(view: KeeperView) -> Ledger:
    """The ledger that adapters are kept in.

    Raises:
        Problem: 404, this keeper has none.
    """
    if view.ledger is None:
        raise not_found("This keeper keeps no adapters: its store has no ledger.")
    return view.ledger


def adapter_list(ledger: Ledger, base_model: str | None = None) -> list[AdapterMessage]:
    """Every version, the newest first."""
    with ledger.read() as connection:
        found = lora_registry.adapters(connection, base_model)
        serving = [one for one in lora_figures.served(connection) if one.until is None]
        best = {one.version: one for one in lora_figures.latest(connection, QUALITY)}
    return [
        AdapterMessage(**_message(one, [s for s in serving if s.version == one.version], best.get(one.version)))
        for one in found
    ]


def adapter_detail(ledger: Ledger, store: Store, name: str, now: float) -> AdapterDetail:
    """One version, by its name.

    Raises:
        Problem: 404, there is none.
    """
    return _detailed(ledger, store, name, now)[0]


def _detailed(ledger: Ledger, store: Store, name: str, now: float) -> tuple[AdapterDetail, Adapter, Totals]:
    """One version as it is told, as it is kept, and the sums of its traffic."""
    with ledger.read() as connection:
        adapter, served, best = _one(connection, name)
        log = lora_registry.log(connection, version=adapter.version)
    traffic = _traffic(store, served, now)
    told = AdapterDetail(
        **_message(adapter, [one for one in served if one.until is None], best),
        settings=adapter.settings,
        files=adapter.artifact.files,
        training=adapter.training,
        served=[Served(model=one.model, since=rfc3339(one.since), until=_moment(one.until)) for one in served],
        live=figures(traffic) if served else None,
        log=[log_message(event) for event in log],
    )
    return told, adapter, traffic


def adapter_comparison(ledger: Ledger, store: Store, a: str, b: str, now: float) -> AdapterComparison:
    """Two versions.

    Raises:
        Problem: 404, one of them is not there.
    """
    left, kept_left, traffic_left = _detailed(ledger, store, a, now)
    right, kept_right, traffic_right = _detailed(ledger, store, b, now)
    quality = _quality_difference(left.quality, right.quality)
    return AdapterComparison(
        a=left,
        b=right,
        changes=changes(kept_left, kept_right),
        differences=[*([] if quality is None else [quality]), *differences(traffic_left, traffic_right)],
    )


def _quality_difference(a: Quality | None, b: Quality | None) -> FigureDifference | None:
    """None where they were not judged on one set: what differs may then be the set."""
    if a is None or b is None or (a.metric, a.eval_set) != (b.metric, b.eval_set):
        return None
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return None
    return figure_difference("quality", a.value, (a.low, a.high), b.value, (b.low, b.high))


def adapter_log(ledger: Ledger, base_model: str | None = None, limit: int = 1000) -> list[LogMessage]:
    """The log, newest first."""
    with ledger.read() as connection:
        return [log_message(event) for event in lora_registry.log(connection, base_model, limit=limit)]


def _traffic(store: Store, served: Sequence[Serving], now: float) -> Totals:
    """The sums of calls to the names that served a version, while they did."""
    stored = store.models()
    return merged(
        group.totals
        for one in served
        for group in store.aggregate(
            CallQuery(model=resolve_model(one.model, stored), llm=True, start=one.since, end=one.until or now)
        )
    )


def log_message(event: Event) -> LogMessage:
    """A line of the log as it is told."""
    told = {name: getattr(event, name) for name in Event.__struct_fields__}
    return LogMessage(**told | {"at": rfc3339(event.at)})


def _one(connection: Connection, name: str) -> tuple[Adapter, list[Serving], Figure | None]:
    adapter = lora_registry.adapter(connection, name)
    if adapter is None:
        raise unknown_version(name)
    best = next(iter(lora_figures.latest(connection, QUALITY, version=adapter.version)), None)
    return adapter, lora_figures.served(connection, version=adapter.version), best


def unknown_version(name: str) -> Problem:
    """404 for a version that there is not."""
    return not_found(f"There is no adapter version {name[:80]!r}; /sereno/api/lora lists them.")


def _message(adapter: Adapter, serving: Sequence[Serving], best: Figure | None) -> dict[str, Any]:
    training, artifact = adapter.training, adapter.artifact
    return {
        "version": adapter.version,
        "base_model": adapter.base_model,
        "aliases": adapter.aliases,
        "is_active": adapter.active,
        "rank": adapter.rank,
        "alpha": adapter.alpha,
        "dropout": adapter.dropout,
        "num_epochs": training.epochs,
        "learning_rate": training.learning_rate,
        "batch_size": training.batch_size,
        "training_loss": training.training_loss,
        "validation_loss": training.validation_loss,
        "training_time_seconds": training.seconds,
        "parameters": artifact.parameters,
        "size_bytes": artifact.size,
        "format": artifact.format,
        "location": artifact.location,
        "digest": artifact.digest,
        "base_digest": adapter.base_digest,
        "training_job_id": adapter.training_job_id,
        "created_at": rfc3339(adapter.created_at),
        "deployed_at": _moment(adapter.deployed_at),
        "models": [one.model for one in serving],
        "quality": None if best is None else _quality(best),
    }


def _quality(figure: Figure) -> Quality:
    details = figure.details
    return Quality(
        metric=figure.metric, value=figure.value, samples=figure.samples, low=details.get("low"),
        high=details.get("high"), eval_set=details.get("eval_set", ""), at=rfc3339(figure.at),
    )  # fmt: skip


def _moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)

"""Versions, aliases and the log of promotions, read and written; each function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sereno.lora.adapter import Adapter, Artifact, File, Format
from sereno.lora.aliases import Action, Alias
from sereno.lora.training import Training
from sereno.store.ledger.lora import ADAPTERS, ALIASES, ARTIFACTS, PROMOTIONS


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log.

    Attributes:
        at: epoch seconds. action: what was done, or refused.
        version: which. previous_version: champion before.
        forced: whether the gate was overruled. actor: who did it. reason: why, or why not.
        evidence: figures that it was decided by.
    """

    at: float
    action: Action
    base_model: str
    version: str
    previous_version: str | None = None
    forced: bool = False
    actor: str = ""
    reason: str = ""
    evidence: dict[str, Any] = {}


def add(connection: Connection, adapter: Adapter) -> None:
    """Keep a new version; the database refuses a version or bytes it has."""
    training, artifact = adapter.training, adapter.artifact
    connection.execute(
        insert(ADAPTERS).values(
            version=adapter.version, training_job_id=adapter.training_job_id, base_model=adapter.base_model,
            rank=adapter.rank, alpha=adapter.alpha, dropout=adapter.dropout, num_epochs=training.epochs,
            learning_rate=training.learning_rate, batch_size=training.batch_size,
            training_loss=training.training_loss, validation_loss=training.validation_loss,
            training_time_seconds=training.seconds, minio_path=artifact.location, is_active=False,
            created_at=adapter.created_at, deployed_at=None,
            metadata={"digest": artifact.digest, "format": artifact.format, "parameters": artifact.parameters,
                      "size_bytes": artifact.size, "base_revision": adapter.base_revision},
        )
    )  # fmt: skip
    connection.execute(
        insert(ARTIFACTS).values(
            version=adapter.version, format=artifact.format, digest=artifact.digest,
            files=msgspec.to_builtins(artifact.files), parameters=artifact.parameters, dtypes=list(artifact.dtypes),
            base_revision=adapter.base_revision, base_digest=adapter.base_digest, settings=adapter.settings,
            training=msgspec.to_builtins(training),
        )
    )  # fmt: skip


def learn_base(connection: Connection, version: str, digest: str) -> None:
    """Note the digest of a version's base model, where it was not known."""
    connection.execute(update(ARTIFACTS).where(ARTIFACTS.c.version == version).values(base_digest=digest))


def adapter(connection: Connection, version: str) -> Adapter | None:
    """One version."""
    found = _adapters(connection, ADAPTERS.c.version == version)
    return found[0] if found else None


def by_digest(connection: Connection, digest: str) -> Adapter | None:
    """The version that has these bytes."""
    found = _adapters(connection, ARTIFACTS.c.digest == digest)
    return found[0] if found else None


def adapters(connection: Connection, base_model: str | None = None) -> list[Adapter]:
    """Every version, the newest first; those of one base model where it is named."""
    return _adapters(connection, *(() if base_model is None else (ADAPTERS.c.base_model == base_model,)))


def aliases(connection: Connection, base_model: str) -> dict[Alias, str]:
    """The aliases of a base model, held against another promotion until the transaction ends."""
    connection.execute(select(ADAPTERS.c.version).where(ADAPTERS.c.base_model == base_model).with_for_update())
    rows = connection.execute(select(ALIASES.c.alias, ALIASES.c.version).where(ALIASES.c.base_model == base_model))
    return {cast("Alias", row.alias): row.version for row in rows}


def set_aliases(connection: Connection, base_model: str, wanted: Mapping[Alias, str], now: float) -> None:
    """Make these the aliases of a base model; `is_active` and `deployed_at` follow the champion."""
    before = aliases(connection, base_model)
    moved = [alias for alias in before if wanted.get(alias) != before[alias]]
    connection.execute(delete(ALIASES).where(ALIASES.c.base_model == base_model, ALIASES.c.alias.in_(moved)))
    rows = [
        {"base_model": base_model, "alias": alias, "version": version, "since": now}
        for alias, version in wanted.items()
        if before.get(alias) != version
    ]
    if rows:
        connection.execute(insert(ALIASES), rows)
    champion = wanted.get("champion")
    if before.get("champion") == champion:
        return
    active = update(ADAPTERS).where(ADAPTERS.c.base_model == base_model, ADAPTERS.c.is_active)
    connection.execute(active.values(is_active=False))
    if champion is not None:
        connection.execute(
            update(ADAPTERS).where(ADAPTERS.c.version == champion).values(is_active=True, deployed_at=now)
        )


def note(connection: Connection, event: Event) -> None:
    """Write a line of the log."""
    connection.execute(insert(PROMOTIONS).values(**{name: getattr(event, name) for name in Event.__struct_fields__}))


def log(
    connection: Connection, base_model: str | None = None, version: str | None = None, limit: int = 1000
) -> list[Event]:
    """Lines of the log, the newest first; those of a base model or version where one is named."""
    query = select(PROMOTIONS).order_by(PROMOTIONS.c.id.desc()).limit(limit)
    if base_model is not None:
        query = query.where(PROMOTIONS.c.base_model == base_model)
    if version is not None:
        query = query.where((PROMOTIONS.c.version == version) | (PROMOTIONS.c.previous_version == version))
    rows = connection.execute(query).mappings()
    return [Event(**{name: row[name] for name in Event.__struct_fields__}) for row in rows]


def count_actions(connection: Connection) -> list[tuple[Action, bool, int]]:
    """How often each action was done, told apart by whether it was forced."""
    query = select(PROMOTIONS.c.action, PROMOTIONS.c.forced, func.count()).group_by(
        PROMOTIONS.c.action, PROMOTIONS.c.forced
    )
    return [(cast("Action", action), bool(forced), int(n)) for action, forced, n in connection.execute(query)]


def _adapters(connection: Connection, *where: Any) -> list[Adapter]:
    query = select(ADAPTERS, ARTIFACTS).join(ARTIFACTS, ADAPTERS.c.version == ARTIFACTS.c.version).where(*where)
    found = connection.execute(query.order_by(ADAPTERS.c.created_at.desc(), ADAPTERS.c.version.desc())).all()
    named: dict[str, list[str]] = {}
    for row in connection.execute(select(ALIASES.c.version, ALIASES.c.alias).order_by(ALIASES.c.alias)):
        named.setdefault(row.version, []).append(row.alias)
    return [_adapter(row, named.get(row.version, ())) for row in found]


def _adapter(row: Row[Any], names: Sequence[str]) -> Adapter:
    return Adapter(
        version=row.version,
        base_model=row.base_model,
        base_revision=row.base_revision,
        base_digest=row.base_digest,
        rank=row.rank,
        alpha=row.alpha,
        dropout=row.dropout,
        artifact=Artifact(
            location=row.minio_path,
            format=cast("Format", row.format),
            digest=row.digest,
            files=tuple(msgspec.convert(row.files, list[File])),
            parameters=int(row.parameters),
            dtypes=tuple(row.dtypes),
        ),
        settings=row.settings,
        training=msgspec.convert(row.training, Training),
        training_job_id=row.training_job_id,
        created_at=row.created_at,
        deployed_at=row.deployed_at,
        active=bool(row.is_active),
        aliases=tuple(names),
    )

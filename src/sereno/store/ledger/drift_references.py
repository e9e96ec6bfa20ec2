"""References of the drift monitor: made once, never changed; one of them is in use."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from sereno.drift.frozen import Frozen, digest_of
from sereno.store.ledger.drift import REFERENCES


class ReferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reference without its content.

    Attributes:
        start_at, end_at: of the calls it was made of, epoch seconds. rows: how many.
        models: those that have a reference of their own. weekdays: whether it tells weekdays apart.
        digest: SHA-256 of its content.
    """

    id: int
    name: str
    version: int
    digest: str
    created_at: float
    created_by: str
    start_at: float
    end_at: float
    weekdays: bool
    rows: int
    models: list[str]
    embedder: str | None
    embedder_digest: str | None
    in_use: bool
    used_since: float | None

    @property
    def label(self) -> str:
        """How it is called: `NAME@VERSION`."""
        return f"{self.name}@{self.version}"


_COLUMNS = tuple(REFERENCES.c[name] for name in ReferenceRow.__struct_fields__)


def add(
    connection: Connection, name: str, frozen: Frozen, *, start: float, end: float, now: float, by: str
) -> ReferenceRow:
    """Keep a reference as the next version of its name."""
    document = frozen.to_bytes()
    last = connection.execute(select(func.max(REFERENCES.c.version)).where(REFERENCES.c.name == name)).scalar()
    values = {
        "name": name, "version": (last or 0) + 1, "digest": digest_of(document), "created_at": now, "created_by": by,
        "start_at": start, "end_at": end, "weekdays": frozen.weekdays, "rows": frozen.rows, "models": frozen.models,
        "embedder": frozen.embedder, "embedder_digest": frozen.embedder_digest, "document": document, "in_use": False,
    }  # fmt: skip
    number = connection.execute(insert(REFERENCES).values(**values).returning(REFERENCES.c.id)).scalar_one()
    row = connection.execute(select(*_COLUMNS).where(REFERENCES.c.id == number)).mappings().one()
    return _reference(row)


def use(connection: Connection, number: int, now: float) -> None:
    """From now on checks compare with this one."""
    connection.execute(update(REFERENCES).where(REFERENCES.c.in_use).values(in_use=False))
    connection.execute(update(REFERENCES).where(REFERENCES.c.id == number).values(in_use=True, used_since=now))


def references(connection: Connection) -> list[ReferenceRow]:
    """Every reference, the newest first."""
    query = select(*_COLUMNS).order_by(REFERENCES.c.created_at.desc(), REFERENCES.c.id.desc())
    return [_reference(row) for row in connection.execute(query).mappings()]


def reference(connection: Connection, label: str) -> ReferenceRow | None:
    """The one that `NAME@VERSION` or `NAME` (its newest version) means; None if there is none."""
    name, at, version = label.rpartition("@")
    query = select(*_COLUMNS).where(REFERENCES.c.name == (name if at else label))
    if at:
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            return None
        query = query.where(REFERENCES.c.version == int(version))
    row = connection.execute(query.order_by(REFERENCES.c.version.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _reference(row)


def in_use(connection: Connection) -> ReferenceRow | None:
    """The one in use."""
    row = connection.execute(select(*_COLUMNS).where(REFERENCES.c.in_use)).mappings().one_or_none()
    return None if row is None else _reference(row)


def content(connection: Connection, row: ReferenceRow) -> Frozen:
    """What a reference holds.

    Raises:
        ValueError: it is not what was frozen.
    """
    document = connection.execute(select(REFERENCES.c.document).where(REFERENCES.c.id == row.id)).scalar_one()
    return Frozen.from_bytes(bytes(document), row.digest)


def _reference(row: RowMapping) -> ReferenceRow:
    return ReferenceRow(**{name: row[name] for name in ReferenceRow.__struct_fields__})

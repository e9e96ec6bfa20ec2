"""Tables of adapters. What was imported never changes, and the log of promotions only grows: the database sees to it.

`lora_adapters` and `lora_performance` have the columns of the dashboards they were asked for with, so that SQL written
by people works; what else is known of a version stands in `lora_artifacts`. `is_active` follows the alias `champion`.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    event,
)

from sereno.store.ledger.metadata import DOCUMENT, FOR_EVER, METADATA, Moment, only_one

VERSION = String(64)

ADAPTERS = Table(
    "lora_adapters",
    METADATA,
    Column("version", VERSION, primary_key=True),
    Column("training_job_id", Text),
    Column("base_model", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("alpha", Double, nullable=False),
    Column("dropout", Double),
    Column("num_epochs", Double),
    Column("learning_rate", Double),
    Column("batch_size", Integer),
    Column("training_loss", Double),
    Column("validation_loss", Double),
    Column("training_time_seconds", Double),
    Column("minio_path", Text, nullable=False),
    Column("metadata", DOCUMENT, nullable=False),
    Column("is_active", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    Column("deployed_at", Moment),
)
only_one("lora_one_champion", ADAPTERS.c.base_model, ADAPTERS.c.is_active)

ARTIFACTS = Table(
    "lora_artifacts",
    METADATA,
    Column("version", VERSION, ForeignKey(ADAPTERS.c.version), primary_key=True),
    Column("format", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("files", DOCUMENT, nullable=False),
    Column("parameters", Double, nullable=False),
    Column("dtypes", DOCUMENT, nullable=False),
    Column("base_revision", Text),
    Column("base_digest", String(80)),
    Column("settings", DOCUMENT, nullable=False),
    Column("training", DOCUMENT, nullable=False),
)
"""`base_digest` may be learnt once; all else is as imported."""

ALIASES = Table(
    "lora_aliases",
    METADATA,
    Column("base_model", Text, nullable=False),
    Column("alias", String(16), nullable=False),
    Column("version", VERSION, ForeignKey(ADAPTERS.c.version), nullable=False),
    Column("since", Moment, nullable=False),
    PrimaryKeyConstraint("base_model", "alias"),
)

PROMOTIONS = Table(
    "lora_promotions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("action", String(16), nullable=False),
    Column("base_model", Text, nullable=False),
    Column("version", VERSION, nullable=False),
    Column("previous_version", VERSION),
    Column("forced", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", DOCUMENT, nullable=False),
)

SERVING = Table(
    "lora_serving",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("version", VERSION, ForeignKey(ADAPTERS.c.version), nullable=False),
    Column("model", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
)
Index("lora_one_version_a_model", SERVING.c.model, unique=True,
      sqlite_where=SERVING.c.until.is_(None), postgresql_where=SERVING.c.until.is_(None))  # fmt: skip

PERFORMANCE = Table(
    "lora_performance",
    METADATA,
    Column("adapter_version", VERSION, ForeignKey(ADAPTERS.c.version), nullable=False),
    Column("metric_name", String(64), nullable=False),
    Column("metric_value", Double, nullable=False),
    Column("sample_count", Integer, nullable=False),
    Column("timestamp", Moment, nullable=False),
    Column("metadata", DOCUMENT, nullable=False),
    PrimaryKeyConstraint("adapter_version", "metric_name", "timestamp"),
)
"""One row a version, figure and window; `timestamp` is the window's end."""

_CHANGEABLE = {"lora_adapters": ("is_active", "deployed_at"), "lora_artifacts": ("base_digest",), "lora_promotions": ()}
"""Columns that may change after a row was written; `base_digest` only from nothing."""


def _guard(table: Table) -> None:
    """Make the database refuse to change or delete what is for ever."""
    name = table.name
    table.info[FOR_EVER] = True
    fixed = [column.name for column in table.c if column.name not in _CHANGEABLE[name]]
    text = f"{name} is append-only: a version stays as it was imported"
    if name == "lora_artifacts":
        learnt = "OLD.base_digest IS NOT NULL AND OLD.base_digest {differs} NEW.base_digest"
    else:
        learnt = "{never}"
    for dialect, differs, never in (("sqlite", "IS NOT", "0"), ("postgresql", "IS DISTINCT FROM", "false")):
        changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in fixed)
        when = f"({changed}) OR ({learnt.format(differs=differs, never=never)})"
        for statement in _SQLITE if dialect == "sqlite" else _POSTGRESQL:
            ddl = DDL(statement.format(name=name, when=when, text=text))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


_SQLITE = (
    "CREATE TRIGGER {name}_kept BEFORE UPDATE ON {name} WHEN {when} BEGIN SELECT RAISE(ABORT, '{text}'); END",
    "CREATE TRIGGER {name}_stays BEFORE DELETE ON {name} BEGIN SELECT RAISE(ABORT, '{text}'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{text}'; END $$",
    "CREATE TRIGGER {name}_kept BEFORE UPDATE ON {name} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}_refuse()",
    "CREATE TRIGGER {name}_stays BEFORE DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION {name}_refuse()",
)

for _table in (ADAPTERS, ARTIFACTS, PROMOTIONS):
    _guard(_table)

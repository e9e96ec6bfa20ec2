"""Tables of the drift monitor: references, checks and what they found, events, triggers of fine-tuning.

`drift_metrics` and `finetuning_triggers` have the columns that SQL written by people asks for (`timestamp`,
`kl_divergence`, `psi`, `severity`, `drift_detected`, `current_accuracy` …). One row of `drift_metrics` is one check of
all calls; what it found by model and feature stands in `drift_features`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sereno.store.ledger.metadata import DOCUMENT, METADATA, Moment, only_one

WORD = String(32)

REFERENCES = Table(
    "drift_references",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("weekdays", Boolean, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("models", DOCUMENT, nullable=False),
    Column("embedder", Text),
    Column("embedder_digest", String(64)),
    Column("document", LargeBinary, nullable=False),
    Column("in_use", Boolean, nullable=False, default=False),
    Column("used_since", Moment),
    UniqueConstraint("name", "version"),
)
"""Frozen: only `in_use` and `used_since` ever change. `digest` is the SHA-256 of `document`."""
only_one("drift_one_reference", REFERENCES.c.in_use, REFERENCES.c.in_use)

CHECKS = Table(
    "drift_metrics",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("timestamp", Moment, nullable=False),
    Column("kl_divergence", Double),
    Column("psi", Double),
    Column("baseline_accuracy", Double),
    Column("current_accuracy", Double),
    Column("combined_score", Double),
    Column("severity", WORD, nullable=False),
    Column("drift_detected", Boolean, nullable=False),
    Column("status", WORD, nullable=False),
    Column("psi_corrected", Double),
    Column("js_divergence", Double),
    Column("p_value", Double),
    Column("top_feature", Text),
    Column("verdicts", DOCUMENT, nullable=False),
    Column("reference_id", Integer, ForeignKey(REFERENCES.c.id)),
    Column("reference", Text, nullable=False),
    Column("window_start", Moment, nullable=False),
    Column("window_end", Moment, nullable=False),
    Column("n_reference", Integer, nullable=False),
    Column("n_current", Integer, nullable=False),
    Column("accuracy_severity", WORD),
    Column("accuracy_upper", Double),
    Column("accuracy_samples", Integer),
    Column("duration_seconds", Double, nullable=False),
    Column("error", Text),
    Index("drift_metrics_by_time", "timestamp"),
)
"""One row a check, also of one that failed (`status` is `ok`, `insufficient_data` or `error`).

`psi` and `kl_divergence` (nats, current‖reference) are of the most drifted feature of all calls; `severity` is the one
verdict on them. `verdicts` holds the verdict by model, "" for all calls.
"""

FEATURES = Table(
    "drift_features",
    METADATA,
    Column("check_id", Integer, ForeignKey(CHECKS.c.id, ondelete="CASCADE"), nullable=False),
    Column("timestamp", Moment, nullable=False),
    Column("model", Text, nullable=False),
    Column("feature", String(64), nullable=False),
    Column("kind", WORD, nullable=False),
    Column("severity", WORD, nullable=False),
    Column("psi", Double),
    Column("psi_corrected", Double),
    Column("kl_divergence", Double),
    Column("js_divergence", Double),
    Column("p_value", Double),
    Column("p_adjusted", Double),
    Column("n_reference", Integer, nullable=False),
    Column("n_current", Integer, nullable=False),
    Column("distribution", DOCUMENT, nullable=False),
    PrimaryKeyConstraint("check_id", "model", "feature"),
    Index("drift_features_by_time", "timestamp"),
)
"""One row a feature of a check; `model` is "" for all calls together."""

EVENTS = Table(
    "drift_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("timestamp", Moment, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("severity", WORD, nullable=False),
    Column("model", Text, nullable=False),
    Column("feature", Text),
    Column("check_id", Integer, ForeignKey(CHECKS.c.id, ondelete="SET NULL")),
    Column("details", DOCUMENT, nullable=False),
    Index("drift_events_by_time", "timestamp"),
)
"""What happened, once each: `kind` is one of `drift.events.Kind`."""

TRIGGERS = Table(
    "finetuning_triggers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("timestamp", Moment, nullable=False),
    Column("trigger_type", WORD, nullable=False),
    Column("severity", WORD, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", WORD, nullable=False),
    Column("model", Text, nullable=False),
    Column("check_id", Integer, ForeignKey(CHECKS.c.id, ondelete="SET NULL")),
    Column("decided_at", Moment),
    Column("decided_by", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("outcome", Text, nullable=False, default=""),
    Column("training_job_id", Text),
    Column("payload", DOCUMENT, nullable=False),
    Index("finetuning_triggers_by_time", "timestamp"),
)
"""`training_job_id` is what the called program said; an adapter imported with `--job` of that id came of it."""

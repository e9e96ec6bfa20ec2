"""Tables of quality: what people say of answers, counts of checks, evaluation runs, calibrated judges."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from sereno.store.ledger.metadata import METADATA, Moment

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("call_id", String(36)),
    Column("trace_id", String(32)),
    Column("session", Text),
    Column("model", Text),
    Column("score", Double),
    Column("label", String(16)),
    Column("comment", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("digest", String(32), nullable=False, unique=True),
    Index("feedback_by_time", "at"),
)
"""`digest` is of what was said, by whom and of what: the same word twice is one."""

CHECKS = Table(
    "quality_checks",
    METADATA,
    Column("hour", BigInteger, nullable=False),
    Column("model", Text, nullable=False),
    Column("check_name", String(16), nullable=False),
    Column("checked", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    PrimaryKeyConstraint("hour", "model", "check_name"),
)
"""`hour`: epoch seconds of its start; −1 holds the sum over all time, which retention leaves alone."""

REACHED = Table(
    "quality_reached",
    METADATA,
    Column("what", String(32), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)
"""Up to which ingest sequence calls were looked at."""

RUNS = Table(
    "eval_runs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("set_name", Text, nullable=False),
    Column("set_digest", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("model_digest", Text),
    Column("judge", Text),
    Column("items", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("score", Double),
    Column("low", Double),
    Column("high", Double),
    Column("corrected", Double),
    Column("corrected_low", Double),
    Column("corrected_high", Double),
    Column("source", String(16), nullable=False),
    Index("eval_runs_by_time", "at"),
)

RESULTS = Table(
    "eval_results",
    METADATA,
    Column("run_id", String(36), ForeignKey(RUNS.c.id, ondelete="CASCADE"), nullable=False),
    Column("item", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("score", Double),
    Column("answer", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("seconds", Double, nullable=False),
    PrimaryKeyConstraint("run_id", "item"),
)

JUDGES = Table(
    "judge_calibrations",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("judge", Text, nullable=False),
    Column("judge_digest", Text),
    Column("set_name", Text, nullable=False),
    Column("set_digest", String(64), nullable=False),
    Column("good", Integer, nullable=False),
    Column("good_found", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    Column("bad_found", Integer, nullable=False),
    Column("unread", Integer, nullable=False),
)

PLANS = Table(
    "eval_plans",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("set_name", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("attempted", Moment),
    Column("succeeded", Moment),
    Column("run_id", String(36)),
    Column("error", Text, nullable=False),
    Column("successes", BigInteger, nullable=False),
    Column("errors", BigInteger, nullable=False),
    Column("claimed_until", Moment),
)
"""Planned evaluations by their name in the settings."""

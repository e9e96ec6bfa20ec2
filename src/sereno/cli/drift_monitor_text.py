"""The drift monitor as the terminal shows it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from sereno.cli.drift_text import COLOURS
from sereno.cli.tables import clean, print_table
from sereno.query.drift_messages import CheckMessage, EventMessage, FeatureMessage, ReferenceMessage, TriggerMessage

UNKNOWN = "–"
ALL = "(all)"


def print_json(value: object) -> None:
    """A document on stdout."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def print_references(rows: Sequence[ReferenceMessage]) -> None:
    """The table of references."""
    print_table(
        ("reference", "in use", "calls", "from", "until", "weekdays", "models", "prompts as vectors"),
        [
            (
                row.reference, "yes" if row.in_use else "", f"{row.rows:,}", minute(row.start), minute(row.end),
                "yes" if row.weekdays else "", ", ".join(row.models), row.embedder or "no",
            )
            for row in rows
        ],
        right=("calls",),
        flexible="models",
        drop=("prompts as vectors", "weekdays", "until"),
        style=lambda row: "green" if row[1] else "",
    )  # fmt: skip


def print_reference(one: ReferenceMessage) -> None:
    """One reference in a few lines."""
    use = "in use" if one.in_use else f"not in use; sereno drift reference use {one.reference}"
    models = f", by model: {', '.join(clean(name) for name in one.models)}" if one.models else ""
    print(f"{one.reference}: {one.rows:,} calls from {minute(one.start)} to {minute(one.end)} UTC, {use}.")
    print(f"Weekdays apart: {'yes' if one.weekdays else 'no'}{models}.")
    print(f"Prompts as vectors: {one.embedder or 'no'}.")
    print(f"sha256 {one.digest}")


def print_check(one: CheckMessage, found: Sequence[FeatureMessage]) -> None:
    """What a check came to."""
    if one.status == "error":
        print(f"The check failed: {clean(one.error or '')}", file=sys.stderr)
        return
    if one.status == "insufficient_data":
        print(f"Too little data: {one.n_current} calls since {minute(one.window_start)} UTC, at least 30 are needed.")
        return
    print_features([row for row in found if row.severity != "none"] or list(found)[:3])
    if sys.stdout.isatty():
        top = "" if one.severity == "none" else f", most of all {one.top_feature}"
        print(f"\nDrift is {one.severity}{top}: {one.n_current:,} calls against {one.reference}.")


def print_features(rows: Sequence[FeatureMessage]) -> None:
    """The table of features."""
    print_table(
        ("model", "feature", "severity", "psi corrected", "psi", "js", "kl", "p adjusted", "n ref", "n cur"),
        [
            (
                row.model or ALL, row.feature, row.severity, figure(row.psi_corrected), figure(row.psi),
                figure(row.js), figure(row.kl), figure(row.p_adjusted), f"{row.n_reference:,}", f"{row.n_current:,}",
            )
            for row in rows
        ],
        right=("psi corrected", "psi", "js", "kl", "p adjusted", "n ref", "n cur"),
        flexible="feature",
        drop=("kl", "js", "psi", "n ref"),
        style=lambda row: COLOURS.get(row[2], "dim"),
    )  # fmt: skip


def print_events(rows: Sequence[EventMessage]) -> None:
    """The table of events."""
    print_table(
        ("time", "event", "severity", "model", "feature", "psi corrected", "what"),
        [
            (
                minute(row.timestamp), row.kind, row.severity, row.model or ALL, row.feature or "",
                figure(row.details.get("psi_corrected")) if row.kind == "drift" else "", _what(row),
            )
            for row in rows
        ],
        right=("psi corrected",),
        flexible="what",
        drop=("psi corrected",),
        style=lambda row: COLOURS.get(row[2], ""),
    )  # fmt: skip


def print_triggers(rows: Sequence[TriggerMessage]) -> None:
    """The table of triggers."""
    print_table(
        ("trigger", "time", "type", "severity", "status", "by", "reason", "outcome"),
        [
            (
                str(row.id), minute(row.timestamp), row.trigger_type, row.severity, row.status, row.decided_by,
                row.reason, row.training_job_id or row.outcome,
            )
            for row in rows
        ],
        right=("trigger",),
        flexible="reason",
        drop=("severity", "by", "outcome"),
        style=lambda row: {"pending": "yellow", "failed": "red", "succeeded": "green"}.get(row[4], ""),
    )  # fmt: skip


def minute(moment: str) -> str:
    """A moment to the minute, in UTC."""
    return moment[:16].replace("T", " ")


def figure(value: float | None) -> str:
    """A figure to three digits."""
    return UNKNOWN if value is None else f"{value:.3g}"


def _what(row: EventMessage) -> str:
    details = row.details
    now, before = details.get("current_accuracy"), details.get("baseline_accuracy")
    if now is not None:
        answers = f"{details.get('samples') or 0:,} answers"
        return f"{now:.1%} of {answers} right" + ("" if before is None else f", {before:.1%} before")
    return str(details.get("error") or details.get("reference") or "")

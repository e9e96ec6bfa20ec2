"""Adapters as the terminal shows them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.artifacts.promotion import Promotion
from sereno.cli.tables import clean, print_table
from sereno.lora.difference import Difference
from sereno.lora.training import Training
from sereno.query.adapters import AdapterComparison, AdapterDetail, AdapterMessage, LogMessage
from sereno.query.figures import Figures
from sereno.web.shown import Shown

SHOWN = Shown()
UNKNOWN = "–"
_SPACES = {0xA0: " "}
"""Pages keep a figure and its unit on one line; a terminal shows such a space as what it is."""


def print_json(value: object) -> None:
    """A document on stdout."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def print_list(rows: Sequence[AdapterMessage]) -> None:
    """The table of versions."""
    print_table(
        ("version", "alias", "base model", "rank", "train loss", "eval loss", "quality", "served as", "imported"),
        [
            (
                row.version, ", ".join(row.aliases), row.base_model, str(row.rank), number(row.training_loss),
                number(row.validation_loss), quality(row), ", ".join(row.models), row.created_at[:16].replace("T", " "),
            )
            for row in rows
        ],
        right=("rank", "train loss", "eval loss"),
        flexible="base model",
        drop=("imported", "rank", "served as", "eval loss"),
        style=lambda row: "green" if "champion" in row[1] else "",
    )  # fmt: skip


def print_imported(detail: AdapterDetail, *, existing: bool) -> None:
    """What an import did, and what is missing."""
    if existing:
        print(f"{detail.version} is there already, with the same files; nothing changed.")
    else:
        print(
            f"{detail.version}: rank {detail.rank}, {detail.parameters:,} parameters, "
            f"{SHOWN.bytes(detail.size_bytes)}, for {clean(detail.base_model)}.".translate(_SPACES)
        )
        print(f"sha256 {detail.digest}")
    if detail.training.diverged:
        print("Its training log holds losses that are no numbers: the run diverged.", file=sys.stderr)
    if detail.base_digest is None:
        print(
            "The base model's digest is not known, so it cannot be promoted yet; import again with --base PATH.",
            file=sys.stderr,
        )


def print_adapter(detail: AdapterDetail) -> None:
    """A version, whole."""
    training = detail.training
    live = detail.live
    facts: list[tuple[str, str]] = [
        ("version", detail.version + (f"  ({', '.join(detail.aliases)})" if detail.aliases else "")),
        ("base model", detail.base_model),
        ("base digest", detail.base_digest or "not known; import again with --base PATH"),
        ("rank, alpha, dropout", f"{detail.rank}, {detail.alpha:g}, {number(detail.dropout)}"),
        ("parameters", f"{detail.parameters:,}"),
        ("files", f"{detail.location}  ({SHOWN.bytes(detail.size_bytes)})"),
        ("sha256", detail.digest),
        ("training", _training(training)),
        ("loss", f"training {number(training.training_loss)}, validation {number(training.validation_loss)}"),
        ("quality", quality(detail)),
        ("served as", ", ".join(detail.models) or "nothing"),
    ]  # fmt: skip
    if live is not None:
        facts.append(("calls", f"{live.total_messages:,}, errors {SHOWN.percent(live.error_rate)}"))
        facts.append(("latency p50, p95", f"{SHOWN.seconds(live.latency.p50)}, {SHOWN.seconds(live.latency.p95)}"))
        facts.append(("tokens a second", SHOWN.rate(live.tokens_per_second)))
    width = max(len(name) for name, _ in facts)
    for name, text in facts:
        print(f"{name:{width}}  {clean(text.translate(_SPACES))}")
    print()
    print_log(detail.log)


def _training(found: Training) -> str:
    return (
        f"{number(found.epochs)} epochs, {found.steps or UNKNOWN} steps, batch {found.batch_size or UNKNOWN}, "
        f"learning rate {number(found.learning_rate)}, {SHOWN.seconds(found.seconds)}"
    )


def print_comparison(found: AdapterComparison) -> None:
    """Two versions side by side."""
    a, b = found.a, found.b
    rows = [(change.name, _cell(change.a), _cell(change.b)) for change in found.changes]
    rows += [
        ("training loss", number(a.training_loss), number(b.training_loss)),
        ("validation loss", number(a.validation_loss), number(b.validation_loss)),
        ("quality", quality(a), quality(b)),
    ]
    rows += [(name, left, right) for (name, left), (_, right) in zip(_live(a.live), _live(b.live), strict=True)]
    print_table(("", a.version, b.version), rows, flexible=b.version)


def _live(found: Figures | None) -> list[tuple[str, str]]:
    """What traffic adds up to, a dash where there was none."""
    names = ("calls", "error rate", "latency p50", "latency p95", "first token p95", "tokens a second")
    if found is None:
        return [(name, UNKNOWN) for name in names]
    values = (
        SHOWN.count(found.total_messages), SHOWN.percent(found.error_rate), SHOWN.seconds(found.latency.p50),
        SHOWN.seconds(found.latency.p95), SHOWN.seconds(found.ttft.p95), SHOWN.rate(found.tokens_per_second),
    )  # fmt: skip
    return [(name, value.translate(_SPACES)) for name, value in zip(names, values, strict=True)]


def print_promotion(done: Promotion) -> None:
    """What came of a promotion, with its figures."""
    event = done.event
    if done.done:
        before = f" in place of {event.previous_version}" if event.previous_version else ""
        print(f"{event.version} is champion of {clean(event.base_model)}{before}.")
        if event.forced:
            print("The gate was overruled; the log keeps why, and what spoke against it:", file=sys.stderr)
    else:
        print(f"{event.version} is not promoted:", file=sys.stderr)
    for reason in done.decision.reasons:
        print(f"  - {clean(reason)}", file=sys.stderr)
    if done.decision.difference is not None:
        print(difference_line(done.decision.difference))


def difference_line(found: Difference) -> str:
    """A comparison in one line."""
    return (
        f"{found.n} items: {found.baseline:.3f} before, {found.candidate:.3f} after; "
        f"difference {found.difference:+.3f} (95 % {found.low:+.3f} to {found.high:+.3f}), p = {found.p_value:.3g}; "
        f"{found.gained} gained, {found.lost} lost"
    )


def print_log(lines: Sequence[LogMessage]) -> None:
    """Lines of the log."""
    print_table(
        ("when", "what", "version", "before", "who", "why"),
        [
            (
                line.at[:16].replace("T", " "), "force" if line.forced else line.action, line.version,
                line.previous_version or "", line.actor, line.reason,
            )
            for line in lines
        ],
        flexible="why",
        drop=("who", "before"),
        style=lambda row: {"refuse": "yellow", "force": "red", "rollback": "yellow"}.get(row[1], ""),
    )  # fmt: skip


def quality(row: AdapterMessage) -> str:
    """The latest evaluation, with its interval."""
    found = row.quality
    if found is None:
        return UNKNOWN
    interval = "" if found.low is None or found.high is None else f" ({found.low:.2f}–{found.high:.2f})"
    return f"{found.value:.3f}{interval}"


def number(value: float | None) -> str:
    """A figure of training: four significant digits.

    >>> number(0.0002), number(1.66667), number(None)
    ('0.0002', '1.667', '–')
    """
    return UNKNOWN if value is None else f"{value:.4g}"


def _cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

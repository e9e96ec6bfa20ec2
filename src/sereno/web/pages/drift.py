"""Drift: the verdict, what changed and how, since when, what happened, and triggers that wait for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from sereno.drift.tables import MISSING, OTHER
from sereno.drift.verdict import BANDS
from sereno.query.drift import check_list, event_list, feature_list, summary, trigger_list
from sereno.query.drift_messages import CheckMessage, DriftSummary, EventMessage, FeatureMessage, TriggerMessage
from sereno.query.fields import FILTERS, Field
from sereno.query.times import parse_time
from sereno.web.addresses import explain_address
from sereno.web.charts import Chart, Series, Threshold, Tone
from sereno.web.drift_event import EVENT, beside
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.span import span_of

MODEL = Field(name="model", kind="name", help="Features of the calls of this model.", maximum=256,
              example="llama3.2:latest")  # fmt: skip
MONTH = 30 * 86_400.0
MOST_EVENTS = 100
MOST_TRIGGERS = 20
MOST_CHECKS = 2_000
PICTURES = 4
READABLE = 0.08
"""Of a chart's height: the least that two lines with names are apart."""
BADGES = {"critical": "failing", "significant": "failing", "moderate": "", "notice": "plain", "none": "ok"}
"""How a verdict looks; what is not here is plain."""
STATES = {"pending": "", "failed": "failing", "succeeded": "ok"}
_TONES: Mapping[str, Tone] = {"moderate": "warn", "significant": "bad", "critical": "bad"}
_COLUMNS = ("model", "feature", "kind", "severity", "psi_corrected", "psi", "kl", "js", "p_value", "p_adjusted",
            "n_reference", "n_current")  # fmt: skip


class DriftContent(msgspec.Struct, frozen=True, kw_only=True):
    """Drift, now and in the range.

    Attributes:
        kept: whether this keeper watches at all. now: epoch seconds.
        summary: how it stands. features: of the last check, of the chosen scope. checks: of the range, newest first.
        events: of the range, newest first. triggers: newest first.
    """

    kept: bool
    now: float
    summary: DriftSummary | None = None
    features: Sequence[FeatureMessage] = ()
    checks: Sequence[CheckMessage] = ()
    events: Sequence[EventMessage] = ()
    triggers: Sequence[TriggerMessage] = ()


def gather(ask: Ask) -> DriftContent:
    """Ask the ledger."""
    span, _ = span_of(ask, MONTH)
    ledger = ask.view.ledger
    if ledger is None:
        return DriftContent(kept=False, now=ask.now)
    return DriftContent(
        kept=True,
        now=ask.now,
        summary=summary(ledger),
        features=feature_list(ledger, None, ask.values.get(MODEL) or ""),
        checks=[one for one in check_list(ledger, span.start, MOST_CHECKS) if _at(one.timestamp) < span.end],
        events=[one for one in event_list(ledger, span.start, MOST_EVENTS) if _at(one.timestamp) < span.end],
        triggers=trigger_list(ledger)[:MOST_TRIGGERS],
    )


def shape(content: DriftContent, look: Look) -> Mapping[str, Any]:
    """Charts, badges, moments of rows."""
    last = None if content.summary is None else content.summary.last_check
    drifted = [one for one in content.features if one.severity not in {"none", "insufficient_data"}]
    drawn = [one for one in drifted or content.features if one.distribution.get("labels")][:PICTURES]
    models = () if content.summary is None else content.summary.models
    return {
        "scope": _scope(content, last, look),
        "alone": [one for one in models if one.severity in _TONES],
        "last": last,
        "top": next((one for one in content.features if one.psi is not None), None) if drifted else None,
        "pictures": [_picture(one, at, look) for at, one in enumerate(drawn)],
        "timeline": _timeline(content.checks, look),
        "events_at": [_at(one.timestamp) for one in content.events],
        "explained": [_explanation(one, look) for one in content.events],
        "reasons": [_reason(one, look) for one in content.triggers],
        "triggers_at": [_at(one.timestamp) for one in content.triggers],
        "checked_at": None if last is None else _at(last.timestamp),
        "badges": BADGES,
        "states": STATES,
        "here": look.link(),
    }


class Scope(NamedTuple):
    """What the tiles tell: of all calls, or of the chosen model."""

    model: str
    severity: str
    n_current: int
    psi: float | None
    psi_corrected: float | None
    kl: float | None


def _scope(content: DriftContent, last: CheckMessage | None, look: Look) -> Scope | None:
    chosen = look.given.get("model") or ""
    if last is None or content.summary is None:
        return None
    severity = next((one.severity for one in content.summary.models if one.model == chosen), None)
    if severity is None:
        return Scope("", last.severity, last.n_current, last.psi, last.psi_corrected, last.kl_divergence)
    top = content.features[0] if content.features else None
    if top is None:
        return Scope(chosen, severity, 0, None, None, None)
    rows = max(one.n_current for one in content.features)
    return Scope(chosen, severity, rows, top.psi, top.psi_corrected, top.kl)


def _reason(one: TriggerMessage, look: Look) -> str:
    """Why, in the reader's language; as it was written where its parts are not known."""
    if one.windows is None or one.trigger_type not in {"drift", "accuracy"}:
        return one.reason
    harm = {None: "unknown", True: "fell", False: "held"}[one.accuracy_fell]
    parts = {
        "{windows}": str(one.windows), "{severity}": look.t[f"drift_sev_{one.severity}"],
        "{who}": look.t["drift_why_of"].replace("{model}", one.model) if one.model else look.t["drift_why_all"],
        "{reference}": one.reference or "", "{harm}": look.t[f"drift_why_{harm}"],
    }  # fmt: skip
    text = look.t[f"drift_why_{one.trigger_type}"]
    for name, value in parts.items():
        text = text.replace(name, value)
    return text


def _explanation(one: EventMessage, look: Look) -> str:
    """Where an event is explained; "" for those that are of no figure."""
    return explain_address(look.to("/drift", event=str(one.id))) if one.kind == "drift" and one.feature else ""


def _picture(one: FeatureMessage, number: int, look: Look) -> Chart:
    found = one.distribution
    words = {OTHER: look.t["drift_other"], MISSING: look.t["drift_missing"]}
    held = [at for at, pair in enumerate(zip(found["reference"], found["current"], strict=True)) if any(pair)]
    labels = [found["labels"][at] for at in held]

    def shares(counts: Sequence[int]) -> tuple[float | None, ...]:
        whole = sum(counts)
        return tuple(counts[at] / whole if whole else None for at in held)

    return Chart(
        kind="histogram", id=f"drift-{number}", title=look.t["drift_before_now"].replace("{feature}", one.feature),
        description=look.t["drift_before_now_text"], unit="ratio",
        x=tuple(words.get(label) or (_localised(label, look) if one.kind == "numeric" else label) for label in labels),
        series=(
            Series(name=look.t["drift_before"], values=shares(found["reference"]), tone="s1"),
            Series(name=look.t["drift_now"], values=shares(found["current"]), tone="s2"),
        ),
    )  # fmt: skip


def _localised(label: str, look: Look) -> str:
    """A bin such as `0.5 – 1.25`, with the decimal sign of the reader."""
    return label if look.shown.language == "en" else label.replace(".", ",")


def _timeline(checks: Sequence[CheckMessage], look: Look) -> Chart:
    known = {_at(one.timestamp): one.psi_corrected for one in reversed(checks)}
    return Chart(
        kind="lines", id="drift-timeline", title=look.t["drift_timeline"], description=look.t["drift_timeline_text"],
        unit="count", x=tuple(sorted(known)), tz=look.shown.tz, instants=True, empty=look.t["drift_timeline_empty"],
        series=(Series(name="PSI", values=tuple(known[at] for at in sorted(known)), tone="s1"),),
        thresholds=_levels(look, tuple(known.values())),
    )  # fmt: skip


def _levels(look: Look, values: Sequence[float | None] = ()) -> tuple[Threshold, ...]:
    """The bands whose names can be read: not one upon the other where PSI is far above them all."""
    highest = max((value for value in values if value is not None), default=0.0)
    kept: list[Threshold] = []
    for least, name in sorted(BANDS):
        if not kept or least - kept[-1].value >= READABLE * highest:
            kept.append(Threshold(name=look.t[f"drift_sev_{name}"], value=least, tone=_TONES[name]))
    return tuple(kept)


def _drawn(ask: Ask, look: Look) -> list[Chart]:
    made = shape(gather(ask), look)
    return [*made["pictures"], made["timeline"]]


def table(content: DriftContent) -> Table:
    """One row a feature."""
    return Table(_COLUMNS, [[getattr(one, name) for name in _COLUMNS] for one in content.features])


def _at(moment: str) -> float:
    return parse_time(moment, 0.0)


PAGES = (
    Page(
        name="drift", path="/drift", template="drift.html", section="drift", usual_start="30d", gather=gather,
        shape=shape, table=table, figures=beside(_picture, _levels, _drawn),
        fields=(MODEL, EVENT, *(field for field in FILTERS if field.name in {"start_time", "end_time"})),
    ),
)  # fmt: skip

"""What people send as feedback, checked: over the API, and line by line from CSV."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sereno.errors import QueryError
from sereno.query.cells import neutralised
from sereno.query.times import parse_time, rfc3339
from sereno.store.ledger.quality_feedback import Feedback, Label, Source

LONGEST_COMMENT = 4_000
LONGEST_NAME = 256
COLUMNS = ("at", "call", "trace_id", "session", "model", "score", "label", "comment", "user")
"""Columns of CSV, in and out; also `thumbs` is read."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TRACE = re.compile(r"[0-9a-f]{32}")
_THUMBS = {"up": 1.0, "down": -1.0}
_LABELS: Mapping[str, Label] = {
    "correct": "correct", "right": "correct", "good": "correct",
    "incorrect": "incorrect", "wrong": "incorrect", "bad": "incorrect",
}  # fmt: skip


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word on one answer, as it is sent.

    Attributes:
        call: id of the call. trace_id: 32 hex digits. session: the conversation, its last answer is meant. One of
            them.
        score: −1 to 1. thumbs: `up` or `down`, instead of it.
        label: `correct` or `incorrect`: whether the answer was right.
        comment: why, at most 4,000 characters. user: who says so.
    """

    call: str | None = None
    trace_id: str | None = None
    session: str | None = None
    score: float | None = None
    thumbs: str | None = None
    label: str | None = None
    comment: str = ""
    user: str = ""


class FeedbackMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One word as it is told; `model` null while its call is not known."""

    at: str
    call: str | None
    trace_id: str | None
    session: str | None
    model: str | None
    score: float | None
    label: str | None
    comment: str
    user: str
    source: str


def checked(word: Word, *, at: float, source: Source, user: str = "", model: str | None = None) -> Feedback:
    """A word, once it is clear that it says something of something.

    Args:
        word: as sent.
        at: when, epoch seconds.
        source: by which way.
        user: who, where the word does not say.
        model: who answered, where that is known already.

    Raises:
        QueryError: names what is wrong.
    """
    given = [name for name in ("call", "trace_id", "session") if getattr(word, name)]
    if len(given) != 1:
        told = f"names {' and '.join(given)}" if given else "does not say of what it is"
        raise QueryError("call", f"the feedback {told}; expected one of call, trace_id, session", "one of them")
    call, trace = (word.call or "").strip().lower(), (word.trace_id or "").strip().lower()
    if call and not _UUID.fullmatch(call):
        raise QueryError("call", f"call is {_shown(call)}; expected the id of a call", "a UUID")
    if trace and (not _TRACE.fullmatch(trace) or not trace.strip("0")):
        raise QueryError("trace_id", f"trace_id is {_shown(trace)}; expected 32 hex digits", "32 hex digits")
    for name, most in (("session", LONGEST_NAME), ("user", LONGEST_NAME), ("comment", LONGEST_COMMENT)):
        if len(getattr(word, name) or "") > most:
            raise QueryError(name, f"{name} is longer than {most} characters", f"at most {most} characters")
    score, label = _score(word), _label(word.label)
    if score is None and label is None:
        raise QueryError("score", "the feedback says nothing; expected score, thumbs or label", "−1 to 1, or a label")
    return Feedback(
        at=at, call_id=call or None, trace_id=trace or None, session=word.session or None, model=model, score=score,
        label=label, comment=word.comment, user=word.user or user, source=source,
    )  # fmt: skip


def read_csv(name: str, text: str, now: float) -> Iterator[Feedback]:
    """Words from CSV with a heading: of `COLUMNS`, those that are there.

    Args:
        name: of the file, for messages.
        text: its content.
        now: epoch seconds, for rows without `at`.

    Raises:
        QueryError: names the line.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    known = {*COLUMNS, "thumbs"}
    try:
        heading = {(column or "").strip() for column in reader.fieldnames or ()}
        if not heading & {"call", "trace_id", "session"} or not heading & {"score", "thumbs", "label"}:
            raise QueryError(
                "file", f"{name} has the columns {', '.join(sorted(heading)) or 'none'}; expected call, trace_id or "
                "session, and score, thumbs or label", ", ".join(COLUMNS),
            )  # fmt: skip
        for row in reader:
            cells = {key.strip(): _cell(value) for key, value in row.items() if key and key.strip() in known}
            try:
                yield _word(cells, now)
            except QueryError as error:
                where = f"{name}:{reader.line_num}: {error}"
                raise QueryError(error.parameter, where, error.expected) from None
    except csv.Error as error:
        raise QueryError("file", f"{name}:{reader.line_num} cannot be read as CSV: {error}", "CSV") from None


def feedback_message(one: Feedback) -> FeedbackMessage:
    """A word as it is told."""
    return FeedbackMessage(
        at=rfc3339(one.at), call=one.call_id, trace_id=one.trace_id, session=one.session, model=one.model,
        score=one.score, label=one.label, comment=one.comment, user=one.user, source=one.source,
    )  # fmt: skip


def cells_of(one: FeedbackMessage) -> Sequence[object]:
    """A word as a row of `COLUMNS`."""
    return [getattr(one, name) for name in COLUMNS]


def _cell(value: str | None) -> str:
    """A cell, without the apostrophe that an export puts before what a spreadsheet would run."""
    text = (value or "").strip()
    return text[1:] if text[:1] == "'" and neutralised(text[1:]) == text else text


def _word(cells: Mapping[str, str], now: float) -> Feedback:
    score: float | None = None
    if cells.get("score"):
        try:
            score = float(cells["score"].replace("−", "-"))
        except ValueError:
            raise QueryError("score", f"score is {_shown(cells['score'])}; expected −1 to 1", "−1 to 1") from None
    at = now
    if cells.get("at"):
        try:
            at = parse_time(cells["at"], now)
        except ValueError as error:
            raise QueryError("at", f"at is {_shown(cells['at'])}: {error}", "RFC 3339") from None
    texts = {name: cells.get(name) or None for name in ("call", "trace_id", "session", "thumbs", "label")}
    word = Word(**texts, score=score, comment=cells.get("comment", ""), user=cells.get("user", ""))
    model = cells.get("model") or None
    if not word.call or not (word.trace_id or word.session):
        return checked(word, at=at, source="csv", model=model)
    # An export: beside the session or trace the call that it turned out to mean.
    meant = checked(msgspec.structs.replace(word, trace_id=None, session=None), at=at, source="csv")
    about = checked(msgspec.structs.replace(word, call=None), at=at, source="csv", model=model)
    return msgspec.structs.replace(about, call_id=meant.call_id)


def _score(word: Word) -> float | None:
    if word.thumbs is not None:
        if word.score is not None:
            raise QueryError("thumbs", "thumbs and score say the same; give one of them", "one of them")
        if word.thumbs.strip().lower() not in _THUMBS:
            raise QueryError("thumbs", f"thumbs is {_shown(word.thumbs)}; expected up or down", "up or down")
        return _THUMBS[word.thumbs.strip().lower()]
    if word.score is not None and (not math.isfinite(word.score) or not -1 <= word.score <= 1):
        raise QueryError("score", f"score is {word.score:g}; expected −1 to 1", "−1 to 1")
    return word.score


def _label(given: str | None) -> Label | None:
    if given is None or not given.strip():
        return None
    found = _LABELS.get(given.strip().lower())
    if found is None:
        raise QueryError("label", f"label is {_shown(given)}; expected correct or incorrect", "correct or incorrect")
    return found


def _shown(text: str) -> str:
    return repr(text[:40])

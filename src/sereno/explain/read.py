"""Frames as JSON (the shape of `sereno.explain.frame`) become a chart; what is wrong is said by its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from sereno.errors import QueryError
from sereno.explain.columns import Column, Columns, charted
from sereno.explain.frame import Chart, Event, Threshold

Floats = NDArray[np.float64]
MOST_FRAMES, MOST_FIELDS, MOST_VALUES = 2000, 2000, 20_000_000
NUMBER_TYPES, TEXT_TYPES = (
    frozenset({"number", "boolean"}),
    frozenset({"string", "enum", "other", "frame", "trace", "geo"}),
)
NEVER = {"NaN": np.nan, "Infinity": np.inf, "+Infinity": np.inf, "-Infinity": -np.inf, "Inf": np.inf, "-Inf": -np.inf}


class _Place(NamedTuple):
    """A value in a document and the path to it."""

    value: Any
    path: str

    def wrong(self, what: str, expected: str) -> QueryError:
        return QueryError(self.path, f"{self.path}: {what}; expected {expected}", expected)

    def mapping(self) -> Mapping[str, Any]:
        if not isinstance(self.value, Mapping):
            raise self.wrong(f"is {_kind(self.value)}", "an object")
        return self.value

    def sequence(self, most: int) -> Sequence[Any]:
        if not isinstance(self.value, list | tuple):
            raise self.wrong(f"is {_kind(self.value)}", "a list")
        if len(self.value) > most:
            raise self.wrong(
                f"has {len(self.value)} entries", f"at most {most}: ask for a shorter range or fewer series"
            )
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong(f"is {_kind(self.value)}", "text")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not np.isfinite(self.value):
            raise self.wrong(f"is {_kind(self.value)}", "a finite number")
        return float(self.value)

    def of(self, key: str) -> _Place | None:
        value = self.mapping().get(key)
        return None if value is None else _Place(value, f"{self.path}.{key}" if self.path else key)

    def entries(self, most: int) -> Iterable[_Place]:
        return (_Place(value, f"{self.path}[{index}]") for index, value in enumerate(self.sequence(most)))


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def chart_of_json(document: object) -> Chart:
    """A chart of a document `{"frames": […], "title"?, "range"?: {"from", "to"}, "tz"?, "thresholds"?, "events"?}`.

    Times are milliseconds since the epoch, or RFC 3339 text. `thresholds`: `{"value", "name"?, "above"?}`; `events`:
    `{"at", "kind"?, "title", "until"?}`. Fields of a frame have as many values as each other; `null`, `"NaN"` and
    `"Infinity"` stand for what is no number. Unknown keys are passed over.

    Raises:
        QueryError: something has the wrong shape; its parameter is the path, such as `frames[0].fields[1].values`.
    """
    top = _Place(document, "")
    if not isinstance(document, Mapping):
        raise QueryError("frames", f'the chart is {_kind(document)}; expected {{"frames": […]}}', '{"frames": […]}')
    frames = top.of("frames")
    if frames is None:
        raise QueryError("frames", "frames is missing; expected a list of frames", "a list of frames")
    read = [_frame(place) for place in frames.entries(MOST_FRAMES)]
    shown = top.of("range")
    title, zone = top.of("title"), top.of("tz")
    return charted(
        read,
        title=title.text() if title else "",
        start=_moment_of(shown, "from"),
        end=_moment_of(shown, "to"),
        tz=_zone(zone) if zone else "UTC",
        thresholds=tuple(_threshold(place) for place in _list(top, "thresholds")),
        events=tuple(_event(place) for place in _list(top, "events")),
    )


def _list(top: _Place, key: str) -> Iterable[_Place]:
    place = top.of(key)
    return () if place is None else place.entries(10_000)


def _zone(place: _Place) -> str:
    name = place.text()
    if name in {"", "utc", "UTC", "browser"}:
        return "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise place.wrong(f"{name[:60]!r} is no time zone", "an IANA name such as Europe/Madrid") from None
    return name


def _moment_of(place: _Place | None, key: str) -> float | None:
    moment = place.of(key) if place else None
    return None if moment is None else _moment(moment)


def _moment(place: _Place) -> float:
    """Epoch seconds of milliseconds or RFC 3339 text."""
    if isinstance(place.value, str):
        try:
            at = datetime.fromisoformat(place.value)
        except ValueError:
            raise place.wrong(f"{place.value[:60]!r} is no time", "milliseconds or RFC 3339 text") from None
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return place.number() / 1000.0


def _threshold(place: _Place) -> Threshold:
    value, name, above = place.of("value"), place.of("name"), place.of("above")
    if value is None:
        raise place.wrong("has no value", '{"value": number}')
    return Threshold(value.number(), name.text() if name else "", above.value is not False if above else True)


def _event(place: _Place) -> Event:
    at, kind, title, until = (place.of(key) for key in ("at", "kind", "title", "until"))
    if at is None:
        raise place.wrong("has no time", '{"at": milliseconds, "title": text}')
    return Event(
        _moment(at),
        kind.text() if kind else "other",
        title.text() if title else "",
        _moment(until) if until else None,
    )


def _frame(place: _Place) -> Columns:
    name, fields = place.of("name"), place.of("fields")
    if fields is None:
        raise place.wrong("has no fields", '{"fields": [{"name", "type", "values"}]}')
    columns = tuple(_field(field) for field in fields.entries(MOST_FIELDS))
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise fields.wrong(
            f"have {', '.join(str(len(c)) for c in columns[:8])} values", "as many values in each field of a frame"
        )
    return Columns(name.text() if name else "", columns)


def _field(place: _Place) -> Column:
    name, kind, values = place.of("name"), place.of("type"), place.of("values")
    if values is None:
        raise place.wrong("has no values", "a list of values")
    given = values.sequence(MOST_VALUES)
    labels_at, config_at = place.of("labels"), place.of("config")
    labels = {str(key): str(value) for key, value in labels_at.mapping().items()} if labels_at else {}
    config = config_at.mapping() if config_at else {}
    unit = place.of("unit")
    unit_text = unit.text() if unit else str(config.get("unit") or "")
    called = str(config.get("displayName") or config.get("displayNameFromDS") or "")
    title = name.text() if name else ""
    said = kind.text() if kind else _guess(given)
    if said == "time":
        return Column(title, times=_times(values, given))
    if said in NUMBER_TYPES:
        return Column(title, numbers=_numbers(values, given), unit=unit_text, labels=labels, called=called)
    if said not in TEXT_TYPES:
        expected = "time, number, boolean, string"
        raise place.wrong(f"its type {said[:40]!r} is unknown", expected)
    return Column(title, words=tuple("" if value is None else str(value) for value in given))


def _guess(given: Sequence[Any]) -> str:
    first = next((value for value in given if value is not None), None)
    return "number" if isinstance(first, int | float) else "string"


def _numbers(place: _Place, given: Sequence[Any]) -> Floats:
    """Numbers as float64; null is NaN. Text is let through only where it names what is no number."""
    try:
        return np.array(given, dtype=np.float64)  # None becomes NaN
    except (TypeError, ValueError, OverflowError):
        pass
    read = np.empty(len(given))
    for index, value in enumerate(given):
        if value is None:
            read[index] = np.nan
        elif isinstance(value, str) and value in NEVER:
            read[index] = NEVER[value]
        elif isinstance(value, int | float):
            read[index] = _float(value)
        else:
            raise _Place(value, f"{place.path}[{index}]").wrong(f"is {_kind(value)}", "a number or null")
    return read


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond 1e308
        return np.inf if value > 0 else -np.inf


def _times(place: _Place, given: Sequence[Any]) -> Floats:
    if any(isinstance(value, str) for value in given):
        moments = [np.nan if v is None else _moment(_Place(v, f"{place.path}[{i}]")) for i, v in enumerate(given)]
        return np.array(moments, dtype=np.float64)
    return _numbers(place, given) / 1000.0

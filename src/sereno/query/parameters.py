"""Query parameters → values and `CallQuery`; a wrong one is named, with what was expected.

Names must be known, given once and well formed. An empty value counts as left out, as HTML forms send it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sereno.errors import QueryError
from sereno.query.cursor import decode_cursor
from sereno.query.fields import Field
from sereno.query.problems import Problem
from sereno.query.times import parse_time
from sereno.store.base import CallQuery, Cursor

_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_DECIMAL = re.compile(r"-?(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

OLDEST = ("oldest", "asc")
"""Values of `order` that put the oldest or smallest first."""
_RANGES = (
    ("min_input_tokens", "max_input_tokens"),
    ("min_output_tokens", "max_output_tokens"),
    ("min_latency", "max_latency"),
)


class Values(msgspec.Struct, frozen=True):
    """Parameters that were read.

    Attributes:
        given: value by name, for those that were given.
        fields: what was accepted.
    """

    given: dict[str, Any]
    fields: tuple[Field, ...]

    def get(self, field: Field) -> Any:
        """The value of a parameter, or its default."""
        return self.given.get(field.name, field.default)

    def query(self) -> CallQuery:
        """The question that the parameters ask."""
        asked = {f.into: self.get(f) for f in self.fields if f.into and self.get(f) is not None}
        cursor: Cursor | None = self.given.get("cursor")
        return CallQuery(**asked, cursor=cursor, newest_first=self.given.get("order") not in OLDEST)


def read(pairs: Iterable[tuple[str, str]], fields: Sequence[Field], now: float) -> Values:
    """The values of query parameters.

    Args:
        pairs: names and values, percent-decoded.
        fields: what is accepted here.
        now: epoch seconds that ages count back from.

    Raises:
        Problem: a name is unknown (404-like in kind, 400 in status: the address is right, the question is not).
        QueryError: a value is wrong, given twice, or contradicts another.
    """
    known = {field.name: field for field in fields}
    given: dict[str, Any] = {}
    seen: set[str] = set()
    for name, text in pairs:
        field = known.get(name)
        if field is None:
            raise _unknown(name, list(known))
        if name in seen and field.many == 1:
            raise QueryError(name, f"`{name}` is given twice.", field.expected + ", once")
        seen.add(name)
        if text.strip() == "":
            continue
        value = parse(field, text, now)
        given[name] = value if field.many == 1 else (*given.get(name, ()), value)
        if field.many > 1 and len(given[name]) > field.many:
            raise QueryError(name, f"`{name}` is given more than {field.many} times.", f"at most {field.many} of them")
    _check_ranges(given)
    return Values(given, tuple(fields))


def parse(field: Field, text: str, now: float) -> Any:
    """The value of one parameter.

    Raises:
        QueryError: it is not what the parameter accepts.
    """
    shown = _shown(text)
    match field.kind:
        case "text" | "name":
            if len(text) > field.maximum:
                raise QueryError(field.name, f"`{field.name}` has {len(text)} characters, too many.", field.expected)
            if field.kind == "name":
                return text
            if _CONTROL.search(text):
                raise QueryError(field.name, f"`{field.name}` contains a control character.", field.expected)
            return text.strip()
        case "choice":
            if text not in field.choices:
                raise QueryError(field.name, f"`{field.name}` is {shown}.", field.expected + _near(text, field.choices))
            return text
        case "time":
            try:
                return parse_time(text, now)
            except ValueError:
                raise QueryError(field.name, f"`{field.name}` is {shown}, not a time.", field.expected) from None
        case "integer":
            if not _INTEGER.fullmatch(text.strip()) or not field.minimum <= int(text) <= field.maximum:
                raise QueryError(field.name, f"`{field.name}` is {shown}.", field.expected)
            return int(text)
        case "seconds":
            number = float(text) if _DECIMAL.fullmatch(text.strip()) else float("nan")
            if not isfinite(number) or not field.minimum <= number <= field.maximum:
                raise QueryError(field.name, f"`{field.name}` is {shown}.", field.expected)
            return number
        case "cursor":
            return decode_cursor(text)
        case "timezone":
            return _zone(field, text)


def _zone(field: Field, text: str) -> str:
    try:
        if not _ZONE.fullmatch(text):
            raise ValueError(text)  # noqa: TRY301  # ZoneInfo would look for such a file
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise QueryError(
            field.name, f"`{field.name}` is {_shown(text)}, no time zone known here.", field.expected
        ) from None
    return text


def _check_ranges(given: dict[str, Any]) -> None:
    for low, high in _RANGES:
        if low in given and high in given and given[low] > given[high]:
            raise QueryError(low, f"`{low}` ({given[low]:g}) is above `{high}` ({given[high]:g}).", f"at most `{high}`")
    if "start_time" in given and "end_time" in given and given["start_time"] >= given["end_time"]:
        raise QueryError("start_time", "`start_time` is not before `end_time`.", "a time before `end_time`")
    if "cursor" in given and given.get("offset"):
        raise QueryError("offset", "`offset` and `cursor` are both given.", "one of them; `cursor` is the faster one")


def _unknown(name: str, known: list[str]) -> Problem:
    close = get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else "It has no effect here."
    return Problem(
        "unknown-parameter",
        400,
        f"There is no parameter {_shown(name)}. {hint}",
        parameter=name[:100],
        expected="one of " + ", ".join(known) if known else "no parameters",
    )


def _near(text: str, choices: Sequence[str]) -> str:
    close = get_close_matches(text.lower(), choices, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(text: str) -> str:
    """A value as an error quotes it: short, and without characters that would break a line."""
    cut = text if len(text) <= 60 else text[:60] + "…"
    return ascii(cut) if _CONTROL.search(cut) or "\n" in cut else f"'{cut}'"

"""Scores of answers by an item's expectation: 1 right, 0 wrong. What a judge scores stands in `judging`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

import msgspec

from sereno.quality.eval_set import Item
from sereno.quality.structure import validator

_FENCE = re.compile(r"\A\s*```[a-zA-Z]{0,10}\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)
_NUMBER = re.compile(r"[-−+]?\d[\d.,\u202f' ]{0,40}(?:[eE][-+]?\d{1,3})?")
_LONGEST = 1_000_000


def score(item: Item, answer: str) -> float:
    """1.0 if the answer is what the item expects, else 0.0.

    Args:
        item: with another expectation than `judge`.
        answer: the model's, whole.

    Raises:
        ValueError: the item wants a judge.
    """
    text = answer[:_LONGEST]
    match item.kind:
        case "exact":
            return float(_plain(text) in {_plain(one) for one in _several(item.exact)})
        case "contains":
            held = _folded(text)
            return float(all(_folded(one) in held for one in _several(item.contains)))
        case "regex":
            schema = msgspec.json.encode({"type": "string", "pattern": item.regex}).decode()
            return float(validator(schema).is_valid(text))
        case "json_schema":
            return float(_keeps(msgspec.json.encode(item.json_schema).decode(), text))
        case "number":
            assert item.number is not None
            found = last_number(text)
            reach = max(item.number.tolerance, item.number.relative * abs(item.number.value))
            return float(found is not None and abs(found - item.number.value) <= reach + 1e-12)
        case _:
            raise ValueError(f"{item.id} is scored by a judge")


def last_number(text: str) -> float | None:
    """The last number of a text, however it groups its digits; None without one.

    A comma or point followed by exactly three digits groups, unless it is the only one and stands after a lone 0; what
    remains is the decimal mark.

    >>> last_number("That makes 1,234.5 euros."), last_number("Son 1.234,5 euros"), last_number("x = −3")
    (1234.5, 1234.5, -3.0)
    """
    found = _NUMBER.findall(text)
    if not found:
        return None
    said = found[-1].replace("−", "-").strip().rstrip(".,' \u202f")
    said = re.sub(r"[' \u202f](?=\d{3}(?!\d))", "", said).split(" ")[-1]
    comma, point = said.rfind(","), said.rfind(".")
    if comma >= 0 and point >= 0:
        mark, group = (",", ".") if comma > point else (".", ",")
        said = said.replace(group, "").replace(mark, ".")
    elif comma >= 0:
        grouped = re.fullmatch(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+", said)
        said = said.replace(",", "") if grouped else said.replace(",", ".")
    elif said.count(".") > 1:
        said = said.replace(".", "")
    try:
        value = float(said)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _keeps(schema: str, text: str) -> bool:
    fenced = _FENCE.match(text)
    try:
        value = msgspec.json.decode((fenced.group(1) if fenced else text).strip())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return validator(schema).is_valid(value)


def _several(given: str | list[str] | None) -> Sequence[str]:
    return [given] if isinstance(given, str) else given or []


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _plain(text: str) -> str:
    return _folded(text).strip(" .!。¡\"'“”«»`*")

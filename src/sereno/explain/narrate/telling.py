"""A fact to a sentence, by the patterns under `phrases/`: the first one whose fields the fact has."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.narrate.render import bare_moment, figure, moment, names, per
from sereno.explain.verify.evidence import roles_of
from sereno.explain.verify.verifier import zone_of

SPOKEN = ("en", "es")
_FORMATTER = Formatter()
_SIZED = frozenset({"change", "slope", "lag"})
"""Roles whose sign the sentence tells in words."""
_SLOPES = (
    "slope_per_day",
    "slope_per_hour",
    "slope_per_week",
    "slope_per_minute",
    "slope_per_month",
    "slope_per_second",
)
_MOST_FIGURES = 4


def spoken(language: str) -> str:
    """The language that templates speak to a reader of `language` (BCP 47): Spanish, else English."""
    first = language.lower().replace("_", "-").split("-")[0]
    return first if first in SPOKEN else "en"


def tell(fact: Fact, sheet: FactSheet, language: str, *, plain: bool = False) -> str:
    """One sentence that says a fact; every figure in it is the fact's.

    Args:
        fact: of the sheet.
        sheet: zone, range and units.
        language: `en` or `es`.
        plain: for readers without technical knowledge, where there is a plainer way to say it.
    """
    table = _phrases(language)
    have = fields(fact, sheet, language)
    for pattern in _patterns(table, fact, plain=plain):
        if all(name is None or name in have for _, name, _, _ in _FORMATTER.parse(pattern)):
            return _sentence(pattern.format_map(have))
    return _sentence(_listed(fact, have))


def text(name: str, language: str, **have: str) -> str:
    """A fixed text by name, its fields filled in."""
    pattern: str = _phrases(language)["text"][name]
    return _sentence(pattern.format_map(have))


def fields(fact: Fact, sheet: FactSheet, language: str) -> dict[str, str]:
    """Everything that patterns may name of a fact, as a reader reads it."""
    zone = zone_of(sheet.tz)
    span = sheet.end - sheet.start if sheet.start is not None and sheet.end is not None else None
    named = names(fact.series, language) or names((sheet.title,), language)
    have = {"series": named or _phrases(language)["text"]["chart"]}
    if fact.label:
        have["label"] = names((fact.label,), language)
    for key, name in zip("ab", fact.series, strict=False):
        have[key] = names((name,), language)
    for number in fact.numbers:
        sized = bool(roles_of(number.name) & _SIZED)
        value = abs(number.value) if sized else number.value
        have[number.name] = figure(value, number.unit, language, number.name)
        if "_per_" in number.name:
            have[number.name] += per(number.name.rsplit("_per_", 1)[1], language)
        elif number.low is not None and number.high is not None:
            have[f"{number.name}_low"] = figure(number.low, number.unit, language, number.name)
            have[f"{number.name}_high"] = figure(number.high, number.unit, language, number.name)
    if have.get("share") == have.get("value"):
        have.pop("value", None)  # of a column of shares both are the same
    slope = next((name for name in _SLOPES if name in have), None)
    if slope is not None:
        have["slope"] = have[slope]
    times = {"start": fact.start, "end": fact.end} | {time.name: time.at for time in fact.times}
    for name, at in times.items():
        if at is not None:
            have[f"t_{name}"], have[f"m_{name}"] = _when(at, zone, language, span)
    if fact.start is not None and fact.end is not None and fact.end > fact.start and "duration" not in have:
        have["duration"] = figure(fact.end - fact.start, "s", language)
    have["period_name"] = _phrases(language)["text"].get(fact.note, _phrases(language)["text"]["period_name"])
    return have


def _when(at: float, zone: ZoneInfo, language: str, span: float | None) -> tuple[str, str]:
    return moment(at, zone, language, span), bare_moment(at, zone, language, span)


def _patterns(table: Mapping[str, Any], fact: Fact, *, plain: bool) -> list[str]:
    found: list[str] = []
    if plain:
        found += table["plain"].get(f"{fact.kind}_{fact.direction}", []) + table["plain"].get(fact.kind, [])
    kind = table.get(fact.kind, {})
    for variant in (fact.note, fact.direction, "any"):
        found += kind.get(variant, [])
    return found


def _listed(fact: Fact, have: Mapping[str, str]) -> str:
    """What no pattern fits: the figures by their names."""
    figures = [f"{number.name.replace('_', ' ')} {have[number.name]}" for number in fact.numbers[:_MOST_FIGURES]]
    what = ", ".join(figures) or fact.kind.replace("_", " ")
    return f"{have['series']}: {what}."


def _sentence(told: str) -> str:
    return " ".join(told.split())


@cache
def _phrases(language: str) -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"phrases/{language}.toml").read_text("utf-8"))

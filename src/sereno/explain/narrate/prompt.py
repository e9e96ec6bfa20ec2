"""What a model is asked: the facts as numbered lines inside a prompt that users may override by files of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Formatter

import msgspec

from sereno.errors import ConfigError
from sereno.explain.fact import FactSheet
from sereno.explain.narrate.causes import causes, striking
from sereno.explain.narrate.choosing import ANALYSES, Analysis, chosen
from sereno.explain.narrate.contrast import said
from sereno.explain.narrate.telling import spoken, tell, text

NAMES: tuple[str, ...] = ("system", *ANALYSES)
FIELDS = frozenset({"language", "title", "context", "facts", "suspects", "question", "sentences", "advice"})
"""What a prompt may name in braces."""
MOST_FACTS = 16
SENTENCES = 8
_LONGEST = 2_000
_SEEN = "The picture shows the same chart. Take its shape from the picture, every number from the facts."
_LANGUAGES = {"en": "English", "es": "Spanish (español)"}


class Image(msgspec.Struct, frozen=True):
    """A picture of the chart: its media type and bytes."""

    media: str
    data: bytes


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked.

    Attributes:
        system, user: the two messages.
        image: a picture of the chart, for models that see; None without.
    """

    system: str
    user: str
    image: Image | None = None


Prompts = Mapping[str, str]
"""Prompt by name: `system` and one for each analysis."""


@cache
def built_in() -> Prompts:
    """The prompts that come with Sereno."""
    folder = files("sereno.explain").joinpath("prompts")
    return {name: folder.joinpath(f"{name}.txt").read_text("utf-8") for name in NAMES}


def checked_prompt(name: str, template: str) -> str:
    """A user's own prompt, once it is clear that it can be filled in.

    Args:
        name: one of `NAMES`.
        template: text with fields in braces.

    Raises:
        ConfigError: the name or a field is unknown, or braces do not match.
    """
    if name not in NAMES:
        raise ConfigError(f"{name}.txt is no prompt; expected one of {', '.join(f'{one}.txt' for one in NAMES)}")
    try:
        named = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
    except ValueError as error:
        raise ConfigError(f"{name}.txt: {error}; write {{{{ and }}}} for braces that are meant as such") from None
    if wrong := sorted(named - FIELDS):
        raise ConfigError(f"{name}.txt names {{{wrong[0]}}}; expected one of {', '.join(sorted(FIELDS))}")
    return template


def make_prompt(
    sheet: FactSheet,
    analysis: Analysis,
    *,
    language: str,
    question: str = "",
    context: str = "",
    prompts: Prompts | None = None,
    image: Image | None = None,
) -> Prompt:
    """What to ask a model about a chart.

    Args:
        sheet: its facts.
        analysis: which analysis.
        language: BCP 47, of the answer.
        question: of the reader.
        context: what the caller says about the chart: its description, the dashboard.
        prompts: templates by name; the built-in ones without.
        image: a picture, for a model that sees.
    """
    table = {**built_in(), **(prompts or {})}
    tongue = spoken(language)
    told = _facts(sheet, analysis, question, tongue)
    have = {
        "language": _LANGUAGES.get(tongue if language.lower().startswith(tongue) else "", _quoted(language)),
        "title": _quoted(sheet.title or "chart"),
        "context": f"Context: {_quoted(context)}" if context.strip() else "",
        "facts": "\n".join(f"{position}. {line}" for position, line in enumerate(told, 1)) or "none",
        "suspects": _suspects(sheet, tongue) if analysis == "diagnosis" else "",
        "question": _quoted(question),
        "sentences": str(SENTENCES),
        "advice": text("advice", tongue),
    }
    user = table[analysis].format_map(have).strip()
    return Prompt(
        system=table["system"].format_map(have).strip(),
        user=user if image is None else f"{user}\n\n{_SEEN}",
        image=image,
    )


def _facts(sheet: FactSheet, analysis: Analysis, question: str, tongue: str) -> Sequence[str]:
    first = chosen(sheet, analysis, question, tongue)
    rest = [fact for fact in sheet.facts if fact not in first]
    return [one.text for one in said((*first, *rest)[:MOST_FACTS], sheet, tongue)]


def _suspects(sheet: FactSheet, tongue: str) -> str:
    effect = striking(sheet)
    found = [] if effect is None else causes(sheet, effect)
    lines = [f"{position}. {tell(cause.fact, sheet, tongue)}" for position, cause in enumerate(found, 1)]
    return "\n".join(lines) or "none"


def _quoted(given: str) -> str:
    """A text of somebody else on one line, in quotation marks that it cannot leave."""
    line = " ".join(given.split())[:_LONGEST]
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'

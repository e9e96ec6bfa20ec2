"""What a value says: words for values that are no measure, colours for those that are."""

from __future__ import annotations

from typing import Literal, NamedTuple

Colour = Literal["green", "yellow", "orange", "red", "blue", "purple", "text", "transparent"]
"""Grafana's names."""

NO_TRAFFIC = "No traffic"
"""Shown where a query finds no sample: nothing was asked of the models, which is neither 0 nor 100 %."""
NOT_SCRAPED = "Not scraped"
"""Shown where no target exposes the metric: its exporter is not installed, or Prometheus does not know it."""
UNREACHABLE, UNKNOWN = -1, -2
"""Values of a tile whose target is down, or which Prometheus does not scrape (`expressions.tile`)."""


class Word(NamedTuple):
    """A value, or a text out of a database, that is shown as a word."""

    value: float | str
    text: str
    colour: Colour


REACH = (Word(UNREACHABLE, "Unreachable", "red"), Word(UNKNOWN, NOT_SCRAPED, "text"))
"""Words of every tile."""
UP = (Word(1, "Up", "green"), Word(0, "Down", "red"))
YES = (Word(1, "Yes", "green"), Word(0, "No", "text"))
VERDICT = (Word(0, "Kept", "green"), Word(1, "Burning", "yellow"), Word(2, "Missed", "red"))
"""An objective: inside its budget, inside but burning faster than the period allows, budget gone."""


SEVERITY = (
    Word(0, "No drift", "green"), Word(1, "Notice", "yellow"), Word(2, "Moderate", "orange"),
    Word(3, "Significant", "red"), Word(4, "Critical", "red"),
)  # fmt: skip
"""The one verdict of a drift check."""
SEVERITIES = (
    *(word._replace(value=value) for word, value in
      zip(SEVERITY, ("none", "notice", "moderate", "significant", "critical"), strict=True)),
    Word("insufficient_data", "Not enough data", "text"),
)  # fmt: skip
"""The same as the database says it."""


class Step(NamedTuple):
    """A colour from a value on; None is from the bottom."""

    at: float | None
    colour: Colour


Steps = tuple[Step, ...]

PLAIN: Steps = (Step(None, "blue"),)
"""A figure that is neither good nor bad."""


def bad_above(yellow: float, red: float) -> Steps:
    """More is worse.

    >>> [tuple(step) for step in bad_above(2, 5)]
    [(None, 'green'), (2, 'yellow'), (5, 'red')]
    """
    if yellow == red:
        return (Step(None, "green"), Step(red, "red"))
    return (Step(None, "green"), Step(yellow, "yellow"), Step(red, "red"))


def bad_below(red: float, green: float) -> Steps:
    """Less is worse; between both it is yellow.

    >>> [tuple(step) for step in bad_below(95, 95)]
    [(None, 'red'), (95, 'green')]
    """
    if red == green:
        return (Step(None, "red"), Step(green, "green"))
    return (Step(None, "red"), Step(red, "yellow"), Step(green, "green"))


def graded(yellow: float, orange: float, red: float) -> Steps:
    """More is worse, in four colours."""
    return (Step(None, "green"), Step(yellow, "yellow"), Step(orange, "orange"), Step(red, "red"))


def graded_down(red: float, orange: float, yellow: float) -> Steps:
    """Less is worse, in four colours: `yellow` is from where it is good.

    >>> [tuple(step) for step in graded_down(0.7, 0.75, 0.8)]
    [(None, 'red'), (0.7, 'orange'), (0.75, 'yellow'), (0.8, 'green')]
    """
    return (Step(None, "red"), Step(red, "orange"), Step(orange, "yellow"), Step(yellow, "green"))


def bad_from(red: float) -> Steps:
    """Good until one value."""
    return (Step(None, "green"), Step(red, "red"))

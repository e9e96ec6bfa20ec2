"""YAML files as documents of fields; what could break the reader is refused before it reads."""

from __future__ import annotations

import re

import yaml

from sereno.slo.fields import Fields, is_null
from sereno.slo.spec import Place, SpecError

LARGEST = 16 * 1024 * 1024
"""Bytes of one file; 1,000 objectives take about half a megabyte."""
_NESTED = 1000
"""Levels of one file: deeper ones are no spec, and the composer recurses until its stack ends (some 20,000)."""
_BRACKETS = re.compile(r"[\[\]{}]")


def documents(text: str, file: str) -> list[Fields]:
    """Every document of a file, empty ones left out.

    Raises:
        SpecError: too large, no YAML, or a document that is no mapping.
    """
    if len(text) > LARGEST:
        raise SpecError(Place(file, 1, ""), f"has {len(text)} bytes; expected at most {LARGEST}")
    deep = _too_deep(text)
    if deep:
        raise SpecError(Place(file, deep, ""), f"is nested deeper than {_NESTED} levels; expected a spec")
    try:
        nodes = [node for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise SpecError(Place(file, line, ""), f"is no YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise SpecError(Place(file, 1, ""), f"is no YAML: {str(error).splitlines()[0]}") from None
    return [Fields(node, file) for node in nodes if not is_null(node)]


def _too_deep(text: str) -> int:
    """The first line that could be nested too deep, 0 if none.

    Brackets inside texts count too, and need not be balanced; so many of them no spec holds.
    """
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) - len(line.lstrip(" -?")) > _NESTED:
            return number
        for bracket in _BRACKETS.findall(line):
            depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
            if depth > _NESTED:
                return number
    return 0

"""Which metrics there are, and with which labels.

What a rule, an objective or a panel asks for must be here: ours (`conventions.METRICS`), what the exporters beside us
were seen to expose (`exporters.txt`), or what a file of the user's own says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from sereno.conventions import METRICS, Metric

Catalogue = Mapping[str, frozenset[str] | None]
"""Labels by the name of a sample; None where they are unknown, so that any may be asked for."""

TARGET_LABELS = frozenset({"job", "instance"})
"""Added by the scrape to whatever it reads."""
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_SAMPLE_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"(?:[^"\\]|\\.)*"\s*(?:,\s*|(?=\}))', re.ASCII)


def own(metrics: Iterable[Metric] = METRICS) -> dict[str, frozenset[str] | None]:
    """The samples that Sereno exposes.

    >>> sorted(name for name in own() if name.startswith("llm_request_duration"))
    ['llm_request_duration_seconds_bucket', 'llm_request_duration_seconds_count', 'llm_request_duration_seconds_sum']
    """
    out: dict[str, frozenset[str] | None] = {}
    for metric in metrics:
        labels = frozenset(metric.labels)
        if metric.type == "histogram":
            out[f"{metric.name}_bucket"] = labels | {"le"}
            out[f"{metric.name}_sum"] = out[f"{metric.name}_count"] = labels
        else:
            out[metric.name] = labels
    return out


@cache
def exporters() -> Catalogue:
    """The samples of the exporters that Sereno's stack runs beside it."""
    return listed(files("sereno.promql").joinpath("exporters.txt").read_text("utf-8"))


@cache
def known() -> Catalogue:
    """Ours and the exporters'."""
    return {**exporters(), **own()}


def listed(text: str) -> dict[str, frozenset[str] | None]:
    r"""Metrics from a text: what a `/metrics` page says, or `name label label …`, or a bare name whose labels are open.

    Several lines about one name add up; a bare name opens it.

    >>> listed('a_total{job="x",code="2"} 5 1700000000\na_total{path="/"} 1\nb mode\nc') == {
    ...     "a_total": frozenset({"job", "code", "path"}), "b": frozenset({"mode"}), "c": None}
    True

    Raises:
        ValueError: a line is neither; names its number.
    """
    out: dict[str, frozenset[str] | None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _NAME.match(stripped)
        labels = None if match is None else _labels(stripped[match.end() :])
        if match is None or labels is None:
            raise ValueError(
                f"line {number} is {stripped[:80]!r}; expected a line of a /metrics page, or NAME LABEL LABEL …"
            )
        name = match.group()
        before = out.get(name, frozenset())
        bare = len(match.group()) == len(stripped)
        out[name] = None if bare or before is None else before | labels
    return out


def _labels(rest: str) -> frozenset[str] | None:
    """The labels that follow a name; None if it is neither of the forms."""
    if rest.startswith("{"):
        at, found = 1, set()
        while not rest.startswith("}", at):
            match = _SAMPLE_LABEL.match(rest, at)
            if match is None:
                return None
            found.add(match.group(1))
            at = match.end()
        return frozenset(found)
    words = rest.split()
    if words and _number(words[0]):
        return frozenset()
    return frozenset(words) if all(_LABEL.fullmatch(word) for word in words) else None


def _number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True

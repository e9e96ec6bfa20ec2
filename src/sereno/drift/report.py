"""A comparison as one HTML page that needs nothing else: no script, no foreign host, pictures as SVG in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from sereno.drift.bars import bars
from sereno.drift.bins import count
from sereno.drift.columns import Column, Numbers
from sereno.drift.compare import Comparison, Result
from sereno.drift.multivariate import Multivariate
from sereno.drift.reference import Reference
from sereno.drift.tables import intervals
from sereno.drift.texts import Language, texts
from sereno.stats.distances import shares

MOST_PICTURES = 20
QUIET_PICTURES = 4
"""Columns without drift that are drawn as well."""
NOTHING = "–"


class Side(NamedTuple):
    """One side of the comparison: as it was named, and how many rows it has."""

    name: str
    rows: int


class Picture(NamedTuple):
    """A column drawn: its result, SVG, and the shares by bin as (label, before, now)."""

    result: Result
    svg: Markup
    rows: Sequence[tuple[str, str, str]]


class Example(NamedTuple):
    """A row: its number in the current data, and its cells in the order of the drifted columns."""

    row: int
    cells: Sequence[str]


def page(
    before: Side,
    now: Side,
    reference: Reference,
    columns: Mapping[str, Column],
    found: Comparison,
    *,
    examples: Sequence[Example] = (),
    not_compared: Sequence[str] = (),
    language: Language = "en",
    whole: Multivariate | None = None,
) -> str:
    """The page; what came from the data is escaped.

    Args:
        before: the reference.
        now: the current data.
        reference: what it was compared with.
        columns: the current columns.
        found: the comparison.
        examples: rows that show the drift.
        not_compared: names of columns that were left out.
        language: of the texts.
        whole: what became of whole rows, None where they were not compared.
    """
    t = texts(language)
    return _template().render(
        before=before, now=now, found=found, t=t, language=language, examples=examples, not_compared=not_compared,
        drifted=drifted_of(found), verdict=verdict(found, t), pictures=_pictures(reference, columns, found, t),
        more=max(0, len(found.results) - len(_drawn(found))), figure=_figure, share=_share, p=_p,
        whole=whole,
    )  # fmt: skip


def drifted_of(found: Comparison) -> list[Result]:
    """Results with a verdict above `none`."""
    return [result for result in found.results if result.severity not in {"none", "insufficient_data"}]


def verdict(found: Comparison, t: Mapping[str, str]) -> str:
    """The verdict in words."""
    drifted = len(drifted_of(found))
    if not drifted:
        return t["verdict_insufficient_data" if found.status == "insufficient_data" else "verdict_none"]
    judged = sum(result.severity != "insufficient_data" for result in found.results)
    return t["verdict_drift"].format(drifted=drifted, judged=judged, severity=t[found.severity])


def _drawn(found: Comparison) -> Sequence[Result]:
    drifted = drifted_of(found)
    quiet = [result for result in found.results if result not in drifted]
    return [*drifted[:MOST_PICTURES], *quiet[:QUIET_PICTURES]]


def _pictures(
    reference: Reference, columns: Mapping[str, Column], found: Comparison, t: Mapping[str, str]
) -> list[Picture]:
    features = {feature.name: feature for feature in reference.features}
    out = []
    for result in _drawn(found):
        feature, current = features[result.feature], columns[result.feature]
        if isinstance(current, Numbers) and feature.picture is not None:
            labels = [*intervals(feature.picture.edges), t["absent"]]
            counts, missing = count(current.values, feature.picture.edges)
            old, new = [*feature.picture.counts, feature.missing], [*counts.tolist(), missing]
        else:
            labels = [*result.table.labels[:-2], t["other"] if not result.table.edges else result.table.labels[-2]]
            labels.append(t["absent"])
            old, new = result.table.reference.tolist(), result.table.current.tolist()
        held = [at for at in range(len(labels)) if old[at] + new[at] or at < len(labels) - 2]
        a, b = shares(old)[held].tolist(), shares(new)[held].tolist()
        names = [labels[at] for at in held]
        svg = Markup(bars(result.feature, names, a, b))  # noqa: S704  bars escapes its texts
        out.append(Picture(result, svg, [(n, _share(x), _share(y)) for n, x, y in zip(names, a, b, strict=True)]))
    return out


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{round(value, 3) + 0.0:.3f}"


def _share(value: float) -> str:
    return f"{100 * value:.2f} %"


def _p(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}" if value >= 0.001 else "< 0.001"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(files("sereno.drift").joinpath("report.html").read_text("utf-8"))

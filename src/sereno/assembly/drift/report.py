"""The report of a comparison, written to a file."""

from __future__ import annotations

from pathlib import Path

from sereno.assembly.drift.source import Source
from sereno.drift.columns import Values, column
from sereno.drift.compare import Comparison
from sereno.drift.examples import typical_rows
from sereno.drift.multivariate import Multivariate
from sereno.drift.reference import Reference
from sereno.drift.report import Example, Side, drifted_of, page
from sereno.drift.texts import Language

MOST_ROWS = 100_000
"""Rows among which examples are looked for, from the first one on."""
LONGEST_CELL = 80


def write_report(
    path: Path, before: Source, now: Source, reference: Reference, found: Comparison, language: Language,
    whole: Multivariate | None = None,
) -> None:  # fmt: skip
    """Write the HTML page; `OSError` if it cannot be written."""
    kinds = {feature.name: feature.kind for feature in reference.features}
    columns = {name: column(values, kinds[name]) for name, values in now.columns().items() if name in kinds}
    left_out = [*before.left_out, *now.left_out, *found.only_reference, *found.only_current]
    text = page(
        Side(before.name, before.rows), Side(now.name, now.rows), reference, columns, found,
        examples=_examples(now, found), not_compared=list(dict.fromkeys(left_out)), language=language, whole=whole,
    )  # fmt: skip
    path.write_text(text, "utf-8")


def _examples(now: Source, found: Comparison) -> list[Example]:
    drifted = drifted_of(found)
    table = now.table.slice(0, MOST_ROWS)
    rows: dict[str, Values] = {result.feature: table.column(result.feature).to_pylist() for result in drifted}
    chosen = typical_rows(drifted, rows)
    return [Example(row + 1, [_cell(rows[result.feature][row]) for result in drifted]) for row in chosen]


def _cell(value: object) -> str:
    text = "–" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"

"""What `sereno drift` prints for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sereno.assembly.drift.source import Source
from sereno.cli.tables import Row, print_table
from sereno.drift.chunks import Chunk
from sereno.drift.compare import Comparison, Result
from sereno.drift.multivariate import LEAST, Multivariate
from sereno.drift.performance import PerformanceChunk

COLOURS = {"critical": "red", "significant": "red", "moderate": "yellow", "notice": "yellow", "none": ""}
NOTHING = "–"


def say(before: Source, now: Source, found: Comparison | None) -> None:
    """Tell on stderr what was not compared, and why."""
    times = list(dict.fromkeys([*before.left_out, *now.left_out]))
    only = ((found.only_reference, before, now), (found.only_current, now, before)) if found else ()
    for names, has, lacks in only:
        other = [name for name in names if name not in times]
        if other:
            print(f"not compared: {', '.join(other)} ({has.name} alone has it, {lacks.name} not)", file=sys.stderr)
    if times:
        print(f"not compared: {', '.join(times)} (times, lists and structures always differ)", file=sys.stderr)


def print_comparison(found: Comparison) -> None:
    """A table, the most important column first."""
    columns = ("feature", "kind", "severity", "psi corrected", "95 %", "psi", "js", "kl", "p", "n ref", "n cur")
    print_table(
        columns,
        [_row(result) for result in found.results],
        right=columns[3:],
        flexible="feature",
        drop=("kind", "95 %", "kl", "n ref", "js", "psi"),
        style=lambda row: COLOURS.get(row[2], "dim"),
    )
    if sys.stdout.isatty():
        print(f"\n{sentence(found)}")


def print_rows(found: Multivariate | None) -> None:
    """A table of the tests of whole rows."""
    if found is None:
        print(f"\nwhole rows are not compared: that takes {2 * LEAST} rows before, {LEAST} now and two columns",
              file=sys.stderr)  # fmt: skip
        return
    rows = [(one.test, figure(one.statistic), p_text(one.p_value), p_text(one.p_adjusted)) for one in found.tests]
    print()
    print_table(("whole rows", "statistic", "p", "p adjusted"), rows, right=("statistic", "p", "p adjusted"))
    if sys.stdout.isatty():
        said = "Whole rows differ" if found.drift else "Whole rows do not differ"
        print(f"\n{said}: {found.n_current} against {found.n_reference}, {found.columns} columns.")


def sentence(found: Comparison) -> str:
    """The verdict in words."""
    judged = [result for result in found.results if result.severity != "insufficient_data"]
    drifted = [result for result in judged if result.severity != "none"]
    if not judged:
        return "Too little data for a verdict: at least 30 rows on either side are needed."
    if not drifted:
        return f"No drift that is both significant and large in {len(judged)} columns."
    names = ", ".join(result.feature for result in drifted[:3]) + (", …" if len(drifted) > 3 else "")
    return f"Drift is {found.severity}: {len(drifted)} of {len(judged)} columns ({names})."


def print_chunks(chunks: Sequence[Chunk]) -> None:
    """A line a chunk: the verdict and the column that drifted most."""
    columns = ("chunk", "rows", "severity", "psi corrected", "p", "most drifted", "drifted")
    print_table(
        columns,
        [_chunk_row(chunk) for chunk in chunks],
        right=("chunk", "psi corrected", "p", "drifted"),
        flexible="most drifted",
        drop=("rows", "drifted", "p"),
        style=lambda row: COLOURS.get(row[2], "dim"),
    )


def print_performance(chunks: Sequence[PerformanceChunk]) -> None:
    """A line a chunk: estimated and, where labels came, realised."""
    names = ("roc_auc", "accuracy", "f1")
    columns = ("chunk", "rows", *(f"{name} {kind}" for name in names for kind in ("est.", "real")), "labelled")
    rows = []
    for chunk in chunks:
        cells = [figure(getattr(of, n, None)) for n in names for of in (chunk.estimated, chunk.realised)]
        rows.append((str(chunk.chunk), f"{chunk.start}–{chunk.end - 1}", *cells, str(chunk.labelled)))
    print_table(columns, rows, right=("chunk", *columns[2:]), flexible="rows", drop=("labelled", *columns[6:8]))


def _row(one: Result) -> Row:
    interval = NOTHING if one.interval is None else f"{one.interval.low:.3f}–{one.interval.high:.3f}"
    return (
        one.feature, one.kind, one.severity, figure(one.psi_corrected), interval, figure(one.psi), figure(one.js),
        figure(one.kl), p_text(one.p_value), str(one.n_reference), str(one.n_current),
    )  # fmt: skip


def _chunk_row(chunk: Chunk) -> Row:
    found = chunk.comparison
    drifted = sum(result.severity not in {"none", "insufficient_data"} for result in found.results)
    top = found.top
    name, index, p = (NOTHING,) * 3 if top is None else (top.feature, figure(top.psi_corrected), p_text(top.p_value))
    rows = f"{chunk.start}–{chunk.end - 1}"
    return (str(chunk.chunk), rows, found.severity, index, p, name, f"{drifted}/{len(found.results)}")


def figure(value: float | None) -> str:
    """A distance, to three places.

    >>> figure(0.12345), figure(-0.0001), figure(None)
    ('0.123', '0.000', '–')
    """
    return NOTHING if value is None else f"{round(value, 3) + 0.0:.3f}"


def p_text(value: float | None) -> str:
    """A p-value: three places, or that it is smaller.

    >>> p_text(0.0421), p_text(1e-9), p_text(None)
    ('0.042', '<0.001', '–')
    """
    return NOTHING if value is None else f"{value:.3f}" if value >= 0.001 else "<0.001"

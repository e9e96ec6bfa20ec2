"""Series that move together, and series that move before others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sereno.explain.fact import Fact, Number
from sereno.explain.figures import count, numbers, seconds
from sereno.explain.subject import Subject
from sereno.stats.correlation import correlated, leads

Floats = NDArray[np.float64]
ALPHA = 0.001
COLUMNS, FEWEST = 256, 24
COVERED = 0.8
MOST_SERIES = 200
"""Of more series, those whose order the chart gives first."""
MOST = 12
"""Facts of each kind; all pairs are counted."""
WEAKEST = 0.3
"""A correlation that is sure but weaker is not worth a reader's time."""
CONFIDENCE = 0.95


def correlations(subjects: Sequence[Subject]) -> Iterator[Fact]:
    """Tell pairs that move together (`correlation`) and pairs of which the first leads (`lead_lag`).

    `correlation` (Spearman's ρ, −1 to 1), `lag` in seconds, `pairs` (how many were looked at). Direction `up`: they
    move the same way; `down`: opposite ways.
    """
    chosen = [subject for subject in subjects if subject.anatomy is not None][:MOST_SERIES]
    if len(chosen) < 2:
        return
    start = float(np.median([subject.prepared.times[0] for subject in chosen]))
    end = float(np.median([subject.prepared.times[-1] for subject in chosen]))
    chosen = [subject for subject in chosen if _covers(subject, start, end)]
    columns = min((_inside(subject, start, end) for subject in chosen), default=0)
    columns = min(COLUMNS, columns)
    if len(chosen) < 2 or columns < FEWEST or end <= start:
        return
    width = (end - start) / columns
    total = len(chosen) * (len(chosen) - 1) // 2
    rows = np.stack([_row(subject, start, width, columns, whole=True) for subject in chosen])
    for pair in [pair for pair in correlated(rows, alpha=ALPHA) if abs(pair.rho) >= WEAKEST][:MOST]:
        yield Fact(
            id="",
            kind="correlation",
            series=(chosen[pair.first].name, chosen[pair.second].name),
            direction="up" if pair.rho > 0 else "down",
            numbers=numbers(Number("correlation", pair.rho, "", pair.low, pair.high), count("pairs", total)),
            start=start,
            end=end,
            p_value=pair.p_value,
            confidence=CONFIDENCE,
            weight=abs(pair.rho),
        )
    rows = np.stack([_row(subject, start, width, columns, whole=False) for subject in chosen])
    for lead in [lead for lead in leads(rows, alpha=ALPHA, longest=columns // 4) if abs(lead.rho) >= WEAKEST][:MOST]:
        yield Fact(
            id="",
            kind="lead_lag",
            series=(chosen[lead.leader].name, chosen[lead.follower].name),
            direction="up" if lead.rho > 0 else "down",
            numbers=numbers(seconds("lag", lead.lag * width), Number("correlation", lead.rho), count("pairs", total)),
            start=start,
            end=end,
            p_value=lead.p_value,
            weight=abs(lead.rho),
        )


def _inside(subject: Subject, start: float, end: float) -> int:
    """How many of its points lie within."""
    first, last = np.searchsorted(subject.prepared.times, [start, np.nextafter(end, np.inf)])
    return int(last - first)


def _covers(subject: Subject, start: float, end: float) -> bool:
    """Whether it spans the stretch, with points enough in it: days beside minutes have none between two of theirs."""
    times = subject.prepared.times
    spanned = min(float(times[-1]), end) - max(float(times[0]), start)
    return spanned >= COVERED * (end - start) and _inside(subject, start, end) >= FEWEST


def _row(subject: Subject, start: float, width: float, columns: int, *, whole: bool) -> Floats:
    """A series on the common grid: without outliers, with its seasons (`whole`) or without."""
    anatomy = subject.anatomy
    if anatomy is None:
        return np.zeros(columns)
    times = subject.prepared.times
    values = anatomy.scan.cleaned + anatomy.seasonal if whole and anatomy.seasons else anatomy.scan.cleaned
    edges = np.searchsorted(times, start + width * np.arange(columns + 1), side="left")
    edges[-1] = np.searchsorted(times, start + width * columns, side="right")
    counts = np.diff(edges)
    there = np.flatnonzero(counts)
    means = np.add.reduceat(values[: edges[-1]], edges[there]) / counts[there]
    return np.asarray(np.interp(np.arange(columns, dtype=np.float64), there.astype(np.float64), means))

"""Health: the watchman himself. What he checks, how far he is behind, what he lost, how fast he answers and grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from sereno.query.view import (
    Health,
    JobView,
    JournalState,
    QueryTime,
    Sample,
    ShownSetting,
    UpstreamState,
    WorkerState,
)
from sereno.store.base import StoreSizes
from sereno.web.charts import Chart, Series, Tone, Unit
from sereno.web.page import Ask, Look, Page, Table

POINTS = 240
DAY = 86400.0
LEAST_SECONDS = 600.0
"""Growth is told after ten minutes of watching: before that a checkpoint of the store looks like a flood."""


class HealthContent(msgspec.Struct, frozen=True, kw_only=True):
    """How the watchman is.

    Attributes:
        started_at: epoch seconds of this keeper's start.
        journal, workers, upstreams, jobs, queries: as `query.view` tells them.
        sizes: of the store, None where it does not answer.
        growth_per_day: bytes the store grew a day, over the samples; None below ten minutes of them.
        ingest_per_second: calls stored a second in the last minute; None where it is not known.
        samples: how it was, at most `POINTS` of the last day.
        settings: in force, secrets hidden.
    """

    health: Health
    started_at: float
    now: float
    journal: JournalState
    workers: Sequence[WorkerState]
    upstreams: Sequence[UpstreamState]
    sizes: StoreSizes
    growth_per_day: float | None
    ingest_per_second: float | None
    queries: Sequence[QueryTime]
    jobs: Sequence[JobView]
    samples: Sequence[Sample]
    settings: Sequence[ShownSetting]


def gather(ask: Ask) -> HealthContent:
    """Look at everything once."""
    view = ask.view
    samples = view.samples()
    return HealthContent(
        health=view.health(),
        started_at=view.started_at,
        now=ask.now,
        journal=view.journal(),
        workers=view.workers(),
        upstreams=view.upstreams(),
        sizes=view.store.sizes(),
        growth_per_day=growth(samples),
        ingest_per_second=_rates(samples[-5:], lambda s: s.ingested)[-1] if len(samples) > 1 else None,
        queries=view.query_times(),
        jobs=view.jobs(),
        samples=thinned(samples),
        settings=view.settings(),
    )


def growth(samples: Sequence[Sample]) -> float | None:
    """Bytes the store grew a day, from the first and the last sample that know its size.

    >>> s = Sample(at=0.0, lag_seconds=0, unread_bytes=0, journal_bytes=0, store_bytes=1000, ingested=0, dropped=0,
    ...            requests=0, memory_bytes=None)
    >>> growth([s, msgspec.structs.replace(s, at=3600.0, store_bytes=2000)])
    24000.0
    """
    known = [(s.at, s.store_bytes) for s in samples if s.store_bytes is not None]
    if len(known) < 2 or known[-1][0] - known[0][0] < LEAST_SECONDS:
        return None
    (first, before), (last, after) = known[0], known[-1]
    return (after - before) / (last - first) * DAY


def thinned(samples: Sequence[Sample], most: int = POINTS) -> Sequence[Sample]:
    """Every so many of them, the newest always there."""
    step = -(-len(samples) // most) or 1
    return samples[::-1][::step][::-1]


def _rates(samples: Sequence[Sample], value: Callable[[Sample], int]) -> list[float | None]:
    """Change a second from one sample to the next; None where a counter began anew."""
    return [
        (value(b) - value(a)) / (b.at - a.at) if b.at > a.at and value(b) >= value(a) else None
        for a, b in pairwise(samples)
    ]


def shape(content: HealthContent, look: Look) -> Mapping[str, Any]:
    """Charts of the samples."""
    samples = [s for i, s in enumerate(content.samples) if not i or s.at > content.samples[i - 1].at]
    t, x = look.t, tuple(s.at for s in samples)

    def chart(name: str, unit: Unit, *series: tuple[str, Tone, Sequence[float | None]], kind: Any = "lines") -> Chart:
        return Chart(
            kind=kind, id=name.replace("_", "-"), title=t[name], description=t[f"{name}_text"], unit=unit, x=x,
            series=tuple(Series(name=n, values=tuple(values), tone=tone) for n, tone, values in series),
            empty=t["samples_soon"], tz=look.shown.tz,
        )  # fmt: skip

    ingested, asked = _rates(samples, lambda s: s.ingested), _rates(samples, lambda s: s.requests)
    return {
        "charts": (
            chart("chart_flow", "per_second", (t["forwarded"], "s1", [None, *asked][: len(x)]),
                  (t["stored"], "s3", [None, *ingested][: len(x)])),
            chart("chart_lag", "seconds", (t["lag"], "s2", [s.lag_seconds for s in samples])),
            chart("chart_journal", "bytes", (t["on_disk"], "s5", [s.journal_bytes for s in samples]),
                  (t["unread"], "s2", [s.unread_bytes for s in samples])),
            chart("chart_store", "bytes", (t["store_size"], "s1", [s.store_bytes for s in samples]), kind="area"),
        ),
        "lost": sum(content.journal.dropped.values()),
    }  # fmt: skip


def table(content: HealthContent) -> Table:
    """The checks."""
    return Table(("check", "status", "detail"), [(c.name, c.status, c.detail) for c in content.health.checks])


PAGES = (
    Page(
        name="health", path="/health", template="health.html", section="health", fields=(), gather=gather, shape=shape,
        table=table,
    ),
)  # fmt: skip

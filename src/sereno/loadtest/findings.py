"""From what a run counted to its report: percentiles, slices of time, what a reader must be told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sereno.loadtest.plan import Plan
from sereno.loadtest.report import FailureCount, Figures, Load, Moment, Report
from sereno.loadtest.run import Ending
from sereno.loadtest.tally import Tally
from sereno.loadtest.verdict import Objective

QUANTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999}
SLICES = 120
"""Points in time that the report has at most."""
CURVE = (*(q / 100 for q in range(1, 100)), 0.995, 0.999, 0.9995, 0.9999, 1.0)
"""Quantiles of the latency curve, as far as there are requests enough to tell them apart."""
LATE = 0.05
"""Seconds of delay at the 99th percentile from which the generator itself is under suspicion."""

_Floats = NDArray[np.float64]


def report(
    plan: Plan, tally: Tally, ending: Ending, *, version: str, started_at: str,
    objectives: Sequence[Objective] | None = None,
) -> Report:  # fmt: skip
    """What a run found.

    Args:
        plan: what was asked for.
        tally: what was counted.
        ending: how it ended.
        version: of Sereno.
        started_at: RFC 3339.
        objectives: verdicts, None where no objectives were given.
    """
    intended, ended, delay, first, per_token = (
        np.array(column, dtype=np.float64)
        for column in (tally.intended, tally.ended, tally.delay, tally.first_chunk, tally.per_token)
    )
    good, timed_out = np.array(tally.good, dtype=bool), np.array(tally.timed_out, dtype=bool)
    felt = good | timed_out
    latency = (ended - intended)[felt]
    width = slice_of(max(ending.seconds, plan.profile.seconds))
    requests, succeeded = tally.requests, tally.succeeded
    found = Report(
        version=version, started_at=started_at, url=plan.address.origin + plan.path, api=plan.api.name,
        model=plan.model, load=_load(plan), ending=ending.reason, seconds=ending.seconds, requests=requests,
        succeeded=succeeded, failed=requests - succeeded, timed_out=int(timed_out.sum()), cut=ending.cut,
        sessions=len(tally.sessions), users=len(tally.users), models=dict(tally.models.most_common()),
        latency=figures(latency), service=figures((ended - intended - delay)[felt]),
        first_chunk=figures(first[~np.isnan(first)]), per_token=figures(per_token[~np.isnan(per_token)]),
        gaps=_gaps(tally), delay=figures(delay),
        throughput=succeeded / ending.seconds if ending.seconds else 0.0,
        input_tokens=tally.input_tokens if tally.input_known else None,
        output_tokens=tally.output_tokens if tally.output_known else None,
        output_tokens_per_second=tally.output_tokens / ending.seconds
        if tally.output_known and ending.seconds else None,
        pieces=tally.pieces, response_bytes=tally.response_bytes,
        failures=[FailureCount(*failure, count) for failure, count in tally.failures.most_common()],
        curve=_curve(latency), slice=width,
        moments=_moments(intended, ended, intended + delay, good, felt, width, ending.seconds),
        objectives=objectives,
    )  # fmt: skip
    return msgspec.structs.replace(found, warnings=_warnings(plan, found))


def figures(values: _Floats) -> Figures:
    """The figures of some values."""
    if not len(values):
        return Figures(0)
    quantiles = np.quantile(values, list(QUANTILES.values()), method="inverted_cdf")
    return Figures(
        len(values), float(values.mean()), float(values.min()), float(values.max()), *(float(q) for q in quantiles)
    )


def slice_of(seconds: float) -> float:
    """The width of a slice: a round number of seconds, so that a run has at most `SLICES` of them.

    >>> slice_of(30.0), slice_of(120.0), slice_of(121.0), slice_of(7200.0)
    (1.0, 1.0, 2.0, 60.0)
    """
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900)
    return float(next((step for step in steps if seconds <= step * SLICES), steps[-1]))


def _gaps(tally: Tally) -> Figures:
    gaps, longest = tally.gaps, tally.longest_gap
    if longest is None:
        return Figures(0)
    quantiles = (min(gaps.quantile(q) or 0.0, longest) for q in QUANTILES.values())
    return Figures(gaps.count, gaps.mean, None, longest, *quantiles)


def _curve(latency: _Floats) -> list[tuple[float, float]]:
    if not len(latency):
        return []
    told = [q for q in CURVE if q == 1 or (1 - q) * len(latency) >= 1]  # what lies beyond is the maximum again
    found = np.quantile(latency, told, method="inverted_cdf")
    return [(q, float(value)) for q, value in zip(told, found, strict=True)]


def _moments(
    intended: _Floats, ended: _Floats, began: _Floats, good: NDArray[np.bool_], felt: NDArray[np.bool_],
    width: float, seconds: float,
) -> list[Moment]:  # fmt: skip
    count = int(seconds // width) + 1
    due_in, ended_in = np.int64(intended // width), np.int64(ended // width)
    out = []
    for number in range(count):
        at = number * width
        mine = due_in == number
        waited = (ended - intended)[mine & felt]
        spread = np.quantile(waited, (0.5, 0.99), method="inverted_cdf") if len(waited) else ()
        here = ended_in == number
        busy = int(((began <= at) & (ended > at)).sum())
        out.append(
            Moment(at, int(mine.sum()), int((here & good).sum()), int((here & ~good).sum()), busy, *map(float, spread))
        )
    return out


def _load(plan: Plan) -> Load:
    is_open = plan.model_of_load == "open"
    return Load(
        model=plan.model_of_load, pattern=plan.pattern if is_open else None,
        stages=[(stage.seconds, stage.start, stage.end) for stage in plan.profile.stages],
        users=plan.users if is_open else None, turns=plan.turns, think=plan.think, requests=plan.requests,
        timeout=plan.timeout, in_flight=plan.in_flight, stream=plan.stream, max_tokens=plan.max_tokens,
        prompts=len(plan.conversations), seed=plan.seed,
    )  # fmt: skip


def _warnings(plan: Plan, found: Report) -> list[str]:
    """What a reader must know to believe the figures, as keys of `texts`."""
    out = []
    full = plan.in_flight <= max((moment.in_flight for moment in found.moments), default=0)
    late = found.delay.p99 is not None and found.delay.p99 > LATE
    for key, holds in (
        ("gone", found.ending == "gone"),
        ("refused", found.ending == "refused"),
        ("interrupted", found.ending == "interrupted"),
        ("requests", found.ending == "requests"),
        ("nothing", found.requests == 0),
        ("lower_bound", found.timed_out > 0),
        ("queued", late and full),
        ("late", late and not full),
        ("closed", plan.model_of_load == "closed"),
    ):
        if holds:
            out.append(key)
    return out

"""What a run found: the JSON report is this record, and the page shows it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.loadtest.run import Reason
from sereno.loadtest.verdict import Objective


class Figures(msgspec.Struct, frozen=True):
    """A distribution in seconds; percentiles are exact, by nearest rank. None where there is nothing."""

    count: int
    mean: float | None = None
    min: float | None = None
    max: float | None = None
    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None
    p999: float | None = None


class Moment(msgspec.Struct, frozen=True):
    """A slice of the run.

    Attributes:
        at: seconds from the start to the slice's begin.
        due: requests that were meant to start in it.
        succeeded, failed: requests that ended in it.
        in_flight: requests that had begun and not ended at its begin.
        p50, p99: latency in seconds of the requests meant to start in it; None without any.
    """

    at: float
    due: int
    succeeded: int
    failed: int
    in_flight: int
    p50: float | None = None
    p99: float | None = None


class FailureCount(msgspec.Struct, frozen=True):
    """A kind of failure and how often it came."""

    error_type: str
    http_status: int | None
    message: str
    count: int


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, in the words of `Plan`."""

    model: str
    pattern: str | None
    stages: Sequence[tuple[float, float, float]]
    users: int | None
    turns: int | None
    think: tuple[float, float]
    requests: int
    timeout: float
    in_flight: int
    stream: bool
    max_tokens: int | None
    prompts: int
    seed: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run. Times in seconds.

    Attributes:
        started_at: RFC 3339.
        ending: why it ended.
        cut: requests under way when it was stopped; in no other figure.
        timed_out: failed requests that were given up; `latency` holds them with the time waited, a lower bound.
        latency: from the moment a request was meant to start to its end: answered ones and timed-out ones.
        service: from the moment it did start: what a test that waits for the server would have told.
        first_chunk: from the intended start to the first chunk with content, of streamed answers.
        gaps: between pieces of streamed answers; percentiles within 9 %.
        delay: how late requests started.
        throughput: answered requests a second.
        curve: (quantile, latency).
        moments: the run in slices of `slice` seconds.
        objectives: how the run stands against them; None where none were given.
    """

    version: str
    started_at: str
    url: str
    api: str
    model: str | None
    load: Load
    ending: Reason
    seconds: float
    requests: int
    succeeded: int
    failed: int
    timed_out: int
    cut: int
    sessions: int
    users: int
    models: dict[str, int]
    latency: Figures
    service: Figures
    first_chunk: Figures
    per_token: Figures
    gaps: Figures
    delay: Figures
    throughput: float
    input_tokens: int | None
    output_tokens: int | None
    output_tokens_per_second: float | None
    pieces: int
    response_bytes: int
    failures: Sequence[FailureCount]
    curve: Sequence[tuple[float, float]]
    slice: float
    moments: Sequence[Moment]
    objectives: Sequence[Objective] | None = None
    warnings: Sequence[str] = ()

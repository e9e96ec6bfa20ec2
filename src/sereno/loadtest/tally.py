"""What a run counts while it goes on; bounded by its number of requests, some 200 bytes each."""

from __future__ import annotations

from array import array
from collections import Counter, deque
from decimal import Decimal
from math import nan
from typing import NamedTuple

from sereno.conventions import DURATION_EDGES, MODEL_LABEL_SLOTS, OTHER_MODEL, TPOT_EDGES, TTFT_EDGES
from sereno.loadtest.sample import Sample
from sereno.slo.samples import Cell, Distribution
from sereno.stats.histograms import Histogram

RECENT = 500
"""Requests that the live view's percentiles are of."""
FAILURES = 200
"""Different failures that are told apart; further ones are counted together."""
_EDGES = {
    "llm_request_duration_seconds": DURATION_EDGES,
    "llm_time_to_first_token_seconds": TTFT_EDGES,
    "llm_time_per_output_token_seconds": TPOT_EDGES,
}


class Failure(NamedTuple):
    """A kind of failure."""

    error_type: str
    http_status: int | None
    message: str


class _Kind:
    """Requests that share model, operation and status, as the record would count them."""

    def __init__(self) -> None:
        self.calls = self.input_tokens = self.output_tokens = self.cached_tokens = 0
        self.durations = {name: Histogram.empty(edges) for name, edges in _EDGES.items()}


class Tally:
    """Figures of all requests so far. Arrays go by request, in the order in which they ended; unknown is NaN.

    Attributes:
        recent: latency and time to the first chunk of the last requests that were answered or timed out.
    """

    def __init__(self) -> None:
        self.intended, self.ended, self.delay = array("d"), array("d"), array("d")
        self.first_chunk, self.per_token = array("d"), array("d")
        self.good, self.timed_out = array("b"), array("b")
        self.gaps = Histogram.empty(TPOT_EDGES)
        self.longest_gap: float | None = None
        self.pieces = self.response_bytes = self.input_tokens = self.output_tokens = 0
        self.input_known = self.output_known = 0
        self.failures: Counter[Failure] = Counter()
        self.sessions: set[str] = set()
        self.users: set[int] = set()
        self.models: Counter[str] = Counter()
        self.recent: deque[tuple[float, float | None]] = deque(maxlen=RECENT)
        self.last_failure: Failure | None = None
        self._kinds: dict[tuple[str, str, str], _Kind] = {}
        self._succeeded = 0

    def add(self, sample: Sample) -> None:
        """Count a request."""
        self.intended.append(sample.intended)
        self.ended.append(sample.ended)
        self.delay.append(sample.delay)
        self.first_chunk.append(nan if sample.first_chunk is None else sample.first_chunk)
        self.per_token.append(nan if sample.time_per_output_token is None else sample.time_per_output_token)
        self.good.append(sample.status == "success")
        self._succeeded += sample.status == "success"
        self.timed_out.append(sample.timed_out)
        self._stream(sample)
        self._tokens(sample)
        self.sessions.add(sample.session)
        self.users.add(sample.user)
        if sample.model is not None and (sample.model in self.models or len(self.models) < MODEL_LABEL_SLOTS):
            self.models[sample.model] += 1
        if sample.status == "success" or sample.timed_out:
            self.recent.append((sample.latency, sample.first_chunk))
        if sample.status != "success":
            self._failure(sample)
        self._as_recorded(sample)

    @property
    def requests(self) -> int:
        """How many ended."""
        return len(self.ended)

    @property
    def succeeded(self) -> int:
        """How many of them well."""
        return self._succeeded

    def cells(self) -> list[Cell]:
        """The same requests as the record counts them, durations from the intended start: what objectives ask."""
        return [
            Cell(
                model=model, operation=operation, status=status, calls=kind.calls, input_tokens=kind.input_tokens,
                output_tokens=kind.output_tokens, cached_input_tokens=kind.cached_tokens,
                durations={name: _distribution(histogram) for name, histogram in kind.durations.items()},
            )
            for (model, operation, status), kind in self._kinds.items()
        ]  # fmt: skip

    def _stream(self, sample: Sample) -> None:
        self.pieces += sample.pieces
        self.response_bytes += sample.response_bytes
        for gap in sample.gaps:
            self.gaps.add(gap)
        if sample.gaps:
            self.longest_gap = max(self.longest_gap or 0.0, *sample.gaps)

    def _tokens(self, sample: Sample) -> None:
        self.input_tokens += sample.input_tokens or 0
        self.output_tokens += sample.output_tokens or 0
        self.input_known += sample.input_tokens is not None
        self.output_known += sample.output_tokens is not None

    def _failure(self, sample: Sample) -> None:
        failure = Failure(sample.error_type or sample.status, sample.http_status, sample.error_message or "")
        if failure not in self.failures and len(self.failures) >= FAILURES:
            failure = Failure("other", None, "further kinds of failure")
        self.failures[failure] += 1
        self.last_failure = failure

    def _as_recorded(self, sample: Sample) -> None:
        if sample.operation == "other":
            return
        model = sample.model if sample.model is not None and sample.model in self.models else OTHER_MODEL
        kind = self._kinds.setdefault((model, sample.operation, sample.status), _Kind())
        kind.calls += 1
        kind.input_tokens += sample.input_tokens or 0
        kind.output_tokens += sample.output_tokens or 0
        kind.cached_tokens += sample.cached_input_tokens or 0
        values = (sample.latency, sample.first_chunk, sample.time_per_output_token)
        for histogram, value in zip(kind.durations.values(), values, strict=True):
            if value is not None:
                histogram.add(max(0.0, value))


def _distribution(histogram: Histogram) -> Distribution:
    up_to = {Decimal(repr(edge)): seen for edge, seen in histogram.cumulative()}
    return Distribution(histogram.count, histogram.total, up_to)

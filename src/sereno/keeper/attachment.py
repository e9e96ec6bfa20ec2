"""What a subject adds to a keeper beside ingest: jobs of its own, and figures of its own on `/metrics`.

Alerts, drift, quality and adapters are attachments: the keeper runs them without knowing them, the composition root
makes them (`assembly/keeper.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from sereno.keeper.schedule import Job
from sereno.metrics.increments import Increments, Labels


class Attachment(Protocol):
    """A subject that lives in a keeper."""

    def jobs(self) -> Sequence[Job]:
        """What it does now and again; names must differ over all attachments."""

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """Its gauges and counters by metric name and label values, as now; immediate, from any thread."""

    def close(self) -> None:
        """Release what it holds; jobs have ended."""


@runtime_checkable
class Observing(Protocol):
    """An attachment that has histograms of its own."""

    def copy_into(self, increments: Increments) -> None:
        """Add them to what a scrape reads; immediate, from any thread."""

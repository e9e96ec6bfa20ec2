"""Adapters in a keeper: what live traffic says of each version, window by window, and figures on `/metrics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event
from time import time

import msgspec

from sereno.keeper.schedule import Job
from sereno.lora.performance import WINDOW, Window, windows
from sereno.metrics.increments import Labels
from sereno.query.figures import figures, merged
from sereno.query.models import resolve_model
from sereno.store.base import CallQuery, Store
from sereno.store.ledger import Ledger, lora_figures, lora_registry
from sereno.store.ledger.lora_figures import Figure, Serving

EVERY_SECONDS = 300.0
LOOK_SECONDS = 30.0
LATE_WINDOWS = 2
LATE_SECONDS = 60.0
"""Windows that ended within two windows' time, or this, are counted again: calls may have come in since."""
BACK_WINDOWS = 720
"""How many windows back are counted that no keeper counted when they ended; 30 days of hours."""
MOST_BASES = 100
"""Base models that have label values of their own; versions beyond are counted under `other`."""


class AdapterWatch:
    """An attachment: counts what each version does, for all keepers on one ledger.

    Args:
        ledger: where adapters are kept.
        store: where calls are.
        window: seconds that a row of figures stands for.
        clock: epoch seconds.
    """

    def __init__(
        self, ledger: Ledger, store: Store, clock: Callable[[], float] = time, *, window: float = WINDOW
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._clock = clock
        self._window = window
        self._back = max(BACK_WINDOWS * window, LATE_SECONDS)
        self._late = max(LATE_WINDOWS * window, LATE_SECONDS)
        self._figures: dict[tuple[str, Labels], float] = {}
        self._reached: dict[str, float] = {}

    def jobs(self) -> Sequence[Job]:
        """Count windows, which one keeper does for all; look at the registry."""
        return [
            Job(
                name="lora_performance",
                every=min(EVERY_SECONDS, self._window),
                run=self.count,
                lease=True,
                delay=min(10.0, self._window),
            ),
            Job(name="lora", every=LOOK_SECONDS, run=self.look),
        ]

    def count(self, stop: Event | None = None) -> None:
        """Write the figures of every window that has ended.

        Raises:
            StoreError: ledger or store do not answer; windows written before stay, the rest is done next time.
        """
        now = self._clock()
        with self._ledger.read() as connection:
            serving = lora_figures.served(connection, after=now - self._back)
        if not serving:
            return
        stored = self._store.models()
        by_version: dict[str, list[Serving]] = {}
        for one in serving:
            by_version.setdefault(one.version, []).append(
                msgspec.structs.replace(one, model=resolve_model(one.model, stored))
            )
        for version, served in by_version.items():
            first = min(one.since for one in served)
            after = max(first, now - self._back, self._reached.get(version, 0.0) - self._late)
            for window in windows(after, now, self._window):
                if stop is not None and stop.is_set():
                    return
                rows = list(self._of(version, served, window))
                if rows:
                    with self._ledger.write() as connection:
                        lora_figures.keep(connection, rows)
            self._reached[version] = now

    def _of(self, version: str, served: Sequence[Serving], window: Window) -> Iterator[Figure]:
        """Figures of a window in which the names that served the version were called."""
        parts = [(one, part) for one in served if (part := window.within(one.since, one.until)) is not None]
        groups = [
            self._store.aggregate(CallQuery(model=one.model, llm=True, start=part.start, end=part.end))[0].totals
            for one, part in parts
        ]
        found = figures(merged(groups))
        if not found.total_messages:
            return
        finished = found.success + found.error
        values: Mapping[str, tuple[float | None, int]] = {
            "requests": (found.total_messages, found.total_messages),
            "error_rate": (found.error_rate, finished),
            "latency_p50_seconds": (found.latency.p50, found.latency.count),
            "latency_p95_seconds": (found.latency.p95, found.latency.count),
            "ttft_p95_seconds": (found.ttft.p95, found.ttft.count),
            "tokens_per_second": (found.tokens_per_second, found.success),
            "output_tokens_mean": (found.avg_tokens.output, found.success),
            "cost_usd": (found.total_cost, found.priced_messages),
        }
        models = sorted({one.model for one, _ in parts})
        for name, (value, samples) in values.items():
            if value is not None:
                yield Figure(
                    version=version, metric=name, value=value, samples=samples, at=window.end,
                    details={"models": models, "window_seconds": window.end - window.start},
                )  # fmt: skip

    def look(self, stop: Event | None = None) -> None:  # noqa: ARG002  a job is told when to stop; this one is short
        """See what stands in the registry.

        Raises:
            StoreError: the ledger does not answer.
        """
        with self._ledger.read() as connection:
            adapters = lora_registry.adapters(connection)
            actions = lora_registry.count_actions(connection)
            latest = lora_figures.latest(connection, ("requests",))
        bases = sorted({adapter.base_model for adapter in adapters})[:MOST_BASES]
        counts = Counter(adapter.base_model if adapter.base_model in bases else "other" for adapter in adapters)
        out: dict[tuple[str, Labels], float] = {("lora_adapters", (base,)): n for base, n in counts.items()}
        for adapter in adapters:
            if not adapter.active or adapter.base_model not in bases:
                continue
            labels = (adapter.base_model, adapter.version)
            out["lora_active_info", labels] = 1.0
            if adapter.training.training_loss is not None:
                out["lora_active_training_loss", (adapter.base_model,)] = adapter.training.training_loss
            if adapter.training.validation_loss is not None:
                out["lora_active_validation_loss", (adapter.base_model,)] = adapter.training.validation_loss
        for action, forced, n in actions:
            out["lora_promotions_total", ("force" if forced else action,)] = n
        if latest:
            out["sereno_lora_last_window_timestamp_seconds", ()] = max(figure.at for figure in latest)
        self._figures = out

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """As of the last look."""
        return self._figures

    def close(self) -> None:
        """Nothing is held."""

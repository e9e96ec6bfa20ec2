"""Counters and histograms since the store began, read back."""

from __future__ import annotations

import json

from sereno.metrics.increments import Increments
from sereno.store.sql.cells import counter_read, histogram_read
from sereno.store.sql.dialect import Connection


def counters(connection: Connection) -> Increments:
    """Every counter and histogram."""
    total = Increments()
    for name, labels, value in connection.execute("SELECT metric, labels, value FROM counters"):
        total.counters[name, tuple(json.loads(labels))] = counter_read(name, value)
    for name, labels, *parts in connection.execute("SELECT metric, labels, nanos, exact, sparse FROM histograms"):
        total.histograms[name, tuple(json.loads(labels))] = histogram_read(name, *parts)
    return total

"""Where alerts begin, as the colours of dashboards: one setting for both."""

from __future__ import annotations

import msgspec

from sereno.alerts.thresholds import Thresholds
from sereno.dashboards.limits import ORDERED, Limits


def limits_by(thresholds: Thresholds) -> Limits:
    """Dashboards that turn red where the rules alert; what is yellow before comes no later than red.

    The lag of ingest has a colour of its own: it is red before anybody is woken.
    """
    reds = {
        "latency_red": thresholds.latency,
        "errors_red": 100 * thresholds.error_share,
        "tokens_red": thresholds.tokens_per_second,
        "cpu_red": 100 * thresholds.cpu_share,
        "memory_red": 100 * thresholds.memory_share,
        "disk_red": 100 - 100 * thresholds.disk_free_share,
        "gpu_temperature_red": thresholds.gpu_celsius,
        "gpu_memory_red": 100 * thresholds.gpu_memory_share,
        "query_red": thresholds.query_seconds,
    }
    reds = {name: _plain(value) for name, value in reds.items()}
    yellows = {low: min(getattr(Limits(), low), reds[high]) for low, high in ORDERED if high in reds}
    return msgspec.structs.replace(Limits(), **reds, **yellows)


def _plain(value: float) -> float:
    """Without the dust of binary fractions, whole where it is, as files should read.

    >>> _plain(100 * 0.29), _plain(5.0)
    (29, 5)
    """
    rounded = round(value, 9)
    return int(rounded) if rounded == int(rounded) else rounded
